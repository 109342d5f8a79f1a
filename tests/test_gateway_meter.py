"""Meters, faults and scripts of the model gateway, through the official SDK."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.gateway_fixtures import DOCUMENTS, WORLD, World, world

ASKED = f"Context:\n{DOCUMENTS}\n\nQuestion: How long does a refund take?"


def sdk(error: str) -> type[Exception]:
    """An error of the SDK, which takes seconds to import: not while tests are collected."""
    import openai

    found: type[Exception] = getattr(openai, error)
    return found


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with world() as made:
        yield made


@pytest.fixture
def live(shared: World) -> World:
    shared.gateway.reset()
    return shared


@pytest.mark.slow
def test_calls_tokens_cost_and_time_are_metered(live: World) -> None:
    done = live.say(ASKED)
    live.client().embeddings.create(model="embed", input=["one two"])
    chat, embedding = live.model.calls
    assert (chat.endpoint, chat.model, chat.messages[0].text, chat.temperature) == ("chat", "small", ASKED, 0)
    assert (chat.prompt_tokens, chat.completion_tokens) == (done.usage.prompt_tokens, done.usage.completion_tokens)
    assert chat.reply == done.choices[0].message.content
    assert embedding.inputs == ("one two",)
    assert live.model.tokens == done.usage.total_tokens + 2
    dollars = (chat.prompt_tokens * 1 + chat.completion_tokens * 10 + 2 * 2) / 1_000_000
    assert live.model.cost == pytest.approx(dollars)
    assert live.model.seconds == pytest.approx(0.5 + 0.01 * chat.completion_tokens)


def test_seconds_are_of_the_models_clock() -> None:
    """Of which each answer takes more than this test may take on ours."""
    with world(WORLD.replace("first: 0.5", "first: 600")) as live:
        for _ in range(3):
            live.text("Hello", model="small")
        assert live.model.seconds > 3 * 600


def test_requests_at_once_count_their_time_once() -> None:
    slow = WORLD.replace("speed: 1000", "speed: 5").replace("first: 0.5, per_token: 0.01", "first: 10")
    with world(slow) as live, ThreadPoolExecutor(6) as pool:
        client = live.client()
        client.models.list()  # what the SDK loads when first used is loaded

        def ask(number: int) -> object:
            said: Any = [{"role": "user", "content": f"Hello {number}"}]
            return client.chat.completions.create(model="small", messages=said)

        list(pool.map(ask, range(6)))
        assert live.model.concurrency > 1
        assert live.model.seconds < 6 * 10
        assert live.model.calls[-1].concurrent > 1


def test_a_rate_limit_says_when_to_come_back_and_whoever_does_not_wait_is_seen(live: World) -> None:
    live.model.fault("rate_limit", after=1, times=2, retry_after=1)
    live.text("Hello")
    with pytest.raises(sdk("RateLimitError")) as caught:
        live.text("Hello")
    assert caught.value.code == "rate_limit_exceeded"
    assert (caught.value.response.headers["retry-after"], caught.value.response.headers["retry-after-ms"]) == (
        "1",
        "1000",
    )
    with pytest.raises(sdk("RateLimitError")):
        live.text("Hello")
    time.sleep(1)
    live.text("Hello")
    assert [(call.status, call.fault, call.early) for call in live.model.calls] == [
        (200, "", False), (429, "rate_limit", False), (429, "rate_limit", True), (200, "", False),
    ]  # fmt: skip
    assert [call.cost > 0 for call in live.model.calls] == [True, False, False, True]


def test_the_sdks_own_retries_ride_out_a_fault(live: World) -> None:
    live.model.fault("server_error")
    live.model.fault("rate_limit", retry_after=0.01)
    said = live.client(max_retries=3).chat.completions.create(
        model="small", messages=[{"role": "user", "content": ASKED}], temperature=0
    )
    assert said.choices[0].message.content
    assert [call.status for call in live.model.calls] == [500, 429, 200]


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("server_error", "InternalServerError"),
        ("overloaded", "InternalServerError"),
        ("quota", "RateLimitError"),
        ("drop", "APIConnectionError"),
        ("stall", "APITimeoutError"),
    ],
)
def test_a_fault_is_what_the_sdk_takes_it_for(live: World, kind: str, problem: str) -> None:
    live.model.fault(kind)
    with pytest.raises(sdk(problem)):
        live.client(timeout=0.3).chat.completions.create(model="small", messages=[{"role": "user", "content": "Hi"}])
    assert live.model.calls[0].fault == kind
    assert live.text("Hello")


@pytest.mark.parametrize("kind", ["drop", "stall"])
def test_a_stream_breaks_in_the_middle(live: World, kind: str) -> None:
    live.model.fault(kind)
    stream = live.client(timeout=0.3).chat.completions.create(
        model="small", messages=[{"role": "user", "content": ASKED}], stream=True
    )
    seen: list[str] = []
    with pytest.raises(sdk("APIConnectionError")):
        seen.extend(chunk.choices[0].delta.content or "" for chunk in stream)
    whole = live.text(ASKED)
    said = live.model.calls[0].reply
    assert "".join(seen) != said
    assert whole


def test_answers_are_spoiled_on_schedule(live: World) -> None:
    for kind in ("truncate", "refusal", "empty", "malformed_json"):
        live.model.fault(kind)
    cut = live.say(ASKED).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("Refunds are paid within 5 workin", "length")
    assert live.say(ASKED).choices[0].message.refusal == "I'm sorry, but I can't help with that."
    assert live.text(ASKED) == ""
    asked = "Reply in JSON. " + ASKED
    broken = live.text(asked, response_format={"type": "json_object"})
    with pytest.raises(ValueError, match=r"delimiter|Expecting|property"):
        json.loads(broken)
    assert [call.fault for call in live.model.calls] == ["truncate", "refusal", "empty", "malformed_json"]


def test_a_fault_may_choose_its_requests(live: World) -> None:
    live.model.fault("server_error", times=None, endpoint="embeddings")
    live.model.fault("server_error", contains="NORWAY", times=None)
    assert live.text("Hello")
    for text in ("To Norway", "norway again"):
        with pytest.raises(sdk("InternalServerError")):
            live.text(text)
    with pytest.raises(sdk("InternalServerError")):
        live.client().embeddings.create(model="embed", input="x")
    with pytest.raises(ValueError, match="there are rate_limit"):
        live.model.fault("earthquake")


def test_a_script_comes_before_rules_and_reader(live: World) -> None:
    live.model.script(["first", {"json": {"a": 1}}, {"call": {"name": "f", "arguments": {"x": 2}}}, {"refusal": "no"}])
    live.model.script([lambda ask: f"you said {ask.last.text}"])
    assert [live.text("Hello"), live.text("Hello")] == ["first", '{"a": 1}']
    call = live.say("Hello").choices[0].message.tool_calls[0].function
    assert (call.name, call.arguments) == ("f", '{"x": 2}')
    assert live.say("Hello").choices[0].message.refusal == "no"
    assert live.text("Hello") == "you said Hello"
    assert live.text(ASKED).endswith("[refunds]")
    with pytest.raises(ValueError, match="scripted reply"):
        live.model.script([{"said": "x"}])


def test_a_script_that_raises_is_the_tests_own_fault_and_known(live: World) -> None:
    live.model.script([lambda ask: 1 / 0])
    with pytest.raises(sdk("InternalServerError")):
        live.text("Hello")
    assert "ZeroDivisionError" in live.gateway.problem
    assert live.gateway.look()["open"] == 0


def test_a_new_test_starts_at_nothing(live: World) -> None:
    live.model.fault("server_error", times=None)
    live.model.script(["left over"])
    with pytest.raises(sdk("InternalServerError")):
        live.text("Hello")
    live.gateway.reset()
    model = live.model
    assert (model.calls, model.tokens, model.cost, model.seconds, model.concurrency) == ([], 0, 0, 0, 0)
    assert live.text(ASKED).endswith("[refunds]")


def test_faults_of_the_file_strike_in_every_test() -> None:
    with world(WORLD + "faults: [{kind: server_error, times: 1}]\n") as live:
        for _ in range(2):
            with pytest.raises(sdk("InternalServerError")):
                live.text("Hello")
            assert live.text("Hello")
            live.gateway.reset()


def test_the_trace_holds_figures_and_no_text(live: World) -> None:
    live.text("my secret words")
    (entry,) = live.gateway.trace()
    assert set(entry) == {
        "purpose", "started", "seconds", "prompt_tokens", "completion_tokens", "cost", "fault", "result",
    }  # fmt: skip
    assert (entry["purpose"], entry["result"]) == ("chat small", "answered")
    assert "secret" not in str(entry)
