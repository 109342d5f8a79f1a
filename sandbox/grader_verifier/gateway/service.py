"""What a request comes to: who asks, which path, which model, what it costs, which fault strikes. No sockets here."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import behaviour, chat, embeddings, faults, meter, refusals, rendering, responses, tokens
from .live import Live, Said
from .meter import Call, Meter
from .records import ApiError, Ask, Reply, Usage

CHAT, RESPONSES, EMBEDDINGS = "/v1/chat/completions", "/v1/responses", "/v1/embeddings"
MODELS = "/v1/models"
Scripted = Reply | Callable[[Ask], Reply]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it was read. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(kw_only=True)
class GatewayReply:
    """What is to be written, and when. `parts` are the events of a stream, or the one body."""

    status: int
    headers: dict[str, str]
    parts: list[bytes]
    stream: bool = False
    hold: float = 0.0
    """Real seconds to wait before the last part; a stream's first part comes at once."""
    stall: float = 0.0
    """Real seconds without a word, after which the connection is dropped."""
    drop: bool = False
    """The connection breaks in the middle."""
    finish: Callable[[], None] = lambda: None
    """To be called once, before the last byte is written: whoever has the answer finds it metered."""


class Service:
    """The endpoint of one run. Only the verifier's own code holds it; `reset` begins a new test."""

    def __init__(self, settings: dict[str, Any], seed: int, key: str, live: Live | None = None) -> None:
        self.settings, self.seed, self.key, self.live = settings, seed, key, live
        self.models = {model["id"]: model for model in settings["models"]}
        self.count = 0
        self.reset()

    def reset(self) -> None:
        self.meter = Meter()
        self.faults = faults.scheduled(self.settings)
        self.script: deque[Scripted] = deque()
        self.behaviour = behaviour.Behaviour(self.settings, self.seed)

    def answer(self, request: Request) -> GatewayReply:
        """Never raises for anything that a caller sends: what is not foreseen is answered as a server's error."""
        self.count += 1
        try:
            return self._route(request)
        except ApiError as problem:
            refused = problem
        except RecursionError:
            refused = ApiError(400, "The body of your request is nested too deeply.")
        except Exception:
            refused = refusals.server_error()
        self.meter.refused += 1
        return self.refused(refused)

    # ------------------------------------------------------------------------------------------------ requests

    def _route(self, request: Request) -> GatewayReply:
        path = request.path.partition("?")[0].rstrip("/")
        posts = {CHAT: self._chat, RESPONSES: self._responses, EMBEDDINGS: self._embeddings}
        is_models = path == MODELS or path.startswith(MODELS + "/")
        if path not in posts and not is_models:
            raise ApiError(404, f"Invalid URL ({request.method[:20]} {path[:200]})")
        if request.method != ("GET" if is_models else "POST"):
            raise ApiError(405, f"Not allowed to {request.method[:20]} on {path[:200]}.")
        self._check_key(request.headers.get("authorization", ""))
        if is_models:
            return self._plain(self._listed(path))
        if self.meter.is_full(len(request.body)):
            raise refusals.quota()
        self.meter.received += len(request.body)
        return posts[path](_json(request.body), request)

    def _check_key(self, given: str) -> None:
        scheme, _, key = given.partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise ApiError(
                401,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using "
                "Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
            )
        if not hmac.compare_digest(key.strip().encode("utf-8", "replace"), self.key.encode()):
            raise ApiError(401, "Incorrect API key provided.", code="invalid_api_key")

    def _listed(self, path: str) -> dict[str, Any]:
        shown = {
            name: {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "scripted"}
            for name in self.models
        }
        if path == MODELS:
            return {"object": "list", "data": list(shown.values())}
        name = path.removeprefix(MODELS + "/")
        return shown[self._model(name, None)["id"]]

    def _model(self, name: str, kind: str | None) -> dict[str, Any]:
        model = self.models.get(name)
        if model is None:
            raise ApiError(
                404,
                f"The model `{name[:100]}` does not exist or you do not have access to it.",
                code="model_not_found",
            )
        if kind is not None and model["kind"] != kind:
            raise ApiError(403, f"You are not allowed to use the model `{name}` for this.", code="model_not_allowed")
        return dict(model)

    def _chat(self, body: dict[str, Any], request: Request) -> GatewayReply:
        return self._say("chat", chat.parse(body))

    def _responses(self, body: dict[str, Any], request: Request) -> GatewayReply:
        return self._say("responses", responses.parse(body))

    # ------------------------------------------------------------------------------------------------ text

    def _say(self, endpoint: str, ask: Ask) -> GatewayReply:
        model = self._model(ask.model, "chat")
        prompt = tokens.of_prompt(ask)
        if prompt > model["context_window"] and model["overflow"] == "error":
            raise ApiError(
                400,
                f"This model's maximum context length is {model['context_window']} tokens. However, your messages "
                f"resulted in {prompt} tokens. Please reduce the length of the messages.",
                code="context_length_exceeded",
                param="messages",
            )
        call = Call(
            endpoint=endpoint,
            model=ask.model,
            messages=ask.messages,
            tools=tuple(tool.name for tool in ask.tools),
            temperature=ask.temperature,
            stream=ask.stream,
        )

        def work(fault: faults.Fault | None) -> GatewayReply:
            replies, number, said = self._replies(ask, model, fault)
            usage = Usage(prompt=prompt, completion=sum(behaviour.spoken_tokens(reply) for reply in replies))
            if said is not None:
                usage = Usage(prompt=said.prompt_tokens, completion=said.completion_tokens)
                call.source, call.seconds = said.source, said.seconds
            call.reply, call.tool_calls, call.result = replies[0].text, replies[0].tool_calls, _result(replies[0])
            parts = rendering.RENDER[endpoint, ask.stream](ask, replies, usage, number, int(time.time()))
            return self._metered(call, model, usage, fault, parts)

        return self._called(call, model, work)

    def _replies(
        self, ask: Ask, model: dict[str, Any], fault: faults.Fault | None
    ) -> tuple[list[Reply], str, Said | None]:
        """The replies, a number for them, and what a real model said where one was asked: scripts come before it, rules
        and the reader after."""
        content = behaviour.digest(ask)
        repeat = self.meter.repeat(content)
        spoil = fault.kind if fault is not None and fault.kind in faults.SPOILING else ""
        asks_it = self.live is not None and not self.script
        said = self.live.answer(ask, content, model["max_output"]) if self.live and asks_it else None
        replies = []
        for at in range(ask.n):
            scripted = self._scripted(ask) or (said.replies[at] if said and at < len(said.replies) else None)
            rng = self.behaviour.generator(content, repeat, at)
            replies.append(self.behaviour.reply(ask, model, scripted, spoil, rng))
        number = f"{self.behaviour.generator(content, repeat, -1).getrandbits(128):032x}"
        return replies, number, said

    def _scripted(self, ask: Ask) -> Reply | None:
        if not self.script:
            return None
        entry = self.script.popleft()
        return entry if isinstance(entry, Reply) else entry(ask)

    # ------------------------------------------------------------------------------------------------ embeddings

    def _embeddings(self, body: dict[str, Any], request: Request) -> GatewayReply:
        given, texts = embeddings.parse(body)
        model = self._model(given["model"], "embedding")
        dimensions = given.get("dimensions", model["dimensions"])
        if dimensions > model["dimensions"]:
            raise ApiError(
                400,
                f"Invalid value for 'dimensions': at most {model['dimensions']} for this model.",
                param="dimensions",
            )
        call = Call(endpoint="embeddings", model=given["model"], inputs=texts, result=f"{len(texts)} vectors")

        def work(fault: faults.Fault | None) -> GatewayReply:
            usage = Usage(prompt=sum(tokens.count(text) for text in texts))
            made = embeddings.answer(given["model"], texts, dimensions, given["encoding_format"], usage.prompt)
            return self._metered(call, model, usage, fault, [json.dumps(made).encode()])

        return self._called(call, model, work)

    # ------------------------------------------------------------------------------------------------ meters

    def _called(
        self, call: Call, model: dict[str, Any], work: Callable[[faults.Fault | None], GatewayReply]
    ) -> GatewayReply:
        """Begins the call, lets a fault of the schedule strike, and has the work done where it does not refuse."""
        used = self.meter
        used.begin(call)
        fault = faults.pick(self.faults, call.endpoint, call.model, call.text)
        try:
            if fault is not None and fault.kind in faults.REFUSING:
                return self._fault_refuses(fault, call, model)
            return self._current(used, work(fault))
        except BaseException:
            call.status, call.result = 500, "not answered"
            used.end(call)
            raise

    def _current(self, used: Meter, outcome: GatewayReply) -> GatewayReply:
        """`outcome`, unless it is a real model's answer that came after its test had ended."""
        if used is not self.meter:
            raise ApiError(503, "The test that asked for this has ended.")
        return outcome

    def _metered(
        self, call: Call, model: dict[str, Any], usage: Usage, fault: faults.Fault | None, parts: list[bytes]
    ) -> GatewayReply:
        """Charges the call, and says how long the model takes for it."""
        call.prompt_tokens, call.completion_tokens = usage.prompt, usage.completion
        call.cost = meter.price(model, usage.prompt, usage.completion)
        if not call.source:
            call.seconds = model["latency"]["first"] + model["latency"]["per_token"] * usage.completion
        breaks = fault.kind if fault is not None and fault.kind in faults.BREAKING else ""
        if fault is not None:
            call.fault = fault.kind
        if breaks:
            call.result = breaks
        if fault is not None and breaks == "stall":
            call.seconds += fault.seconds
        return GatewayReply(
            status=200,
            headers=self._headers(
                model, "text/event-stream; charset=utf-8" if call.stream else "application/json", call
            ),
            parts=parts,
            stream=call.stream,
            hold=0.0 if breaks == "stall" or call.source else call.seconds / self.settings["speed"],
            stall=fault.seconds if fault is not None and breaks == "stall" else 0.0,
            drop=breaks == "drop",
            finish=self._finish(call),
        )

    def _finish(self, call: Call) -> Callable[[], None]:
        used, open_calls = self.meter, [call]

        def finish() -> None:
            if open_calls:
                used.end(open_calls.pop())

        return finish

    def _fault_refuses(self, fault: faults.Fault, call: Call, model: dict[str, Any]) -> GatewayReply:
        problem = refusals.FAULTS[fault.kind](call.model)
        if fault.kind in ("rate_limit", "overloaded"):
            problem.headers = {
                "retry-after": str(math.ceil(fault.retry_after)),
                "retry-after-ms": str(round(fault.retry_after * 1000)),
            }
            self.meter.wait_until = time.monotonic() + fault.retry_after
        call.fault, call.status, call.result = fault.kind, problem.status, f"{problem.status}"
        call.seconds = model["latency"]["first"]
        outcome = self.refused(problem)
        outcome.headers = {**self._headers(model, "application/json", call), **problem.headers}
        outcome.hold, outcome.finish = call.seconds / self.settings["speed"], self._finish(call)
        return outcome

    # ------------------------------------------------------------------------------------------------ replies

    def refused(self, problem: ApiError) -> GatewayReply:
        headers = {"content-type": "application/json", "x-request-id": self._request_id(), **problem.headers}
        return GatewayReply(status=problem.status, headers=headers, parts=[json.dumps(problem.body, indent=2).encode()])

    def _plain(self, value: dict[str, Any]) -> GatewayReply:
        headers = {"content-type": "application/json", "x-request-id": self._request_id()}
        return GatewayReply(status=200, headers=headers, parts=[json.dumps(value).encode()])

    def _request_id(self) -> str:
        return "req_" + hashlib.blake2b(f"{self.seed}:{self.count}".encode(), digest_size=16).hexdigest()

    def _headers(self, model: dict[str, Any], kind: str, call: Call) -> dict[str, str]:
        limits, calls = model["limits"], self.meter.calls
        used = sum(1 for one in calls if one.model == call.model)
        spent = sum(one.tokens for one in calls if one.model == call.model)
        return {
            "content-type": kind,
            "x-request-id": self._request_id(),
            "openai-organization": "scripted",
            "openai-processing-ms": str(round(call.seconds * 1000)),
            "openai-version": "2020-10-01",
            "x-ratelimit-limit-requests": str(limits["requests"]),
            "x-ratelimit-limit-tokens": str(limits["tokens"]),
            "x-ratelimit-remaining-requests": str(max(0, limits["requests"] - used)),
            "x-ratelimit-remaining-tokens": str(max(0, limits["tokens"] - spent)),
            "x-ratelimit-reset-requests": "60s",
            "x-ratelimit-reset-tokens": "60s",
        }


def _json(raw: bytes) -> dict[str, Any]:
    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError):
        raise ApiError(
            400,
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP "
            "library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
        ) from None
    if not isinstance(value, dict):
        raise ApiError(400, "The body of your request is not a JSON object.")
    return value


def _result(reply: Reply) -> str:
    if reply.refusal:
        return "refused"
    if reply.tool_calls:
        return "called " + ", ".join(call.name for call in reply.tool_calls)[:80]
    return {"length": "cut short"}.get(reply.finish, "answered")
