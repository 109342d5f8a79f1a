"""Whether a pack's files agree with each other, as far as that can be read off them: with place and nearest name,
without running anything."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader import junk
from grader.authoring import skeletons
from grader.authoring.entries import FILE, REFERENCE, Listed, nearest_test
from grader.authoring.schema import of_line
from grader.authoring.shipped import STARTER
from grader.challenge import Pack, strict_yaml
from grader.challenge.findings import Finding, advice, broken, found
from grader.challenge.starter import given
from grader.errors import ChallengeError, UsageError
from grader.ratings import items, labels

WANTED_KINDS = ("rejected", "cheating")
"""Without one of each nothing shows that weak work loses points, and that forging earns none."""
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNITS = {"hour": 3600.0, "minute": 60.0}
_OWN_PATH = re.compile(rf"(?<![\w./-])(?:{STARTER}|environment)/[\w./-]*\w")
"""A path of the pack's in what candidates read. They are given the files of starter/ as their folder."""
_DURATION = re.compile(
    rf"\b(?P<count>\d+(?:\.\d+)?|{'|'.join(_COUNTS)}|an?)[ -]+(?P<unit>hour|minute)s?\b", re.IGNORECASE
)


def check(challenge: Pack, listed: Sequence[Listed], *, static: bool) -> list[Finding]:
    """What does not fit together, and how many items to rate do. `static`: also what a run would say by itself."""
    return [
        *_there(challenge, listed),
        *_module(challenge),
        *(_required(challenge) if static else ()),
        *_instruction(challenge),
        *(_named_tests(challenge, listed) if static else ()),
        *_calibration(challenge),
        *_weights(challenge),
    ]


def _weights(challenge: Pack) -> Iterator[Finding]:
    """Weights are relative, and who writes two that do not make 100 may have meant points."""
    weights = challenge.weights
    whole = weights.objective + weights.subjective
    if whole > 0 and abs(whole - 100) > 1e-6:
        path = challenge.root / "challenge.yaml"
        _, lines = strict_yaml.load(path)
        text = f"weights add up to {whole:g}, so that objective is {100 * weights.objective / whole:.1f} of 100"
        yield advice("schema", text, f"{path}:{lines.get(('weights',), 1)}")


def _there(challenge: Pack, listed: Sequence[Listed]) -> Iterator[Finding]:
    root = challenge.root
    if not _names(root / STARTER):
        yield advice("starter", "there is none: candidates begin with the instruction alone", str(root / STARTER))
    else:
        yield from _public(root / STARTER)
    kinds = {one.entry.kind for one in listed}
    silent = not listed and (root / FILE).exists()  # it cannot be read, which is said by itself
    missing = [kind for kind in WANTED_KINDS if kind not in kinds] if challenge.has_tests and not silent else []
    if missing:
        text = f"no {' and no '.join(missing)} submission is shipped: nothing shows what such work earns"
        yield advice("submissions", f"{text} (docs/authoring.md, Submissions)", str(root / FILE))


def _public(starter: Path) -> Iterator[Finding]:
    """Where candidates' own runs look for public tests."""
    tests = sorted(name for name in _names(starter) if Path(name).match("test_*.py") or Path(name).match("*_test.py"))
    astray = [name for name in tests if not name.startswith("tests/")]
    for name in astray:
        yield broken("starter", f"{name}: public tests are run out of starter/tests/ only; move it", str(starter))
    if not tests:
        yield advice(
            "starter", "no public tests in starter/tests/: nobody can try a work before handing it in", str(starter)
        )


def _module(challenge: Pack) -> Iterator[Finding]:
    there, place = _names(challenge.root / REFERENCE), str(challenge.root / REFERENCE)
    module = challenge.interface.module.replace(".", "/")
    if there and module and not {f"{module}.py", f"{module}/__init__.py"} & there:
        name = f"{module}.py"
        said = f"interface.module is {challenge.interface.module}, and there is no {name}{_near(name, there)}"
        yield broken("reference", said, place)


def _required(challenge: Pack) -> Iterator[Finding]:
    """A reference that is refused shows nothing."""
    there, place = _names(challenge.root / REFERENCE), str(challenge.root / REFERENCE)
    for name in challenge.submission.required if there else ():
        if name not in there:
            yield broken("reference", f"{name} is required and is not there{_near(name, there)}", place)


def _instruction(challenge: Pack) -> Iterator[Finding]:
    """What candidates read against what is counted: hours, and files without which a work is refused."""
    place, text = str(challenge.root / "instruction.md"), challenge.instruction.decode("utf-8", "replace")
    said = {match[0].lower(): _seconds(match) for match in _DURATION.finditer(text)}
    working = challenge.time.working
    if said and not any(abs(seconds - working) < 1 for seconds in said.values()):
        shown = f"{working / 3600:g} h" if working >= 3600 else f"{working / 60:g} min"
        words = ", ".join(list(said)[:4])
        yield advice("schema", f"challenge.yaml gives {shown} (time.working), and this says {words}", place)
    handed = given(challenge.root, most_bytes=None)
    for match in dict.fromkeys(match[0] for match in _OWN_PATH.finditer(text)):
        theirs = match.removeprefix(f"{STARTER}/")
        if match not in handed:
            there = any(name == theirs or name.startswith(f"{theirs}/") for name in handed)
            but = f"they have it as {theirs}" if there else f"they are not given it{_near(theirs, handed)}"
            yield advice("schema", f"this names {match} to candidates; {but}", f"{place}:{_line(text, match)}")
    for name in challenge.submission.required:
        if Path(name).name not in text:
            yield broken("schema", f"a work without {name} is refused, and this does not name the file", place)


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def _seconds(match: re.Match[str]) -> float:
    count = match["count"].lower()
    number = 1.0 if count in {"a", "an"} else float(_COUNTS.index(count) + 1) if count in _COUNTS else float(count)
    return number * _UNITS[match["unit"].lower()]


def _named_tests(challenge: Pack, listed: Sequence[Listed]) -> Iterator[Finding]:
    """Tests that submissions.yaml names are there; of one with cases only the function is looked for. In a file that
    has none of its own nothing is said: they are made there, or inherited."""
    known = list(_tests(challenge))
    silent = set(challenge.tests) - {name.partition("::")[0] for name in known}
    for one in listed:
        for number, name in enumerate(one.entry.fails):
            function = name.partition("[")[0]
            if function in known or function.partition("::")[0] in silent:
                continue
            text = f"{one.entry.path}: there is no test {name}{nearest_test(function, known)}"
            yield broken("submissions", text, one.at(number))


def _tests(challenge: Pack) -> Iterator[str]:
    """Functions and methods as pytest names them, `test_it.py::TestAll::test_one`; those that a class inherits are not
    looked for, so that nothing is said where there are any."""
    for name, content in challenge.tests.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError):  # said where the hidden tests are looked at
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield f"{name}::{node.name}"
            elif isinstance(node, ast.ClassDef):
                yield from (
                    f"{name}::{node.name}::{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)
                )


def _calibration(challenge: Pack) -> Iterator[Finding]:
    if not items.folder_of(challenge).is_dir():
        return
    try:
        known, path = items.load_items(challenge), labels.ratings_path(challenge)
        if path.is_file() and len(path.read_bytes().split()) > 1:  # a header alone waits for people
            labels.read_file(challenge, known, path)
    except (ChallengeError, UsageError) as problem:
        yield from (of_line(line, "calibration") for line in problem.message.splitlines())
    else:
        unwritten = list(skeletons.unwritten(challenge, known))
        for place in unwritten:
            yield broken("calibration", "it is a skeleton still: write its text, or take the item out", place)
        if known and not unwritten:
            many = len({one.id for one in known})
            text = f"{many} item{'s' if many > 1 else ''} looked at: files, criteria and ratings fit"
            yield found("calibration", text, str(items.folder_of(challenge)))


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in junk.files(folder)} if folder.is_dir() else set()


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""
