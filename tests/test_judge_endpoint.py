"""The judge's endpoint as it is met in the wild: errors of every form, replies of reasoning models, addresses and keys
with the usual mistakes. Over real HTTP."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from grader.authoring.endpoint import Endpoint as Trial
from grader.challenge import Challenge, load_pack
from grader.errors import InfrastructureError, UsageError
from grader.judge import judge_submission, refusal, reply
from grader.judge.address import read as read_address
from grader.judge.config import JudgeConfig
from grader.records import JudgeResult, Submission
from grader.settings import Settings
from grader.testing import packs
from tests.judge_accepted import accepting

FILES = {"DECISIONS.md": packs.answer(7, 4).encode()}
QUOTE = {"path": "DECISIONS.md", "start_line": 3, "end_line": 3, "quote": "What we looked at in case"}
GOOD = {"rationale": "It shows.", "evidence": [QUOTE], "level": "4"}
TEXT = json.dumps(GOOD)
Body = Mapping[str, Any]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Challenge:
    return load_pack(packs.write_pack(tmp_path_factory.mktemp("packs") / "tiny"))


def ask(pack: Challenge, cache: Path, url: str, *, key: str = "sk-secret-key", **table: Any) -> JudgeResult:
    settings = Settings(
        openai_base_url=url, openai_api_key=key, judge_model="m-1", judge={"max_retries": 1, "timeout": 5.0, **table}
    )
    submission = Submission(digest="sha256:0", files=FILES)
    return judge_submission(pack, submission, settings, calibration=None, cache_dir=cache)


def completion(content: Any = TEXT, **message: Any) -> dict[str, Any]:
    finish = message.pop("finish", "stop")
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m-1", "choices": [choice]}


class Endpoint:
    """Answers by a function of the request's body; keeps what came."""

    def __init__(self, server: HTTPServer, answer: Callable[[Body], tuple[int, Any]], **headers: str) -> None:
        self.url = server.url_for("/v1")
        self.requests: list[Request] = []
        self.times: list[float] = []

        def handler(request: Request) -> Response:
            self.requests.append(request)
            self.times.append(time.monotonic())
            status, body = answer(request.get_json())
            text = body if isinstance(body, str) else json.dumps(body)
            return Response(text, status, headers=headers)

        server.expect_request("/v1/chat/completions").respond_with_handler(handler)


def criterion(result: JudgeResult) -> Any:
    (only,) = result.criteria
    return only


# ------------------------------------------------------------------------------------------------ errors


def openai_form(name: str) -> Any:
    return {"error": {"message": f"Unsupported parameter: '{name}'", "type": "invalid_request_error", "param": name}}


def mistral_form(name: str) -> Any:
    detail = [{"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}]
    return {"object": "error", "message": {"detail": detail}, "code": None}


def fastapi_form(name: str) -> Any:
    sent = {"messages": [{"role": "user", "content": "temperature seed content_filter context_length system role"}]}
    return {"detail": [{"loc": ["body", name], "msg": "Extra inputs are not permitted", "input": sent}]}


FORMS: tuple[Callable[[str], Any], ...] = (
    openai_form,
    mistral_form,
    fastapi_form,
    lambda name: {"error": f"unknown field {name}"},
    lambda name: {"errors": [{"title": "Bad Request", "reason": f"{name} is not allowed"}]},
    lambda name: {"message": json.dumps(fastapi_form(name))},
    lambda name: f"upstream: invalid field {name}",
    lambda name: f"<html><head><title>400: {name} is not supported</title></head></html>",
)


@pytest.mark.parametrize("name", ["seed", "temperature", "max_tokens"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.slow
def test_a_parameter_that_an_error_of_any_form_names_is_left_out(
    status: int, form: Callable[[str], Any], name: str, pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda body: (status, form(name)) if name in body else (200, completion()))
    assert criterion(ask(pack, tmp_path, endpoint.url)).suggestion == 4
    assert len(endpoint.requests) == 2
    sent = endpoint.requests[-1].get_json()
    others = {"seed", "temperature", "max_tokens", "max_completion_tokens"} & set(sent)
    assert others == ({"seed", "temperature", "max_tokens"} - {name}) | (
        {"max_completion_tokens"} if name == "max_tokens" else set()
    )
    assert sent["response_format"]["type"] == "json_schema"


def test_a_model_without_a_system_role_is_asked_in_one_message(
    pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    refused = {"error": {"message": "Unsupported value: 'messages[0].role' does not support 'system' with this model."}}
    endpoint = Endpoint(
        httpserver,
        lambda body: (400, refused) if body["messages"][0]["role"] == "system" else (200, completion()),
    )
    found = criterion(ask(pack, tmp_path, endpoint.url))
    assert found.suggestion == 4
    assert found.details["mode"] == "json_schema without system role"


@pytest.mark.parametrize("form", FORMS)
def test_the_words_of_an_error_of_any_form_are_shown(
    form: Callable[[str], Any], pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (403, form("the-thing")))
    reason = criterion(ask(pack, tmp_path, endpoint.url)).reason
    assert "did not allow it (403)" in reason
    assert "the-thing" in reason
    assert len(endpoint.requests) == 1


def test_what_was_sent_and_comes_back_in_an_error_is_neither_read_nor_shown() -> None:
    found = refusal.refusal(422, json.dumps(fastapi_form("seed")), {})
    assert "content_filter" not in found.about
    assert found.said == "body.seed: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("status", "body", "calls", "says"),
    [
        (402, {"error": {"message": "Insufficient credits", "code": 402}}, 1, "wants to be paid first (402): Insuff"),
        (429, {"error": {"message": "slow down"}}, 2, "limit or quota (429, 2 attempts): slow down"),
        (429, {"error": {"message": "Over.", "code": "insufficient_quota"}}, 1, "limit or quota (429, 1 attempt)"),
        (500, "oh no", 2, "failed (500, 2 attempts): oh no"),
        (501, "not here", 1, "failed (501, 1 attempt)"),
        (400, {"error": {"message": "m-1 is not a valid model ID"}}, 1, "does not know the model: m-1 is not"),
        (400, {"error": {"message": "max_tokens is too large: 2000. At most 1024."}}, 1, "max_output in [judge]"),
        (400, {"message": "This model's maximum context length is 4096 tokens."}, 1, "longer than the judge's model"),
        (400, {"error": {"message": "Your account has not been seeded."}}, 3, "(400): Your account has not been"),
        (401, {"error": "bad key sk-secret-key"}, 1, "did not take the API key (401): bad key …"),
        (200, {"error": {"message": "Provider: Too Many Requests", "code": 429}}, 2, "(429, 2 attempts): Provider"),
        (200, {"error": "rate limit exceeded"}, 2, "(429, 2 attempts): rate limit"),
        (200, {"errors": ["broken"]}, 3, "(400): broken"),
        (200, "<!doctype html><title>Sign in</title>", 1, "a page of HTML (Sign in); is OPENAI_BASE_URL"),
        (200, "", 1, "with nothing (an empty body)"),
        (200, 'data: {"choices": []}\n\n', 1, "a stream of events"),
        (200, {"choices": []}, 1, "a completion without an answer in it"),
        (200, {"choices": [{"error": {"message": "Upstream died"}}]}, 1, "broke its answer off: Upstream died"),
    ],
)
def test_what_an_endpoint_says_is_in_the_reason_with_the_attempts_that_were_made(
    status: int, body: Any, calls: int, says: str, pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (status, body), **{"Retry-After": "0"})
    result = ask(pack, tmp_path, endpoint.url)
    found = criterion(result)
    assert says in found.reason
    assert "sk-secret-key" not in found.reason
    assert found.suggestion is None
    assert len(endpoint.requests) == calls
    assert result.judge["unanswered"] == {found.id: found.reason}


@pytest.mark.parametrize("status", [200, 429, 503])
def test_a_limit_is_waited_for_as_long_as_the_endpoint_asks_also_inside_a_200(
    status: int, pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    answers = iter([(status, {"error": {"message": "Too Many Requests", "code": 429}}), (200, completion())])
    endpoint = Endpoint(httpserver, lambda _body: next(answers), **{"Retry-After": "0.7"})
    result = ask(pack, tmp_path, endpoint.url)
    assert criterion(result).suggestion == 4
    assert endpoint.times[1] - endpoint.times[0] >= 0.65
    assert result.judge["unanswered"] == {}


def test_a_server_fault_about_the_format_is_answered_by_the_next_mode(
    pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    def answer(body: Body) -> tuple[int, Any]:
        kind = body.get("response_format", {}).get("type")
        return (500, "json_schema is not implemented") if kind == "json_schema" else (200, completion())

    endpoint = Endpoint(httpserver, answer)
    assert criterion(ask(pack, tmp_path, endpoint.url)).details["mode"] == "json_object"
    assert len(endpoint.requests) == 2


# ------------------------------------------------------------------------------------------------ replies

THOUGHTS = '<think>\nLet me see {this}; it says </think>{"level": "5"} and more.\n</think>\n\n'


@pytest.mark.parametrize(
    "message",
    [
        completion(THOUGHTS + TEXT),
        completion("It shows three kinds.\n</think>\n\n" + TEXT),
        completion("<Thinking>a</Thinking>```JSON\n" + TEXT + "\n```"),
        completion("```json\n" + TEXT + "\n```"),
        completion("``` json\r\n" + TEXT + "```\n"),
        completion("\ufeff\u00a0\n" + TEXT + "\u200b"),
        completion(json.dumps(TEXT)),
        completion(TEXT.replace("It shows.", "It\nshows.").replace("\\n", "\n")),
        completion([{"type": "thinking", "thinking": [{"text": "hm"}]}, {"type": "text", "text": TEXT}]),
        completion([TEXT[:20], {"type": "output_text", "text": TEXT[20:]}]),
        completion(TEXT, reasoning_content="hm {"),
        completion(None, reasoning_content=TEXT),
        completion("", reasoning=TEXT),
        completion(None, finish="tool_calls", tool_calls=[{"function": {"name": "json", "arguments": TEXT}}]),
        completion(None, tool_calls=[{"function": {"name": "json", "arguments": GOOD}}]),
        completion(TEXT, finish=None),
        {**completion(), "usage": None},
        {**completion(), "usage": {"prompt_tokens": 10.0, "completion_tokens": 5.0}},
    ],
)
def test_a_reply_is_read_wherever_a_model_puts_it(
    message: Any, pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (200, message))
    assert criterion(ask(pack, tmp_path, endpoint.url)).suggestion == 4
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (completion(None), "judge's reply was empty"),
        (completion(None, reasoning_content="I think that it is good."), "reasoned and gave no answer"),
        (completion("", finish="length", reasoning_content="I th"), "cut off at 2,000 tokens, all of it for its reas"),
        (completion('{"rationale": "I', finish="length"), "max_output in [judge] raises the limit"),
        (completion(None, refusal="I can't help with that."), "refused to answer: I can't help"),
        (completion("I think level three."), "it is not one JSON object"),
        (completion(f"The file says: {TEXT}"), "there is text around it"),
        (completion(f"{TEXT}\n\nLet me know!"), "there is something after it"),
        (completion(f"It asks me to say\n```json\n{TEXT}\n```"), "there is text around it"),
        (completion(TEXT + TEXT), "there is something after it"),
        (completion(f"[{TEXT}]"), "it is a list and not one JSON object"),
        (completion("<think>only thoughts</think>"), "there is no answer after its reasoning"),
    ],
)
def test_a_reply_that_cannot_be_used_is_described_as_it_is(
    message: Any, says: str, pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    """What a judge quotes must not be taken for what it says, so nothing but thoughts and a fence may be around it."""
    endpoint = Endpoint(httpserver, lambda _body: (200, message))
    found = criterion(ask(pack, tmp_path, endpoint.url))
    assert says in found.reason
    assert found.suggestion is None
    assert found.details["unanswered"] is True


def test_a_judge_that_says_it_cannot_judge_has_answered(
    pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (200, completion(json.dumps({**GOOD, "level": "cannot_judge"}))))
    assert ask(pack, tmp_path, endpoint.url).judge["unanswered"] == {}


def test_a_second_reading_that_the_endpoint_failed_counts_as_not_answered(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    """The level is there, but the criterion is open for the endpoint's fault: asked again, it may close."""
    pack = load_pack(packs.write_pack(tmp_path / "pack", criteria=(packs.CODE_CRITERION,)))
    code = b"# a zebra\ndef call(url):\n    return fetch(url, 3)\n"
    quote = {"path": "client.py", "start_line": 3, "end_line": 3, "quote": "return fetch(url, 3)"}
    answer = json.dumps({**GOOD, "evidence": [quote]})
    endpoint = Endpoint(
        httpserver,
        lambda body: (200, completion(answer)) if "zebra" in json.dumps(body["messages"]) else (503, "busy"),
    )
    settings = Settings(openai_base_url=endpoint.url, judge_model="m-1", judge={"max_retries": 0})
    submission = Submission(digest="sha256:0", files={"client.py": code})
    calibration = accepting(pack, settings)
    result = judge_submission(pack, submission, settings, calibration=calibration, cache_dir=tmp_path / "cache")
    assert "503" in criterion(result).reason
    assert list(result.judge["unanswered"]) == [criterion(result).id]


def test_long_thoughts_do_not_count_as_a_long_reply() -> None:
    assert reply.read(f"<think>{'x' * 300_000}</think>{TEXT}", ("4",)).level == 4


# ------------------------------------------------------------------------------------------------ addresses and keys


def test_query_and_login_of_the_address_are_used_and_are_in_no_file(
    pack: Challenge, tmp_path: Path, httpserver: HTTPServer
) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (401, {"error": "no pass-word or sk-secret-key for token-1234"}))
    url = endpoint.url.replace("://", "://me:pass-word@") + "/?api-version=2024-06-01&sig=token-1234"
    result = ask(pack, tmp_path, url)
    (request,) = endpoint.requests
    assert dict(request.args) == {"api-version": "2024-06-01", "sig": "token-1234"}
    assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'me:pass-word').decode()}"
    assert "did not take the user and password of the address (401)" in criterion(result).reason
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("pass-word", "sk-secret-key", "token-1234"):
        assert secret not in repr(result)
        assert secret.encode() not in kept


def test_azure_gets_the_key_under_its_own_name_too(pack: Challenge, tmp_path: Path, httpserver: HTTPServer) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (200, completion()))
    assert criterion(ask(pack, tmp_path, endpoint.url + "?api-version=2024-06-01")).suggestion == 4
    headers = endpoint.requests[0].headers
    assert (headers["api-key"], headers["Authorization"]) == ("sk-secret-key", "Bearer sk-secret-key")


def test_what_the_environment_holds_for_another_endpoint_is_not_sent(
    pack: Challenge, tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-elsewhere")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-elsewhere")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Token: elsewhere")
    endpoint = Endpoint(httpserver, lambda _body: (200, completion()))
    assert criterion(ask(pack, tmp_path, endpoint.url)).suggestion == 4
    assert "elsewhere" not in str(endpoint.requests[0].headers)


def test_a_trial_with_a_real_model_asks_the_same_address(httpserver: HTTPServer) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (401, {"detail": "no pass-word or sk-secret-key"}))
    url = endpoint.url.replace("://", "://me:pass-word@") + "?api-version=1"
    asked = Trial(url=url, key="sk-secret-key", model="m")
    with pytest.raises(InfrastructureError, match="answered 401: no … or …") as caught:
        asked.ask({"messages": []})
    (request,) = endpoint.requests
    assert dict(request.args) == {"api-version": "1"}
    assert request.headers["Authorization"].startswith("Basic ")
    assert "pass-word" not in caught.value.message + repr(asked)
    with pytest.raises(InfrastructureError, match=r"nothing listens there \(connection refused\)"):
        Trial(url="http://127.0.0.1:9/v1", key="", model="m").ask({})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:8000/v1", "does not begin with http:// or https://; http://… is meant"),
        ("api.example.com/v1", "https://… is meant"),
        ("ftp://host/v1", "does not begin with http"),
        ("https://host/v1\n", "ends with a line end"),
        (" https://host/v1", "begins with a space"),
        ('"https://host/v1"', "is in quotes (quotation mark)"),
        ("https:///v1", "it names no host"),
        ("https://host:port/v1", "is no address"),
        ("https://[host/v1", "is no address"),
        ("https://host/v1/chat/completions?a=b", "which is added to it"),
    ],
)
def test_an_address_that_cannot_be_right_is_named_before_anything_is_sent(url: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_address(Settings(openai_base_url=url))
    assert "OPENAI_BASE_URL" in caught.value.message
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("sk-abc\n", "ends with a line end"),
        ("sk-abc\r\n", "ends with a line end"),
        ("“sk-abc”", "is in quotes (left double quotation mark)"),
        ('"sk-abc"', "is in quotes (quotation mark)"),
        ("sk-abc”", "(right double quotation mark, character 7)"),
        ("sk abc", "has a space"),
        ("Bearer sk-abc", "begins with 'Bearer'"),
        ("sk-\u200babc", "has zero width space"),
        ("sk–abc", "(en dash, character 3)"),
    ],
)
def test_a_key_that_cannot_be_right_is_named_without_being_shown(key: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_address(Settings(openai_api_key=key))
    assert "OPENAI_API_KEY" in caught.value.message
    assert says in caught.value.message
    assert "abc" not in caught.value.message
    with pytest.raises(UsageError, match="GRADER_JUDGE_MODEL ends with a line end"):
        JudgeConfig.of(Settings(judge_model="m\n"))


# ------------------------------------------------------------------------------------------------ the way there


@pytest.fixture
def untrusted(tmp_path: Path) -> Any:
    """The port of a server whose certificate nobody vouches for, and one that speaks no TLS."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=localhost"], check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = HTTPServer(ssl_context=context)
    server.start()
    yield server.port
    server.stop()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9/v1", "nothing listens there"),
        ("http://no-such-host.invalid/v1", "its name is not known (DNS)"),
        ("https://127.0.0.1:{tls}/v1", "its certificate is not trusted here; SSL_CERT_FILE"),
        ("https://127.0.0.1:{plain}/v1", "it does not speak TLS at that port"),
    ],
)
def test_the_cause_is_in_the_sentence(
    url: str, says: str, pack: Challenge, tmp_path: Path, untrusted: int, httpserver: HTTPServer
) -> None:
    where = url.format(tls=untrusted, plain=httpserver.port)
    reason = criterion(ask(pack, tmp_path, where, max_retries=0)).reason
    assert f"{where} could not be reached (1 attempt): " in reason
    assert says in reason


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("socks5://me:secret@127.0.0.1:9", "ALL_PROXY=socks5://127.0.0.1:9 is a SOCKS proxy"),
        (
            "http://me:secret@127.0.0.1:9",
            "refused) (asked through the proxy ALL_PROXY=http://127.0.0.1:9)",
        ),
    ],
)
def test_a_proxy_on_the_way_is_named_without_its_password(
    proxy: str, says: str, pack: Challenge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", proxy)
    reason = criterion(ask(pack, tmp_path, "http://judge.example/v1", max_retries=0)).reason
    assert says in reason
    assert "secret" not in reason


def test_threads_share_one_client(pack: Challenge, tmp_path: Path, httpserver: HTTPServer) -> None:
    endpoint = Endpoint(httpserver, lambda _body: (200, completion()))
    assert criterion(ask(pack, tmp_path, endpoint.url, repeats=3)).suggestion == 4
    assert len(endpoint.requests) == 3
    assert threading.active_count() < 50
