"""Marks of changes that make no difference: which of several equal ones they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authoring import equivalent
from grader.authoring.mutants import mutants
from tests.authoring_fakes import write_pack

EQUIVALENT = "submissions/equivalent.yaml"
TWICE = """def f(n):
    a = n < 5  # first
    b = n < 5  # second
    return (b, n < 5, n < 5)


def g(n):
    return n < 5
"""


def marked(pack: Path, tail: str) -> list[tuple[int, int]]:
    """Lines and occurrences of the mutants that a mark of `n < 5 → n <= 5` with these keys bears."""
    text = f"- file: work.py\n  mutant: n < 5 → n <= 5\n  why: nobody asks for it\n{tail}"
    write_pack(pack.parent, {"solution/work.py": TWICE, EQUIVALENT: text})
    marks = equivalent.load(pack)
    held = [one for one in mutants("work.py", TWICE.encode()) if marks.holds(one)]
    return sorted((one.line, one.occurrence) for one in held)


@pytest.mark.parametrize(
    ("tail", "held"),
    [
        ("", [(2, 1), (3, 2), (4, 3), (4, 4), (8, 1)]),
        ("  function: f\n", [(2, 1), (3, 2), (4, 3), (4, 4)]),
        ("  line: 'b =  n < 5  # second'\n", [(3, 2)]),
        ("  function: f\n  occurrence: 2\n", [(3, 2)]),
        ("  line: return (b, n < 5, n < 5)\n  occurrence: 4\n", [(4, 4)]),
        ("  function: g\n  occurrence: 1\n", [(8, 1)]),
    ],
)
def test_two_equal_changes_in_one_function_are_told_apart(
    tail: str, held: list[tuple[int, int]], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path)
    assert marked(pack, tail) == held
    said = [one.text for one in equivalent.check(pack)]
    assert [f"{len(held)} mutants bear this mark" in text for text in said] == ([True] if len(held) > 1 else [])


def test_a_mark_on_a_line_that_is_none_is_told_where_that_change_stands(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    assert marked(pack, "  line: c = n < 5\n") == []
    (found,) = equivalent.check(pack)
    assert "line 3, occurrence 2 in f: b = n < 5  # second" in found.text


def test_the_same_changes_are_counted_as_they_stand_in_the_file() -> None:
    """In the tree, the test of a conditional comes before its first value."""
    source = b"def f(n):\n    return 5 if n == 5 else 5\n"
    columns = [one.source.find(b"6") for one in sorted(mutants("f.py", source), key=lambda one: one.occurrence)
               if one.before == "5"]  # fmt: skip
    assert columns == sorted(columns)
