"""The oracles of llm-fundamentals, held to figures from elsewhere and to each other. No Docker."""

from __future__ import annotations

import importlib
import itertools
import math
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.challenge import load_pack
from tests.small_packs import write_files

PACK = Path(__file__).resolve().parents[2] / "challenges" / "llm-fundamentals"
pytestmark = pytest.mark.packs
MODULES = ("bills", "losses", "packs", "runs", "sampling", "texts", "tokens")
SOFTMAX = [
    (0.5, (0.866813, 0.117310, 0.015876), 0.636311),
    (1, (0.665241, 0.244728, 0.090031), 1.200893),
    (2, (0.506480, 0.307196, 0.186324), 1.471825),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The modules of the pack, imported from a copy of what is laid beside the hidden tests."""
    folder = tmp_path_factory.mktemp("laid")
    write_files(folder, load_pack(PACK).laid)
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield SimpleNamespace(**{name: importlib.import_module(f"world.{name}") for name in MODULES})
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in {"world", "engine", "grader_kit"}:
                del sys.modules[name]


def rng(*names: object) -> random.Random:
    return random.Random(":".join(map(str, names)))


@pytest.mark.parametrize(("temperature", "wanted", "bits"), SOFTMAX)
def test_the_sampler_without_filters_is_the_softmax(
    world: Any, temperature: float, wanted: tuple[float, ...], bits: float
) -> None:
    settings = {"temperature": temperature, "top_k": 0, "top_p": 1, "min_p": 0, "repetition": 1, "window": 0}
    made = world.sampling.distribution({"logits": [2, 1, 0], "settings": settings, "history": []})
    assert made == pytest.approx(wanted, abs=1e-6)
    assert -sum(p * math.log2(p) for p in made) == pytest.approx(bits, abs=1e-5)


def test_a_stream_gives_the_ids_of_the_whole_text_however_it_is_cut(world: Any) -> None:
    draw = rng("streams")
    for _ in range(60):
        vocab = world.tokens.vocabulary(draw)
        text = world.texts.text(draw, ("word", "special", "escape", "digits", "caps", "odd"), 6)
        stream, ids = world.tokens.Stream(vocab), []
        for piece in text:
            ids += stream.feed(piece)
        assert ids + stream.end() == world.tokens.encode(vocab, text)


def test_no_id_is_given_that_other_text_could_have_changed(world: Any) -> None:
    """What has come is the beginning of the ids of whatever may follow."""
    draw = rng("followers")
    for _ in range(25):
        vocab = world.tokens.vocabulary(draw)
        text = world.texts.text(draw, ("word", "special", "escape", "digits"), 3)
        given = world.tokens.Stream(vocab).feed(text)
        for more in ("", "a", "A", "1", " ", "|", "end|>", "|end|>", "|><|turn|>", "\\", "<|end|>"):
            assert world.tokens.encode(vocab, text + more)[: len(given)] == given


def test_the_best_context_is_the_best_of_all_choices(world: Any) -> None:
    for at in range(6):
        asked = world.packs.request(rng("contexts", at), change=at % 2 == 1)
        asked["items"] = asked["items"][:10]
        known = {item["id"] for item in asked["items"]}
        asked["cached"] = [each for each in asked["cached"] if each in known]
        asked["budget"] = max(asked["budget"] // 2, 400)
        every = (
            world.packs.worth(asked, chosen)
            for size in range(11)
            for chosen in itertools.combinations(sorted(known), size)
        )
        most = max(each for each in every if each is not None)
        assert world.packs.worth(asked, world.packs.best(asked)) == pytest.approx(most)


def test_losses_are_those_of_a_sum_by_hand(world: Any) -> None:
    one = {"policy": [-1.0], "reference": [-1.0], "mask": [1]}
    pair = {"pairs": [{"chosen": one, "rejected": one}], "beta": 0.1, "smoothing": 0.1}
    assert world.losses.loss("dpo", pair) == pytest.approx(math.log(2))
    batch = {"student": [[0.0, 0.0]], "teacher": [[2 * math.log(3), 0.0]], "temperature": 2.0, "mask": [1]}
    assert world.losses.loss("distill", batch) == pytest.approx(4 * (math.log(2) - (math.log(4) - 0.75 * math.log(3))))
    row = {"new": [math.log(5)], "old": [0.0], "advantage": -1.0, "mask": [1]}
    assert world.losses.loss("clip", {"rows": [row], "low": 0.2, "high": 0.2, "cap": 3.0}) == pytest.approx(3)


def test_an_invoice_is_that_of_a_sum_by_hand(world: Any) -> None:
    prices = {"ttl": 100, "models": {"ash": {"input": 1000, "cached": 100, "output": 4000}}}
    call = {"model": "ash", "tier": "now", "status": "ok", "prompt": [["a", 1100]], "output": 10}
    calls = [
        call | {"at": 0, "status": "failed"},
        call | {"at": 90},
        call | {"at": 180, "tier": "batch"},
        call | {"at": 300, "status": "stopped"},
    ]
    assert world.bills.bill(calls, prices) == [0, 102 + 76 + 40 + 1, 102.0 + 38 + 20 + 1, 1140]


@pytest.mark.parametrize("part", ["tokens", "sampling", "bills", "losses"])
def test_each_rule_is_one_that_the_document_answers_otherwise(world: Any, part: str) -> None:
    module = getattr(world, part)
    for rule in module.RULES:
        draw = rng(part, rule)
        if part == "tokens":
            vocab = world.texts.able(draw)
            text = world.texts.telling(draw, vocab, rule)
            assert module.encode(vocab, text) != module.encode(vocab, text, {rule})
        elif part == "sampling":
            asked = module.question(draw, rule)
            assert module.off(module.distribution(asked), module.distribution(asked, {rule})) >= 0.02
        elif part == "bills":
            price = module.prices(draw)
            assert any(module.telling(module.day(draw, price), price, rule) for _ in range(8))
        else:
            batches = [module.draw(draw, rule) for _ in range(8)]
            assert any(abs(module.loss(rule, each) - module.loss(rule, each, {rule})) > 1e-3 for each in batches)


@pytest.mark.parametrize("setting", ["sample_limit", "dropout", "temperature", "beta"])
def test_a_run_is_not_told_from_its_twin_by_how_it_was_set_up(world: Any, setting: str) -> None:
    """Whatever a sound twin is set to, broken runs of its cause are set to as well."""
    for cause in world.runs.CAUSES:
        draw = rng("set up", cause)
        broken, twins = (
            {world.runs.run(draw, cause, twin=twin)["config"][setting] for _ in range(40)} for twin in (False, True)
        )
        assert twins <= broken, cause


def test_nothing_is_asked_that_the_instruction_takes_out_of_the_question(world: Any) -> None:
    draw = rng("settled")
    asked = [world.texts.text(draw, ("word", "caps", "escape", "odd", "odd"), 8) for _ in range(300)]
    assert any("漢" in text for text in asked)
    assert any("\\" in text for text in asked)
    assert not any("\\" * 3 in text or re.search("[A-ZЖ]漢|漢[A-ZЖ]", text) for text in asked)
    assert not any(world.sampling.tied(world.sampling.question(draw, "together")) for _ in range(20))


def test_of_settings_that_meet_each_rule_decides_by_itself(world: Any) -> None:
    for at in range(8):
        asked = world.sampling.question(rng("together", at), "together")
        assert min(world.sampling.moved(asked, rule) for rule in ("counts", "before")) >= 0.02


def test_large_logits_do_not_make_the_known_form_right(world: Any) -> None:
    for at in range(8):
        asked = world.sampling.question(rng("huge", at), "huge")
        assert max(abs(each) for each in asked["logits"]) > 2000
        assert world.sampling.moved(asked, "border") >= 0.02
