"""The evidence of a run comes back as it was, and what is no evidence is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import files
from grader.challenge import load_pack
from grader.errors import UsageError
from grader.grading import again
from grader.grading.provenance import challenge_facts, submission_facts
from grader.records import Fault, Grade, TestResult, VerifierResult
from grader.report import write as output
from grader.result import evidence
from grader.score import combine as grading
from grader.score import objective
from grader.submission import make_submission
from tests.parts import measured, ran, results

SUBMISSION = make_submission({"a.py": b"x = 1\n", "ä/b.bin": bytes(range(256)), "empty": b""})


def observed() -> VerifierResult:
    tests = (
        ran(
            1, 2, id="t.py::a", metrics=(measured(0.5),), limits=("call",), stdout="\x1b[31m\u2028\ufffd", peak_memory=7
        ),
        ran(0, 1, id="t.py::b", status="error", fault=Fault.CHALLENGE, message="why"),
        ran(0, 1, id="t.py::c", status="not_run", fault=Fault.CANDIDATE),
    )
    return VerifierResult(
        expected=tuple(t.id for t in tests), tests=tests, limits_hit=("One.",), resources={"cpu": 1.5}
    )


@pytest.fixture
def saved(sums: Path, tmp_path: Path) -> Path:
    """An output folder as a run leaves it."""
    challenge, seen = load_pack(sums), observed()
    points = objective.score(seen.tests)
    combined = grading.combine(challenge, points, ())
    grade = Grade(
        status="graded", reason="", challenge=challenge_facts(challenge), submission=submission_facts(SUBMISSION),
        objective=points, competencies=combined.competencies, score=combined.score,
        recommendation=combined.recommendation, recommendation_reason=combined.recommendation_reason,
        open=combined.open, timings={"total": 1.0},
    )  # fmt: skip
    evidence.save(tmp_path, challenge, SUBMISSION, seen)
    output.write_grade(tmp_path, grade)
    return tmp_path


def test_what_was_saved_comes_back(saved: Path, sums: Path) -> None:
    assert evidence.load_observed(saved) == observed()
    assert dict(evidence.load_submission(saved).files) == dict(SUBMISSION.files)
    assert evidence.load_submission(saved).digest == SUBMISSION.digest
    challenge, before = evidence.load_challenge(saved), load_pack(sums)
    assert (challenge.id, challenge.limits, challenge.rubric) == (before.id, before.limits, before.rubric)


@given(results(), st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=3))
def test_any_observation_comes_back(
    tmp_path_factory: pytest.TempPathFactory, tests: tuple[TestResult, ...], text: str, resources: dict[str, float]
) -> None:
    out = tmp_path_factory.mktemp("any")
    said = tuple(replace(test, message=text, stdout=text) for test in tests)
    seen = replace(observed(), tests=said, resources=resources, limits_hit=(text,))
    files.write(out / "evidence" / "verifier.json", evidence.to_text(asdict(seen)))
    assert evidence.load_observed(out) == seen


def test_no_hidden_test_is_in_the_evidence(saved: Path) -> None:
    kept = b"".join(path.read_bytes() for path in (saved / "evidence").iterdir() if path.suffix == ".json")
    assert b"def test_" not in kept
    assert b"urllib" not in kept


def test_a_score_that_is_made_again_is_the_same(saved: Path) -> None:
    before = (saved / "grade.json").read_bytes()
    again.rescore(saved, lambda _text: None)
    assert (saved / "grade.json").read_bytes() == before
    assert (saved / "report.html").is_file()


def test_a_score_that_is_made_again_follows_its_evidence(saved: Path) -> None:
    path = saved / "evidence" / "verifier.json"
    data = json.loads(path.read_text())
    data["tests"][0]["points"] = 2
    path.write_text(json.dumps(data))
    assert again.rescore(saved, lambda _text: None).objective == objective.score(evidence.load_observed(saved).tests)


def changed_points(data: dict[str, Any], points: float) -> None:
    data["tests"][0]["points"] = points


FORGERIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "more points than there are": lambda data: changed_points(data, 500),
    "fewer points than none": lambda data: changed_points(data, -10),
    "points for what failed": lambda data: data["tests"][0].update(status="failed", points=1),
    "one test twice": lambda data: data["tests"].append(data["tests"][0]),
    "a test that nobody expected": lambda data: data["expected"].pop(),
    "a test less": lambda data: data["tests"].pop(),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_no_score_is_made_of_what_no_run_can_have_seen(saved: Path, how: str) -> None:
    path, before = saved / "evidence" / "verifier.json", (saved / "grade.json").read_bytes()
    data = json.loads(path.read_text())
    FORGERIES[how](data)
    path.write_text(json.dumps(data))
    for again_ in (lambda: again.rescore(saved, lambda _text: None), lambda: again.render(saved, output.Pages())):
        with pytest.raises(UsageError, match=r"verifier\.json"):
            again_()
    assert (saved / "grade.json").read_bytes() == before


def test_a_run_without_a_grade_is_not_scored_again(saved: Path) -> None:
    """Even where the evidence of an older run lies beside it."""
    output.write_grade(saved, Grade(status="refused", reason="It was empty.", challenge={}, submission={}))
    with pytest.raises(UsageError, match="It was empty"):
        again.rescore(saved, lambda _text: None)


@pytest.mark.parametrize("name", ["verifier.json", "challenge.json"])
@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b"{}", b"null", b"\xff", b'{"tests": [{}]}', b'{"rubric": 1, "challenge": []}']
)
def test_what_is_no_evidence_is_wrong_usage_and_names_the_file(saved: Path, name: str, content: bytes | None) -> None:
    path = saved / "evidence" / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=name):
        again.rescore(saved, lambda _text: None)


def test_a_folder_that_is_no_output_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is this the output folder"):
        again.rescore(tmp_path, lambda _text: None)
    with pytest.raises(UsageError, match=r"submission\.zip"):
        evidence.load_submission(tmp_path)


def test_the_digest_of_the_challenge_is_not_needed_again(saved: Path, sums: Path) -> None:
    """The snapshot holds no tests, so the digest in grade.json is the one of the run."""
    assert json.loads((saved / "grade.json").read_text())["challenge"]["digest"] == load_pack(sums).digest
