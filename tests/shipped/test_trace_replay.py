"""The traces of the shipped challenge trace-replay keep what its instruction and its hidden tests promise."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

PACK = Path(__file__).resolve().parents[2] / "challenges" / "trace-replay"
pytestmark = pytest.mark.packs
SEEDS = (1, 2, 3, 2**61 + 5)
CONTEXT_SHOWN = ("[D-", "Passages:", "Tool results:")


@pytest.fixture(scope="module")
def pack() -> Iterator[ModuleType]:
    """The pack's `world`, for as long as this file runs: another pack has a package of the same name."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "world"}
    sys.path.insert(0, str(PACK / "tests"))
    try:
        yield importlib.import_module("world")
    finally:
        sys.path.remove(str(PACK / "tests"))
        for name in [name for name in sys.modules if name.partition(".")[0] == "world"]:
            del sys.modules[name]
        sys.modules.update(kept)


@pytest.fixture(scope="module", params=SEEDS)
def cases(request: pytest.FixtureRequest, pack: ModuleType) -> list[Any]:
    """Traces of every kind, faults and others."""
    world = pack.world_for(request.param)
    return [*world.faults("data", pack.CAUSES, 3), *world.cases("data:calm", pack.CALM, 3)]


@pytest.fixture(scope="module")
def starter(pack: ModuleType) -> ModuleType:
    return importlib.import_module("world.starter")


def step(trace: dict[str, Any], kind: str) -> dict[str, Any]:
    return next((each for each in trace["steps"] if each["step"] == kind), {})


def in_force(trace: dict[str, Any]) -> list[str]:
    """What "in force" means, written a second time and from the instruction alone."""
    day = trace["at"][:10]
    dated = [
        document
        for document in trace["audit"]["documents"]
        if document["valid_from"] <= day and (document["valid_until"] is None or day <= document["valid_until"])
    ]
    return [d["id"] for d in dated if not any(other["replaces"] == d["id"] for other in dated)]


def shown(trace: dict[str, Any]) -> dict[str, str]:
    """Passages as the model got them."""
    return dict(re.findall(r"^\[(D-\d+)\] (.*)$", step(trace, "prompt").get("text", ""), re.MULTILINE))


# ---------------------------------------------------------------------------------------------- the generator


def test_the_same_seed_gives_the_same_traces(pack: ModuleType) -> None:
    one, other = (pack.world_for.__wrapped__(7) for _ in range(2))
    assert one.faults("x", pack.CAUSES, 1) == other.faults("x", pack.CAUSES, 1)
    assert one.cases("y", pack.CALM, 1) == other.cases("y", pack.CALM, 1)


def test_two_seeds_share_neither_ids_nor_answers(pack: ModuleType) -> None:
    one, other = ([c.trace for c in pack.world_for(s).faults("x", pack.CAUSES, 2)] for s in (1, 2))
    assert not {t["id"] for t in one} & {t["id"] for t in other}
    exact = {"I don't have that information.", "Sorry, something went wrong. Please try again later."}
    assert {t["answer"] for t in one} & {t["answer"] for t in other} <= exact | {"You have no open orders."}


def test_each_seed_has_the_same_mix(pack: ModuleType) -> None:
    def mix(seed: int) -> Counter[tuple[str, str, bool]]:
        found = pack.world_for(seed).faults("x", pack.CAUSES, 2)
        return Counter((case.cause, case.variant, case.subtle) for case in found)

    assert len({tuple(sorted(mix(seed).items())) for seed in SEEDS}) == 1


def test_every_cause_has_a_plain_and_a_subtle_way_and_at_least_three_in_all(pack: ModuleType, cases: list[Any]) -> None:
    for cause in pack.CAUSES:
        found = {(case.variant, case.subtle) for case in cases if case.cause == cause}
        assert len(found) >= 3, cause
        assert {subtle for _, subtle in found} == {True, False}, cause


def test_what_can_be_counted_tells_traps_and_faults_not_apart(pack: ModuleType, cases: list[Any]) -> None:
    """Traces with an old or foreign passage, an order, a repair, a failed tool or a cache hit are of both kinds."""

    def looks(case: Any) -> set[str]:
        steps, passages = case.trace["steps"], step(case.trace, "search").get("passages", [])
        signs = {
            "old": len(in_force(case.trace)) < len(case.trace["audit"]["documents"]),
            "foreign": any(p["shop"] != case.trace["shop"] for p in passages),
            "order": any(re.search(r"assistant|chat model|AI systems|bot or human", p["text"]) for p in passages),
            "repair": sum(s["step"] == "model" for s in steps) > 1,
            "failed": any(s["step"] == "tool" and (s["status"] != "ok" or "error" in s["result"]) for s in steps),
            "cache": step(case.trace, "cache")["hit"],
        }
        return {name for name, seen in signs.items() if seen}

    for sign in ("old", "foreign", "order", "repair", "failed", "cache"):
        kinds = {case.cause != "none" for case in cases if sign in looks(case)}
        assert kinds == {True, False}, sign


# ---------------------------------------------------------------------------------------------- the truth of a trace


def test_the_missing_document_of_a_miss_was_not_found_and_all_other_current_ones_were(cases: list[Any]) -> None:
    asked = [case for case in cases if step(case.trace, "search") and case.trace["audit"]["about"] == "document"]
    for case in asked:
        found = {p["id"] for p in step(case.trace, "search")["passages"]}
        current = in_force(case.trace)
        assert len(current) <= 1
        if case.cause == "retrieval_miss":
            assert current
            assert not set(current) & found
        elif case.cause not in {"stale_document", "wrong_tenant"}:
            assert set(current) <= found
    assert len(asked) > 80


def test_a_cut_prompt_lacks_text_that_the_search_had_found(cases: list[Any]) -> None:
    for case in (case for case in cases if case.cause == "truncated_context"):
        current = in_force(case.trace)[0]
        full = next(p["text"] for p in step(case.trace, "search")["passages"] if p["id"] == current)
        assert len(shown(case.trace).get(current, "")) < len(full)


def test_a_prompt_shows_neither_dates_nor_shops(pack: ModuleType, cases: list[Any]) -> None:
    for case in cases:
        text = step(case.trace, "prompt").get("text", "").split("Passages:")[-1].split("Tool results:")[0]
        assert not re.search(r"\d{4}-\d\d-\d\d", text)
        assert not any(shop in text for shop in pack.world_for(SEEDS[0]).shops)


def test_a_lost_rule_is_not_in_the_prompt_and_a_broken_one_is(cases: list[Any]) -> None:
    for case in cases:
        text = step(case.trace, "prompt").get("text", "")
        if case.variant == "citation lost":
            assert "square brackets" not in text
        if case.variant == "limit raised":
            assert "above EUR 2000 are" in text
        if case.variant == "rule broken":
            assert "square brackets" in text
            assert "Write money as EUR with two decimals" in text


def test_a_wrong_total_is_wrong_and_all_others_are_right(cases: list[Any]) -> None:
    seen = Counter[bool]()
    for case in cases:
        count = case.trace["audit"].get("count")
        amounts = [float(value) for value in re.findall(r"EUR (\d+\.\d\d)", case.trace["answer"])]
        if count and len(amounts) == 2 and case.cause != "cache_mixup":
            right = abs(min(amounts) * count - max(amounts)) < 0.005
            assert right == (case.cause != "arithmetic"), case.variant
            seen[right] += 1
    assert min(seen.values()) >= 5


def test_the_evidence_of_a_case_stands_in_its_trace_or_follows_from_it(cases: list[Any]) -> None:
    for case in cases:
        if case.cause not in {"none", "arithmetic"}:
            assert case.evidence, case.variant
            assert any(mark in json.dumps(case.trace) for mark in case.evidence), case.variant


def test_twins_ask_the_same_and_have_two_causes(pack: ModuleType) -> None:
    twins = importlib.import_module("world.twins")
    for kinds in (twins.GIVEN, twins.AROUND):
        for pairs in twins.pairs(pack.world_for(5), kinds, 4).values():
            for outside, model in pairs:
                assert outside.trace["question"] == model.trace["question"]
                assert outside.cause not in pack.MODEL
                assert model.cause in pack.MODEL


# ---------------------------------------------------------------------------------------------- the public data


def test_the_public_data_is_what_the_generator_writes(starter: ModuleType) -> None:
    for name, text in starter.files().items():
        assert (PACK / "starter" / "data" / name).read_text("utf-8") == text, name


def test_the_incident_is_what_the_instruction_says(starter: ModuleType) -> None:
    cases, truth = starter.incident()
    instruction = (PACK / "instruction.md").read_text("utf-8")
    assert (len(cases), len(truth), len(starter.reviewed())) == (44, 18, 108)
    assert re.findall(r"\| (?:ids of )?(\d+) (?:traces|of them|older)", instruction) == ["44", "18", "108"]
    assert Counter(truth.values())["none"] == 4
    assert set(truth.values()) == {*starter.FAULTS, "none"}
    assert len({case.trace["id"] for case in cases}) == 44
    assert "verdict" not in (PACK / "starter" / "data" / "incident.jsonl").read_text("utf-8")


def test_the_starter_and_the_reference_have_an_entry_for_each_named_trace(starter: ModuleType) -> None:
    for folder in ("starter", "solution"):
        rows = yaml.safe_load((PACK / folder / "diagnosis.yaml").read_text("utf-8"))
        assert sorted(row["trace"] for row in rows) == sorted(starter.named_ids())


def test_hidden_traces_are_not_in_the_public_data_and_some_wording_is_held_back(
    pack: ModuleType, cases: list[Any]
) -> None:
    folder = PACK / "starter" / "data"
    public = "".join((folder / name).read_text("utf-8") for name in ("reviewed.jsonl", "incident.jsonl"))
    assert not any(case.trace["id"] in public for case in cases)
    phrases = importlib.import_module("world.phrases")
    pools = [phrases.ORDERS, phrases.PLAN_RULES, phrases.TOTALS, phrases.APOLOGIES]
    pools += [pool for matter in phrases.MATTERS.values() for pool in (matter.asks, matter.rules, matter.answers)]
    held = [max(re.split(r"\{\w+\}", pool[-1]), key=len).strip() for pool in pools]
    assert [piece for piece in held if len(piece) > 12 and json.dumps(piece)[1:-1] in public] == []


def test_the_instruction_names_every_cause_rule_and_fixed_sentence(pack: ModuleType) -> None:
    prompts = importlib.import_module("world.prompts")
    instruction = (PACK / "instruction.md").read_text("utf-8")
    assert all(f"| `{cause}` |" in instruction for cause in pack.CAUSES)
    assert all(f'"{rule}"' in instruction for rule in prompts.RULES.values())


def test_each_cause_has_a_cheapest_experiment_and_the_catalogue_given_out_does_not_say_which(pack: ModuleType) -> None:
    experiments = importlib.import_module("world.experiments")
    for cause in (*pack.CAUSES, "none"):
        able = sorted(each.minutes for each in experiments.CATALOGUE if cause in each.falsifies)
        assert able
        assert able[1:2] != able[:1], "two experiments are the cheapest"
        assert max(experiments.credit(cause, each.id) for each in experiments.CATALOGUE) == 1
        assert experiments.credit(cause, "ask_the_model") == 0
    given = (PACK / "starter" / "data" / "experiments.yaml").read_text("utf-8")
    assert not any(cause in given for cause in pack.CAUSES)


def test_the_canary_is_found_in_each_file_under_tests() -> None:
    canary = re.search(r"trr-canary-[0-9a-f-]+", (PACK / "tests" / "canary.py").read_text("utf-8"))
    assert canary is not None
    assert [path for path in (PACK / "tests").rglob("*.py") if canary[0] not in path.read_text("utf-8")] == []


# ---------------------------------------------------------------------------------------------- the pack


def load_reference(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PACK / "solution"))
    monkeypatch.delitem(sys.modules, "reading", raising=False)
    spec = importlib.util.spec_from_file_location("trace_reference", PACK / "solution" / "detect.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delitem(sys.modules, "reading")
    return module


def test_the_reference_names_each_cause_and_its_evidence(cases: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    reference = load_reference(monkeypatch)
    for case in cases:
        reply = reference.flag(json.loads(json.dumps(case.trace)))
        assert reply["cause"] == case.cause, case.variant
        assert not case.evidence or any(mark in reply["why"] for mark in case.evidence), case.variant


def structure(trace: dict[str, Any]) -> list[Any]:
    """All that can be known of a trace without a look at what texts, figures, tools and cache entries say."""
    steps = [(s["step"], s.get("status"), s.get("ok"), s.get("hit"), s.get("attempts")) for s in trace["steps"]]
    passages = [p for s in trace["steps"] if s["step"] == "search" for p in s["passages"]]
    asked = (trace["audit"].get("product"), trace["audit"].get("matter"), trace["shop"])
    fit = {p["id"] for p in passages if (p["product"], p["matter"], p["shop"]) == asked and p["id"] in in_force(trace)}
    near = {p["id"] for p in passages if (p["product"], p["matter"]) == asked[:2]}
    shown = set(re.findall(r"^\[(D-\d+)\]", step(trace, "prompt").get("text", ""), re.MULTILINE))
    cited = set(re.findall(r"\[(D-\d+)\]", trace["answer"]))
    return [steps, len(passages), *(len(kind & seen) for kind in (fit, near - fit) for seen in (shown, cited))]


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_built_alike_and_only_who_reads_them_tells_them_apart(
    seed: int, pack: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, reference = importlib.import_module("world.alike"), load_reference(monkeypatch)
    assert set(module.ALIKE) == set(pack.CAUSES)
    for cause, kinds in module.ALIKE.items():
        for fault, twin in module.alike(pack.world_for(seed), f"data:{cause}", kinds, 12, 12):
            assert fault.cause == cause != twin.cause
            assert [reference.flag(one.trace)["cause"] for one in (fault, twin)] == [fault.cause, twin.cause]
            assert fault.trace["id"] != twin.trace["id"]
            if "[" in fault.trace["answer"] and "[" in twin.trace["answer"]:
                assert structure(fault.trace) == structure(twin.trace), fault.variant
