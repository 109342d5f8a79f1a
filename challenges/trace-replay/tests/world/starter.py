"""Writes the public data: `python -m world.starter FOLDER`, run where `grade challenge copy trace-replay tests
DIR` has written the hidden tests.

Both come from fixed seeds that no submission can get, and keep to the public wording. The incident's truth is not
written anywhere: the tests make it again.
"""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import yaml
from grader_kit import as_lines, stream, write_starter

from world import CALM, FAULTS, Case, Variant, calm, context, model, service, world_for
from world.experiments import CATALOGUE

NAMED = (
    context.neighbour, context.silent, context.replaced, context.foreign_beside, context.cut_plan, model.invented,
    model.rule_broken, model.other_plan, model.one_off, model.code_ordered, service.cached_plan,
    service.error_as_result, service.repair_changed,
)  # fmt: skip
"""Faults that the incident's named traces show, beside one of a version of the prompt."""
NAMED_CALM = (calm.stale_unused, calm.apologetic, calm.order_disobeyed, calm.in_other_words)


def shown(variants: Iterable[Variant]) -> list[Variant]:
    return [variant for variant in variants if not variant.held]


def reviewed() -> list[dict[str, Any]]:
    """Traces with the verdict of those who looked at them: two of each variant that is not held back."""
    world = world_for("public-reviewed", public=True)
    cases = world.cases("calm", shown(CALM), 2)
    for cause, variants in FAULTS.items():
        cases += world.cases(cause, shown(variants), 2)
    return judged(cases)


def judged(cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Each trace with its verdict, by time."""
    rows = [{"trace": case.trace, "verdict": {"bad": case.cause != "none", "cause": case.cause}} for case in cases]
    return sorted(rows, key=lambda row: row["trace"]["at"])


@cache
def incident() -> tuple[tuple[Case, ...], dict[str, str]]:
    """All cases of the incident by time, and the named ones: id → cause."""
    world = world_for("public-incident", public=True)
    lost = [variant for variant in FAULTS["prompt_regression"] if variant.make is service.citation_lost]
    named = world.cases("named", [Variant(make=make) for make in (*NAMED, *NAMED_CALM)] + lost, 1)
    others = world.cases("others", shown(CALM), 1)
    others += world.cases("lost", lost, 4) + world.cases("foreign", [Variant(make=context.foreign_only)], 3)
    cases = sorted([*named, *others], key=lambda case: case.trace["at"])
    truth = {case.trace["id"]: case.cause for case in cases if case in named}
    return tuple(cases), truth


def named_ids() -> list[str]:
    """The named traces in an order that says nothing."""
    ids = sorted(incident()[1])
    stream("named").shuffle(ids)
    return ids


def catalogue() -> str:
    """The catalogue as candidates get it: without what it falsifies."""
    rows = [{"id": each.id, "minutes": each.minutes, "does": each.does} for each in CATALOGUE]
    return yaml.safe_dump(rows, sort_keys=False, width=110)


def files() -> dict[str, str]:
    """Name → text of each file of the starter's `data/`."""
    return {
        "reviewed.jsonl": as_lines(reviewed()),
        "incident.jsonl": as_lines([case.trace for case in incident()[0]]),
        "named.txt": "".join(f"{name}\n" for name in named_ids()),
        "experiments.yaml": catalogue(),
    }


def fresh(seed: int) -> dict[str, str]:
    """Other shops and another incident, with other numbers of each kind of trace: what commands in candidates'
    documents are run on again. The catalogue of experiments stays."""
    then, now = (world_for(f"claims-{part}-{seed}", public=True) for part in ("reviewed", "incident"))
    known = [case for name, made in {"calm": CALM, **FAULTS}.items() for case in then.drawn(name, shown(made), 1, 3)]
    named = now.drawn("named", [Variant(make=make) for make in (*NAMED, *NAMED_CALM)], 1, 2)
    others = now.drawn("others", [variant for made in (CALM, *FAULTS.values()) for variant in shown(made)], 0, 3)
    ids = [case.trace["id"] for case in named]
    stream(f"claims-named-{seed}").shuffle(ids)
    return {
        "data/reviewed.jsonl": as_lines(judged(known)),
        "data/incident.jsonl": as_lines(sorted((case.trace for case in named + others), key=lambda trace: trace["at"])),
        "data/named.txt": "".join(f"{name}\n" for name in ids),
    }


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(), CANARY)
