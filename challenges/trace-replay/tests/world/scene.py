"""One request on its way through the assistant, written down as a trace. Faults are planted by those who use a scene."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from grader_kit import stream

from world import names, phrases
from world.phrases import MATTERS, Matter, figure
from world.prompts import prompt

if TYPE_CHECKING:
    from world import World

Trace = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A trace with what is known about it."""

    trace: Trace = field(repr=False)
    cause: str
    variant: str
    subtle: bool = False
    evidence: tuple[str, ...] = ()
    """Strings of which a good `why` names one."""


@dataclass(kw_only=True)
class Document:
    """A document of a shop. `lead` comes before the rule, `rules` hold the figures, `tail` comes after them."""

    id: str
    shop: str
    product: str
    matter: str
    valid_from: str
    valid_until: str | None
    replaces: str | None
    value: float
    """The figure for the plan of the scene's user."""
    general: float
    """The figure for everybody else; the same as `value` where the plan makes no difference."""
    lead: list[str]
    rules: list[str]
    tail: list[str]

    @property
    def text(self) -> str:
        return " ".join((*self.lead, *self.rules, *self.tail))

    def facts(self) -> dict[str, Any]:
        """All but the text, as the audit has it."""
        keys = ("id", "product", "matter", "valid_from", "valid_until", "replaces")
        return {key: getattr(self, key) for key in keys}


class Scene:
    """A user of a shop asks on a day. `lacks` is the rule that the prompt of that day has lost ("" for none)."""

    def __init__(self, world: World, rng: random.Random, lacks: str = "") -> None:
        self.world, self.rng = world, rng
        self.version = rng.choice([version for version in world.versions if version.lacks == lacks])
        span = (self.version.last - self.version.first).days
        self.day: date = self.version.first + timedelta(days=rng.randrange(span + 1))
        self.shop = rng.choice(world.shops)
        self.plan = rng.choice(world.plans)
        self.user = f"u-{rng.randrange(1000, 10000)}"
        self.taken: set[str] = set()
        self.used: set[tuple[str, float]] = set()
        self.audit: dict[str, Any] = {"about": "document", "documents": []}
        self.steps: list[dict[str, Any]] = []
        self.shown: list[tuple[str, str]] = []
        self.results: list[tuple[str, Any]] = []
        self.count = 0
        self.budget = rng.randrange(26, 42) * 100
        self.question = self.answer = ""
        self.cache(hit=False)

    # ------------------------------------------------------------------------------------------ what is asked

    def topic(self, *, matter: Matter | None = None, sums: bool | None = None) -> None:
        """The user asks about a product and a matter; with `sums`, for a total."""
        rng = self.rng
        pool = [m for m in MATTERS.values() if m.per or not sums]
        self.matter = matter or rng.choice(pool)
        self.product = names.product(rng, self.taken)
        if self.matter.per and (sums or (sums is None and rng.random() < 0.5)):
            self.count = rng.randrange(3, 10)
        self.question = self.wording()
        self.audit |= {"product": self.product, "matter": self.matter.key, "count": self.count or None}

    def wording(self) -> str:
        pool = self.matter.sums if self.count else self.matter.asks
        return phrases.pick(self.rng, pool, self.world.public).format(p=self.product, n=self.count)

    def other_matter(self) -> Matter:
        """A matter with figures of the same unit."""
        return self.rng.choice([m for m in MATTERS.values() if m.unit == self.matter.unit and m is not self.matter])

    def fresh(self, matter: Matter | None = None) -> float:
        """A figure that nothing in this scene has had yet."""
        matter = matter or self.matter
        anywhere = sorted({v for m in MATTERS.values() if m.unit == matter.unit for v in m.values})
        left = [v for v in matter.values if self._free(matter.unit, v)]
        value = self.rng.choice(left or [v for v in anywhere if self._free(matter.unit, v)])
        self.used.add((matter.unit, value))
        return value

    def _free(self, unit: str, value: float) -> bool:
        """Neither the figure nor a sum that is made with it was had before, so that no figure is right by chance."""
        counts = {1, self.count or 1}
        return all(
            abs(value * a - other * b) > 0.001 for a in counts for b in counts for u, other in self.used if u == unit
        )

    # ------------------------------------------------------------------------------------------ documents

    def document(
        self,
        value: float | None = None,
        *,
        product: str = "",
        matter: Matter | None = None,
        shop: str = "",
        since: int | None = None,
        until: int | None = None,
        replaces: str | None = None,
        by_plan: bool | None = None,
    ) -> Document:
        """A document in force from `since` days before the day of the trace (None: some time) to `until` days before it
        (None: open; below 0: after it). With `by_plan`, the user's plan has a figure of its own."""
        rng, matter, product = self.rng, matter or self.matter, product or self.product
        has_past = since is None
        since = rng.randrange(20, 600) if since is None else since
        value = self.fresh(matter) if value is None else value
        by_plan = rng.random() < 0.35 if by_plan is None else by_plan
        general = self.fresh(matter) if by_plan else value
        rules = [self.say(phrases.MATTERS[matter.key].rules, p=product, v=figure(general, matter.unit))]
        if rng.random() < 0.3:
            other = rng.choice([plan for plan in self.world.plans if plan != self.plan])
            rules.append(self._plan_rule(other, self.fresh(matter), matter))
        if by_plan:
            rules.append(self._plan_rule(self.plan, value, matter))
        fillers, cut = self._fillers(product), rng.randrange(1, 3)
        document = Document(
            id=f"D-{rng.randrange(1000, 10000)}",
            shop=shop or self.shop,
            product=product,
            matter=matter.key,
            valid_from=(self.day - timedelta(days=since)).isoformat(),
            valid_until=None if until is None else (self.day - timedelta(days=until)).isoformat(),
            replaces=replaces,
            value=value,
            general=general,
            lead=fillers[:cut],
            rules=rules,
            tail=fillers[cut:],
        )
        if (document.shop, document.product, document.matter) == (self.shop, self.product, self.matter.key):
            if has_past:
                self._add_past(document)
            self.audit["documents"].append(document.facts())
        return document

    def _add_past(self, document: Document) -> None:
        """Half of the documents have an older one before them, closed or replaced: that it is there says nothing."""
        rng = stream(self.world.seed, "past", document.id)
        if rng.random() < 0.5:
            return
        begin = date.fromisoformat(document.valid_from)
        old = document.facts() | {"id": f"D-{rng.randrange(1000, 10000)}", "replaces": None}
        old["valid_from"] = (begin - timedelta(days=rng.randrange(90, 500))).isoformat()
        if rng.random() < 0.5:
            old["valid_until"] = (begin - timedelta(days=1)).isoformat()
        else:
            document.replaces = old["id"]
        self.audit["documents"].append(old)

    def _plan_rule(self, plan: str, value: float, matter: Matter) -> str:
        return self.say(phrases.PLAN_RULES, plan=plan, v=figure(value, matter.unit))

    def say(self, pool: Sequence[str], **slots: Any) -> str:
        return phrases.pick(self.rng, pool, self.world.public).format(**slots)

    def _fillers(self, product: str) -> list[str]:
        """Three or four sentences that settle nothing."""
        pool = self.rng.sample(phrases.FILLERS, self.rng.randrange(3, 5))
        return [text.format(p=product, k=self.rng.randrange(6, 30), j=self.rng.randrange(2, 6)) for text in pool]

    def neighbours(self, count: int = 2) -> list[Document]:
        """Documents of the shop that are near: the same matter of another product, another matter of the same one."""
        made = [
            self.document(product=names.product(self.rng, self.taken)),
            self.document(matter=self.other_matter()),
        ]
        return self.rng.sample(made, count)

    def order(self, do: str) -> str:
        return self.say(phrases.ORDERS, do=do)

    # ------------------------------------------------------------------------------------------ steps

    def ms(self, around: int) -> int:
        return int(around * self.rng.uniform(0.5, 2.2))

    def cache(self, hit: bool, entry: dict[str, Any] | None = None) -> None:
        self.steps[:] = [{"step": "cache", "ms": self.ms(3), "hit": hit, "entry": entry}]

    def understand(self, product: str = "", matter: str = "") -> None:
        product, matter = product or self.product, matter or self.matter.key
        self.steps.append({"step": "understand", "ms": self.ms(180), "product": product, "matter": matter})

    def search(
        self, found: Sequence[Document], *, filtered: bool = True, attempts: int = 1, shuffle: bool = True
    ) -> None:
        """The search finds `found`; all of it goes into the prompt as it is, unless `shown` is set later."""
        read = self.steps[-1]
        listed = list(found)
        if shuffle:
            self.rng.shuffle(listed)
        scores = sorted((self.rng.uniform(0.3, 0.95) for _ in listed), reverse=True)
        passages = [
            {**d.facts(), "shop": d.shop, "score": round(score, 3), "text": d.text} for d, score in zip(listed, scores)
        ]
        query = {"shop": self.shop if filtered else None, "product": read["product"], "matter": read["matter"]}
        step = {"step": "search", "ms": self.ms(90), "attempts": attempts, "query": query, "passages": passages}
        self.steps.append(step)
        self.shown = [(document.id, document.text) for document in listed]

    def tool(self, name: str, arguments: dict[str, Any], result: Any, status: str = "ok", error: str = "") -> None:
        step = {"step": "tool", "name": name, "ms": self.ms(240), "arguments": arguments}
        self.steps.append(step | {"status": status, "error": error or None, "result": result})
        self.results = [*(pair for pair in self.results if pair[0] != name), (name, result if status == "ok" else None)]

    def prompt(self) -> None:
        text = prompt(self.version, self.shown, self.results, self.plan, self.question)
        self.steps.append({"step": "prompt", "version": self.version.name, "budget": self.budget, "text": text})

    def draft(self, text: str, sources: Sequence[str] = (), problem: str = "") -> None:
        """The model writes a draft, and the check takes it or says what is wrong with its form."""
        if not any(step["step"] == "prompt" for step in self.steps):
            self.prompt()
        attempt = sum(step["step"] == "model" for step in self.steps) + 1
        output = json.dumps({"answer": text, "sources": list(sources)})
        if problem == "not_json":
            output = output[:-1]
        elif problem == "missing_sources":
            output = json.dumps({"answer": text})
        elif problem == "extra_field":
            output = json.dumps({"answer": text, "sources": list(sources), "mood": "kind"})
        self.steps.append({"step": "model", "attempt": attempt, "ms": self.ms(900), "output": output})
        self.steps.append({"step": "check", "ok": not problem, "problem": problem or None})
        if not problem:
            self.answer = text

    # ------------------------------------------------------------------------------------------ replies

    def sentence(self, value: float, cited: str = "", *, total: float | None = None, shown: str = "") -> str:
        """The answer that gives `value`; where a sum is asked, with its total. `shown`: other words for the figure."""
        mark = f"[{cited}]" if cited else ""
        told = shown or figure(value, self.matter.unit)
        if not self.count:
            text = self.say(self.matter.answers, p=self.product, v=told, c=mark)
        else:
            total = value * self.count if total is None else total
            things = f"{self.count} {self.matter.per}s"
            per = "a day" if self.matter.per == "day" else "an item"
            text = self.say(phrases.TOTALS, v=told, per=per, n=things, t=figure(total, phrases.MONEY), c=mark)
        return text.replace(" .", ".")

    def reply(self, value: float, document: Document | None = None) -> None:
        """The model answers with `value`, cites `document`, and the check takes it."""
        cited = document.id if document else ""
        self.draft(self.sentence(value, cited), [cited] if cited else [])

    def case(self, cause: str, variant: str, *evidence: str, subtle: bool = False) -> Case:
        rng = self.rng
        moment = f"{self.day.isoformat()}T{rng.randrange(6, 22):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}Z"
        trace = {
            "id": f"t-{rng.randrange(16**6):06x}",
            "at": moment,
            "shop": self.shop,
            "user": {"id": self.user, "plan": self.plan},
            "question": self.question,
            "audit": self.audit,
            "steps": self.steps,
            "answer": self.answer,
            "feedback": rng.choice(("up", "down", None, None)),
        }
        return Case(trace=trace, cause=cause, variant=variant, subtle=subtle, evidence=evidence)
