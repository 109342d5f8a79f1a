"""Faults of what stands around the model: the cache, tools, the prompt's version, the check of the answer's form."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from datetime import timedelta
from typing import Any

from world import names
from world.model import ask_order, given, in_euros, money_matter
from world.phrases import MONEY, figure
from world.prompts import FALLBACK, LIMIT
from world.scene import Case, Scene

# ---------------------------------------------------------------------------------------------- cache_mixup


def entry_of(s: Scene, **changes: Any) -> dict[str, Any]:
    """An entry of the cache that may answer the scene's question, but for `changes`."""
    stored = f"{s.day.isoformat()}T{s.rng.randrange(6):02d}:{s.rng.randrange(60):02d}:00Z"
    entry = {
        "key": f"c-{s.rng.randrange(16**5):05x}",
        "stored_at": stored,
        "shop": s.shop,
        "plan": s.plan,
        "user": f"u-{s.rng.randrange(1000, 10000)}",
        "about": s.audit["about"],
        "product": s.audit.get("product"),
        "matter": s.audit.get("matter"),
        "count": s.audit.get("count"),
        "reference": s.audit.get("reference"),
        "question": s.question,
    }
    return entry | changes


def hit(s: Scene, entry: dict[str, Any], answer: str) -> None:
    """The stored answer goes out."""
    s.cache(hit=True, entry=entry)
    s.answer = answer


def cached_product(s: Scene) -> Case:
    """The entry is about another product."""
    s.topic()
    s.document()
    asked, question = s.product, s.question
    s.product = names.product(s.rng, s.taken)
    other = s.document()
    entry = entry_of(s, product=s.product, question=s.wording())
    answer = s.sentence(other.value, other.id)
    s.product, s.question = asked, question
    hit(s, entry, answer)
    return s.case("cache_mixup", "cached product", entry["key"])


def cached_shop(s: Scene) -> Case:
    """The entry is another shop's."""
    s.topic()
    s.document()
    other = s.document(shop=s.rng.choice([shop for shop in s.world.shops if shop != s.shop]))
    entry = entry_of(s, shop=other.shop)
    hit(s, entry, s.sentence(other.value, other.id))
    return s.case("cache_mixup", "cached shop", entry["key"])


def cached_plan(s: Scene) -> Case:
    """Only the plan differs."""
    s.topic()
    right = s.document(by_plan=True)
    entry = entry_of(s, plan=s.rng.choice([plan for plan in s.world.plans if plan != s.plan]), question=s.wording())
    hit(s, entry, s.sentence(right.general, right.id))
    return s.case("cache_mixup", "cached plan", entry["key"], subtle=True)


def cached_count(s: Scene) -> Case:
    """Only the number of days or items differs."""
    s.topic(sums=True)
    right, asked, question = s.document(), s.count, s.question
    s.count = asked + s.rng.choice((-1, 1, 2))
    entry = entry_of(s, count=s.count, question=s.wording())
    answer = s.sentence(right.value, right.id)
    s.count, s.question = asked, question
    hit(s, entry, answer)
    return s.case("cache_mixup", "cached count", entry["key"], subtle=True)


def cached_user(s: Scene) -> Case:
    """An answer about an account, kept for another user; all else is alike."""
    order = ask_order(s)
    entry = entry_of(s)
    hit(s, entry, f"Your order {order} arrives on {(s.day + timedelta(days=s.rng.randrange(2, 9))).isoformat()}.")
    return s.case("cache_mixup", "cached user", entry["key"], subtle=True)


# ---------------------------------------------------------------------------------------------- tool_error_swallowed


def tool_failed(s: Scene, turns: int = 1) -> Case:
    """The tool failed, at its last try too, and a day is made up."""
    order = ask_order(s)
    for _ in range(turns):
        error = s.rng.choice(("HTTP 503", "timed out after 2000 ms", "connection reset"))
        s.tool("get_order", {"order": order}, None, status="error", error=error)
    s.draft(arrival(s, order))
    return s.case("tool_error_swallowed", "tool failed", "get_order")


def tool_failed_thrice(s: Scene) -> Case:
    return tool_failed(s, turns=3)


def error_as_result(s: Scene) -> Case:
    """The tool says ok, and its result is an error."""
    order = ask_order(s)
    text = s.rng.choice(("order service unavailable", "timeout in stock lookup", "internal error 17"))
    s.tool("get_order", {"order": order}, {"order": order, "error": text})
    s.draft(arrival(s, order))
    return s.case("tool_error_swallowed", "error as result", "get_order", subtle=True)


def partial_list(s: Scene) -> Case:
    """Part of the stores did not answer, and the empty list is taken for all there is."""
    s.question = s.rng.choice(("Do I have open orders?", "Which of my orders are still open?"))
    s.audit |= {"about": "account", "tool": "list_orders", "reference": None}
    s.steps.append({"step": "understand", "ms": s.ms(180), "product": None, "matter": "account"})
    s.tool("list_orders", {"user": s.user}, {"orders": [], "partial": True})
    s.draft("You have no open orders.")
    return s.case("tool_error_swallowed", "partial list", "list_orders", subtle=True)


def arrival(s: Scene, order: int) -> str:
    return f"Your order {order} arrives on {(s.day + timedelta(days=s.rng.randrange(2, 9))).isoformat()}."


# ---------------------------------------------------------------------------------------------- prompt_regression


def citation_lost(s: Scene) -> Case:
    """The version has no rule on citations, and there is none."""
    right = given(s)
    s.reply(right.value)
    return s.case("prompt_regression", "citation lost", s.version.name)


def money_lost(s: Scene) -> Case:
    """The version has no rule on money, and it is written otherwise."""
    s.topic(matter=money_matter(s), sums=False)
    right = s.document()
    s.understand()
    s.search([right, *s.neighbours(1)])
    s.draft(in_euros(s.sentence(right.value, right.id), right.value), [right.id])
    return s.case("prompt_regression", "money lost", s.version.name, subtle=True)


def unknown_lost(s: Scene) -> Case:
    """The shop has no such document, the version does not say what to do then, and a figure is made up."""
    s.topic()
    s.understand()
    s.search(s.neighbours())
    s.reply(s.fresh())
    return s.case("prompt_regression", "unknown lost", s.version.name)


def refund_booked(s: Scene) -> Case:
    """A refund above the limit is booked, by a version without the rule, or with a higher limit."""
    ask_refund(s, above_limit(s))
    s.draft(booked(s))
    subtle = s.version.lacks == "raised"
    return s.case("prompt_regression", "limit raised" if subtle else "handover lost", s.version.name, subtle=subtle)


def above_limit(s: Scene) -> int:
    """An amount above the limit, now and then by one euro."""
    amount = s.rng.randrange(LIMIT + 10, LIMIT * 9)
    return LIMIT + 1 if amount % 4 == 0 else amount


def ask_refund(s: Scene, amount: int) -> None:
    order = s.rng.randrange(40000, 99999)
    pool = (
        "Please refund {a} for order {n}.",
        "I want {a} back for {n}.",
        "Order {n} was a mess: give me my {a} back.",
    )
    s.question = s.say(pool, a=figure(amount, MONEY), n=order)
    s.audit |= {"about": "refund", "amount": amount, "reference": order}
    s.steps.append({"step": "understand", "ms": s.ms(180), "product": None, "matter": "refund"})


def booked(s: Scene) -> str:
    return f"Your refund of {figure(s.audit['amount'], MONEY)} for order {s.audit['reference']} is booked."


# ---------------------------------------------------------------------------------------------- schema_repair_loop

PROBLEMS = ("not_json", "missing_sources", "extra_field")


def repair_changed(s: Scene) -> Case:
    """The first draft was right but for its form; its repair gives another figure."""
    right, problem = given(s, near=1), s.rng.choice(PROBLEMS)
    s.draft(s.sentence(right.value, right.id), [right.id], problem)
    s.reply(s.fresh(), right)
    return s.case("schema_repair_loop", "repair changed", problem, subtle=True)


def repair_exhausted(s: Scene) -> Case:
    """Three drafts fail the check, and the customer is told to come back later."""
    right, problem = given(s, near=1), s.rng.choice(PROBLEMS)
    for _ in range(3):
        s.draft(s.sentence(right.value, right.id), [right.id], problem)
    s.answer = FALLBACK
    return s.case("schema_repair_loop", "repair exhausted", problem)


def repair_lost_citation(s: Scene) -> Case:
    """The repair keeps the figure and loses the citation."""
    right, problem = given(s, near=1), s.rng.choice(PROBLEMS)
    text = s.sentence(right.value, right.id)
    s.draft(text, [right.id], problem)
    s.draft(text.replace(f" [{right.id}]", ""), [right.id])
    return s.case("schema_repair_loop", "repair lost citation", problem, subtle=True)


def repaired_and_wrong(s: Scene) -> Case:
    """The first draft was wrong already, and the repair changed its form only: not the repair's fault."""
    right, wrong = given(s), s.fresh()
    text = s.sentence(wrong, right.id)
    s.draft(text, [right.id], s.rng.choice(PROBLEMS))
    s.draft(text, [right.id])
    return s.case("ignored_context", "repaired and wrong", right.id, subtle=True)
