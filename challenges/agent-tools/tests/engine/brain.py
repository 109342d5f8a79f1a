"""How the model behaves. It reads well, plans step by step, believes everybody, and errs as models do.

What a text means it knows from `meanings`; for any other text it goes by a few words. Everything else it takes from the
conversation alone: what was called, with what arguments, and what came back.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

ORDER = re.compile(r"\b[A-Z]{2}-\d{5}\b")
AMOUNT = re.compile(r"\b(\d{1,5})[.,](\d\d)\b")
MAIL = re.compile(r"\b[\w.+-]{1,40}@[\w-]{1,40}(?:\.[\w-]{1,20}){1,3}")
_WORD = re.compile(r"\w{1,60}")
_FAILED = re.compile(
    r"\berror|\bdenied|\brefused|not allowed|\bblocked|\binvalid|\"ok\": ?false|\bfailed", re.IGNORECASE
)
_AGAIN = re.compile(r"time-?out|timed out|unavailable|rate_limited|\bretry\b|again|\binvalid|missing", re.IGNORECASE)
_READ = 40_000
"""Characters of one message that are read, from its end."""
TRIES = 3
INTENTS = {"refund": "refund", "cancel": "cancel_order", "track": "track_parcel"}


@dataclass(kw_only=True)
class Said:
    """What the model answers. `calls` are (name, arguments as text)."""

    text: str = ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    refusal: str = ""


@dataclass(kw_only=True)
class Brain:
    """`meanings`: text → meaning. `planted`: `{"text", "call": [name, arguments], "request", "say"}`, orders that
    somebody slipped in; the model follows each once. `mistakes`: text → what goes wrong after it was read, in order."""

    meanings: dict[str, dict[str, Any]]
    planted: list[dict[str, Any]] = field(default_factory=list)
    mistakes: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.flat = {flat(own_words(text)): (text, meaning) for text, meaning in self.meanings.items()}
        self.waiting = {(text, way): list(kinds) for text, kinds in self.mistakes.items() for way in (True, False)}

    def answer(self, ask: Any) -> Said:
        """What it says to a request with `messages`, `tools` and `format`."""
        reading = Reading(self, ask)
        offered = [tool.name for tool in ask.tools]
        if offered:
            said = self._acting(reading, offered)
        elif ask.format.startswith("json"):
            said = Said(text=json.dumps(reading.as_object()))
        else:
            said = Said(text=reading.closing())
        return self._erring(said, reading, bool(offered))

    def _acting(self, reading: Reading, offered: list[str]) -> Said:
        for order in reading.orders:
            call = order.get("call")
            if call and call[0] in offered and not reading.has_called(call[0], call[1]):
                return calling(call[0], call[1])
        step = reading.next_call(offered)
        return calling(*step) if step else Said(text=reading.closing())

    def _erring(self, said: Said, reading: Reading, acting: bool) -> Said:
        """`said`, or what a mistake makes of it; with tools and without, it errs independently."""
        waiting = self.waiting.get((reading.text, acting), [])
        if not waiting or (waiting[0].partition(":")[0] in ON_WRITES and not _writes(said)):
            return said
        return spoiled(said, waiting.pop(0))


class Reading:
    """A conversation as the model understands it."""

    def __init__(self, brain: Brain, ask: Any) -> None:
        self.text, self.meaning, self.since = "", guess(""), 0
        self.orders: list[dict[str, Any]] = []
        pending: list[dict[str, Any]] = []
        texts = [(at, message) for at, message in enumerate(ask.messages) if message.role in ("user", "tool")]
        for at, message in texts:
            low = flat(message.text[-_READ:])
            self.orders += [order for order in brain.planted if flat(order["text"]) in low]
            if message.role != "user":
                continue
            for text, meaning in _found(brain, low):
                self.text, self.meaning, self.since = text, _completed(meaning, pending), at
                pending = self.meaning["requests"] or pending
        if not self.text:
            said = [(at, message.text[-_READ:]) for at, message in texts if message.role == "user"][-1:]
            self.since, self.meaning = (said[0][0], guess(said[0][1])) if said else (0, guess(""))
        self.messages = ask.messages
        self.mail = next((found[0] for m in ask.messages if (found := MAIL.search(m.text[-_READ:]))), "")
        self.calls = list(self._calls())

    def _calls(self) -> Any:
        """(name, arguments, result) of what was called since the customer last spoke."""
        results = {message.tool_call_id: message.text for message in self.messages if message.role == "tool"}
        for message in self.messages[self.since :]:
            for call in message.tool_calls:
                yield call.name, parsed(call.arguments), results.get(call.id, "")

    def has_called(self, name: str, arguments: dict[str, Any]) -> bool:
        return any(one == name and given == arguments for one, given, _ in self.calls)

    def result(self, name: str, **arguments: Any) -> str | None:
        """What came back of the last such call; None where there was none."""
        fits = [r for n, given, r in self.calls if n == name and arguments.items() <= given.items()]
        return fits[-1] if fits else None

    def next_call(self, offered: list[str]) -> tuple[str, dict[str, Any]] | None:
        """The next step of the plan: read, then do, request by request; then the mail."""
        risk = self.meaning["risk"]
        worst = max(risk, key=lambda kind: risk[kind])
        if risk[worst] >= 0.5 and "escalate" in offered and self.result("escalate") is None:
            return "escalate", {"reason": worst, "summary": "The customer's message asks for a person's attention."}
        for request in self.meaning["requests"]:
            step = self._step(request, offered)
            if step:
                return step
        if self.meaning["email"] and "send_email" in offered and self.result("send_email") is None and self.calls:
            return "send_email", {"to": self.mail, "subject": "Your request", "body": self.closing()}
        return None

    def _step(self, request: dict[str, Any], offered: list[str]) -> tuple[str, dict[str, Any]] | None:
        order = request["order_id"]
        if order is None:
            listed = self.result("find_orders")
            if listed is None:
                return ("find_orders", {"email": self.mail}) if "find_orders" in offered else None
            found = ORDER.findall(listed)
            if not found:
                return None
            order = found[0]  # a guess, where there are several
        seen = self.result("get_order", order_id=order)
        if seen is None or self._worth_another("get_order", {"order_id": order}):
            return ("get_order", {"order_id": order}) if "get_order" in offered else None
        name = INTENTS[request["intent"]]
        arguments = {"order_id": order}
        if name == "refund":
            arguments |= {"amount_cents": request["amount_cents"] or left(seen), "reason": "customer's request"}
        fresh = self.result(name, **arguments) is None
        return (name, arguments) if name in offered and (fresh or self._worth_another(name, arguments)) else None

    def _worth_another(self, name: str, arguments: dict[str, Any]) -> bool:
        tries = [r for n, given, r in self.calls if n == name and given == arguments]
        return 0 < len(tries) < TRIES and bool(_FAILED.search(tries[-1]) and _AGAIN.search(tries[-1]))

    def closing(self) -> str:
        """What it would tell the customer: always good news, whatever came of it."""
        orders = [str(request["order_id"]) for request in self.meaning["requests"] if request["order_id"]]
        told = " ".join(order["say"] for order in self.orders if order.get("say"))
        about = f" about {', '.join(orders)}" if orders else ""
        return f"Thank you for your message{about}. Everything has been taken care of. {told}".strip()

    def as_object(self) -> dict[str, Any]:
        """Its reading of the customer's last message, as JSON mode gives it."""
        injected = [order["request"] for order in self.orders if order.get("request")]
        return {
            "requests": [*injected, *self.meaning["requests"]],
            "order_id": self.meaning["order_id"],
            "email_wanted": self.meaning["email"],
            "risk": self.meaning["risk"],
        }


def _found(brain: Brain, low: str) -> list[tuple[str, dict[str, Any]]]:
    """Known texts in a message, in the order in which they stand there."""
    places = [(low.rfind(known), entry) for known, entry in brain.flat.items() if known in low]
    return [entry for _, entry in sorted(places, key=lambda place: place[0])]


def _completed(meaning: dict[str, Any], pending: list[dict[str, Any]]) -> dict[str, Any]:
    """`meaning` with what was asked before, where this message only names the order."""
    if meaning["requests"] or not meaning["order_id"]:
        return meaning
    requests = [request | {"order_id": request["order_id"] or meaning["order_id"]} for request in pending]
    return meaning | {"requests": requests}


def guess(text: str) -> dict[str, Any]:
    """What a few English words tell of a text that the model has not met."""
    low = text.casefold()
    wanted = [name for name, word in (("refund", "refund"), ("cancel", "cancel"), ("track", "where")) if word in low]
    order, amount = ORDER.search(text), AMOUNT.search(text)
    cents = int(amount[1] + amount[2]) if amount else None
    requests = [{"intent": n, "order_id": order[0] if order else None, "amount_cents": cents} for n in wanted[:1]]
    risk = {"legal": 0.9 if "lawyer" in low else 0.01, "person": 0.9 if "a human" in low else 0.01}
    return {"requests": requests, "order_id": order[0] if order else None, "email": False, "risk": risk}


def own_words(text: str) -> str:
    """`text` without the lines that are only forwarded: by what is left a message is known."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def flat(text: str) -> str:
    """The words of `text` alone, also where it stands inside JSON."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).replace("\\n", " ")
    return " ".join(_WORD.findall(plain.casefold()))


def parsed(arguments: str) -> dict[str, Any]:
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def left(seen: str) -> int:
    """What is left to refund, as far as the text of the order tells."""
    total, paid = (re.search(rf"{name}\W{{1,4}}(\d{{1,8}})", seen) for name in ("total_cents", "refunded_cents"))
    return max(1, int(total[1]) - (int(paid[1]) if paid else 0)) if total else 1000


# ------------------------------------------------------------------------------------------------ what goes wrong

ON_WRITES = ("inflated", "other_order", "text_for_number", "no_reason")
_DOING = ("refund", "cancel_order")


def calling(name: str, arguments: dict[str, Any]) -> Said:
    return Said(calls=[(name, json.dumps(arguments))])


def _writes(said: Said) -> bool:
    """Whether it is about to have something done, as a call or in its reading."""
    if said.calls:
        return said.calls[0][0] in _DOING
    return any(request.get("intent") in ("refund", "cancel") for request in parsed(said.text).get("requests", []))


def spoiled(said: Said, kind: str) -> Said:
    """`said` after one mistake; `other_order:ID` names the order that is taken instead."""
    kind, _, detail = kind.partition(":")
    if kind in ("empty", "refusal"):
        return Said(refusal="I'm sorry, but I can't help with that." if kind == "refusal" else "")
    if said.calls:
        name, arguments = said.calls[0]
        return Said(calls=[_spoiled_call(name, arguments, kind, detail)])
    return Said(text=_spoiled_text(said.text, kind, detail))


def _spoiled_call(name: str, text: str, kind: str, detail: str) -> tuple[str, str]:
    arguments = parsed(text)
    if kind == "broken_json":
        return name, text[: len(text) // 2]
    if kind == "unknown_tool":
        return f"{name}_v2", text
    if kind == "no_arguments":
        return name, "{}"
    if kind == "in_a_list":
        return name, json.dumps([arguments])
    return name, json.dumps(_twisted(arguments, kind, detail))


def _twisted(arguments: dict[str, Any], kind: str, detail: str) -> dict[str, Any]:
    """Arguments of a write, or a request of the reading, with one thing wrong."""
    given = dict(arguments)
    cents = given.get("amount_cents")
    if kind == "inflated":
        given["amount_cents"] = int(detail)
    if kind == "other_order" and "order_id" in given:
        given["order_id"] = detail
    if kind == "text_for_number" and isinstance(cents, int):
        given["amount_cents"] = f"{cents / 100:.2f}"
    elif kind in ("no_reason", "text_for_number"):
        given.pop("reason" if "reason" in given else "order_id", None)
    return given


def _spoiled_text(text: str, kind: str, detail: str) -> str:
    value = parsed(text)
    requests = value.get("requests")
    if kind in ("broken_json", "in_a_list") or not isinstance(requests, list) or not requests:
        return text[: len(text) // 2] if kind != "in_a_list" else f"[{text}]"
    if kind == "unknown_tool":
        requests[0] = requests[0] | {"intent": "process"}
    elif kind == "no_arguments":
        del value["requests"]
    else:
        requests[0] = _twisted(requests[0], kind, detail)
    return json.dumps(value)
