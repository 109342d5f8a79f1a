"""Calls of an OpenAI-compatible endpoint. The only place of the judge that talks to a network.

An endpoint is asked with a JSON Schema first, then for a JSON object, then in words with one turn to repair. What it
can do is remembered per endpoint and model.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from grader.errors import visible
from grader.judge import reply as replies
from grader.judge.budget import Usage
from grader.judge.cache import Cache, key_of
from grader.judge.config import JudgeConfig
from grader.judge.documents import estimate_tokens
from grader.judge.prompt import REPAIR, Message, Prompt, fresh_nonce

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai import OpenAI

MODES = ("json_schema", "json_object", "prompt")
_OPTIONAL = ("seed", "temperature")
_LENGTH = ("context_length", "context length", "maximum context", "too many tokens", "too long")
_FILTER = ("content_filter", "content management policy", "content policy")


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
                from openai import OpenAI

                self._made = OpenAI(
                    base_url=self._config.endpoint,
                    api_key=self._config.api_key or "none",
                    timeout=self._config.timeout,
                    max_retries=self._config.max_retries,
                )
            return self._made

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
                "messages": prompt.messages,
                "schema": prompt.schema,
                "sampling": sampling(self._config),
                "repeat": repeat,
                "rider": rider,
            }
        )

    def _new(self, model: str, prompt: Prompt, repeat: int) -> Answer:
        known = {"mode": 0, "without": [], "limit": "max_tokens"} | self._cache.can(self._config.endpoint, model)
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
        self._open()
        started = time.monotonic()
        text, usage, fingerprint = self._call(model, messages, prompt, repeat, can)
        spent += usage
        try:
            replies.read(text, prompt.choices)
        except replies.BadReplyError as problem:
            if mode == "json_schema":
                if problem.is_json:
                    raise NoAnswerError(f"the judge's reply was not usable: {problem}", spent) from None
                raise _TryOtherwiseError({"mode": 1}, usage) from None
            text, usage, fingerprint = self._repair(model, messages, prompt, repeat, can, text, str(problem), spent)
            spent += usage
        return Answer(
            text=text,
            mode=" without ".join([mode, *can["without"]]),
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            estimated=spent.estimated,
            system_fingerprint=fingerprint,
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
    ) -> tuple[str, Usage, str]:
        turn = [
            {"role": "assistant", "content": text[: replies.MAX_REPLY]},
            {"role": "user", "content": REPAIR.format(problem=problem)},
        ]
        text, usage, fingerprint = self._call(model, [*messages, *turn], prompt, repeat, can)
        try:
            replies.read(text, prompt.choices)
        except replies.BadReplyError as again:
            reason = f"the judge's reply was not usable, and neither was its repair: {again}"
            raise NoAnswerError(reason, spent + usage) from None
        return text, usage, fingerprint

    def _call(
        self, model: str, messages: list[Message], prompt: Prompt, repeat: int, can: Mapping[str, Any]
    ) -> tuple[str, Usage, str]:
        import openai

        parameters: dict[str, Any] = {"messages": messages, **self._parameters(prompt, repeat, can)}
        try:
            with self._lane:
                self.began = self.began or time.monotonic()
                completion: Any = self._open().chat.completions.create(model=model, **parameters)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as problem:
            raise _refused_request(problem, can) from None
        except openai.OpenAIError as problem:
            raise NoAnswerError(self._why(problem)) from None
        except ValueError:
            raise NoAnswerError("the judge's endpoint answered with something that is not a completion") from None
        return _content(completion, messages, self._config.max_output)

    def _parameters(self, prompt: Prompt, repeat: int, can: Mapping[str, Any]) -> dict[str, Any]:
        config = self._config
        parameters: dict[str, Any] = {"temperature": config.temperature, "seed": config.seed + repeat}
        parameters = {name: value for name, value in parameters.items() if name not in can["without"]}
        parameters[can["limit"]] = config.max_output
        mode = MODES[can["mode"]]
        if mode == "json_schema":
            named = {"name": "assessment", "strict": True, "schema": prompt.schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": named}
        elif mode == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        return parameters

    def _why(self, problem: Exception) -> str:
        import openai

        tries = self._config.max_retries + 1
        reasons: tuple[tuple[type[Exception], str], ...] = (
            (openai.APITimeoutError, f"the judge did not answer within {self._config.timeout:g} s ({tries} attempts)"),
            (openai.APIConnectionError, f"the judge's endpoint could not be reached ({tries} attempts)"),
            (openai.RateLimitError, f"the judge's endpoint is over its limit or quota (429, {tries} attempts)"),
            (openai.AuthenticationError, "the judge's endpoint did not take the API key (401)"),
            (openai.PermissionDeniedError, "the judge's endpoint did not allow it (403)"),
            (openai.NotFoundError, "the judge's endpoint does not know the model or the address (404)"),
        )
        for kind, reason in reasons:
            if isinstance(problem, kind):
                return reason
        status = getattr(problem, "status_code", None)
        return f"the judge's endpoint failed ({status or type(problem).__name__}, {tries} attempts)"


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


def _refused_request(problem: Any, can: Mapping[str, Any]) -> Exception:
    """What to do about a 400 or 422: leave out the parameter that it names, ask in the next mode, or give up."""
    said = str(problem).lower()
    if any(word in said for word in _FILTER):
        return NoAnswerError("the judge's endpoint refused the text by its content filter")
    if any(word in said for word in _LENGTH):
        return NoAnswerError("the files are longer than the judge's model can read")
    if "max_completion_tokens" in said and can["limit"] == "max_tokens":
        return _TryOtherwiseError({"limit": "max_completion_tokens"})
    for name in _OPTIONAL:
        if name in said and name not in can["without"]:
            return _TryOtherwiseError({"without": [*can["without"], name]})
    if can["mode"] + 1 < len(MODES):
        return _TryOtherwiseError({"mode": can["mode"] + 1})
    return NoAnswerError(f"the judge's endpoint did not take the request: {visible(str(problem), 160)}")


def _content(completion: Any, messages: list[Message], max_output: int) -> tuple[str, Usage, str]:
    """Text, usage and system fingerprint of a completion. Raises NoAnswerError for refusals and cut replies."""
    choices = getattr(completion, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise NoAnswerError("the judge's endpoint answered with something that is not a completion")
    message, finish = choices[0].message, choices[0].finish_reason
    text = message.content if isinstance(message.content, str) else ""
    usage = _usage(completion, messages, text)
    if getattr(message, "refusal", None) or finish == "content_filter":
        raise NoAnswerError("the judge refused to answer", usage)
    if finish == "length":
        raise NoAnswerError(f"the judge's reply was cut off at {max_output:,} tokens", usage)
    if not text.strip():
        raise NoAnswerError("the judge's reply was empty", usage)
    fingerprint = getattr(completion, "system_fingerprint", None)
    return text, usage, fingerprint if isinstance(fingerprint, str) else ""


def _usage(completion: Any, messages: list[Message], text: str) -> Usage:
    reported = getattr(completion, "usage", None)
    prompt, answer = getattr(reported, "prompt_tokens", None), getattr(reported, "completion_tokens", None)
    if type(prompt) is int and type(answer) is int and prompt >= 0 and answer >= 0:
        return Usage(prompt_tokens=prompt, completion_tokens=answer)
    estimate = sum(estimate_tokens(message["content"]) for message in messages)
    return Usage(prompt_tokens=estimate, completion_tokens=estimate_tokens(text), estimated=True)
