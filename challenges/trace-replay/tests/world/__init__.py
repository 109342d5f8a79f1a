"""Traces of a fictional assistant, made fresh from a seed, each with the cause of what went wrong in it."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from grader_kit import repeated, stream

from world import calm, context, model, names, service
from world.phrases import MATTERS, Matter
from world.prompts import Version, timeline
from world.scene import Case, Scene, Trace

__all__ = [
    "CALM",
    "CAUSES",
    "CONTEXT",
    "FAULTS",
    "MODEL",
    "PLAIN",
    "SERVICE",
    "TRAPS",
    "Case",
    "Trace",
    "Variant",
    "World",
    "world_for",
]

CONTEXT = ("retrieval_miss", "stale_document", "wrong_tenant", "truncated_context")
MODEL = ("ignored_context", "mixed_entities", "arithmetic", "injection_followed")
SERVICE = ("cache_mixup", "tool_error_swallowed", "prompt_regression", "schema_repair_loop")
CAUSES = (*CONTEXT, *MODEL, *SERVICE)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A way in which a trace comes about. `lacks`: rule that the prompt of its day has lost; `held`: not in the sample."""

    make: Callable[[Scene], Case]
    lacks: str = ""
    held: bool = False


def _variants(*makes: Callable[[Scene], Case], held: Sequence[Callable[[Scene], Case]] = ()) -> list[Variant]:
    return [Variant(make=make) for make in makes] + [Variant(make=make, held=True) for make in held]


FAULTS: dict[str, list[Variant]] = {
    "retrieval_miss": _variants(
        context.misread_product, context.nothing_found, context.neighbour, context.silent, held=[context.misread_matter]
    ),
    "stale_document": _variants(context.closed, context.replaced, context.both_versions, held=[context.future]),
    "wrong_tenant": _variants(context.foreign_only, context.foreign_beside, held=[context.foreign_filtered]),
    "truncated_context": _variants(context.cut_rule, context.cut_plan, context.left_out),
    "ignored_context": _variants(
        model.invented, model.unknown_though_there, model.rule_broken, service.repaired_and_wrong,
        held=[model.tool_ignored, model.invented_from_nothing],
    ),
    "mixed_entities": _variants(model.other_product, model.other_plan, held=[model.other_matter]),
    "arithmetic": _variants(model.far_off, model.one_off, held=[model.carried]),
    "injection_followed": _variants(model.figure_ordered, model.code_ordered, held=[model.tool_ordered]),
    "cache_mixup": _variants(
        service.cached_product, service.cached_shop, service.cached_plan, service.cached_user, held=[service.cached_count]
    ),
    "tool_error_swallowed": _variants(
        service.tool_failed, service.tool_failed_thrice, service.error_as_result, held=[service.partial_list]
    ),
    "prompt_regression": [
        Variant(make=service.citation_lost, lacks="cite"),
        Variant(make=service.unknown_lost, lacks="unknown"),
        Variant(make=service.refund_booked, lacks="handover"),
        Variant(make=service.money_lost, lacks="money"),
        Variant(make=service.refund_booked, lacks="raised", held=True),
    ],
    "schema_repair_loop": _variants(
        service.repair_changed, service.repair_exhausted, held=[service.repair_lost_citation]
    ),
}  # fmt: skip
CALM: list[Variant] = [
    *_variants(
        calm.plain, calm.slow, calm.search_retried, calm.tool_recovered, calm.date_written, calm.outage_told,
        calm.repaired, calm.apologetic, calm.nothing_there, calm.stale_unused, calm.foreign_unused,
        calm.order_disobeyed, calm.cached_rightly, calm.in_other_words, calm.cut_behind, calm.handed_over,
        calm.small_refund,
        held=[calm.list_complete, calm.replaced_later, calm.cached_for_the_same_user],
    ),
    Variant(make=calm.rule_not_at_stake, lacks="handover"),
    Variant(make=calm.rule_kept_anyway, lacks="cite"),
    Variant(make=calm.edge_of_force, held=True),
]  # fmt: skip
TRAPS = [
    variant
    for variant in CALM
    if variant.make
    not in {
        calm.plain, calm.slow, calm.search_retried, calm.date_written, calm.apologetic, calm.in_other_words,
        calm.handed_over, calm.small_refund,
    }
]  # fmt: skip
"""Those of CALM that have a trap in them, into which nobody fell."""
PLAIN = CALM[0]
"""Nothing is odd about it."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The shops of one seed, their plans, and the versions of the prompt. `public`: only the wording of the sample."""

    seed: str
    shops: tuple[str, ...]
    plans: tuple[str, ...]
    versions: tuple[Version, ...]
    public: bool = False

    @property
    def matters(self) -> list[Matter]:
        return list(MATTERS.values())

    def cases(self, name: str, variants: Sequence[Variant], each: int) -> list[Case]:
        """`each` cases of every one of `variants`, out of the stream `name`. Streams do not disturb each other."""
        made = []
        for number in range(each):
            for place, variant in enumerate(variants):
                rng = stream(self.seed, name, number, place)
                made.append(variant.make(Scene(self, rng, variant.lacks)))
        return made

    def drawn(self, name: str, variants: Sequence[Variant], least: int, most: int) -> list[Case]:
        """`least` to `most` cases of every one of `variants`: how many is drawn for each."""
        return self.cases(name, repeated(stream(self.seed, name, "how many"), variants, least, most), 1)

    def faults(self, name: str, causes: Sequence[str], each: int) -> list[Case]:
        """`each` cases of every variant of `causes`."""
        return [case for cause in causes for case in self.cases(f"{name}:{cause}", FAULTS[cause], each)]


@cache
def world_for(seed: int | str, *, public: bool = False) -> World:
    """The world of `seed`."""
    rng = stream(seed, "world")
    return World(
        seed=str(seed),
        shops=tuple(names.shops(rng)),
        plans=tuple(names.plans(rng)),
        versions=tuple(timeline(rng)),
        public=public,
    )
