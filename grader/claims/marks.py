"""What came of running the commands, as a mark on each figure. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from grader.claims.documents import Claims, Stated
from grader.claims.numbers import Number, gap, is_of, nearest, numbers, skeleton
from grader.errors import visible

REPRODUCED, DIFFERS, CANNOT_RUN, NO_COMMAND = "reproduced", "differs", "cannot_run", "no_command"
MARKS = (REPRODUCED, DIFFERS, CANNOT_RUN, NO_COMMAND)
SHOWN = 4_000
"""Characters of a command's output that a grade keeps."""
MOST_LINES = 2_000
"""Lines of an output that are compared."""
MOST_NUMBERS = 2_000
"""Numbers of an output that are compared."""
_COUNT = 10
"""A smaller count may be the same on other data by chance, even beside another one."""
_RARE = 1_000
"""From here on a whole number is told by its digits, wherever it is printed."""
_TOLD = 100
"""From here on it is told by its digits and its unit together, as `308 EUR` is."""
_MOST_HITS = 20
"""Places of an output that are looked at, where a figure may be any of them."""
FIXED, FLAG = "does not depend on the data", "flag"


@dataclass(frozen=True, kw_only=True)
class CommandOutcome:
    """What became of one command. `outputs`: what it printed on the data as given, once a repeat; `fresh`: on other
    data, once a set. `reason` and `fault` say why it could not be run, and whose doing that is."""

    outputs: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    reason: str = ""
    fault: str = ""
    not_fresh: str = ""
    """Why it was not tried on other data."""
    seconds: float = 0.0


class Mark(NamedTuple):
    mark: str
    why: str = ""
    printed: str = ""
    by: str = ""
    command: int | None = None
    fresh: str = "not tried"
    """`moved`, `same`, or `not tried`: what the figure did on other data."""
    fault: str | None = None
    """Whose doing it is that it could not be run."""
    still: bool = False
    """Whether a whole number stayed the same where it stands and cannot have done so by chance."""


def marked(claims: Claims, outcomes: Sequence[CommandOutcome]) -> dict[str, Any]:
    """The block `claims` of a grade; empty where nothing is claimed."""
    if not claims.stated and not claims.commands:
        return {}
    printed = [_Printed(outcome) for outcome in outcomes]
    rows = [_row(one, mark) for one, mark in zip(claims.stated, _held_together(claims.stated, printed), strict=True)]
    counts = {mark: sum(row["mark"] == mark for row in rows) for mark in MARKS}
    fixed = sum(bool(row.get("flag")) for row in rows)
    stayed = [each.stayed() for each in printed]
    return {
        "counts": {**counts, "fixed": fixed},
        "commands": [
            {
                "command": command.text, "path": command.path, "line": command.line,
                "ran": not outcome.reason, "reason": outcome.reason, "fault": outcome.fault or None,
                "seconds": round(outcome.seconds, 3), "output": outcome.outputs[0][:SHOWN] if outcome.outputs else "",
                "fresh": len(outcome.fresh), "not_fresh": outcome.not_fresh, "numbers": told, "same": same,
            }
            for command, outcome, (same, told) in zip(claims.commands, outcomes, stayed, strict=True)
        ],
        "figures": rows,
        "notes": list(claims.notes),
    }  # fmt: skip


def marked_json(claims: Claims, outcomes: Sequence[CommandOutcome]) -> str:
    """`marked` as text, for another process."""
    return json.dumps(marked(claims, outcomes))


def _row(one: Stated, mark: Mark) -> dict[str, Any]:
    flag = {FLAG: FIXED} if mark.fresh == "same" and tells(one.number, mark.still) else {}
    return {
        "path": one.path, "line": one.line, "text": one.text, "figure": one.figure, "command": mark.command,
        "mark": mark.mark, "why": mark.why, "printed": mark.printed, "by": mark.by, "fresh": mark.fresh,
        "fault": mark.fault, **flag,
    }  # fmt: skip


def tells(number: Number, still: bool) -> bool:
    """Whether it says something that a number is the same on other data. A count, or the end of a scale, may be so by
    chance, but not where what stands around it is `still`."""
    return still or not number.says_little


class _Printed:
    """The numbers of a command's outputs, by line, in one pass."""

    def __init__(self, outcome: CommandOutcome) -> None:
        self.outcome = outcome
        self.given = [_Lines(text) for text in outcome.outputs]
        self.fresh = [_Lines(text) for text in outcome.fresh]
        self._same = [{row for row in lines.with_numbers() if self._is_same(row, lines)} for lines in self.given]
        """Of each output, the lines that are the same on other data."""

    def on_fresh(self, row: int, at: int, given: _Lines) -> str:
        """What the number in that place came to on other data: `moved`, `same` or `not tried`. A line is known by its
        words, and by which of several alike it is."""
        if not self.fresh:
            return "not tried"
        bare, found = given.rows[row]
        which, there = given.which[row], []
        for lines in self.fresh:
            rows = lines.by_skeleton.get(bare, [])
            if which < len(rows) and at < len(lines.rows[rows[which]][1]):
                there.append(lines.rows[rows[which]][1][at])
        if not there and found[at].decimals > 2:  # in other words, with the very digits
            return "same" if all(found[at].text in lines.texts for lines in self.fresh) else "moved"
        return "same" if there and all(other.text == found[at].text for other in there) else "moved"

    def _is_same(self, row: int, lines: _Lines) -> bool:
        return bool(self.fresh) and all(
            self.on_fresh(row, at, lines) == "same" for at in range(len(lines.rows[row][1]))
        )

    def still(self, row: int, given: _Lines) -> bool:
        """Whether that line stayed the same and chance does not explain it: most of all lines did, or it holds two
        counts of ten or more, as `31 of 45` does. What is all ends of scales explains itself."""
        same, found = self._same[self.given.index(given)], given.rows[row][1]
        if row not in same or all(one.is_an_end for one in found):
            return False
        counts = {one.value for one in found if one.value >= _COUNT and not one.decimals}
        return len(counts) > 1 or 2 * len(same) > len(given.with_numbers())

    def stayed(self) -> tuple[int, int]:
        """Of the numbers that the first output tells something by, how many are the same on other data; and all."""
        if not self.fresh or not self.given:
            return 0, 0
        first = self.given[0]
        told = [(row, at) for row, at, one in first.places() if tells(one, self.still(row, first))]
        return sum(self.on_fresh(row, at, first) == "same" for row, at in told), len(told)


class _Lines:
    def __init__(self, text: str) -> None:
        self.rows, left = [], MOST_NUMBERS
        for line in text.splitlines()[:MOST_LINES]:
            self.rows.append((skeleton(line), numbers(line)[:left]))
            left -= len(self.rows[-1][1])
        self.texts = {one.text for _, found in self.rows for one in found}
        self.by_skeleton: dict[str, list[int]] = {}
        self.which: list[int] = []
        """Row → which of the rows that read alike it is."""
        for at, (bare, _) in enumerate(self.rows):
            alike = self.by_skeleton.setdefault(bare, [])
            self.which.append(len(alike))
            alike.append(at)

    def with_numbers(self) -> list[int]:
        """The lines that hold a number."""
        return [at for at, (_, found) in enumerate(self.rows) if found]

    def places(self) -> Iterator[tuple[int, int, Number]]:
        return ((at, n, one) for at, (_, found) in enumerate(self.rows) for n, one in enumerate(found))

    def has(self, unit: str, place: tuple[int, int, Number]) -> bool:
        """Whether `unit` stands behind the number in that place."""
        bare, found = self.rows[place[0]]
        pieces = bare.split("#")
        if not unit or len(pieces) != len(found) + 1:
            return not unit
        return re.match(re.escape(unit) + r"(?!\w)", pieces[place[1] + 1].lstrip().casefold()) is not None

    def like(self, printed: str, at: int) -> list[tuple[int, int, Number]]:
        """The number in place `at` of each line that reads as `printed` does."""
        rows = self.by_skeleton.get(skeleton(printed), ())
        return [(row, at, self.rows[row][1][at]) for row in rows if at < len(self.rows[row][1])]


def _held_together(stated: Sequence[Stated], printed: Sequence[_Printed]) -> list[Mark]:
    """The mark of each. What differs where it is said to be printed is no other number's elsewhere in the text."""
    marks = [_mark(one, printed) for one in stated]
    said = {mark: {one.number.text for one, its in zip(stated, marks, strict=True) if one.printed and its.mark == mark}
            for mark in (REPRODUCED, DIFFERS)}  # fmt: skip
    false = said[DIFFERS] - said[REPRODUCED]
    return [
        Mark(DIFFERS, "it differs where it is said to be printed", command=mark.command)
        if not one.printed and mark.mark == REPRODUCED and numbers(one.figure)[0].text in false
        else mark
        for one, mark in zip(stated, marks, strict=True)
    ]


def _mark(one: Stated, printed: Sequence[_Printed]) -> Mark:
    tied = one.command
    if tied is not None and printed[tied].outcome.reason:
        other = _elsewhere(one, printed)
        meant = one.printed or one.path.endswith(".yaml") or _is_quality(one)
        ended = printed[tied].outcome
        not_run = Mark(CANNOT_RUN, ended.reason, command=tied, fault=ended.fault or None)
        return other or (not_run if meant else Mark(NO_COMMAND))
    if tied is not None:
        found = _by(one, tied, printed[tied])
        if found.mark == REPRODUCED or one.printed or one.path.endswith(".yaml"):
            return found
        return _elsewhere(one, printed) or (found if _is_in_its_place(one, printed[tied]) else Mark(NO_COMMAND))
    return _elsewhere(one, printed) or Mark(NO_COMMAND)


def _is_quality(one: Stated) -> bool:
    """Whether a figure beside a command is of the kind that commands print: a share, a percentage, so many of so many.
    Of seconds, sums of money and sizes nobody says so by naming a command nearby."""
    number = one.number
    rest = one.figure[len(number.text) :].strip()
    return number.percent or " of " in one.figure or (number.decimals > 0 and not rest)


def _is_in_its_place(one: Stated, printed: _Printed) -> bool:
    """Whether the command beside a figure prints one of its kind, which then stands in its place: so many of as many; a
    share or a percentage. A command that words what it prints in another way contradicts nobody."""
    if not _is_quality(one):
        return False
    stated = numbers(one.figure)
    for lines in printed.given:
        for row, at, number in lines.places():
            behind = lines.rows[row][1][at + 1 : at + 2]
            if len(stated) < 2 and (number.percent or (number.decimals > 0 and 0 <= number.value <= 1)):
                return True
            if len(stated) > 1 and behind and is_of(stated[1], behind[0]):
                return True
    return False


def _elsewhere(one: Stated, printed: Sequence[_Printed]) -> Mark | None:
    """Reproduced by whichever command prints it; None where none does, or the figure is too common to tell by."""
    number = one.number
    rare = number.decimals > 1 or number.value >= _RARE or number.percent or " of " in one.figure
    unit = "" if rare or number.value < _TOLD else _unit(one)
    if one.printed or not (rare or unit):
        return None
    for at, each in enumerate(printed):
        if at != one.command and not each.outcome.reason:
            found = _by(one, at, each, unit)
            if found.mark == REPRODUCED:
                return found
    return None


def _unit(one: Stated) -> str:
    """The word behind a number, as `EUR` in `308 EUR`; empty where none stands there."""
    behind = one.figure[len(one.number.text) :].strip()
    return "" if any(c.isspace() or c.isdigit() for c in behind) else behind.casefold()


def _by(one: Stated, at: int, printed: _Printed, unit: str = "") -> Mark:
    """What the outputs of one command say of a figure. Where it was run several times, the figure may lie anywhere
    between what was printed. `unit`: what has to stand behind a printed number for it to be the figure."""
    stated, several = one.number, numbers(one.figure)
    values: list[Number] = []
    for lines in printed.given:
        places = lines.like(one.printed, one.at) if one.printed else []
        places = places or list(lines.places())
        hits = [place for place in places if _hits(one, several, place, lines) and lines.has(unit, place)][:_MOST_HITS]
        if hits:
            on_fresh = [printed.on_fresh(hit[0], hit[1], lines) for hit in hits]
            place = on_fresh.index("moved") if "moved" in on_fresh else 0  # it may be any of them: to its favour
            why = "" if one.within is None else f"within {one.within:g}, which the author allows"
            row, _, number = hits[place]
            still = printed.still(row, lines)
            return Mark(REPRODUCED, why, number.text, command=at, fresh=on_fresh[place], still=still)
        near = nearest(stated, (place[2] for place in places))
        values += [near] if near is not None else []
    if len(values) > 1 and min(gap(stated, v) for v in values) <= 0 <= max(gap(stated, v) for v in values):
        return Mark(REPRODUCED, f"between what {len(values)} runs printed", values[0].text, command=at)
    if not values:
        return Mark(DIFFERS, "its command prints no such number", command=at)
    best = min(values, key=lambda value: abs(gap(stated, value)))
    return Mark(DIFFERS, "" if one.printed else "the nearest number that its command prints", best.text,
                f"{gap(stated, best):+.4g}", at)  # fmt: skip


def _hits(one: Stated, several: Sequence[Number], place: tuple[int, int, Number], lines: _Lines) -> bool:
    """Whether what stands there is the figure; `20 of 22` are two numbers, one behind the other."""
    row, at, number = place
    if not is_of(several[0], number, one.within):
        return False
    beside = lines.rows[row][1][at + 1 : at + 2]
    return len(several) < 2 or (bool(beside) and is_of(several[1], beside[0]))


def sentence(row: Mapping[str, Any]) -> str:
    """A mark in words, for people and for the judge: no text of the candidate's but numbers."""
    said = {
        REPRODUCED: "reproduced",
        DIFFERS: f"differs: {row.get('printed')} is printed ({row.get('by')})" if row.get("printed") else
                 "differs: its command does not print it",
        CANNOT_RUN: "cannot be run" if row.get("fault") in {None, "candidate"} else
                    "was not run, which is none of the candidate's doing",
        NO_COMMAND: "no command",
    }.get(str(row.get("mark")), "")  # fmt: skip
    return f"{said}; {FIXED}" if row.get(FLAG) else said


def flags(block: Mapping[str, Any]) -> tuple[str, ...]:
    """What a reviewer should look at, one sentence each; where it is nobody's doing but the candidate's only."""
    counts = block.get("counts", {})
    number = counts.get(DIFFERS)
    differ = f"{number} figures in the documents are" if number != 1 else "1 figure in the documents is"
    return (
        *([f"{differ} not what the command beside prints: see Figures."] if number else ()),
        *(
            f"{one['same']} of the {one['numbers']} numbers that a command in {visible(one['path'], 80)} prints are "
            "the same to the digit on other data: see Figures."
            for one in block.get("commands", ())
            if one["numbers"] and 2 * one["same"] >= one["numbers"]
        ),
    )
