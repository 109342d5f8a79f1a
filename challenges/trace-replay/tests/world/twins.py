"""Pairs of traces with the same question and the same wrong answer, of which one has another cause than the other."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from grader_kit import stream

from world import names
from world.context import cut, long_ago, other_shop
from world.model import ask_order, given
from world.prompts import UNKNOWN
from world.scene import Case, Scene
from world.service import PROBLEMS

Twin = Callable[[Scene, bool], Case]
"""Makes either of two traces; with True, the one in which the model had all it needed."""


def old_or_nowhere(s: Scene, model: bool) -> Case:
    """The old figure: from the old document, or with the new one in the prompt."""
    s.topic()
    gap = s.rng.randrange(5, 60)
    old, new = s.document(since=long_ago(s), until=gap), s.document(since=gap - 1)
    near = s.neighbours(1)
    s.understand()
    s.search([new if model else old, *near])
    s.reply(old.value, new if model else old)
    return s.case("ignored_context" if model else "stale_document", "old figure")


def near_or_mixed(s: Scene, model: bool) -> Case:
    """Another product's figure: found alone, or beside the right one."""
    s.topic()
    right, near = s.document(), s.document(product=names.product(s.rng, s.taken))
    other = s.document(matter=s.other_matter())
    s.understand()
    s.search([near, right if model else other])
    s.reply(near.value, near)
    return s.case("mixed_entities" if model else "retrieval_miss", "near figure")


def foreign_or_nowhere(s: Scene, model: bool) -> Case:
    """Another shop's figure: out of the prompt, or with the shop's own there and the other's left out."""
    s.topic()
    own, foreign = s.document(), s.document(shop=other_shop(s))
    s.understand()
    s.search([own, foreign] if model else [foreign, *s.neighbours(1)], filtered=False)
    if model:
        s.shown = [(own.id, own.text)]
    s.reply(foreign.value, own if model else foreign)
    return s.case("ignored_context" if model else "wrong_tenant", "foreign figure")


def cut_or_general(s: Scene, model: bool) -> Case:
    """The general figure: the plan's sentence was cut off, or was there."""
    s.topic()
    right, near = s.document(by_plan=True), s.neighbours(1)
    s.understand()
    s.search([*near, right], shuffle=False)
    kept = right.rules if model else right.rules[:-1]
    cut(s, " ".join((*right.lead, *kept)))
    s.reply(right.general, right)
    return s.case("mixed_entities" if model else "truncated_context", "general figure")


def nothing_or_blind(s: Scene, model: bool) -> Case:
    """`I don't have that information`: the search missed the document, or the prompt had it."""
    s.topic()
    right, near = s.document(), s.neighbours()
    s.understand()
    s.search([near[0], right if model else near[1]])
    s.draft(UNKNOWN)
    return s.case("ignored_context" if model else "retrieval_miss", "no answer")


def failed_or_misread(s: Scene, model: bool) -> Case:
    """A wrong day: the tool failed, or said another one."""
    order = ask_order(s)
    day = s.day + timedelta(days=s.rng.randrange(2, 9))
    result = {"order": order, "error": "order service unavailable"}
    if model:
        result = {"order": order, "status": "shipped", "arrives_on": (day + timedelta(days=2)).isoformat()}
    s.tool("get_order", {"order": order}, result)
    s.draft(f"Your order {order} arrives on {day.isoformat()}.")
    return s.case("ignored_context" if model else "tool_error_swallowed", "wrong day")


def lost_or_broken(s: Scene, model: bool) -> Case:
    """No citation: the prompt did not ask for one, or did."""
    complete(s, model)
    right = given(s)
    s.reply(right.value)
    return s.case("ignored_context" if model else "prompt_regression", "no citation")


def silent_or_broken(s: Scene, model: bool) -> Case:
    """A figure where the shop has none: the prompt did not say what to do then, or did."""
    complete(s, model)
    s.topic()
    s.understand()
    s.search(s.neighbours())
    s.reply(s.fresh())
    return s.case("ignored_context" if model else "prompt_regression", "no document")


def complete(s: Scene, wanted: bool) -> None:
    """The day is moved to one of a complete prompt, where `wanted`."""
    if wanted:
        s.version = next(version for version in s.world.versions if not version.lacks)
        s.day = s.version.first


def changed_or_wrong(s: Scene, model: bool) -> Case:
    """A figure that stands nowhere, after a repair: the first draft was right, or wrong already."""
    right, problem = given(s, near=1), s.rng.choice(PROBLEMS)
    wrong = s.fresh()
    s.draft(s.sentence(wrong if model else right.value, right.id), [right.id], problem)
    s.reply(wrong, right)
    return s.case("ignored_context" if model else "schema_repair_loop", "repaired")


GIVEN: dict[str, Twin] = {
    "old": old_or_nowhere, "near": near_or_mixed, "foreign": foreign_or_nowhere, "general": cut_or_general,
    "silent": nothing_or_blind,
}  # fmt: skip
"""The model confused what it had, or was given the wrong thing."""
AROUND: dict[str, Twin] = {
    "tool": failed_or_misread,
    "rule": lost_or_broken,
    "unknown": silent_or_broken,
    "repair": changed_or_wrong,
}
"""The model's fault, or that of what stands around it."""
LACKS: dict[Twin, str] = {lost_or_broken: "cite", silent_or_broken: "unknown"}
"""The rule that the prompt has lost in the first of a pair."""


def pairs(world, kinds: dict[str, Twin], each: int) -> dict[str, list[tuple[Case, Case]]]:
    """`each` pairs of every kind: the fault outside the model first, the model's second."""
    made = {}
    for name, twin in kinds.items():
        lacks = LACKS.get(twin, "")
        made[name] = [
            tuple(twin(Scene(world, stream(world.seed, "twins", name, turn), lacks), model) for model in (False, True))
            for turn in range(each)
        ]
    return made
