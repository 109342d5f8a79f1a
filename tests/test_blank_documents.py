"""What the hand-in demands and came without a word is worth the lowest level; what may be missing stays open."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.challenge import Challenge
from grader.challenge.rubric import Rubric
from grader.records import CriterionResult, JudgeResult
from grader.score.blank import is_blank, settled
from grader.score.combine import combine, unscored
from grader.score.objective import score
from grader.submission import make_submission
from tests.parts import challenge as plain_challenge
from tests.parts import ran

LEVELS = {1: "Names no case.", 2: "Names one case.", 3: "Names two cases."}
READS = {"memo": ["EVAL.md"], "both": ["EVAL.md", "cases.jsonl"], "notes": ["NOTES.md"], "all": ["*.md", "*.py"]}


@pytest.fixture
def challenge() -> Challenge:
    criteria = [
        {
            "id": name,
            "competency": "system_design",
            "weight": 1,
            "question": "Which?",
            "evidence": globs,
            "levels": LEVELS,
        }
        for name, globs in READS.items()
    ]
    demanded = plain_challenge().submission.model_copy(update={"required": ["EVAL.md", "cases.jsonl"]})
    rubric = Rubric.model_validate_json(json.dumps({"criteria": criteria}))
    return plain_challenge().model_copy(update={"rubric": rubric, "submission": demanded})


def results(challenge: Challenge, files: dict[str, bytes]) -> dict[str, CriterionResult]:
    judged = JudgeResult(criteria=unscored(challenge.rubric.criteria, "no judge is configured"))
    return {one.id: one for one in settled(challenge, make_submission(files), judged).criteria}


@pytest.mark.parametrize(
    "nothing", [b"", b" \n\t\r\n", "\ufeff\u200b\u2060\n".encode(), "\u00a0\u2800".encode(), b"\x00\x00"]
)
def test_a_demanded_document_without_a_word_is_level_1_and_says_why(challenge: Challenge, nothing: bytes) -> None:
    said = results(challenge, {"EVAL.md": nothing, "cases.jsonl": b"{}"})
    assert (said["memo"].level, said["memo"].accepted, said["memo"].source) == (1, True, "none")
    assert "Nothing stands in EVAL.md" in said["memo"].reason
    assert said["memo"].rationale == "Nothing stands in EVAL.md, which the challenge asks for."


def test_a_criterion_with_anything_to_read_stays_open(challenge: Challenge) -> None:
    said = results(challenge, {"EVAL.md": b"", "cases.jsonl": b"{}", "work.py": b"x = 1\n"})
    assert [name for name, one in said.items() if one.accepted] == ["memo"]
    said = results(challenge, {"EVAL.md": b"", "cases.jsonl": b"\n"})
    assert [name for name, one in said.items() if one.accepted] == ["memo", "both", "all"]


@pytest.mark.parametrize("something", [b".", b"#", b"\xff\xfe\xff", "\N{GRINNING FACE}".encode(), b"TODO"])
def test_a_document_with_anything_in_it_is_somebodys_to_read(challenge: Challenge, something: bytes) -> None:
    assert not is_blank(something)
    assert not results(challenge, {"EVAL.md": something, "cases.jsonl": b"{}"})["memo"].accepted


def test_what_nobody_demands_is_missing_and_not_zero(challenge: Challenge) -> None:
    for files in ({"NOTES.md": b""}, {}):
        assert not results(challenge, {"EVAL.md": b"words", "cases.jsonl": b"{}", **files})["notes"].accepted


def test_a_level_that_somebody_gave_stands(challenge: Challenge) -> None:
    given = replace(unscored(challenge.rubric.criteria, "")[0], level=3, accepted=True, source="human")
    (after,) = settled(challenge, make_submission({"EVAL.md": b""}), JudgeResult(criteria=(given,))).criteria
    assert after == given


def test_blank_documents_leave_no_half_of_their_points_open(challenge: Challenge) -> None:
    said = results(challenge, {"EVAL.md": b"", "cases.jsonl": b""})
    grade = combine(challenge, score([ran(1.0)]), tuple(said.values()))
    assert [one.criterion for one in grade.open] == ["notes"]
    assert (grade.score.low, grade.score.value, grade.score.high) == (60.0, 65.0, 70.0)


def test_the_shipped_challenges_demand_what_their_criteria_read() -> None:
    """So that an empty memo of theirs is level 1 and never open."""
    from grader.challenge import load_pack

    for pack in (
        "rag-triage",
        "trace-replay",
        "agent-tools",
        "eval-design",
        "trade-off",
        "llm-fundamentals",
        "inference-serving",
        "tool-safety",
        "repo-setup",
        "screening",
    ):
        shipped = load_pack(Path(__file__).parent.parent / "challenges" / pack)
        blank = make_submission(dict.fromkeys(shipped.submission.required, b""))
        judged = settled(shipped, blank, JudgeResult(criteria=unscored(shipped.rubric.criteria, "")))
        assert all(one.level == 1 for one in judged.criteria)
