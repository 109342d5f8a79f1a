"""The kit `own-work` for one candidate: its sheets from their own work, the key for the interviewer. Pure.

What a candidate wrote is put in as it is, after every name of the kit was filled in, and escaped where it is shown.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import zip_longest
from textwrap import dedent
from typing import Any

from grader.claims.marks import CANNOT_RUN, DIFFERS, NO_COMMAND, REPRODUCED, sentence
from grader.follow_up.changes import Change
from grader.follow_up.seen import Seen
from grader.loop.kits import Held

KIT = "own-work"
MOST_TESTS = 6
"""Tests that the key names for a change."""
_LINE = 2_000
"""Characters of a table's row that are shown."""
_TELLING = (REPRODUCED, DIFFERS, NO_COMMAND, CANNOT_RUN)
"""Marks of figures, the most telling to talk about first."""


def filled(kit: Held, seen: Sequence[Seen], figures: Sequence[Mapping[str, Any]], commands: Sequence[Mapping[str, Any]],
           seed: int, documents: Mapping[str, bytes]) -> Held:  # fmt: skip
    """`kit` with the sheets of this work, whose files are `documents`. Parts for which there is nothing are left out,
    and their minutes too."""
    without, changed = (*seen[:2], None, None)[:2]
    figure = picked(figures, seed)
    candidates = {
        "without": without and _without(without.change),
        "changed": changed and {"code": _numbered(changed.change, changed.change.changed)},
        "figure": figure and {"text": _told(figure), "code": _around(figure, documents)},
    }
    sheets = [
        {**one, **made} if (made := candidates.get(one["id"])) else one
        for one in kit.kit["sheets"]
        if one["id"] not in candidates or candidates[one["id"]]
    ]
    for sheet in sheets:
        if sheet["id"] == "changed":
            sheet["text"] = f"A function of yours in {changed.change.path}, in which one thing was changed."  # type: ignore[union-attr]
        if sheet["id"] == "key":
            sheet |= {"columns": ["sheet", "what", "key"], "rows": _key(without, changed, figure, commands)}
    parts = [part for part in kit.kit["parts"] if all(candidates.get(name, True) for name in part["hand"])]
    whole = {**kit.kit, "sheets": sheets, "parts": parts, "minutes": sum(part["minutes"] for part in parts)}
    return replace(kit, kit=whole)


def picked(figures: Sequence[Mapping[str, Any]], seed: int) -> Mapping[str, Any] | None:
    """A figure to talk about: of those with the most telling mark, one by lot."""
    for mark in _TELLING:
        if those := [one for one in figures if one["mark"] == mark]:
            return random.Random(seed).choice(those)  # noqa: S311 - a choice, no secret
    return None


def as_json(held: Held, seen: Sequence[Seen], about: Mapping[str, Any]) -> dict[str, Any]:
    """For programs: what the sheets are made of, and every change that was run."""
    changes = [
        {**{key: value for key, value in asdict(one.change).items() if key not in {"source", "own", "changed"}},
         "lost": None if one.lost is None else [asdict(test) for test in one.lost]}
        for one in seen
    ]  # fmt: skip
    return {"schema_version": 1, **about, "kit": held.kit["id"], "revision": held.kit["revision"],
            "minutes": held.kit["minutes"], "sheets": held.kit["sheets"], "changes": changes}  # fmt: skip


def _without(change: Change) -> dict[str, str]:
    """The function, and the line as it might read instead."""
    own = _numbered(change, change.own, mark=change.line)
    rows = own.split("\n")
    if change.kind == "deletion":
        text = f"A function of yours in {change.path}. Suppose that what begins in line {change.line} were not there."
        return {"text": text, "code": own}
    at = change.line - change.first
    instead = _numbered(change, change.changed).split("\n")[at : at + 1] or [f"{'':8}{change.after}"]
    rows.insert(at + 1, f"{'or':>5}{instead[0][5:]}")
    text = (
        f"A function of yours in {change.path}. Suppose that line {change.line} read as the line below it, marked “or”."
    )
    return {"text": text, "code": "\n".join(rows)}


def _numbered(change: Change, lines: Sequence[str], mark: int = 0) -> str:
    """The lines with their numbers; those of a method begin at the margin."""
    return "\n".join(
        f"{'→' if number == mark else ' '}{number:>4}   {line}"
        for number, line in enumerate(dedent("\n".join(lines)).split("\n"), change.first)
    )


def _around(figure: Mapping[str, Any], documents: Mapping[str, bytes]) -> str:
    """The line that the figure stands in; a row of a table with the table's head, without which it says nothing. Lines
    are counted as where the figure was found, by line feeds alone: a document has no other way to move them."""
    text = documents.get(str(figure["path"]), b"").decode("utf-8-sig", "replace")
    lines = [line[:_LINE] for line in text.split("\n")]
    at = int(figure["line"]) - 1
    if not 0 <= at < len(lines) or not _is_row(lines[at]) or str(figure["figure"]) not in lines[at]:
        return str(figure["text"])
    top = at
    while top > 0 and _is_row(lines[top - 1]):
        top -= 1
    shown = [[cell.strip() for cell in lines[row].strip().strip("|").split("|")] for row in dict.fromkeys((top, at))]
    widths = [max(len(cell) for cell in column) for column in zip_longest(*shown, fillvalue="")]
    return "\n".join(" | ".join(map(str.ljust, cells, widths)).rstrip() for cells in shown)


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def _told(figure: Mapping[str, Any]) -> str:
    return f"This stands in {figure['path']}, line {figure['line']}. The figure is {figure['figure']}."


def _key(
    without: Seen | None, changed: Seen | None, figure: Mapping[str, Any] | None, commands: Sequence[Mapping[str, Any]]
) -> list[list[str]]:
    both = (("One line, otherwise", without), ("One thing was changed here", changed))
    rows = [[name, _what(one.change), _saw(one)] for name, one in both if one]
    if figure:
        which = figure["command"]
        by = f" Its command: {commands[which]['command']}" if which is not None and which < len(commands) else ""
        rows.append(["A figure of yours", f"{figure['figure']} ({figure['path']}, line {figure['line']})",
                     f"When it was run again: {sentence(figure)}.{by}"])  # fmt: skip
    return rows


def _what(change: Change) -> str:
    return f"{change.path}, line {change.line} ({change.kind}): {change.before} → {change.after}"


def _saw(one: Seen) -> str:
    """What was seen of a change, in words."""
    if one.lost is None:
        return "It could not be judged: a hidden test met what it cannot judge. Ask for an input all the same."
    if not one.lost:
        return "No hidden test saw it. Ask for an input for which it matters, or why there is none."
    named = "; ".join(f"{test.title or test.id} ({test.why})" for test in one.lost[:MOST_TESTS])
    more = f"; and {len(one.lost) - MOST_TESTS} more" if len(one.lost) > MOST_TESTS else ""
    return f"{len(one.lost)} hidden test{'s' if len(one.lost) != 1 else ''} gave fewer points: {named}{more}."
