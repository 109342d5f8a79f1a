"""The figures of the documents on a page: each with its place, its command, and what came of running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from grader.claims.marks import sentence
from grader.pages.text import clean, count, listed
from grader.report.code import File

_WORDS = {"reproduced": "reproduced", "differs": "not what is printed", "cannot_run": "cannot be run",
          "no_command": "without a command"}  # fmt: skip


class Claimed(NamedTuple):
    """A figure as a page shows it. `state` is one of the marks; `flagged`: it does not depend on the data."""

    place: str
    target: str
    text: str
    figure: str
    command: str
    state: str
    said: str
    flagged: bool


class Command(NamedTuple):
    """A command and what became of it."""

    text: str
    said: str
    output: str


def figures(block: Mapping[str, Any], files: Sequence[File] = ()) -> tuple[Claimed, ...]:
    """The figures, those first that did not come out as stated. `files`: those of the page, for links."""
    anchors = {file.path: file.anchor for file in files}
    commands = [clean(one["command"]) for one in block.get("commands", ())]
    rows = [
        Claimed(
            place=f"{row['path']}:{row['line']}",
            target=f"{anchors[row['path']]}:{row['line']}" if row["path"] in anchors else "",
            text=clean(row["text"]),
            figure=clean(row["figure"]),
            command=commands[row["command"]] if row["command"] is not None and row["command"] < len(commands) else "",
            state=row["mark"],
            said=sentence(row) + (f": {clean(row['why'])}" if row["mark"] == "cannot_run" else ""),
            flagged=bool(row.get("flag")),
        )
        for row in block.get("figures", ())
    ]
    order = {"differs": 0, "cannot_run": 1, "reproduced": 3, "no_command": 4}
    return tuple(sorted(rows, key=lambda row: 2 if row.flagged else order.get(row.state, 5)))


def commands(block: Mapping[str, Any]) -> tuple[Command, ...]:
    return tuple(Command(clean(one["command"]), _said(one), clean(one["output"])) for one in block.get("commands", ()))


def _said(one: Mapping[str, Any]) -> str:
    if not one["ran"]:
        why = clean(one["reason"])
        return f"cannot be run: {why} ({one['fault']})" if one["fault"] else f"not run: {why}"
    other = f"on {count(one['fresh'], 'other set')} of data too" if one["fresh"] else ""
    not_tried = f"other data not tried: {clean(one['not_fresh'])}" if one["not_fresh"] else ""
    stayed = f"{one['same']} of {one['numbers']} numbers stayed the same" if one["fresh"] and one["numbers"] else ""
    return "; ".join(filter(None, (f"ran, {one['seconds']:.1f} s", other, stayed, not_tried)))


def summary(block: Mapping[str, Any]) -> str:
    """How many of each mark."""
    counts = block.get("counts", {})
    parts = [f"{counts[mark]} {word}" for mark, word in _WORDS.items() if counts.get(mark)]
    fixed = counts.get("fixed")
    return listed(parts) + (f"; {fixed} do not depend on the data" if fixed else "")
