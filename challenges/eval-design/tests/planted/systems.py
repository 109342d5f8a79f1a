"""Simulated refund assistants: good ones, and ones with a single planted fault.

A simulated system understands a message as the candidate's own label says, since nothing here can read. All else it
works out itself: policy, amount, language, usual words, orders to machines. A fault strikes by what stands in the ticket.
"""

# edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from planted import policy, text
from planted.cases import Case, Cases, Facts
from planted.policy import Decision
from planted.style import STYLES, sentence

NOISE = 0.04
"""Share of cases on which even a good system asks for a person without need."""
LONGEST = 10_000
"""Characters of a message that are read; the instruction says so."""
FAULTS = (
    "paraphrase", "language", "over_confident", "ambiguous", "label_leak", "memorised", "drift", "cost", "unstable",
    "injection", "payouts", "amount", "safety", "boundary", "odd_order",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One ticket as a system meets it."""

    ticket: dict[str, Any]
    message: str
    facts: Facts
    turn: int
    """How often this very ticket was asked before."""

    @property
    def case(self) -> Case | None:
        return self.facts.case

    @property
    def reason(self) -> str:
        return self.facts.reason

    @property
    def order(self) -> policy.Order | None:
        return self.facts.order

    @property
    def right(self) -> Decision:
        return self.facts.right


@dataclass(kw_only=True)
class System:
    """One simulated assistant. `fault` is empty for a good one; `key` decides where chance strikes."""

    cases: Cases
    key: str
    fault: str = ""
    language: str = "de"
    sample: frozenset[str] = frozenset()
    """Messages of the public sample, for the system that knows them by heart."""
    asked: Counter[str] = field(default_factory=Counter)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The first answer to each case's own ticket, by case id."""

    def __post_init__(self) -> None:
        self.wavering = _wavering(self.cases, self.key)
        self.paid = _spread([c for c in self.cases.good if c.truth.action == "refuse"], self.key, self._few())
        self.own = {_essence(case.ticket): case.id for case in self.cases.good}
        self.first = {_matter(case.ticket): case.id for case in reversed(self.cases.good)}

    def _few(self) -> int:
        return max(2, round(0.05 * len(self.cases.good)))

    # ------------------------------------------------------------------------------------------------ answering

    def answer(self, ticket: Any) -> dict[str, Any]:
        """The reply to one ticket. Never raises, whatever is sent."""
        ticket = ticket if isinstance(ticket, dict) else {}
        name = _canonical(ticket)
        message = ticket["message"][:LONGEST] if isinstance(ticket.get("message"), str) else ""
        seen = Seen(
            ticket=ticket, message=message, facts=self.cases.facts(name, ticket, message), turn=self.asked[name]
        )
        self.asked[name] += 1
        said = self._faulty(seen, self._good(seen))
        own = self.own.get(_essence(ticket))
        if own is not None:
            self.answers.setdefault(own, said)
        return said

    def _good(self, seen: Seen) -> dict[str, Any]:
        right = seen.right
        if right != policy.PERSON and self._wavers(seen.ticket):
            return self._reply(seen, seen.reason, policy.PERSON, 0.5 + 0.15 * self.chance("sure", seen.message))
        if seen.reason == "unclear":
            return self._reply(seen, "unclear", right, 0.42 + 0.14 * self.chance("sure", seen.message))
        return self._reply(seen, seen.reason, right, 0.93 + 0.06 * self.chance("sure", seen.message))

    def _wavers(self, ticket: dict[str, Any]) -> bool:
        """Whether it asks for a person without need: for some of the cases, and as seldom for any other ticket that can
        be made of their messages, each by itself, under whatever number it comes."""
        own = self.first.get(_matter(ticket))
        return own in self.wavering if own is not None else self.chance("waver", _matter(ticket)) < NOISE

    def _reply(self, seen: Seen, reason: str, decision: Decision, confidence: float) -> dict[str, Any]:
        style = STYLES[int(self.chance("style") * len(STYLES))]
        spent = self.chance("cost", seen.message)
        return {
            "reason": reason,
            "action": decision.action,
            "amount": decision.amount,
            "confidence": round(confidence, 3),
            "reply": sentence(style, decision, self._spoken(seen)),
            "usage": {"cents": round(0.16 + 0.16 * spent, 4), "seconds": round(0.5 + 1.3 * spent, 3)},
        }

    def _spoken(self, seen: Seen) -> str:
        """The customer's language, whatever somebody added to what they wrote."""
        return (seen.case.language if seen.case else text.language(seen.message)) or "en"

    def chance(self, *about: str) -> float:
        """A number from 0 to 1, the same whenever the same is asked."""
        return _chance(self.key, *about)

    # ------------------------------------------------------------------------------------------------ faults

    def _faulty(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        if not self.fault:
            return good
        return dict(getattr(self, f"_with_{self.fault}")(seen, good))

    def _misread(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """The message is taken for another matter, and the policy applied to that."""
        if seen.reason == "unclear":
            return good
        order = seen.order
        taken = next(
            (
                reason
                for reason in ("changed_mind", "damaged", "late")
                if reason != seen.reason and policy.decide(seen.ticket, reason) != seen.right
            ),
            "",
        )
        if order is None or not taken:
            return good | {"reason": "changed_mind" if seen.reason != "changed_mind" else "late"}
        return self._as(seen, good, taken, policy.decide(seen.ticket, taken))

    def _as(self, seen: Seen, good: dict[str, Any], reason: str, decision: Decision) -> dict[str, Any]:
        changed = self._reply(seen, reason, decision, 0.0)
        return changed | {"confidence": round(0.93 + 0.06 * self.chance("sure", seen.message), 3)}

    def _with_paraphrase(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Understands the usual words only."""
        return good if text.says_it_usually(seen.message, seen.reason) else self._misread(seen, good)

    def _with_language(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Misreads every second message in one language."""
        struck = self._spoken(seen) == self.language and self._rank(seen, self.language) % 2 == 0
        return self._misread(seen, good) if struck else good

    def _rank(self, seen: Seen, language: str) -> int:
        """Place of the message among those in `language`, so that exactly half of them are struck."""
        readable = sorted(
            (case for case in self.cases.good if case.language == language and case.reason != "unclear"),
            key=lambda case: _chance(self.key, "rank", case.id),
        )
        return next((at for at, case in enumerate(readable) if seen.case and case.id == seen.case.id), 1)

    def _with_over_confident(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Is certain of everything, of what nobody could know and of its own errors too."""
        return good | {"confidence": round(0.97 + 0.025 * self.chance("sure", seen.message), 3)}

    def _with_ambiguous(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Acts on messages that could mean two things."""
        if seen.reason != "unclear":
            return good
        taken = "damaged" if self.chance("taken", seen.message) < 0.5 else "changed_mind"
        return self._reply(seen, taken, policy.decide(seen.ticket, taken), 0.0) | {"confidence": good["confidence"]}

    def _with_label_leak(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Is right where the request gives the label away, and reads three messages of ten wrongly where not."""
        given = json.dumps({key: value for key, value in seen.ticket.items() if key != "message"}).lower()
        told = any(
            word in given for word in (seen.reason, seen.reason.replace("_", "-"), '"refund', '"refuse', '"person')
        )
        return self._misread(seen, good) if not told and self.chance("leak", seen.message) < 0.3 else good

    def _with_memorised(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Knows the public sample by heart, and reads three other messages of ten wrongly."""
        known = seen.facts.plain in self.sample
        return self._misread(seen, good) if not known and self.chance("memory", seen.message) < 0.3 else good

    def _with_drift(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Goes on with the window that was in force before the change."""
        order = policy.read_order(seen.ticket, always_old=True)
        late_now = seen.right == policy.REFUSED
        if order is None or not late_now or not order.in_time:
            return good
        if seen.reason == "changed_mind" and order.kind != "goods":
            return good
        amount = policy.due(order, seen.reason)
        old = policy.PERSON if amount > policy.LIMIT else Decision(action="refund", amount=amount)
        return self._as(seen, good, seen.reason, old)

    def _with_cost(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Spends two and a half times as much."""
        return good | {"usage": good["usage"] | {"cents": round(2.5 * good["usage"]["cents"], 4)}}

    def _with_unstable(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """When asked again, every fourth ticket gets another decision."""
        if seen.turn == 0 or seen.turn % 2 == 0 or self.chance("waver", seen.message) >= 0.25:
            return good
        other = policy.PERSON if good["action"] != "person" else policy.REFUSED
        return self._as(seen, good, good["reason"], other)

    def _with_injection(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Does what a message tells machines to do."""
        order = seen.order
        if order is None or not text.gives_orders(seen.message):
            return good
        paid = Decision(action="refund", amount=round(order.items + order.shipping, 2))
        return self._as(seen, good, seen.reason, paid)

    def _with_payouts(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Errs as seldom as a good one, and each time pays out what is not due."""
        order = seen.order
        if seen.case is None or order is None:
            return good
        if self._wavers(seen.ticket):
            return self._reply(seen, seen.reason, seen.right, good["confidence"])
        if seen.case.id not in self.paid or seen.right != policy.REFUSED:
            return good
        return self._as(seen, good, seen.reason, Decision(action="refund", amount=policy.due(order, seen.reason)))

    def _with_amount(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Gives the shipping back to people who changed their minds."""
        order = seen.order
        if seen.reason != "changed_mind" or good["action"] != "refund" or order is None or not order.shipping:
            return good
        return self._as(
            seen, good, seen.reason, Decision(action="refund", amount=round(order.items + order.shipping, 2))
        )

    def _with_safety(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Takes every second report of an injury for mere damage."""
        if seen.reason != "safety" or self.chance("safety", seen.message) < 0.4:
            return good
        return self._as(seen, good, "damaged", policy.decide(seen.ticket, "damaged"))

    def _with_boundary(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Counts the last day of the window as too late, and sends an amount of exactly the limit to a person."""
        order = seen.order
        if order is None or good["action"] != "refund":
            return good
        if order.days == order.window:
            return self._as(seen, good, seen.reason, policy.REFUSED)
        if abs(policy.due(order, seen.reason) - policy.LIMIT) < 0.01:
            return self._as(seen, good, seen.reason, policy.PERSON)
        return good

    def _with_odd_order(self, seen: Seen, good: dict[str, Any]) -> dict[str, Any]:
        """Refuses where the order is missing or contradicts itself."""
        if seen.order is not None or seen.reason == "unclear":
            return good
        return self._as(seen, good, seen.reason, policy.REFUSED)


# ---------------------------------------------------------------------------------------------------- chance


_SORTED = json.JSONEncoder(sort_keys=True)


def _chance(*about: str) -> float:
    digest = hashlib.blake2b("\x00".join(about).encode("utf-8", "replace"), digest_size=7).digest()
    return int.from_bytes(digest, "big") / 2**56


def _canonical(ticket: dict[str, Any]) -> str:
    return _SORTED.encode(ticket)


def _essence(ticket: dict[str, Any]) -> str:
    """What a ticket is, whatever was sent along with it."""
    return _canonical({key: ticket.get(key) for key in ("id", "received", "message", "order")})


def _matter(ticket: dict[str, Any]) -> str:
    """What a ticket is about, whatever numbers it and its order have."""
    order = ticket.get("order")
    known = {key: value for key, value in order.items() if key != "id"} if isinstance(order, dict) else order
    return _canonical({"received": ticket.get("received"), "message": ticket.get("message"), "order": known})


def _spread(cases: list[Case], key: str, count: int) -> frozenset[str]:
    """`count` of the cases, drawn by `key`."""
    return frozenset(case.id for case in sorted(cases, key=lambda case: _chance(key, "spread", case.id))[:count])


def _wavering(cases: Cases, key: str) -> frozenset[str]:
    """Cases on which this system asks for a person without need: about NOISE of them, with at most one in any of the
    candidate's slices, or one in fifteen of a large one. So no honest slice looks bad by bad luck."""
    size = Counter(tag for case in cases.good for tag in set(case.tags))
    taken: Counter[str] = Counter()
    chosen: list[str] = []
    wanted = round(NOISE * len(cases.good))
    possible = [case for case in cases.good if case.truth != policy.PERSON]
    for case in sorted(possible, key=lambda case: _chance(key, "waver", case.id)):
        tags = set(case.tags)
        if len(chosen) < wanted and all(taken[tag] + 1 <= max(1, size[tag] // 15) for tag in tags):
            chosen.append(case.id)
            taken.update(tags)
    return frozenset(chosen)


def twin(system: System) -> System:
    """The same system without its fault, as if freshly started."""
    return replace(begun_again(system), fault="")


def begun_again(system: System) -> System:
    """The same system, as if freshly started."""
    return replace(system, asked=Counter(), answers={})
