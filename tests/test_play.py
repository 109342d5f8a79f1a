"""`grade challenge play`: a real model in the place of the scripted one, asked from outside the containers, recorded,
replayed.

The real model of these tests is a gateway of ours in this process, reached over HTTP like any other endpoint.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.authoring import playing, shipped
from grader.authoring.endpoint import Endpoint, Relay, RequestBudget
from grader.authoring.runs import Runner
from grader.challenge import cassette, load_pack
from grader.challenge.model import ModelFile, ScriptedModel, load_model
from grader.errors import ChallengeError, GraderError, InfrastructureError, UsageError
from grader.records import TestResult, TestStatus, VerifierResult
from grader.settings import Settings
from grader.testing.sandbox import ScriptedSandbox, recorded
from tests.gateway_fixtures import World, settings, world
from tests.shell import Outcome, run_outside

SUMS = Path(__file__).parent / "packs" / "sums"
CHATTY = Path(__file__).parent / "packs" / "chatty"
MODEL = ScriptedModel.model_validate({"id": "pack-model", "price": {"input": 1.0, "output": 10.0}})
SAID = "Refunds are paid within 5 working days, says the real one. [refunds]"
DIGESTS = ("a" * 64, "b" * 64)


@pytest.fixture
def real() -> Iterator[World]:
    with world() as made:
        yield made


def relay(real: World, path: Path, *, money: float = 1.0, requests: int = 10, ask: bool = True) -> Relay:
    endpoint = Endpoint(url=real.url, key=real.key, model="small") if ask else None
    budget = RequestBudget(money=money, requests=requests)
    return Relay(path=path, models={MODEL.id: MODEL}, budget=budget, endpoint=endpoint)


def request(digest: str = DIGESTS[0], text: str = "<d>Refunds take 5 days.</d>\nHow long does a refund take?") -> Any:
    body = {"messages": [{"role": "user", "content": text}], "temperature": 0, "max_completion_tokens": 50, "n": 1}
    return {"digest": digest, "model": MODEL.id, "body": body}


# ------------------------------------------------------------------------------------------------ asking and recording


def test_an_answer_is_recorded_and_comes_back_without_the_endpoint(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    with world() as real:
        first = relay(real, path)
        said = first(request())
        assert said["replies"][0]["text"] == "Refunds take 5 days."
        assert (said["source"], first.budget.made, len(real.model.calls)) == ("live", 1, 1)
    again = relay(real, path, ask=False)
    replayed = again(request())
    assert replayed["source"] == "cassette"
    assert {**replayed, "source": ""} == {**said, "source": ""}
    assert (again.replayed, again.budget.made) == (1, 0)


def test_what_the_cassette_lacks_is_not_made_up(real: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no answer to a request.*--record"):
        relay(real, tmp_path / "cassette.jsonl", ask=False)(request())


def test_a_request_that_might_go_beyond_the_budget_is_not_made(real: World, tmp_path: Path) -> None:
    dearest = RequestBudget.cost(MODEL, len(json.dumps(request()["body"])), 50)
    with pytest.raises(UsageError, match=r"\$0\.0000 of .* is spent after 0 requests"):
        relay(real, tmp_path / "none.jsonl", money=dearest * 0.9)(request())
    assert real.model.calls == []
    tight = relay(real, tmp_path / "one.jsonl", money=dearest * 1.05)
    tight(request())
    assert 0 < tight.budget.spent < dearest
    with pytest.raises(UsageError, match="spent after 1 requests"):
        tight(request(DIGESTS[1]))
    assert len(real.model.calls) == 1
    assert tight(request())["source"] == "cassette"


def test_no_more_requests_are_made_than_allowed(real: World, tmp_path: Path) -> None:
    one = relay(real, tmp_path / "cassette.jsonl", requests=1)
    one(request())
    with pytest.raises(UsageError, match="no more are allowed"):
        one(request(DIGESTS[1]))
    assert len(real.model.calls) == 1


@pytest.mark.parametrize("fault", ["rate_limit", "quota", "server_error", "overloaded", "drop"])
def test_a_failing_endpoint_is_nobody_elses_fault_and_is_not_recorded(real: World, tmp_path: Path, fault: str) -> None:
    real.model.fault(fault)
    with pytest.raises(InfrastructureError) as caught:
        relay(real, tmp_path / "cassette.jsonl")(request())
    assert real.key not in caught.value.message
    assert not (tmp_path / "cassette.jsonl").exists()


def test_a_wrong_key_is_the_operators_to_mend_and_is_not_shown(real: World, tmp_path: Path) -> None:
    endpoint = Endpoint(url=real.url, key="sk-wrong-0123456789", model="small")
    budget = RequestBudget(money=1, requests=1)
    asked = Relay(path=tmp_path / "c.jsonl", models={MODEL.id: MODEL}, budget=budget, endpoint=endpoint)
    with pytest.raises(InfrastructureError, match="answered 401") as caught:
        asked(request())
    assert "sk-wrong" not in caught.value.message
    assert "sk-wrong" not in repr(asked)


def test_a_request_that_the_endpoint_does_not_take_goes_back_to_who_made_it(real: World, tmp_path: Path) -> None:
    odd = request()
    odd["body"]["temperature"] = 7
    answer = relay(real, tmp_path / "cassette.jsonl")(odd)
    assert answer["status"] == 400
    assert "temperature" in answer["message"]
    assert not (tmp_path / "cassette.jsonl").exists()


def test_an_answer_that_holds_the_key_is_not_kept(real: World, tmp_path: Path) -> None:
    real.model.script([f"Your key is {real.key}."])
    with pytest.raises(InfrastructureError, match="holds the API key"):
        relay(real, tmp_path / "cassette.jsonl")(request())
    assert not (tmp_path / "cassette.jsonl").exists()


def test_a_cassette_that_was_changed_by_hand_is_refused_with_its_line(real: World, tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    relay(real, path)(request())
    for wrong in ('{"digest": "x"}', "no json", json.dumps({**json.loads(path.read_text()), "key": "sk-1"})):
        (tmp_path / "other.jsonl").write_text(path.read_text() + wrong + "\n")
        with pytest.raises(ChallengeError, match=r"other\.jsonl:2: "):
            cassette.read(tmp_path / "other.jsonl")


# ------------------------------------------------------------------------------------------------ through the gateway


@pytest.fixture
def relayed(real: World, tmp_path: Path) -> Iterator[World]:
    """A pack's gateway whose answers are `real`'s."""
    from grader_verifier.gateway.process import Gateway

    asked = relay(real, tmp_path / "cassette.jsonl")
    asked.models = {"small": MODEL}
    made = World(Gateway({**settings(), "live": {"answers": {}, "asks": True}}, 5, asked))
    yield made
    made.close()


@pytest.mark.slow
def test_the_sdk_gets_a_real_models_words_tools_and_usage(real: World, relayed: World) -> None:
    real.model.script(["Seven days.", {"call": {"name": "refund", "arguments": {"order_id": "A-1"}}}, "In a stream."])
    said = relayed.say("How long?")
    assert said.choices[0].message.content == "Seven days."
    assert said.usage.prompt_tokens == real.model.calls[0].prompt_tokens
    tool = {"type": "function", "function": {"name": "refund", "parameters": {"type": "object", "properties": {}}}}
    call = relayed.say("Refund A-1.", tools=[tool]).choices[0].message.tool_calls[0].function
    assert (call.name, json.loads(call.arguments)) == ("refund", {"order_id": "A-1"})
    parts = relayed.say("And in parts?", stream=True)
    assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices) == "In a stream."
    assert [one.source for one in relayed.model.calls] == ["live"] * 3
    assert real.model.calls[1].tools == ("refund",)


@pytest.mark.slow
def test_what_was_asked_through_one_interface_is_replayed_through_the_other(real: World, relayed: World) -> None:
    real.model.script(["The same."])
    first = relayed.client().responses.create(model="small", input="What?", temperature=0)
    again = relayed.client().responses.create(model="small", input="What?", temperature=0, stream=True)
    assert first.output_text == "The same."
    assert [event.response.output_text for event in again if event.type == "response.completed"] == ["The same."]
    assert [one.source for one in relayed.model.calls] == ["live", "cassette"]
    assert len(real.model.calls) == 1


def test_scripts_and_faults_of_a_test_come_before_the_real_model(real: World, relayed: World) -> None:
    relayed.model.script(["Scripted."])
    assert relayed.text("What?") == "Scripted."
    relayed.model.fault("server_error")
    with pytest.raises(Exception, match="server had an error"):
        relayed.text("What?")
    assert real.model.calls == []


# ------------------------------------------------------------------------------------------------ the command


def test_without_live_the_scripted_model_is_played_and_the_points_lost_are_named() -> None:
    call = {"purpose": "chat m", "started": 0.0, "seconds": 1.0}
    shared = {"group": "g", "max_points": 1.0, "seconds": 0.1, "model_calls": (call,)}
    kept = TestResult(id="test_a.py::test_kept", status=TestStatus.PASSED, points=1.0, message="", **shared)
    lost = TestResult(id="test_a.py::test_lost", status=TestStatus.FAILED, points=0.0, message="no\x1b[2J", **shared)
    observed = VerifierResult(expected=(kept.id, lost.id), tests=(kept, lost))
    sandbox = ScriptedSandbox(recorded(observed))
    played = playing.play(CHATTY, playing.Options(), Settings(), lambda _run: sandbox)
    said = playing.lines(played)
    assert said[0].startswith("lost    test_a.py::test_lost  0 of 1  no")
    assert "\x1b" not in "".join(said)
    assert said[1:] == ["1 of 2 points (50%); this is not a grade", "2 requests to the scripted model"]
    assert (sandbox.jobs[0].relay, sandbox.closed) == (None, 1)


def test_a_variant_is_the_one_that_a_check_runs_and_without_it_all_meet_the_same() -> None:
    def seed(variant: int | None) -> int:
        sandbox = ScriptedSandbox([])
        with contextlib.suppress(GraderError):
            playing.play(SUMS, playing.Options(variant=variant), Settings(), lambda _run: sandbox)
        return sandbox.jobs[0].seed

    runner = Runner(load_pack(SUMS), Settings(), lambda _run: ScriptedSandbox([]))
    work = shipped.read(runner.challenge, shipped.find(SUMS, (), "solution"))
    assert [seed(n) for n in (1, 2)] == [runner.seed(work), runner.seed(work, 1)]
    assert seed(None) == playing.SEED
    with pytest.raises(UsageError, match="of one variant"):
        playing.play(CHATTY, playing.Options(live=True, variant=1), Settings(), lambda _run: ScriptedSandbox([]))


def test_a_pack_without_a_model_is_not_played_live() -> None:
    with pytest.raises(UsageError, match=r"has no model\.yaml"):
        playing.play(CHATTY.parent / "sums", playing.Options(live=True), Settings(), lambda _run: ScriptedSandbox([]))


def test_live_without_an_endpoint_or_a_cassette_says_what_is_missing(tmp_path: Path) -> None:
    options = playing.Options(live=True, cassette=tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match="set OPENAI_BASE_URL"):
        playing.play(CHATTY, options, Settings(), lambda _run: ScriptedSandbox([]))


# ------------------------------------------------------------------------------------------------ in containers


@pytest.fixture
def image() -> None:
    from grader.doctor import mend

    with open(Path(tempfile.gettempdir()) / "grader-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mend(Settings(), lambda _text: None, [str(CHATTY)])


def play(pack: Path, real: World, tape: Path, *words: object) -> Outcome:
    named = {"OPENAI_BASE_URL": real.url, "OPENAI_API_KEY": real.key}
    options = ("--live", "--model", "small", "--cassette", tape, "--test", "test_answer", *words)
    return run_outside("challenge", "play", pack, *options, cwd=pack.parent, env=named)


@pytest.mark.docker
@pytest.mark.usefixtures("image")
def test_a_submission_meets_a_real_model_without_a_network_of_its_own(tmp_path: Path) -> None:
    tape, other = tmp_path / "cassette.jsonl", tmp_path / "other.jsonl"
    with world() as real:
        real.model.script([SAID])
        recorded = play(CHATTY, real, tape)
        assert (recorded.code, len(real.model.calls)) == (0, 1), recorded.err
        assert "1 of 1 points" in recorded.out
        assert "1 requests to small" in recorded.out
        assert "says the real one" in tape.read_text()
        broke = play(CHATTY, real, other, "--budget", "0.000001")
        assert (broke.code, "might cost" in broke.err) == (2, True)
        real.model.fault("server_error", times=None)
        failing = play(CHATTY, real, other)
        assert (failing.code, "answered 500" in failing.err) == (5, True)
    replayed = play(CHATTY, real, tape)
    assert replayed.code == 0
    assert "1 answers from" in replayed.out
    shown = "".join(one.out + one.err for one in (recorded, broke, failing, replayed))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert real.key not in shown
    assert real.key.encode() not in kept


@pytest.mark.docker
@pytest.mark.usefixtures("image")
def test_a_grading_replays_only_where_the_pack_says_so_and_is_marked(tmp_path: Path) -> None:
    from grader.grading.pipeline import grade
    from grader.grading.run import Request, Run

    pack = shutil.copytree(CHATTY, tmp_path / "pack")
    with world() as real:
        real.model.script([SAID])
        assert play(pack, real, pack / "cassette.jsonl").code == 0

    def graded(out: str) -> dict[str, Any]:
        asked = Request(source=str(pack / "solution"), challenge=pack, out=tmp_path / out, judge=False)
        grade(Run(request=asked, settings=Settings(), say=lambda _text: None))
        return dict(json.loads((tmp_path / out / "grade.json").read_text()))

    plain = graded("plain")
    assert "model_cassette" not in plain["provenance"]
    (pack / "model.yaml").write_text((pack / "model.yaml").read_text() + "live: {cassette: cassette.jsonl}\n")
    marked = graded("marked")
    assert marked["provenance"]["model_cassette"]["answers"] == 1
    assert marked["provenance"]["model_cassette"]["replayed"] >= 1
    assert marked["objective"]["points"] == plain["objective"]["points"]
    assert marked["challenge"]["digest"] != plain["challenge"]["digest"]
    sources = {call.get("source") for test in marked["objective"]["tests"] for call in test.get("model_calls", [])}
    assert sources == {"cassette", None}
    assert "recorded before" in (tmp_path / "marked" / "report.html").read_text()


def test_a_cassette_outside_the_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "cassette.jsonl").write_text("")
    text = "schema: 1\nmodels: [{id: m}]\nlive: {cassette: %s}\n"
    (tmp_path / "pack" / "model.yaml").write_text(text % "a/../../cassette.jsonl")
    with pytest.raises(ChallengeError, match="leads out of the pack"):
        load_model(tmp_path / "pack")
    (tmp_path / "pack" / "model.yaml").write_text(text % "none.jsonl")
    with pytest.raises(ChallengeError, match=r"none\.jsonl cannot be read"):
        load_model(tmp_path / "pack")


def test_without_a_cassette_the_verifier_hears_nothing_of_one() -> None:
    plain = ModelFile.model_validate({"schema": 1, "models": [{"id": "m"}]})
    assert plain.as_data()["live"] is None
