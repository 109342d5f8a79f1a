"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of fundamentals.py."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import fundamentals as work  # noqa: E402


def first(name):
    return json.loads((HERE / "data" / name).read_text("utf-8").splitlines()[0])


def test_ids_are_whole_numbers_also_in_a_stream():
    vocab = first("vocabularies.jsonl")["vocab"]
    stream = work.Stream(vocab)
    ids = stream.feed("bana ") + stream.feed("lo") + stream.end()
    assert all(isinstance(each, int) for each in ids + work.encode({"vocab": vocab, "text": "bana lo"}))


def test_a_distribution_has_a_probability_for_each_token():
    asked = first("draws.jsonl")
    made = work.distribution(asked)
    assert len(made) == len(asked["logits"])
    assert abs(sum(made) - 1) < 1e-6


def test_as_many_tokens_are_drawn_as_were_asked_for():
    assert len(work.sample({**first("draws.jsonl"), "count": 7, "seed": 3})) == 7


def test_each_call_has_an_amount():
    asked = first("invoices.jsonl")
    assert len(work.bill(asked)) == len(asked["calls"])


def test_items_that_are_sent_are_items_of_the_request():
    asked = first("contexts.jsonl")
    assert set(work.pack(asked)) <= {item["id"] for item in asked["items"]}


def test_a_loss_comes_with_its_gradient():
    assert set(work.loss(first("losses.jsonl"))) == {"loss", "grad"}


def test_a_diagnosis_is_a_word():
    assert isinstance(work.diagnose(first("runs.jsonl")), str)
