"""The official SDK against the gateway: what it sends is understood, and what comes back is what it expects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import tools
from tests.gateway_fixtures import DOCUMENTS, World, system, world

ASKED = f"Context:\n{DOCUMENTS}\n\nQuestion: How long does a refund take?"
ANSWERED = "Refunds are paid within 5 working days. [refunds]"
REFUND = {
    "type": "function",
    "function": {
        "name": "refund",
        "description": "Pays an order back",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture
def live(shared: World) -> World:
    shared.gateway.reset()
    return shared


def test_a_completion_has_what_the_real_service_sends(live: World) -> None:
    raw = live.client().chat.completions.with_raw_response.create(
        model="small", messages=[{"role": "user", "content": ASKED}]
    )
    done = raw.parse()
    assert done.choices[0].message.content.endswith(ANSWERED)
    assert (done.choices[0].finish_reason, done.object, done.id[:9]) == ("stop", "chat.completion", "chatcmpl-")
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.headers["x-ratelimit-limit-requests"] == "500"
    assert raw.headers["x-ratelimit-remaining-requests"] == "499"
    assert raw.headers["openai-version"] == "2020-10-01"


def test_a_stream_says_the_same_as_a_completion(live: World) -> None:
    asked = {"model": "small", "messages": [{"role": "user", "content": ASKED}], "temperature": 0}
    chunks = list(live.client().chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == live.text(ASKED) == ANSWERED
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens == live.model.calls[0].completion_tokens


def test_responses_say_the_same_plain_and_streamed(live: World) -> None:
    client = live.client()
    plain = client.responses.create(model="small", input=ASKED, temperature=0)
    with client.responses.stream(model="small", input=ASKED, temperature=0) as stream:
        kinds = [event.type for event in stream]
        streamed = stream.get_final_response()
    assert plain.output_text == streamed.output_text == ANSWERED
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    assert plain.usage is not None
    assert plain.usage.input_tokens == live.model.calls[0].prompt_tokens


def test_a_tool_is_called_answered_and_talked_about(live: World) -> None:
    asked: list[Any] = [{"role": "user", "content": "Please refund order A-1042."}]
    first = live.say(*asked, tools=[REFUND]).choices[0]
    (call,) = first.message.tool_calls
    assert (first.finish_reason, call.function.name) == ("tool_calls", "refund")
    assert json.loads(call.function.arguments) == {"order_id": "A-1042"}
    told = {"role": "tool", "tool_call_id": call.id, "content": "paid back 12 EUR"}
    assert live.text(*asked, first.message, told, tools=[REFUND]) == "Order A-1042: paid back 12 EUR"
    stream = live.say(*asked, tools=[REFUND], stream=True)
    deltas = [chunk.choices[0].delta.tool_calls[0] for chunk in stream if chunk.choices[0].delta.tool_calls]
    assert json.loads("".join(delta.function.arguments or "" for delta in deltas)) == {"order_id": "A-1042"}


def test_a_tool_through_responses(live: World) -> None:
    client, tool = live.client(), {"type": "function", "strict": False, **REFUND["function"]}  # type: ignore[dict-item]
    asked: Any = {"role": "user", "content": "Please refund order A-1042."}
    call: Any = client.responses.create(model="small", input=[asked], tools=[tool]).output[0]
    assert (call.type, json.loads(call.arguments)) == ("function_call", {"order_id": "A-1042"})
    told = {"type": "function_call_output", "call_id": call.call_id, "output": "paid"}
    done = client.responses.create(model="small", input=[asked, call, told], tools=[tool])
    assert done.output_text == "Order A-1042: paid"


def test_a_schema_is_filled_from_the_answer(live: World) -> None:
    from pydantic import BaseModel

    class Reply(BaseModel):
        answer: str
        citations: list[str]
        answerable: bool
        confidence: float

    done = live.client().chat.completions.parse(
        model="small", messages=[{"role": "user", "content": ASKED}], response_format=Reply, temperature=0
    )
    assert done.choices[0].message.parsed == Reply(
        answer="Refunds are paid within 5 working days.", citations=["refunds"], answerable=True, confidence=0.9
    )


def test_a_choice_among_labels_follows_the_words_of_the_question(live: World) -> None:
    schema = {"type": "object", "properties": {"queue": {"enum": ["shipping", "billing"]}}}
    form = {"type": "json_schema", "json_schema": {"name": "route", "schema": schema}}
    for text, queue in (("There is a charge that I did not make", "billing"), ("Where is my parcel", "shipping")):
        assert json.loads(live.text(text, response_format=form)) == {"queue": queue}


def test_json_mode_wants_the_word_and_uses_the_keys_it_is_shown(live: World) -> None:
    from openai import BadRequestError

    with pytest.raises(BadRequestError, match="must contain the word 'json'"):
        live.say("Hello", response_format={"type": "json_object"})
    shown = system('Answer as JSON: {"reply": "…", "sources": ["…"]}')
    said = json.loads(live.text(shown, ASKED, response_format={"type": "json_object"}))
    assert said == {"reply": "Refunds are paid within 5 working days.", "sources": ["refunds"]}


def test_embeddings_are_near_for_texts_that_share_words(live: World) -> None:
    texts = ["refund of an order", "orders refunded", "parcels to Norway"]
    found = [entry.embedding for entry in live.client().embeddings.create(model="embed", input=texts).data]
    exact = live.client().embeddings.create(model="embed", input=texts, encoding_format="float", dimensions=32)

    def near(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert near(found[0], found[1]) > 0.9 > 0.5 > near(found[0], found[2])
    assert [len(found[0]), len(exact.data[0].embedding)] == [64, 32]
    assert near(found[0], found[0]) == pytest.approx(1, abs=1e-5)
    assert exact.usage.total_tokens == live.model.calls[0].prompt_tokens


def test_models_are_listed(live: World) -> None:
    from openai import NotFoundError

    assert [model.id for model in live.client().models.list()][:2] == ["small", "strict"]
    assert live.client().models.retrieve("small").id == "small"
    with pytest.raises(NotFoundError):
        live.client().models.retrieve("large")


def test_mistakes_get_the_real_services_errors(live: World) -> None:
    import openai

    long = [{"role": "user", "content": "word " * 200}]
    cases: list[tuple[type[openai.APIStatusError], str | None, dict[str, Any]]] = [
        (openai.NotFoundError, "model_not_found", {"model": "large"}),
        (openai.BadRequestError, "unknown_parameter", {"extra_body": {"temprature": 1}}),
        (openai.BadRequestError, "decimal_above_max_value", {"temperature": 3}),
        (openai.BadRequestError, "invalid_type", {"extra_body": {"n": "two"}}),
        (openai.BadRequestError, "empty_array", {"messages": []}),
        (openai.BadRequestError, "invalid_value", {"messages": [{"role": "robot", "content": "x"}]}),
        (openai.BadRequestError, "invalid_value", {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
        (openai.BadRequestError, None, {"messages": [{"role": "tool", "tool_call_id": "x", "content": "x"}]}),
        (openai.BadRequestError, None, {"stream_options": {"include_usage": True}}),
        (openai.BadRequestError, "context_length_exceeded", {"model": "strict", "messages": long}),
        (openai.PermissionDeniedError, "model_not_allowed", {"model": "embed"}),
    ]  # fmt: skip
    for kind, code, change in cases:
        asked: Any = {"model": "small", "messages": [{"role": "user", "content": "Hi"}], **change}
        with pytest.raises(kind) as caught:
            live.client().chat.completions.create(**asked)
        assert caught.value.code == code, change
    assert (live.model.calls, live.model.refused) == ([], len(cases))


def test_a_wrong_key_or_path_reaches_nothing(live: World) -> None:
    import openai

    with pytest.raises(openai.AuthenticationError) as caught:
        live.client(api_key="sk-other").models.list()
    assert caught.value.code == "invalid_api_key"
    for path in ("/", "/v1/control", "/v1/chat/completions/../models", "/v1/files", "/metrics"):
        with pytest.raises(openai.NotFoundError, match="Invalid URL"):
            live.client(base_url=live.url.removesuffix("/v1")).get(path, cast_to=object)
    with pytest.raises(openai.APIStatusError, match="Not allowed to GET") as wrong:
        live.client().get("/chat/completions", cast_to=object)
    assert wrong.value.status_code == 405
    assert live.model.calls == []


def told_by(python: str, live: World) -> dict[str, Any]:
    """What a process tells that has this version of the SDK and knows nothing but its environment."""
    script = Path(__file__).parent / "foreign" / "sdk_calls.py"
    environment = {"PATH": os.environ["PATH"], **live.environment}
    asked = ASKED.replace("\n", " ")
    done = subprocess.run(
        [python, str(script)], env=environment, input=asked, capture_output=True, text=True, check=False, cwd=Path("/")
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_a_foreign_process_needs_only_its_environment(live: World) -> None:
    told = told_by(sys.executable, live)
    assert told["chat"][0] == told["stream"] == told["response"] != ""
    assert (told["schema"], told["tool"], told["embedding"]) == (["answer"], ["refund"], 64)
    assert (told["missing"], told["wrong key"]) == ("model_not_found", "invalid_api_key")


@pytest.mark.parametrize("version", tools.OTHER_SDKS)
def test_every_version_of_the_sdk_is_told_the_same(live: World, version: str) -> None:
    other = str(tools.SDKS / version / "bin" / "python")
    assert Path(other).exists(), "make test-tools gets it"
    found = subprocess.run(
        [other, "-c", "import openai; print(openai.__version__)"], capture_output=True, text=True, check=True
    )
    assert found.stdout.split(".")[0] == version
    assert told_by(other, live) == told_by(sys.executable, live)
