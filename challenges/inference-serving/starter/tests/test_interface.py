"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of serve.py."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import serve  # noqa: E402
from sim import batching, caching, routing  # noqa: E402
from sim.play import play  # noqa: E402
from sim.practice import look_case, route_case, rows, step_case  # noqa: E402

PARTS = {"step": (step_case, batching.episode), "route": (route_case, routing.episode), "look": (look_case, caching.episode)}


@pytest.mark.parametrize("part", PARTS)
def test_every_decision_can_be_carried_out(part):
    make, episode = PARTS[part]
    cases = [make(row, serve.learn({"for": part, **row["profile"]})) for row in rows(part)]
    for case in cases:
        assert isinstance(case.notes, dict) and len(json.dumps(case.notes)) <= 200_000
    decide = getattr(serve, part)
    outcomes = play(lambda states: [decide({**state, "checksum": "0a1b"}) for state in states], [episode(case) for case in cases])
    assert [said for out in outcomes for said in out.wrong] == []


def test_a_verdict_is_one_of_three():
    for case in json.loads((HERE / "data" / "canaries.json").read_text("utf-8")):
        case.pop("turned_out")
        assert serve.verdict(case) in {"promote", "roll_back", "wait"}


def test_replayed_requests_are_named_by_their_ids():
    for case in json.loads((HERE / "data" / "replays.json").read_text("utf-8")):
        case.pop("changed")
        assert set(serve.differs(case)) <= {row["id"] for row in case["rows"]}
