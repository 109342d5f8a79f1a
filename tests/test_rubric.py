"""rubric.yaml: criteria, anchors, and what comes from shared files."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.challenge.rubric import load_rubric
from grader.errors import ChallengeError
from grader.settings import PLACES
from tests.small_packs import write_files

CRITERION = """\
- id: {id}
  competency: evaluation_methodology
  weight: 2
  question: How do they know?
  evidence: [EVAL.md]
  levels: {levels}
"""
LEVELS = "{1: None at all., 2: One., 3: Some., 4: Many., 5: All.}"


def rubric(root: Path, criteria: str, rest: str = "", *, name: str = "rubric.yaml") -> Path:
    """A rubric file below `root/challenges/p`, so that `root/rubrics` is where shared ones are."""
    indented = "".join(f"  {line}\n" for line in criteria.splitlines())
    return (
        write_files(root, {f"challenges/p/{name}": f"schema: 1\ncriteria:\n{indented}{rest}"}) / "challenges/p" / name
    )


def one(**changes: str) -> str:
    return CRITERION.format(**{"id": "knowing", "levels": LEVELS, **changes})


def refused(path: Path) -> str:
    with pytest.raises(ChallengeError) as caught:
        load_rubric(path)
    assert str(path.parent) in caught.value.message
    return caught.value.message


def test_a_criterion_is_read_with_its_anchors_in_order(tmp_path: Path) -> None:
    (found,) = load_rubric(rubric(tmp_path, one(levels="{2: b, 1: a, 3: no}"))).criteria
    assert (found.weight, found.max_level, found.name) == (2.0, 3, "Knowing")
    assert list(found.levels.items()) == [(1, "a"), (2, "b"), (3, "no")]


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ("{1: a}", "at least two"),
        ("{1: a, 3: c}", "without a gap"),
        ("{0: a, 1: b}", "without a gap"),
        ("{1: a, 2: ' '}", "level 2 has no anchor"),
        ("{1: a, 2: a}", "same anchor"),
        ("{1: a, 2: 3}", "levels"),
        ('{"1": a, "2": b}', "levels"),
        ("{1: a, 1: b}", "stands twice"),
        ("[a, b]", "levels"),
    ],
)
def test_levels_that_cannot_be_used_are_refused(levels: str, words: str, tmp_path: Path) -> None:
    assert words in refused(rubric(tmp_path, one(levels=levels)))


@pytest.mark.parametrize(
    "line",
    [
        "weight: 0",
        "weight: .inf",
        "weight: true",
        "weight: 101",
        "evidence: []",
        "evidence: x.md",
        "competency: x",
        "question: ''",
    ],
)
def test_values_that_make_no_sense_are_refused_with_their_line(line: str, tmp_path: Path) -> None:
    key = line.split(":")[0]
    rows = [f"  {line}" if row.strip().startswith(f"{key}:") else row for row in one().splitlines()]
    path = rubric(tmp_path, "\n".join(rows))
    assert f"{path}:{3 + [row.strip() for row in rows].index(line)}:" in refused(path)


def test_a_typing_error_gets_a_hint(tmp_path: Path) -> None:
    assert "Did you mean 'levels'?" in refused(rubric(tmp_path, one().replace("levels", "level")))


def test_one_id_twice_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = rubric(tmp_path, one() + one())
    assert refused(path) == f"{path}: the criterion 'knowing' stands twice"


def test_thresholds_of_the_gate_are_read_and_checked(tmp_path: Path) -> None:
    assert load_rubric(rubric(tmp_path, one(), "gate: {min_labels: 30, smd: 0.2}\n")).gate.min_labels == 30
    assert "Did you mean 'min_labels'?" in refused(rubric(tmp_path, one(), "gate: {min_label: 30}\n"))
    assert "judge_qwk" in refused(rubric(tmp_path, one(), "gate: {judge_qwk: 1.5}\n"))


# ------------------------------------------------------------------------------------------------ shared criteria


def shared(root: Path, criteria: str) -> None:
    write_files(
        root, {"rubrics/common.yaml": "schema: 1\ncriteria:\n" + "".join(f"  {x}\n" for x in criteria.splitlines())}
    )


def test_a_shared_criterion_comes_with_its_anchors_and_the_packs_weight(tmp_path: Path) -> None:
    shared(tmp_path, one())
    (plain,) = load_rubric(rubric(tmp_path, "- use: common#knowing")).criteria
    (own,) = load_rubric(rubric(tmp_path, "- use: common#knowing\n  weight: 5\n  evidence: [A.md]")).criteria
    assert (plain.weight, plain.evidence) == (2.0, ["EVAL.md"])
    assert (own.weight, own.evidence, own.levels) == (5.0, ["A.md"], plain.levels)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("- use: nowhere#knowing", "there is no rubrics/nowhere.yaml"),
        ("- use: common#other", "has no criterion 'other'"),
        ("- use: ../../etc/passwd#x", "use"),
        ("- use: common", "use"),
        ("- use: common#knowing\n  weight: 0", "weight"),
        ("- use: common#knowing\n  weight: 1000", "weight"),
        ("- use: common#knowing\n  evidence: []", "evidence"),
        ("- use: common#knowing\n  levels: {1: a, 2: b}", "unknown key 'levels'"),
        ("- use: common#knowing\n- use: common#knowing", "stands twice"),
    ],
)
def test_a_use_that_does_not_work_is_refused(entry: str, words: str, tmp_path: Path) -> None:
    shared(tmp_path, one())
    assert words in refused(rubric(tmp_path, entry))


def test_shared_files_cannot_go_in_circles(tmp_path: Path) -> None:
    shared(tmp_path, "- use: common#knowing")
    path = rubric(tmp_path, "- use: common#knowing")
    with pytest.raises(ChallengeError, match="takes no criteria from others"):
        load_rubric(path)


def test_a_broken_shared_file_is_named_itself(tmp_path: Path) -> None:
    shared(tmp_path, one(levels="{1: a}"))
    path = rubric(tmp_path, "- use: common#knowing")
    with pytest.raises(ChallengeError, match=r"rubrics/common\.yaml:8"):
        load_rubric(path)


def test_the_shipped_shared_rubrics_are_read() -> None:
    paths = [path for path in (PLACES.shipped / "rubrics").glob("*.yaml") if "\ncriteria:" in path.read_text()]
    assert len(paths) >= 2
    for path in paths:
        found = load_rubric(path, shared=True).criteria
        assert all(criterion.max_level == 5 for criterion in found)
