"""Stages: after which rounds somebody decides, by what, and which letter goes out, sent by whom. A rule recommends; it
never turns anybody down. Pure but for reading the letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from grader import files
from grader.challenge.findings import Finding, advice, broken, found
from grader.errors import visible
from grader.loop.matrix import LoadedLoop, Stage

PLACES = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
KNOWN = frozenset({"name", "role", "stage", "next", "answer_by", "sender"})
"""What a letter may leave open, for its sender to fill in."""
LONGEST = 20_000
_MACHINE = re.compile(r"\b(?:automatic(?:ally)?|algorithm|our system|score of \d|did not reach)\b", re.IGNORECASE)


def check(loaded: LoadedLoop) -> list[Finding]:
    """What is wrong with the stages of a loop."""
    loop = loaded.loop
    if not loop.stages:
        text = "the loop has no stages: when it goes on, who decides, and which letter the candidate gets is not agreed"
        return [advice("stages", text, loaded.place("rounds"))]
    problems = list(_order(loaded))
    for index, stage in enumerate(loop.stages):
        problems += _rule(loaded, index, stage)
        for which in ("goes_on", "ends"):
            problems += _letter(loaded, index, which)
    if any(one.outcome == "broken" for one in problems):
        return problems
    text = ", ".join(f"{one.title} (decided by {one.decides}, letter by {one.sends})" for one in loop.stages)
    return [found("stages", text), *problems]


def _order(loaded: LoadedLoop) -> Iterator[Finding]:
    """Each round stands in one stage, in the loop's order."""
    loop = loaded.loop
    known = [one.id for one in loop.rounds]
    named = [name for stage in loop.stages for name in stage.rounds]
    for index, stage in enumerate(loop.stages):
        for name in stage.rounds:
            if name not in known:
                yield broken("stages", f"{stage.id}: there is no round {name}", loaded.place("stages", index))
            elif named.count(name) > 1:
                yield broken("stages", f"{name} stands in two stages", loaded.place("stages", index))
    for index, one in enumerate(loop.rounds):
        if one.id not in named:
            yield broken("stages", f"the round {one.id} stands in no stage", loaded.place("rounds", index))
    if sorted(named) == sorted(known) and named != known:
        yield advice("stages", "the stages take the rounds in another order than `rounds`", loaded.place("stages"))


def _rule(loaded: LoadedLoop, index: int, stage: Stage) -> Iterator[Finding]:
    """A rule asks for what the rounds so far have measured, and for two people where it asks for anything."""
    loop, place = loaded.loop, loaded.place("stages", index, "goes_on")
    so_far = [name for one in loop.stages[: index + 1] for name in one.rounds]
    rows = [loop.matrix.rows[name] for name in so_far if name in loop.matrix.rows]
    measured = {name for row in rows for name in (row.primary, *row.secondary)}
    for name in stage.goes_on.least:
        if name not in measured:
            yield broken("stages", f"{stage.id} asks for {name}, which no round so far has measured", place)
        elif not 1 <= stage.goes_on.least[name] <= 5:
            yield broken("stages", f"{stage.id}: a level is 1 to 5, not {stage.goes_on.least[name]}", place)
    asks = bool(stage.goes_on.least) or stage.goes_on.total is not None
    if asks and stage.goes_on.people < 2:
        yield broken("stages", f"{stage.id} recommends on one person's word; at least two, independent ones", place)
    if asks and not measured:
        yield broken("stages", f"{stage.id} asks for points, and none of its rounds measures anything", place)


def _letter(loaded: LoadedLoop, index: int, which: str) -> Iterator[Finding]:
    stage = loaded.loop.stages[index]
    path = letter_path(loaded, stage, which)
    place = loaded.place("stages", index, "letters", which)
    if path is None:
        yield broken("stages", f"{stage.id}: a letter lies beside the loop's file or below it", place)
        return
    try:
        text = files.read(path, LONGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        yield broken("stages", f"{stage.id}: there is no letter {path} that can be read", place)
        return
    for number, line in enumerate(text.splitlines(), 1):
        for strange in _TEMPLATE.findall(PLACES.sub("", line)):
            said = f"{stage.id}: {visible(strange, 60)!r} is nothing that a letter leaves open; it would stand in it"
            yield broken("stages", said, f"{path}:{number}")
        for name in PLACES.findall(line):
            if name not in KNOWN:
                said = f"{stage.id}: {{{{{name}}}}} is nothing that a letter leaves open: {', '.join(sorted(KNOWN))}"
                yield broken("stages", said, f"{path}:{number}")
        if seen := _MACHINE.search(line):
            said = f"{stage.id}: {seen[0]!r} sounds as if a machine had decided; a person decides, and says so"
            yield advice("stages", said, f"{path}:{number}")
    if which == "ends" and "{{ sender }}" not in text and "{{sender}}" not in text:
        yield advice("stages", f"{stage.id}: the letter that ends it names no {{{{ sender }}}} to answer to", str(path))


def letter_path(loaded: LoadedLoop, stage: Stage, which: str) -> Path | None:
    """The file of a letter; None for one that lies elsewhere."""
    root = loaded.path.resolve().parent
    path = (root / getattr(stage.letters, which)).resolve()
    return path if path.is_relative_to(root) else None
