"""Calls of an OpenAI-compatible endpoint. The only place of the judge that talks to a network.

An endpoint is asked with a JSON Schema first, then for a JSON object, then in words with one turn to repair. What it
can do is remembered per endpoint and model. What it does not answer is asked again here and not by the SDK, so that
errors inside a 200 count and attempts are those that were made.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from grader import network
from grader.canonical import key_of
from grader.judge import completion, refusal
from grader.judge import reply as replies
from grader.judge.abilities import MODES, otherwise
from grader.judge.budget import Usage
from grader.judge.cache import Cache
from grader.judge.completion import Completion
from grader.judge.config import JudgeConfig
from grader.judge.prompt import REPAIR, Message, Prompt, fresh_nonce
from grader.judge.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai import OpenAI


class NoAnswerError(Exception):
    """There is no usable answer, and why. Never a level."""

    def __init__(self, reason: str, usage: Usage | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.usage = usage or Usage()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reply of the right form, and what it took. All of it is kept in the cache."""

    text: str
    mode: str
    """How it was asked for; also which optional parameters the endpoint did not take."""
    prompt_tokens: int
    completion_tokens: int
    estimated: bool
    """Whether the endpoint did not report its tokens."""
    system_fingerprint: str
    seconds: float

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, estimated=self.estimated
        )


class Client:
    """Asks one endpoint. Shared by threads. `lane` is entered for each call."""

    def __init__(self, config: JudgeConfig, cache: Cache, lane: AbstractContextManager[object] | None = None) -> None:
        self._config = config
        self._cache = cache
        self._lane = lane or nullcontext()
        self.began: float | None = None
        """When the first call was made (monotonic)."""
        self._made: OpenAI | None = None
        self._making = threading.Lock()

    def _open(self) -> OpenAI:
        """The connection pool, made when the first call is: importing the SDK takes most of a second."""
        with self._making:
            if self._made is None:
                self._made = self._connected()
            return self._made

    def _connected(self) -> OpenAI:
        """The SDK's client with nothing of the environment's but proxies and certificates: organisation, project and
        headers that are set there may be meant for another endpoint. Raises NoAnswerError."""
        from openai import OpenAI

        address = self._config.address
        try:
            made = OpenAI(
                base_url=address.endpoint,
                api_key=address.key or "none",
                timeout=self._config.timeout,
                max_retries=0,
                default_query=dict(address.query),
            )
        except (ImportError, ValueError) as problem:  # a proxy of a kind that cannot be used
            raise NoAnswerError(self._unreached(problem)) from problem
        made.organization = made.project = None
        made._custom_headers = address.headers  # noqa: SLF001 - what the environment adds cannot be kept out otherwise
        return made

    def close(self) -> None:
        if self._made is not None:
            self._made.close()

    def ask(self, model: str, build: Callable[[str], Prompt], *, repeat: int, rider: str = "") -> Answer:
        """The answer to the prompt that `build` makes for a mark: the kept one, or a new one, which is then kept.

        `rider` tells apart questions that must be asked anew although their words are the same (canaries).
        Raises NoAnswerError.
        """
        key = self.key(model, build, repeat=repeat, rider=rider)
        kept = self._cache.reply(key)
        if kept is not None:
            return Answer(**kept)
        answer = self._new(model, build(fresh_nonce()), repeat)
        self._cache.keep_reply(key, asdict(answer))
        return answer

    def key(self, model: str, build: Callable[[str], Prompt], *, repeat: int, rider: str = "") -> str:
        """The key of a question in the cache: everything that decides its answer, the mark left blank."""
        prompt = build("")
        return key_of(
            {
                "model": model,
                "endpoint": self._config.endpoint,
                **({"query": dict(self._config.address.query)} if self._config.address.query else {}),
                "messages": prompt.messages,
                "schema": prompt.schema,
                "sampling": sampling(self._config),
                "repeat": repeat,
                "rider": rider,
            }
        )

    def _new(self, model: str, prompt: Prompt, repeat: int) -> Answer:
        known = {"mode": 0, "without": [], "limit": "max_tokens", "system": True} | self._cache.can(
            self._config.endpoint, model
        )
        can = known
        spent = Usage()
        while True:
            try:
                answer = self._in_mode(model, prompt, repeat, can, spent)
            except _TryOtherwiseError as other:
                can, spent = {**can, **other.can}, spent + other.usage
                continue
            if can != known:
                self._cache.keep_can(self._config.endpoint, model, can)
            return answer

    def _in_mode(self, model: str, prompt: Prompt, repeat: int, can: Mapping[str, Any], spent: Usage) -> Answer:
        mode = MODES[can["mode"]]
        messages = list(prompt.messages) if mode != "prompt" else _with_schema(prompt)
        messages = messages if can["system"] else _without_system(messages)
        self._open()
        started = time.monotonic()
        came = self._call(model, messages, prompt, repeat, can)
        spent += came.usage
        try:
            replies.read(came.text, prompt.choices)
        except replies.BadReplyError as problem:
            if mode == "json_schema":
                if problem.is_json:
                    raise NoAnswerError(f"the judge's reply was not usable: {problem}", spent) from None
                raise _TryOtherwiseError({"mode": 1}, came.usage) from None
            came = self._repair(model, messages, prompt, repeat, can, came.text, str(problem), spent)
            spent += came.usage
        return Answer(
            text=came.text,
            mode=" without ".join([mode, *can["without"], *([] if can["system"] else ["system role"])]),
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            estimated=spent.estimated,
            system_fingerprint=came.fingerprint,
            seconds=round(time.monotonic() - started, 3),
        )

    def _repair(
        self,
        model: str,
        messages: list[Message],
        prompt: Prompt,
        repeat: int,
        can: Mapping[str, Any],
        text: str,
        problem: str,
        spent: Usage,
    ) -> Completion:
        turn = [
            {"role": "assistant", "content": text[: replies.MAX_REPLY]},
            {"role": "user", "content": REPAIR.format(problem=problem)},
        ]
        came = self._call(model, [*messages, *turn], prompt, repeat, can)
        try:
            replies.read(came.text, prompt.choices)
        except replies.BadReplyError as again:
            reason = f"the judge's reply was not usable, and neither was its repair: {again}"
            raise NoAnswerError(reason, spent + came.usage) from None
        return came

    def _call(
        self, model: str, messages: list[Message], prompt: Prompt, repeat: int, can: Mapping[str, Any]
    ) -> Completion:
        """One completion, asked for until it is answered or the attempts are used up. Raises NoAnswerError, or
        _TryOtherwiseError where the endpoint says what it cannot do."""
        parameters: dict[str, Any] = {"messages": messages, **self._parameters(prompt, repeat, can)}
        attempt = 0
        while True:
            attempt += 1
            came = self._attempt(model, parameters)
            if isinstance(came, str):
                try:
                    return completion.read(came, messages, self._config.max_output)
                except completion.UnusableError as problem:
                    raise NoAnswerError(problem.reason, problem.usage) from None
            refused, reason = (came, "") if isinstance(came, Refusal) else (None, self._unreached(came, attempt))
            other = otherwise(refused, can) if refused is not None else None
            if other is not None:
                raise NoAnswerError(other) if isinstance(other, str) else _TryOtherwiseError(other)
            if attempt > self._config.max_retries or (refused is not None and not refused.again):
                raise NoAnswerError(reason or (refused.sentence(attempt) if refused else ""))
            time.sleep(refusal.pause(refused, attempt))

    def _attempt(self, model: str, parameters: Mapping[str, Any]) -> str | Refusal | Exception:
        """The body of a 200; what an endpoint says that does not answer; or why it could not be asked."""
        import openai

        try:
            with self._lane:
                self.began = self.began or time.monotonic()
                got = self._open().chat.completions.with_raw_response.create(model=model, **parameters)
                body = str(got.text)
                status, headers = got.status_code, dict(got.headers)
        except openai.APIStatusError as problem:
            response = problem.response
            return self._refused(response.status_code, response.text, dict(response.headers))
        except (openai.OpenAIError, ValueError) as problem:
            return problem
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return body
        return self._refused(status, body, headers) if refusal.is_error(data) else body

    def _refused(self, status: int, body: str, headers: Mapping[str, str]) -> Refusal:
        found = refusal.refusal(status, body, headers)
        address = self._config.address
        none = "no key is set; " if status == 401 and not (address.key or address.login) else ""
        return replace(found, said=(none + address.without_secrets(found.said)).rstrip("; "), proof=address.proof)

    def _unreached(self, problem: Exception, attempts: int = 0) -> str:
        import openai

        tries = f" ({attempts} attempt{'s' if attempts > 1 else ''})" if attempts else ""
        if isinstance(problem, openai.APITimeoutError):
            return f"the judge did not answer within {self._config.timeout:g} s{tries}"
        cause = self._config.address.without_secrets(network.why(problem, self._config.endpoint))
        return f"the judge's endpoint {self._config.endpoint} could not be reached{tries}: {cause}"

    def _parameters(self, prompt: Prompt, repeat: int, can: Mapping[str, Any]) -> dict[str, Any]:
        config = self._config
        parameters: dict[str, Any] = {"temperature": config.temperature, "seed": config.seed + repeat}
        parameters = {name: value for name, value in parameters.items() if name not in can["without"]}
        if can["limit"]:
            parameters[can["limit"]] = config.max_output
        mode = MODES[can["mode"]]
        if mode == "json_schema":
            named = {"name": "assessment", "strict": True, "schema": prompt.schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": named}
        elif mode == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        return parameters


class _TryOtherwiseError(Exception):
    """The endpoint cannot do what was asked; ask as `can` says."""

    def __init__(self, can: Mapping[str, Any], usage: Usage | None = None) -> None:
        super().__init__()
        self.can = can
        self.usage = usage or Usage()


def sampling(config: JudgeConfig) -> dict[str, Any]:
    """The parameters of sampling that are asked for."""
    return {"temperature": config.temperature, "seed": config.seed, "max_output": config.max_output}


def _with_schema(prompt: Prompt) -> list[Message]:
    *first, last = prompt.messages
    text = f"{last['content']}\nThe JSON Schema of the reply: {json.dumps(prompt.schema)}"
    return [*first, {**last, "content": text}]


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The same for a model that knows no system role: its text stands before the first message."""
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    first, *rest = (message for message in messages if message["role"] != "system")
    return [{**first, "content": f"{system}\n\n{first['content']}"}, *rest]
