"""Reads a pack and says everything that is wrong with its files at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from grader.authoring import stray
from grader.authoring.entries import Listed, load_entries, same_as_base, unlisted
from grader.challenge import Pack, load_pack, strict_yaml
from grader.challenge.findings import Finding, advice, broken, found, left_out
from grader.challenge.pack import links
from grader.challenge.rubric import Criterion, load_rubric
from grader.errors import ChallengeError

T = TypeVar("T")
_PLACE = re.compile(r"^(?P<place>[^\n:]+?(?::\d+)?): (?P<text>.*)$", re.DOTALL)


def read(root: Path) -> tuple[Pack | None, tuple[Listed, ...], list[Finding]]:
    """The challenge in `root` (None where it cannot be read), its listed submissions, and what is right and wrong."""
    problems: list[str] = []
    challenge = _attempt(lambda: load_pack(root), problems)
    if challenge is None:  # it stops at the first file; what is wrong with the others is worth knowing too
        problems += _rubric_problems(root / "rubric.yaml")
    listed = _attempt(lambda: load_entries(root), problems) or ()
    findings = [of_line(line) for line in dict.fromkeys(problems)]
    if challenge is not None and not findings:
        findings.append(found("schema", _summary(challenge, listed), str(root)))
        findings += _parts(challenge, listed)
    findings += _cut_texts(root) + stray.check(root)
    return challenge, listed, findings


WRITTEN = ("challenge.yaml", "rubric.yaml", "model.yaml", "submissions/submissions.yaml", "calibration/items.yaml")


def _cut_texts(root: Path) -> list[Finding]:
    """Texts of the pack's files, and of shared rubrics beside it, that a comment ends in the middle of a sentence."""
    shared = sorted({*(root / "rubrics").glob("*.yaml"), *(root.parent.parent / "rubrics").glob("*.yaml")})
    return [
        advice("schema", f"a comment ends a text in its middle: {text!r}, without {rest!r}; quote it", f"{path}:{line}")
        for path in (*(root / name for name in WRITTEN), *shared)
        for line, text, rest in strict_yaml.cut_texts(path)
    ]


def _attempt(load: Callable[[], T], problems: list[str]) -> T | None:
    try:
        return load()
    except ChallengeError as problem:
        problems += problem.message.splitlines()
        return None


def _rubric_problems(path: Path) -> list[str]:
    """Problems of every criterion, where `load_rubric` stops at the first one that has some."""
    problems: list[str] = []
    loaded = _attempt(lambda: strict_yaml.load(path), problems) if path.exists() else None
    data, lines = loaded or (None, {})
    entries = data.get("criteria") if isinstance(data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not (isinstance(entry, dict) and "use" in entry):
            below = {at[2:]: line for at, line in lines.items() if at[:2] == ("criteria", index)}
            _attempt(lambda e=entry, b=below: strict_yaml.validate(Criterion, e, b, str(path)), problems)  # type: ignore[misc]
    if loaded is not None and not problems:
        _attempt(lambda: load_rubric(path), problems)
    return problems


def of_line(line: str, promise: str = "schema") -> Finding:
    """The finding that a line of an error's message comes to: `path:3: what is wrong`."""
    match = _PLACE.match(line)
    return broken(promise, match["text"], match["place"]) if match else broken(promise, line)


def _summary(challenge: Pack, listed: tuple[Listed, ...]) -> str:
    return (
        f"{challenge.id} {challenge.version} reads: {len(challenge.rubric.criteria)} criteria, "
        f"{len(challenge.groups)} groups, {len(listed)} listed submissions"
    )


def _without_tests(challenge: Pack) -> Finding:
    """Where only people judge, the weights say so; else the tests are missing."""
    place = str(challenge.root / "tests")
    if not challenge.weights.objective:
        return left_out("schema", "there are no hidden tests, so nothing is run", place)
    text = "no tests at all: nothing is run, and people's levels alone make the grade. Hidden tests are test_….py here"
    text += (
        " (docs/authoring.md, Hidden tests); where only people judge, say so: weights: {objective: 0, subjective: 100}"
    )
    return advice("schema", text, place)


def _parts(challenge: Pack, listed: tuple[Listed, ...]) -> list[Finding]:
    """What the folder holds beside the files that every pack has."""
    root = challenge.root
    findings = [
        broken("submissions", "it is shipped, but submissions.yaml says nothing about it", f"submissions/{path}")
        for path in unlisted(root, listed)
    ]
    findings += [
        broken("submissions", f"{one.entry.path}: {name} is the same as in solution/: leave it out", one.place)
        for one, name in same_as_base(root, listed)
    ]
    if challenge.id != root.resolve().name:
        text = f"the folder is not named {challenge.id}: `--challenge {challenge.id}` will not find it"
        findings.append(advice("schema", text, str(root / "challenge.yaml")))
    findings += [of_line(told) for told in links(root)]
    if not challenge.has_tests:
        findings.append(_without_tests(challenge))
    elif not (root / "solution").is_dir():
        findings.append(broken("reference", "there is no solution/: nobody has shown that all points can be earned"))
    return findings
