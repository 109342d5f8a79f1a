"""What the model says to a request: the script of the test first, then the rules of the pack, then the reader; and
after that, what models do to a good answer.

Every draw comes from a generator seeded by the run's seed, the request's content and how often this very content was
asked before in the same test. The order in which different requests come makes no difference.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

from . import reader, rules, tokens, words
from .filling import Filler, asked_for
from .records import Ask, Message, Reply, Tool, ToolCall

DECLINED = "I'm sorry, but I can't help with that."
_REVEALED = 300


def digest(ask: Ask) -> str:
    """Of all that decides the answer; not of whether it is streamed."""
    text = json.dumps(asdict(replace(ask, stream=False, include_usage=False)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Behaviour:
    """One model's conduct in one test. `settings` is model.yaml as the host checked it."""

    def __init__(self, settings: dict[str, Any], seed: int) -> None:
        self.settings, self.seed = settings, seed
        self.used: Counter[int] = Counter()

    def generator(self, content: str, repeat: int, choice: int) -> random.Random:
        return random.Random(f"{self.seed}:{content}:{repeat}:{choice}")  # noqa: S311 - meant to repeat

    def reply(self, ask: Ask, model: dict[str, Any], scripted: Reply | None, spoil: str, rng: random.Random) -> Reply:
        """What comes back. `spoil` names a fault of the schedule, or is empty."""
        said = scripted or self._by_rule(ask)
        if said is None:
            said = self._read(ask, model, rng)
            spoil = spoil or self._failure(ask, model, said, rng)
        return limited(numbered(spoiled(said, ask, spoil, rng), rng), ask, model)

    def _by_rule(self, ask: Ask) -> Reply | None:
        for at, rule in enumerate(self.settings["rules"]):
            values = None if rule["times"] and self.used[at] >= rule["times"] else rules.applies(rule["when"], ask)
            if values is not None:
                self.used[at] += 1
                return rules.reply(rule, values)
        return None

    # ------------------------------------------------------------------------------------------------ the reader

    def _read(self, ask: Ask, model: dict[str, Any], rng: random.Random) -> Reply:
        messages = tokens.within(ask.messages, model["context_window"])
        drift = min(1.0, model["drift"] * ask.temperature)
        answer = reader.answer(messages, self.settings["reader"], drift, rng)
        filler = Filler(answer, _last(messages, "user"), self.settings["reader"]["labels"])
        order = answer.order
        offered = {tool.name: tool for tool in ask.tools} if ask.tool_choice != "none" else {}
        if order is not None and order.tool in offered:
            arguments = order.arguments if order.arguments is not None else filler.fill(offered[order.tool].parameters)
            return _calling(order.tool, arguments)
        tool = self._tool(ask, answer, offered)
        if tool is not None:
            return _calling(tool.name, filler.fill(tool.parameters))
        if order is not None and (order.say or order.reveal):
            said = tokens.first(_last(messages, "system"), _REVEALED) if order.reveal else order.say
            answer = replace(answer, text=said, ids=(), quote=said, order=None)
            filler = Filler(answer, filler.user, filler.labels)
        return Reply(text=_written(ask, answer, filler, messages))

    def _tool(self, ask: Ask, answer: reader.Answer, offered: dict[str, Tool]) -> Tool | None:
        """The tool to call now: the one that must be; else, once per question and where the context does not tell,
        the one whose name and description have most in common with the question."""
        if ask.tool_choice.startswith("="):
            return offered.get(ask.tool_choice[1:])
        asked = set(words.content(answer.question))
        votes = {
            name: len(asked & set(words.content(f"{name.replace('_', ' ')} {tool.description}")))
            for name, tool in offered.items()
        }
        best = max(votes, key=lambda name: votes[name], default="")
        if ask.tool_choice == "required":
            return offered.get(best)
        wanted = ask.last.role != "tool" and not answer.ids and votes.get(best, 0) > 0
        return offered[best] if wanted else None

    def _failure(self, ask: Ask, model: dict[str, Any], said: Reply, rng: random.Random) -> str:
        """The failure that befalls this answer, by the model's own rates; drawn in a fixed order."""
        loose = any(not tool.strict for tool in ask.tools)
        possible = {
            "refusal": True,
            "malformed_json": ask.format == "json_object",
            "wrong_tool": bool(said.tool_calls),
            "wrong_arguments": bool(said.tool_calls) and loose,
        }
        for kind, can in possible.items():
            if rng.random() < model["failures"][kind] and can:
                return kind
        return ""


def _last(messages: tuple[Message, ...], role: str) -> str:
    return next((message.text for message in reversed(messages) if message.role == role), "")


def _calling(name: str, arguments: Any) -> Reply:
    call = ToolCall(name=name, arguments=json.dumps(arguments if isinstance(arguments, dict) else {}))
    return Reply(tool_calls=(call,), finish="tool_calls")


def _written(ask: Ask, answer: reader.Answer, filler: Filler, messages: tuple[Message, ...]) -> str:
    """The answer in the form that was asked for."""
    if ask.format == "json_schema":
        return json.dumps(filler.fill(ask.schema), ensure_ascii=False)
    instructions = f"{_last(messages, 'system')}\n{_last(messages, 'user')[:4000]}"
    if ask.format == "json_object":
        return json.dumps(filler.fill(asked_for(instructions)), ensure_ascii=False)
    cited = "".join(f" [{name}]" for name in answer.ids)
    return answer.text + cited


# ------------------------------------------------------------------------------------------------ what goes wrong


def spoiled(said: Reply, ask: Ask, how: str, rng: random.Random) -> Reply:
    """`said` after a failure of the kinds that `faults.SPOILING` lists."""
    if how == "refusal":
        return Reply(refusal=DECLINED)
    if how == "empty":
        return Reply()
    if how == "truncate":
        half = tokens.first(said.text, max(1, tokens.count(said.text) // 2))
        calls = tuple(replace(call, arguments=call.arguments[: len(call.arguments) // 2]) for call in said.tool_calls)
        return replace(said, text=half, tool_calls=calls, finish="length")
    if how == "malformed_json":
        calls = tuple(replace(call, arguments=_broken(call.arguments, rng)) for call in said.tool_calls)
        return replace(said, text=_broken(said.text, rng) if said.text else "", tool_calls=calls)
    if how == "wrong_tool":
        return replace(
            said, tool_calls=tuple(replace(call, name=_other(call.name, ask, rng)) for call in said.tool_calls)
        )
    if how == "wrong_arguments":
        return replace(said, tool_calls=tuple(replace(call, arguments=_twisted(call, rng)) for call in said.tool_calls))
    return said


def _broken(text: str, rng: random.Random) -> str:
    """JSON as models break it: cut off, a comma too many, or words and a fence around it."""
    ways = [text[: max(1, len(text) - 2)], text[:-1] + ",}", f"Here is the JSON you asked for:\n```json\n{text}\n```"]
    return rng.choice(ways)


def _other(name: str, ask: Ask, rng: random.Random) -> str:
    others = [tool.name for tool in ask.tools if tool.name != name]
    return rng.choice([*others, f"{name}_v2"])


def _twisted(call: ToolCall, rng: random.Random) -> str:
    """The arguments with one of them missing, renamed or of another type."""
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        return call.arguments
    if not isinstance(arguments, dict) or not arguments:
        return json.dumps({"input": arguments})
    key = rng.choice(sorted(arguments))
    value = arguments.pop(key)
    way = rng.randrange(3)
    if way == 1:
        arguments[f"{key}_value"] = value
    elif way == 2:
        arguments[key] = [value]
    return json.dumps(arguments)


def limited(said: Reply, ask: Ask, model: dict[str, Any]) -> Reply:
    """`said` up to the first stop sequence and the most tokens allowed."""
    text = said.text
    for stop in ask.stop:
        text = text.partition(stop)[0] if stop else text
    most = min(ask.max_tokens or model["max_output"], model["max_output"])
    if tokens.count(text) > most:
        return replace(said, text=tokens.first(text, most), finish="length")
    return replace(said, text=text)


def numbered(said: Reply, rng: random.Random) -> Reply:
    """`said` with an id for each tool call."""
    return replace(
        said, tool_calls=tuple(replace(call, id=f"call_{rng.getrandbits(96):024x}") for call in said.tool_calls)
    )


def spoken_tokens(said: Reply) -> int:
    """Tokens that a reply is charged for."""
    calls = sum(tokens.count(call.name) + tokens.count(call.arguments) for call in said.tool_calls)
    return tokens.count(said.text) + tokens.count(said.refusal) + calls
