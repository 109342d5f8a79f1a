"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of detect.py."""

import json
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import detect as candidate  # noqa: E402

CAUSES = {
    "cache_mixup", "wrong_tenant", "stale_document", "retrieval_miss", "tool_error_swallowed", "truncated_context",
    "prompt_regression", "injection_followed", "mixed_entities", "arithmetic", "ignored_context", "schema_repair_loop",
}
TRACES = [json.loads(line) for line in (HERE / "data" / "incident.jsonl").read_text("utf-8").splitlines()]
NAMED = set((HERE / "data" / "named.txt").read_text("utf-8").split())
EXPERIMENTS = {row["id"] for row in yaml.safe_load((HERE / "data" / "experiments.yaml").read_text("utf-8"))}
ENTRIES = yaml.safe_load((HERE / "diagnosis.yaml").read_text("utf-8"))


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace["id"])
def test_a_reply_has_the_agreed_shape(trace):
    reply = candidate.flag(trace)
    assert set(reply) == {"bad", "cause", "why"}
    assert isinstance(reply["bad"], bool)
    assert reply["cause"] in CAUSES | {"none"}
    assert reply["bad"] == (reply["cause"] != "none")
    assert isinstance(reply["why"], str)
    assert len(reply["why"]) <= 200


def test_an_empty_trace_gets_a_reply():
    assert isinstance(candidate.flag({})["bad"], bool)


def test_each_named_trace_has_one_entry():
    assert sorted(entry["trace"] for entry in ENTRIES) == sorted(NAMED)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["trace"])
def test_an_entry_has_the_agreed_shape(entry):
    assert set(entry) == {"trace", "cause", "experiment", "why"}
    assert entry["cause"] in CAUSES | {"none"}
    assert entry["experiment"] in EXPERIMENTS
    assert isinstance(entry["why"], str)
