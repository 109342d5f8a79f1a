"""What a template is: a task of a few minutes, with three things that its plain wording does not say, and a follow-up.

`common` shows in many of the examples, `rare` in few, `deep` in none that has an answer: it follows from a sentence of
the task, and rows without an answer hold it. `follow` is what the second envelope changes.
"""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from grader_kit import untaken

Question = Mapping[str, Any]
QUIRKS = ("common", "rare", "deep")


class Known(NamedTuple):
    """What whoever answers has found out."""

    common: bool = True
    rare: bool = True
    deep: bool = True
    follow: bool = False


class Template:
    """A task. `id` is what exposure is counted by: never give it to another task."""

    id: str
    title: str
    text: str
    """What the candidate reads; it says the shape of a question and of an answer."""
    follow: str
    """The second envelope's part on this task."""
    lasts = "common"
    """A quirk that matters in part 2 as well."""

    def make(self, rng: random.Random, odd: Collection[str]) -> Question:
        """A question that may hold the quirks in `odd`, and no others."""
        raise NotImplementedError

    def solve(self, q: Question, k: Known) -> Any:
        """The answer of somebody who knows `k`."""
        raise NotImplementedError


def matters(template: Template, q: Question, *, follow: bool = False) -> frozenset[str]:
    """The quirks that change the answer to `q`; "follow" where the second envelope does."""
    whole = Known(follow=follow)
    right = template.solve(q, whole)
    found = {name for name in QUIRKS if template.solve(q, whole._replace(**{name: False})) != right}
    return frozenset(found | ({"follow"} if follow and template.solve(q, Known()) != right else set()))


KINDS = {
    "plain": (1, frozenset()), "common": (1, frozenset({"common"})), "rare": (1, frozenset({"rare"})),
    "deep": (1, frozenset({"deep"})),
    "follow": (2, frozenset({"follow"})), "still": (2, frozenset()),
}  # fmt: skip
"""Kind of question → part, and what exactly matters to its answer. To `still` what lasts matters, and the second envelope may."""


def drawn(template: Template, rng: random.Random, kind: str) -> Question:
    """A question of this kind."""
    part, wanted = KINDS[kind]
    wanted = frozenset({template.lasts}) if kind == "still" else wanted
    odd = wanted & frozenset(QUIRKS)

    def misses(q: Question) -> bool:
        found = matters(template, q, follow=part == 2)
        return found != wanted and not (kind == "still" and found - {"follow"} == wanted)

    return untaken(lambda: template.make(rng, odd), misses)


def truth(template: Template, q: Question, kind: str) -> Any:
    return template.solve(q, Known(follow=KINDS[kind][0] == 2))


def same(one: Any, other: Any) -> bool:
    """Whether a reply is the answer: the same JSON, numbers within rounding; true and 1 are not the same."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-6 * max(1.0, abs(one))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return type(one) is type(other) and one == other
