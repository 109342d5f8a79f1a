"""One person's words on one submission, whole or half written, and what is still missing before it can be handed in.

A draft holds whatever was typed. Handing it in asks for a level of each criterion, or the reason why the person cannot
judge it; and at the lowest and the highest level for a place in the work that the level rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from grader.challenge.rubric import Criterion
from grader.errors import UsageError, visible
from grader.ratings import places
from grader.ratings.places import Work
from grader.records import Evidence

Lean = Literal["", "strong_no", "no", "yes", "strong_yes"]
LEANS: tuple[Lean, ...] = get_args(Lean)
"""The overall lean has four points and no middle; empty where a person does not say."""
LONGEST = 20_000
"""Characters of one text."""
MOST_TICKS = 500


def chosen(text: str, of: Iterable[int]) -> int | None:
    """The number of those offered that somebody typed or sent; None for anything else, however long."""
    return next((number for number in of if text.strip() == str(number)), None)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a person says on one criterion."""

    criterion: str
    level: int | None = None
    cannot_judge: str = ""
    """Why there is no level; empty where there is one, or nothing was said yet."""
    evidence: tuple[str, ...] = ()
    """As it was typed: `EVAL.md:12-14`, or a quote."""
    found: tuple[Evidence, ...] = ()
    """Where that stands in the work; set when the sheet is handed in."""
    note: str = ""
    """Why this level."""
    torn: int | None = None
    """The other level that was considered."""
    for_candidate: str = ""
    """What the candidate may read of it; nothing else that is said here reaches them."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one person says on the whole submission."""

    said: tuple[Said, ...] = ()
    lean: Lean = ""
    rationale: str = ""
    integrity: str = ""
    """What looks invented or not the candidate's own; apart from every level."""
    ticked: tuple[str, ...] = ()
    """Parts of anchors that were seen to be there, `criterion:level.part`. A help for the one who rates: no level
    follows from it."""

    def on(self, criterion: str) -> Said:
        """What is said on a criterion; empty where nothing is."""
        return next((one for one in self.said if one.criterion == criterion), Said(criterion=criterion))

    def having(self, new: Said) -> Sheet:
        """The sheet with `new` in place of what was said on its criterion."""
        others = [one for one in self.said if one.criterion != new.criterion]
        return replace(self, said=(*others, new))


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What is missing in a sheet that was to be handed in. `criterion` is empty for the whole."""

    criterion: str
    what: str


def gaps(sheet: Sheet, criteria: Sequence[Criterion], work: Work) -> tuple[Gap, ...]:
    """What is missing before `sheet` can be handed in, in the order of the rubric."""
    known = {criterion.id for criterion in criteria}
    strange = [Gap(criterion=one.criterion, what="is not a criterion of this rubric")
               for one in sheet.said if one.criterion not in known]  # fmt: skip
    missing = [gap for criterion in criteria for gap in _gaps(sheet.on(criterion.id), criterion, work)]
    if sheet.lean not in LEANS:
        missing.append(Gap(criterion="", what=f"the lean is one of {', '.join(LEANS[1:])}, or left out"))
    return (*strange, *missing)


def _gaps(said: Said, criterion: Criterion, work: Work) -> list[Gap]:
    def gap(what: str) -> Gap:
        return Gap(criterion=criterion.id, what=what)

    if said.level is None:
        return [] if said.cannot_judge.strip() else [gap("has no level; give one, or say why you cannot judge it")]
    found: list[Gap] = []
    if said.level not in criterion.levels:
        found.append(gap(f"has level {said.level}; levels are 1 to {criterion.max_level}"))
    if said.cannot_judge.strip():
        found.append(gap("has a level and a reason why you cannot judge it; one of the two"))
    found += [gap(f"names {visible(text, 80)!r}, which does not stand in the work")
              for text in said.evidence if places.find(text, work) is None]  # fmt: skip
    if said.level in {1, criterion.max_level} and not _evidence(said, work) and not found:
        found.append(gap(f"has level {said.level}, the {'lowest' if said.level == 1 else 'highest'}: name the lines "
                         "it rests on (FILE:12-14) or quote them"))  # fmt: skip
    return found


def _evidence(said: Said, work: Work) -> tuple[Evidence, ...]:
    named = [one for text in said.evidence if (one := places.find(text, work)) is not None]
    return tuple(dict.fromkeys([*named, *places.found_in(said.note, work)]))


def complete(sheet: Sheet, criteria: Sequence[Criterion], work: Work) -> Sheet:
    """`sheet` as it is handed in: in the rubric's order, with the places that its evidence names."""
    said = [sheet.on(criterion.id) for criterion in criteria]
    return replace(sheet, said=tuple(replace(one, found=_evidence(one, work)) for one in said))


# ------------------------------------------------------------------------------------------------ as plain data


def to_data(sheet: Sheet) -> dict[str, Any]:
    """`sheet` as JSON holds it."""
    return asdict(sheet)


def from_data(data: Mapping[str, Any]) -> Sheet:
    """The inverse of `to_data`, also of what a form or another program made. Raises UsageError for what cannot be."""
    try:
        said = tuple(_said(one) for one in data.get("said", ()))
        lean = data.get("lean", "")
        ticked = tuple(str(tick)[:100] for tick in data.get("ticked", ()))
        sheet = Sheet(said=said, lean=lean, rationale=_text(data, "rationale"), integrity=_text(data, "integrity"),
                      ticked=ticked[:MOST_TICKS])  # fmt: skip
    except (TypeError, ValueError, KeyError, AttributeError) as problem:
        raise UsageError(f"This is no assessment: {visible(str(problem), 200)}.") from problem
    if lean not in LEANS:
        raise UsageError(f"The lean is one of {', '.join(LEANS[1:])}, or left out; not {visible(str(lean), 40)!r}.")
    twice = {one.criterion for one in said if [other.criterion for other in said].count(one.criterion) > 1}
    if twice:
        raise UsageError(f"The criterion {visible(min(twice), 80)!r} stands twice.")
    return sheet


def _said(data: Mapping[str, Any]) -> Said:
    return Said(
        criterion=str(data["criterion"]),
        level=_level(data.get("level")),
        cannot_judge=_text(data, "cannot_judge"),
        evidence=tuple(str(text)[:LONGEST] for text in data.get("evidence", ())),
        found=tuple(Evidence(**one) for one in data.get("found", ())),
        note=_text(data, "note"),
        torn=_level(data.get("torn")),
        for_candidate=_text(data, "for_candidate"),
    )


def _level(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"a level is a whole number, not {value!r}")  # noqa: TRY004 - of what came in
    return value


def _text(data: Mapping[str, Any], name: str) -> str:
    """A text as every database takes it: no NUL, no half of a surrogate pair."""
    value = data.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is text, not {value!r}")  # noqa: TRY004 - of what came in
    if len(value) > LONGEST:
        raise ValueError(f"{name} has {len(value)} characters; {LONGEST} are kept")
    return value.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
