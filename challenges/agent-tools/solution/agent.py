"""A support agent. The model understands and proposes; this file carries a case from turn to turn; `rules.py` decides
what may be done. Everything that has to survive a crash is in the state: no module keeps anything."""

from __future__ import annotations

import json
from typing import Any

import model
import rules
from live import as_described

RISK = 0.1  # a missed escalation costs ten needless ones: worth it from a probability of 1 in 11
TRIES = 3
ROUNDS = 12  # answers of the model that one event may take
ASKS_AGAIN = ("timeout", "unavailable", "rate_limited")


@as_described
def step(turn: dict[str, Any]) -> dict[str, Any]:
    """One event in, one action out. The tools do what they say here; `live.py` sees to that."""
    case, event = turn["case"], turn["event"]
    state = turn["state"] or {"turn": 0, "texts": [], "spent": 0}
    tools = {tool["name"]: tool for tool in turn["tools"]}
    try:
        if event["type"] == "message":
            action = heard(case, state, event["text"], tools)
        else:
            action = came_back(case, state, event, tools)
    except model.Down:
        action = escalate(case, state, "model_failure", "The model gave no usable answer; nothing more was done.")
    return {"state": state, "action": action}


def heard(case: dict, state: dict, text: str, tools: dict) -> dict:
    """A message of the customer: first what it means and how grave it is, then the first step."""
    state["texts"].append(rules.own_words(text))
    state.update(turn=state["turn"] + 1, log=[], orders={}, listed=None, done=[], denied=[], tries=0)
    state["reading"] = model.read(case, state["texts"])
    risk = state["reading"]["risk"]
    worst = max(risk, key=lambda kind: risk[kind])
    if risk[worst] >= RISK:
        return escalate(case, state, worst, f"The message may be about {worst} ({risk[worst]:.2f}). Nothing was done.")
    return think(case, state, tools)


def came_back(case: dict, state: dict, event: dict, tools: dict) -> dict:
    """A tool's result: tried again where that can help, else told to the model."""
    action = state["action"]
    if not event["ok"] and event["error"]["code"] in ASKS_AGAIN:
        if state["tries"] >= TRIES:
            return escalate(case, state, "tool_failure", f"{action['tool']} failed {TRIES} times; it may have been done.")
        state["tries"] += 1
        return action | {"wait": event["error"].get("retry_after") or 0}
    if event["ok"]:
        rules.learn(state, action, event["content"])
    else:
        state["denied"].append([action["tool"], action["arguments"]])
    told(state, {"ok": event["ok"], "content": event.get("content"), "error": event.get("error")})
    return think(case, state, tools)


def think(case: dict, state: dict, tools: dict) -> dict:
    """Asks the model for the next call until one may be made, or there is none left to make."""
    for _ in range(ROUNDS):
        if not rules.is_work_left(case, state):
            return finish(case, state)
        call = model.next_call(case, state["texts"], state["log"], tools)
        if call is None:
            continue  # an empty answer, or one that stops half-way: ask again
        name, arguments = call
        state["log"].append([name, arguments, None])
        problem = rules.problem(case, state, tools, name, arguments)
        if problem == rules.OVER_LIMIT:
            return escalate(case, state, "over_limit", f"The customer asks for more than the limit of the case: {arguments}")
        if not problem:
            return act(case, state, tools[name], arguments)
        if not problem.startswith("invalid"):
            state["denied"].append([name, arguments])
        told(state, {"error": problem})
    return finish(case, state)


def told(state: dict, result: dict) -> None:
    state["log"][-1][2] = json.dumps(result)


def act(case: dict, state: dict, tool: dict, arguments: dict) -> dict:
    """The call as an action. The same wish has the same key, however often it is tried; a later one has another."""
    action = {"type": "tool", "tool": tool["name"], "arguments": arguments}
    if tool["access"] != "read":
        about = arguments.get("order_id", "")
        action["idempotency_key"] = f"{case['id'][-60:]}/{state['turn']}/{tool['name']}/{about}"
    state.update(action=action, tries=1)
    return action


def escalate(case: dict, state: dict, reason: str, summary: str) -> dict:
    tool = {"name": "escalate", "access": "write"}
    return act(case, state, tool, {"reason": reason, "summary": summary[:1000]})


def finish(case: dict, state: dict) -> dict:
    """What the customer is told goes by what was done, not by what the model says was done."""
    wanted = state["reading"]["requests"]
    kept = [request for request in wanted if rules.is_done(state, request)]
    unclear = [request for request in wanted if request not in kept and rules.order_of(state, request) is None]
    if unclear or not wanted:
        text = "Which order is it about? Please send me its number."
        return {"type": "reply", "text": text, "outcome": "question"}
    outcome = "done" if len(kept) == len(wanted) else "partly" if kept else "refused"
    lines = [sentence(state, request, request in kept) for request in wanted]
    return {"type": "reply", "text": f"Dear {case['customer']['name']}, " + " ".join(lines), "outcome": outcome}


def sentence(state: dict, request: dict, kept: bool) -> str:
    order = rules.order_of(state, request)
    if request["intent"] == "track" and kept:
        return f"Your order {order} is {state['orders'][order]['status']}."
    did = {"refund": "has been refunded", "cancel": "has been cancelled", "track": "has been looked up"}
    return f"Your order {order} {did[request['intent']]}." if kept else f"For order {order} I cannot do this."
