"""Carries cases from turn to turn: hands an event to the agent, its action to the backend, and the result back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .backend import Backend

OUTCOMES = ("done", "partly", "refused", "question")
MOST_STEPS = 40
MOST_STATE = 65_536
LONGEST_TEXT, LONGEST_WAIT = 2000, 300

Step = Callable[[list[dict[str, Any]]], list[Any]]
"""Turns in, replies out, in the same order; an exception in the place of a reply is an agent that failed."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A customer with something to say, and what a good agent makes of it.

    `messages` are `{"text", "meaning"}`. `mistakes` are what the model gets wrong, in order. With `again`, the first
    action that changes something is delivered twice. `effects` are (tool, arguments that count); `ends` is how each
    message ends: an outcome, or `escalate:reason`, with which the case is over. `reads` are orders that have to be
    looked up before the customer is told about them.
    """

    id: str
    today: str
    customer: dict[str, str]
    policy: dict[str, int]
    messages: list[dict[str, Any]]
    effects: list[Any] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    again: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        """What the agent gets to see of it."""
        return {"id": self.id, "today": self.today, "customer": self.customer, "policy": self.policy}


@dataclass(kw_only=True)
class Record:
    """How a case went."""

    case: Case
    state: Any = None
    event: dict[str, Any] | None = None
    steps: int = 0
    said: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    problem: str = ""
    doubled: bool = False

    def begin(self) -> None:
        """Hands out the next message of the customer, or ends the case where there is none."""
        waiting = self.case.messages[len(self.ends) :]
        self.event = {"type": "message", "text": waiting[0]["text"]} if waiting else None

    def fail(self, problem: str) -> None:
        self.problem, self.event = problem, None


def play(step: Step, backend: Backend, cases: list[Case]) -> list[Record]:
    """Runs `cases` side by side, one turn of each at a time, until all have ended."""
    records = [Record(case=case) for case in cases]
    for record in records:
        record.begin()
    while live := [record for record in records if record.event is not None]:
        turns = [_turn(record, backend) for record in live]
        for record, reply in zip(live, step(turns), strict=True):
            _take(record, reply, backend)
    return records


def _turn(record: Record, backend: Backend) -> dict[str, Any]:
    record.steps += 1
    return {"case": record.case.shown, "tools": backend.tools, "state": record.state, "event": record.event}


def _take(record: Record, reply: Any, backend: Backend) -> None:
    problem = f"{reply}" if isinstance(reply, Exception) else unusable(reply)
    if not problem and record.steps >= MOST_STEPS:
        problem = f"no end after {MOST_STEPS} turns"
    if problem:
        record.fail(problem)
        return
    action = reply["action"]
    if action["type"] == "reply":
        record.state = reply["state"]
        record.said.append(action["text"])
        record.ends.append(action["outcome"])
        record.begin()
        return
    _perform(record, reply["state"], action, backend)


def _perform(record: Record, state: Any, action: dict[str, Any], backend: Backend) -> None:
    result = backend.perform(record.case.id, action)
    access = backend.known.get(action["tool"], {}).get("access")
    if record.case.again and access == "write" and not record.doubled:
        record.doubled = True  # the desk crashed before it could save: the same event comes again, with the old state
        return
    record.state = state
    record.event = {"type": "result", "tool": action["tool"], **result}
    if action["tool"] == "escalate" and result["ok"]:
        record.ends.append(f"escalate:{action['arguments']['reason']}")
        record.event = None


def unusable(reply: Any) -> str:
    """Why a reply cannot be used; "" where it can."""
    if not isinstance(reply, dict) or set(reply) != {"state", "action"}:
        return "step has to return an object with the keys state and action"
    if len(json.dumps(reply["state"])) > MOST_STATE:
        return f"the state takes more than {MOST_STATE:,} characters"
    action = reply["action"]
    if not isinstance(action, dict) or action.get("type") not in ("reply", "tool"):
        return "action has to be an object whose type is reply or tool"
    if action["type"] == "tool":
        return _unusable_call(action)
    text = action.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
        return f"a reply needs a text of at most {LONGEST_TEXT} characters"
    return "" if action.get("outcome") in OUTCOMES else f"outcome is none of {', '.join(OUTCOMES)}"


def _unusable_call(action: dict[str, Any]) -> str:
    if not isinstance(action.get("tool"), str):
        return "a tool is named by a text"
    wait = action.get("wait", 0)
    if type(wait) not in (int, float) or not 0 <= wait <= LONGEST_WAIT:
        return f"wait is a number of seconds from 0 to {LONGEST_WAIT}"
    return ""


def verdict(record: Record, backend: Backend) -> str:
    """What is wrong with how a case went; "" where all is right. Reading is free, doing is counted."""
    if record.problem:
        return f"it broke off: {record.problem}"
    done = [effect for effect in backend.effects if effect.case == record.case.id]
    wanted = [tuple(effect) for effect in record.case.effects]
    surplus = [effect for effect in done if not _strike(wanted, effect.tool, effect.arguments)]
    if surplus:
        return f"{surplus[0].tool} was done and should not have been, or not like this"
    if wanted:
        return f"{wanted[0][0]} was not done"
    if any((record.case.id, order) not in backend.looked_up for order in record.case.reads):
        return "the order was not looked up"
    if record.ends != record.case.ends:
        return f"it ended with {', '.join(record.ends)} instead of {', '.join(record.case.ends)}"
    return ""


def _strike(wanted: list[Any], tool: str, arguments: dict[str, Any]) -> bool:
    """Takes the effect out of those that are wanted; False where it is none of them."""
    for entry in wanted:
        if entry[0] == tool and all(arguments.get(key) == value for key, value in entry[1].items()):
            wanted.remove(entry)
            return True
    return False
