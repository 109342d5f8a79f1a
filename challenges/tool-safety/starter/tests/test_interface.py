"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of safety.py."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import safety as work  # noqa: E402


def first(name):
    return json.loads((HERE / "data" / name).read_text("utf-8").splitlines()[0])


def test_a_decision_is_one_of_three_words():
    row = first("calls.jsonl")
    house = json.loads((HERE / "data" / "houses.json").read_text("utf-8"))[row["house"]]
    assert work.authorize({**row["asked"], "house": house}) in {"allow", "deny", "ask"}


def test_what_is_cut_lies_in_the_text():
    asked = first("outgoing.jsonl")["asked"]
    assert all(0 <= start <= end <= len(asked["text"]) for start, end in work.egress(asked))


def test_a_claim_gets_a_probability_and_spans():
    asked = first("claims.jsonl")["asked"]
    made = work.score_claim(asked)
    assert set(made) == {"p", "spans"}
    assert 0 <= made["p"] <= 1
    assert all(0 <= start <= end <= len(asked["claim"]) for start, end in made["spans"])


def test_cuts_are_scores():
    made = work.threshold(first("cuts.jsonl")["asked"])
    assert set(made) == {"pass_below", "block_from"}
    assert 0 <= made["pass_below"] <= made["block_from"] <= 100
