"""The public tests: they check the form, not the quality. Run them with `python -m pytest` in the folder of run_eval.py."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import practice  # noqa: E402
import run_eval  # noqa: E402

REPLIES = [json.loads(line) for line in (HERE / "data" / "replies.jsonl").read_text("utf-8").splitlines()]
REASONS = {"damaged", "wrong_item", "late", "changed_mind", "safety", "unclear"}


@pytest.mark.parametrize("flaw", ["", "german"])
def test_a_report_has_the_agreed_shape(flaw):
    report = run_eval.evaluate(practice.PracticeSystem(HERE / "cases.jsonl", flaw))
    assert {"ship", "metrics", "slices", "findings"} <= set(report)
    assert isinstance(report["ship"], bool)
    assert all(isinstance(value, (int, float)) for value in report["metrics"].values())
    assert all(0 <= row["right"] <= row["n"] for row in report["slices"].values())
    for finding in report["findings"]:
        assert isinstance(finding["what"], str)
        assert isinstance(finding["blocks"], bool)
        assert all(isinstance(case, str) for case in finding["cases"])
    assert report["ship"] != any(finding["blocks"] for finding in report["findings"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("flaw", ["", "constant"])
def test_a_verdict_on_a_judge_has_the_agreed_shape(flaw):
    verdict = run_eval.check_judge(practice.PracticeJudge(REPLIES, flaw), REPLIES)
    assert isinstance(verdict["use"], bool)
    assert isinstance(verdict["agreement"], (int, float))
    assert isinstance(verdict["reasons"], list)


def test_cases_have_the_agreed_shape():
    rows = [json.loads(line) for line in (HERE / "cases.jsonl").read_text("utf-8").splitlines()]
    assert 0 < len(rows) <= 400
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert isinstance(row["ticket"]["message"], str)
        assert row["gold"]["reason"] in REASONS
        assert row["gold"]["action"] in {"refund", "refuse", "person"}
        assert row["tags"]
