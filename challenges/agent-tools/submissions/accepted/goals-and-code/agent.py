"""Support agent without tool calling: the model reads a message once, code does the rest.

A message becomes a list of goals. Each goal goes through find → get → check → do, one tool call at a time.
"""
import json
import os
import re
from datetime import date

from live import as_described
from openai import OpenAI, OpenAIError

ORDER = re.compile(r"\b[A-Z]{2}-\d{5}\b")
MONEY = re.compile(r"(\d+)[.,](\d{2})\b")
PROMPT = "Return JSON with requests, order_id, email_wanted and risk for the message of a shop's customer."
CAUTION = 1 / 11
_client = None


class Stop(Exception):
    """The case goes to a person: reason and summary."""


def client():
    global _client
    if _client is None:
        _client = OpenAI(max_retries=5, timeout=4)
    return _client


@as_described
def step(turn):
    state = turn["state"] or {"n": 0, "spent": 0, "words": "", "goals": [], "pending": None}
    desk = Desk(turn["case"], state)
    try:
        if turn["event"]["type"] == "message":
            desk.message(turn["event"]["text"])
        else:
            retry = desk.result(turn["event"])
            if retry:
                return {"state": state, "action": retry}
        action = desk.next_action()
    except Stop as stop:
        reason, summary = stop.args
        action = desk.call("escalate", {"reason": reason, "summary": summary}, "esc")
    return {"state": state, "action": action}


def read(text):
    """The model's reading, with everything in it that the customer did not write thrown out."""
    for _ in range(4):
        try:
            answer = client().chat.completions.create(
                model=os.environ["OPENAI_MODEL"],
                temperature=0,
                response_format={"type": "json_object"},
                messages=[{"role": "system", "content": PROMPT}, {"role": "user", "content": text}],
            )
            reading = json.loads(answer.choices[0].message.content or "")
            goals = [goal(request, text) for request in reading["requests"]]
            risk = {kind: float(reading["risk"][kind]) for kind in ("legal", "person")}
            return goals, reading.get("order_id"), bool(reading.get("email_wanted")), risk
        except OpenAIError as problem:
            raise Stop("model_failure", f"model: {type(problem).__name__}") from problem
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    raise Stop("model_failure", "The model's reading could not be used.")


def goal(request, text):
    if request["intent"] not in ("refund", "cancel", "track"):
        raise ValueError("intent")
    order = request["order_id"]
    if order is not None and order not in ORDER.findall(text):
        raise ValueError("an order that the customer did not name")
    cents = request["amount_cents"]
    if cents is not None and cents not in {int(a + b) for a, b in MONEY.findall(text)}:
        raise ValueError("a sum that the customer did not name")
    return {"intent": request["intent"], "order": order, "cents": cents, "end": None, "seen": None}


class Desk:
    def __init__(self, case, state):
        self.case, self.state = case, state

    def message(self, text):
        own = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
        goals, order, mail, risk = read(own)
        if max(risk.values()) > CAUTION:
            kind = max(risk, key=risk.get)
            raise Stop(kind, f"Probability {risk[kind]:.2f}. Nothing was done for this message.")
        if not goals and order in ORDER.findall(own):
            goals = [{**old, "order": order, "end": None} for old in self.state["goals"] if old["end"] == "ask"]
        self.state.update(n=self.state["n"] + 1, goals=goals, mail=mail, found=None, tries=0)

    def result(self, event):
        pending = self.state["pending"]
        name, about = pending["tool"], self.state["about"]
        if event["ok"]:
            self.state["tries"] = 0
            self.learn(name, about, pending["arguments"], event["content"])
            return None
        code = event["error"]["code"]
        if code in ("timeout", "unavailable", "rate_limited"):
            if self.state["tries"] >= 3:
                raise Stop("tool_failure", f"{name} failed three times and may have been carried out.")
            self.state["tries"] += 1
            return {**pending, "wait": event["error"]["retry_after"] or 0}
        if name == "find_orders":
            self.state["found"] = []
        elif about is not None:
            self.state["goals"][about]["end"] = "no"
        self.state["tries"] = 0
        return None

    def learn(self, name, about, arguments, content):
        if name == "find_orders":
            self.state["found"] = content["order_ids"]
        elif name == "send_email":
            self.state["mail"] = False
        elif name == "get_order":
            self.state["goals"][about]["seen"] = content
        elif about is not None:
            self.state["goals"][about]["end"] = "yes"
            self.state["spent"] += arguments.get("amount_cents", 0)

    def next_action(self):
        for at, wish in enumerate(self.state["goals"]):
            action = None if wish["end"] else self.pursue(at, wish)
            if action:
                return action
        ends = [wish["end"] for wish in self.state["goals"]]
        if self.state["mail"] and "yes" in ends:
            orders = ", ".join(wish["order"] for wish in self.state["goals"] if wish["end"] == "yes")
            body = f"This confirms what we did for you: {orders}."
            mail = {"to": self.case["customer"]["email"], "subject": "Confirmation", "body": body}
            return self.call("send_email", mail, None)
        return self.reply(ends)

    def pursue(self, at, wish):
        if wish["order"] is None:
            if self.state["found"] is None:
                return self.call("find_orders", {"email": self.case["customer"]["email"]}, at)
            if len(self.state["found"]) != 1:
                wish["end"] = "ask"
                return None
            wish["order"] = self.state["found"][0]
        if wish["seen"] is None:
            return self.call("get_order", {"order_id": wish["order"]}, at)
        order = wish["seen"]
        if order["customer_id"] != self.case["customer"]["id"]:
            wish["end"] = "no"
        elif wish["intent"] == "track":
            return self.call("track_parcel", {"order_id": wish["order"]}, at)
        elif wish["intent"] == "cancel":
            if order["status"] == "processing":
                return self.call("cancel_order", {"order_id": wish["order"]}, at)
            wish["end"] = "no"
        else:
            return self.refund(at, wish, order)
        return None

    def refund(self, at, wish, order):
        left = order["total_cents"] - order["refunded_cents"]
        cents = left if wish["cents"] is None else wish["cents"]
        if order["status"] != "delivered" or not 0 < cents <= left or self.age(order) > self.case["policy"]["return_days"]:
            wish["end"] = "no"
            return None
        if self.state["spent"] + cents > self.case["policy"]["refund_limit_cents"]:
            raise Stop("over_limit", f"{wish['order']}: {cents} cents asked for, {self.state['spent']} paid before.")
        return self.call("refund", {"order_id": wish["order"], "amount_cents": cents, "reason": "asked by customer"}, at)

    def age(self, order):
        return (date.fromisoformat(self.case["today"]) - date.fromisoformat(order["delivered_on"])).days

    def call(self, tool, arguments, about):
        action = {"type": "tool", "tool": tool, "arguments": arguments}
        if tool not in ("find_orders", "get_order", "track_parcel"):
            action["idempotency_key"] = f"{self.case['id']}#{self.state['n']}#{about}#{tool}"
        self.state.update(pending=action, about=about if isinstance(about, int) else None, tries=1)
        return action

    def reply(self, ends):
        if not ends or "ask" in ends:
            return {"type": "reply", "text": "Which of your orders do you mean?", "outcome": "question"}
        outcome = "done" if set(ends) == {"yes"} else "partly" if "yes" in ends else "refused"
        told = {"yes": "is settled", "no": "could not be done"}
        lines = [f"{wish['intent']} for {wish['order']} {told[wish['end']]}." for wish in self.state["goals"]]
        return {"type": "reply", "text": "Hello, " + " ".join(lines), "outcome": outcome}
