"""Applicant tracking systems: the assessment-partner protocol in the shapes that Greenhouse documents. Telling others
what happened: only where the operator says, signed, tried again, with nothing of a candidate's in it.

The requests and answers are those of Greenhouse's own documentation (its example candidate included), recorded here; no
Greenhouse was asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.test import TestResponse

from grader.challenge import load_manifest
from grader.cli import cli
from grader.errors import UsageError
from grader.portal import taking
from grader.portal.desk import PortalDesk
from grader.portal.records import Invitation
from grader.review.records import Actor
from grader.web import notices
from grader.web.config import Config
from tests.portal_fixtures import PACK, handed_in, wish, work
from tests.store_fixtures import Cluster
from tests.web_fixtures import OPERATOR, House, house, levels

pytestmark = pytest.mark.slow
KEY = "0d031d8227eafa61dc375a6c2e067d"
ALLOWED = "https://app.greenhouse.io/integrations/testing_partners/"
SENT = {
    "partner_test_id": "rag-triage",
    "candidate": {
        "first_name": "Harry", "last_name": "Potter", "resume_url": "https://hogwarts.com/resume",
        "phone_number": "123-456-7890", "email": "hpotter@hogwarts.edu",
        "greenhouse_profile_url": "https://app.greenhouse.io/people/17681532?application_id=26234709",
    },
    "url": f"{ALLOWED}take_home_tests/12345",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home", ats_key=KEY, callbacks=(ALLOWED,))
    yield made
    made.store.close()


def ask(home: House, call: str, body: Any = None, *, key: str = KEY, **more: Any) -> TestResponse:
    basic = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    client = home.app.test_client()
    if body is None:
        return client.get(f"/partner/{call}", headers=basic, **more)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/partner/{call}", data=data, headers=basic, content_type="application/json", **more)


def portal(home: House) -> PortalDesk:
    return PortalDesk(engine=home.store.engine, clock=home.watch)


def decided(home: House, one: Invitation) -> None:
    """Hands in, has it rated by two, and decided by a lead."""
    desk = portal(home)
    desk.start(one)
    desk.keep(one, taking.take_upload(taking.folder_of(home.url), io.BytesIO(work()), load_manifest(PACK)))
    for name in ("Ann", "Ben"):
        home.person(name)
    case = home.case(one.blind, "Ann", "Ben", submission=handed_in(desk.named(one.id)))
    for name in ("Ann", "Ben"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case, rationale="SECRET WORDS"))
    home.desk.reveal(OPERATOR, case.id)
    home.desk.decide(OPERATOR, case.id, "advance", "SECRET WHY", by=home.person("Lea", "lead"))


# ------------------------------------------------------------------------------------------------ the protocol


def test_without_a_key_there_is_nothing_and_with_one_only_for_it(tmp_path: Path, home: House) -> None:
    off = house(tmp_path / "off")
    for call, body in (("list_tests", None), ("send_test", SENT), ("test_status", None), ("request_errors", {})):
        assert ask(off, call, body).status_code == 404
        refused = ask(home, call, body, key="another-key-of-some-length")
        assert refused.status_code == 401
        assert "Basic" in refused.headers["WWW-Authenticate"]
    off.store.close()
    assert home.app.test_client().get("/partner/list_tests").status_code == 401
    while (status := ask(home, "list_tests", key="guessed").status_code) == 401:
        pass
    assert status == 429
    assert portal(home).all() == ()


def test_tests_are_listed_sent_and_complete_when_people_have_decided(home: House) -> None:
    listed = ask(home, "list_tests").get_json()
    assert {"partner_test_id", "partner_test_name"} == set(listed[0])
    assert "rag-triage" in [one["partner_test_id"] for one in listed]
    sent = ask(home, "send_test", SENT)
    assert set(sent.get_json()) == {"partner_interview_id"}
    number = sent.get_json()["partner_interview_id"]
    one = portal(home).ordered(number)
    assert one is not None
    assert one.candidate == "Harry Potter <hpotter@hogwarts.edu>"
    asked = {"query_string": {"partner_interview_id": number}}
    before = ask(home, "test_status", **asked).get_json()
    assert before["partner_status"] == "invited"
    assert "partner_score" not in before
    decided(home, one)
    after = ask(home, "test_status", **asked).get_json()
    assert set(after) == {"partner_status", "partner_profile_url", "partner_score", "metadata"}
    assert after["partner_status"] == "complete"
    assert after["partner_profile_url"].startswith("http://127.0.0.1:8000/cases/")
    assert 0 <= after["partner_score"] <= 100
    assert all(isinstance(value, str | int) for value in after["metadata"].values())
    for word in ("SECRET", "Ann", "Ben", "Lea", "Harry"):
        assert word not in json.dumps(after)
    assert ask(home, "test_status", query_string={"partner_interview_id": "x"}).status_code == 404
    told = {"api_call": "test_status", "errors": ["x"], "candidate_email": "hpotter@hogwarts.edu"}
    assert ask(home, "request_errors", told).get_json() == {}


def test_a_rated_hand_in_that_nobody_has_decided_on_is_not_complete(home: House) -> None:
    number = ask(home, "send_test", SENT).get_json()["partner_interview_id"]
    desk = portal(home)
    one = desk.named(number)
    desk.start(one)
    desk.keep(one, taking.take_upload(taking.folder_of(home.url), io.BytesIO(work()), load_manifest(PACK)))
    home.case(one.blind, submission=handed_in(desk.named(number)))
    said = ask(home, "test_status", query_string={"partner_interview_id": number}).get_json()
    assert said["partner_status"] == "being read"
    assert "partner_score" not in said


def test_the_same_order_once_more_is_the_same_invitation_on_both_stores(tmp_path: Path, postgres: Cluster) -> None:
    for url in ("", postgres.database()):
        home = house(tmp_path / ("pg" if url else "lite"), url, ats_key=KEY, callbacks=(ALLOWED,))
        numbers = [ask(home, "send_test", SENT).get_json()["partner_interview_id"] for _ in range(2)]
        other = {**SENT, "url": f"{ALLOWED}take_home_tests/12346"}
        numbers.append(ask(home, "send_test", other).get_json()["partner_interview_id"])
        assert numbers[0] == numbers[1] != numbers[2]
        assert len(portal(home).all()) == 2
        home.store.close()


def test_another_person_or_test_is_another_order_whatever_address_it_comes_with(home: House) -> None:
    eve = ask(home, "send_test", SENT).get_json()["partner_interview_id"]
    others = ({"first_name": "Cara"}, {"email": "cara@hogwarts.edu"}, {"last_name": "Doe"})
    numbers = [
        ask(home, "send_test", {**SENT, "candidate": {**SENT["candidate"], **other}}).get_json()["partner_interview_id"]
        for other in others
    ]
    assert len({eve, *numbers}) == 4
    assert len({one.candidate for one in portal(home).all()}) == 4
    assert ask(home, "send_test", SENT).get_json()["partner_interview_id"] == eve


HOSTILE: dict[str, Any] = {
    "nothing": b"", "torn": b'{"partner_test_id": "rag', "a list": [], "deep": b"[" * 30_000, "no UTF-8": b"\xff\xfe",
    "huge": b'{"x": "' + b"x" * 70_000 + b'"}', "types": {**SENT, "partner_test_id": 7},
    "no candidate": {**SENT, "candidate": None}, "no name": {**SENT, "candidate": {"first_name": " ", "last_name": ""}},
    "long name": {**SENT, "candidate": {"first_name": "x" * 151, "last_name": "y"}},
    "a path": {**SENT, "partner_test_id": "../../etc"}, "unknown test": {**SENT, "partner_test_id": "nothing"},
    "lone surrogate": b'{"partner_test_id": "\\ud800", "candidate": {"first_name": "a", "last_name": "b"}}',
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_and_leaves_nothing(home: House, name: str) -> None:
    assert ask(home, "send_test", HOSTILE[name]).status_code in {400, 413, 422}
    assert portal(home).all() == ()


def test_a_name_is_text_wherever_it_is_shown(home: House) -> None:
    odd = {"first_name": "<script>\n\x1b[31m", "last_name": "=cmd()", "email": "a@b>,<x@y"}
    ask(home, "send_test", {**SENT, "candidate": odd})
    assert portal(home).all()[0].candidate == "<script> [31m =cmd()"


@pytest.mark.parametrize("address", [
    "https://evil.example/integrations/testing_partners/1", "http://app.greenhouse.io/integrations/testing_partners/1",
    "https://app.greenhouse.io.evil.example/integrations/testing_partners/1", "file:///etc/passwd",
    "https://app.greenhouse.io@evil.example/integrations/testing_partners/1", "https://169.254.169.254/latest/meta-data",
    "https://app.greenhouse.io/integrations/testing_partners/../../admin", "https://app.greenhouse.io/elsewhere",
    "https://app.greenhouse.io/integrations/testing_partners/%2e%2e/admin", "//app.greenhouse.io/integrations/x",
    "https://app.greenhouse.io:8443/integrations/testing_partners/1", "https://app.greenhouse.io\\@evil.example/",
    "https://app.greenhouse.io/integrations/testing_partners_evil/1", "gopher://x", "https://app.greenhouse.io\t/x",
])  # fmt: skip
def test_an_order_names_no_address_but_below_the_operators(home: House, address: str) -> None:
    assert ask(home, "send_test", {**SENT, "url": address}).status_code == 422
    assert portal(home).all() == ()


def test_an_order_where_no_address_is_allowed_is_taken_and_tells_nobody(tmp_path: Path) -> None:
    home = house(tmp_path / "home", ats_key=KEY)
    number = ask(home, "send_test", {**SENT, "url": "https://evil.example/"}).get_json()["partner_interview_id"]
    decided(home, portal(home).named(number))
    asked: list[notices.Notice] = []
    notices.tell(portal(home), home.desk, notices.Targets(ats_key=KEY), send=lambda one: asked.append(one) or 200)
    assert asked == []
    home.store.close()


def test_the_link_of_an_order_is_made_again_by_the_key_and_by_nothing_else(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ask(home, "send_test", SENT).get_json()["partner_interview_id"]
    portal(home).invite(wish())
    monkeypatch.setenv("GRADER_STORE", home.url)
    monkeypatch.setenv("GRADER_ATS_KEY", KEY)
    done = CliRunner().invoke(cli, ["invite", "link", number])
    path = "/h/" + done.stdout.strip().rpartition("/h/")[2]
    assert "your number here is" in home.visitor().get(path).text
    assert isinstance(CliRunner().invoke(cli, ["invite", "link", "Cara Doe"]).exception, UsageError)
    monkeypatch.setenv("GRADER_ATS_KEY", "another key altogether")
    assert isinstance(CliRunner().invoke(cli, ["invite", "link", number]).exception, UsageError)


# ------------------------------------------------------------------------------------------------ telling others


@dataclass
class Receiver:
    """Another system, over real HTTP: what it was sent, and what it answers."""

    status: int = 200
    got: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def other() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.got.append((self.command, self.path, dict(self.headers), body))
            self.send_response(made.status)
            if made.status == 302:
                self.send_header("Location", f"{made.address}stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_PATCH = do_GET = _take  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_address[1]}/hooks/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()


def test_when_people_have_decided_the_order_is_called_back_once(tmp_path: Path, other: Receiver) -> None:
    home = house(tmp_path / "home", ats_key=KEY, callbacks=(other.address,))
    targets = notices.Targets(callbacks=(other.address,), ats_key=KEY)
    number = ask(home, "send_test", {**SENT, "url": f"{other.address}12345"}).get_json()["partner_interview_id"]
    assert notices.tell(portal(home), home.desk, targets) == (0, 0)
    decided(home, portal(home).named(number))
    for _ in range(2):
        notices.tell(portal(home), home.desk, targets)
    assert [(method, path, body) for method, path, _, body in other.got] == [("PATCH", "/hooks/12345", b"")]
    assert other.got[0][2]["Authorization"] == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
    home.store.close()


def test_a_webhook_is_signed_holds_nothing_of_the_candidates_and_is_told_once(home: House, other: Receiver) -> None:
    desk, targets = portal(home), notices.Targets(webhook=other.address, secret="s" * 32)
    one, _ = desk.invite(wish("Cara Doe"))
    decided(home, one)
    desk.appeal(one, "SECRET APPEAL")
    assert notices.tell(desk, home.desk, targets) == (4, 0)
    assert notices.tell(desk, home.desk, targets) == (0, 0)
    bodies = [json.loads(body) for *_, body in other.got]
    assert sorted(body["type"] for body in bodies) == ["decided", "handed in", "invited", "started"]
    assert {tuple(sorted(body)) for body in bodies} == {("at", "candidate", "challenge", "id", "invitation", "type")}
    for _, _, headers, body in other.got:
        stamp, signature = (part.partition("=")[2] for part in headers["Grader-Signature"].split(","))
        assert signature == hmac.new(b"s" * 32, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        for word in (b"Cara", b"SECRET", b"NOTES"):
            assert word not in body


def test_what_fails_is_tried_again_later_and_given_up_in_the_end_and_no_redirect_is_followed(
    home: House, other: Receiver
) -> None:
    desk, targets = portal(home), notices.Targets(webhook=other.address, secret="s" * 32)
    desk.invite(wish())
    other.status = 302
    assert notices.tell(desk, home.desk, targets) == (0, 1)
    assert notices.tell(desk, home.desk, targets) == (0, 0), "not before the pause is over"
    assert [path for _, path, _, _ in other.got] == ["/hooks/"]
    for pause in notices.PAUSES:
        home.watch.later(seconds=pause)
        notices.tell(desk, home.desk, targets)
    home.watch.later(days=3)
    assert notices.tell(desk, home.desk, targets) == (0, 0)
    assert len(other.got) == len(notices.PAUSES) + 1
    events = desk.all()[0].events
    assert {event.body["status"] for event in events} == {302}


def test_a_receiver_that_is_not_there_costs_a_try_and_nobody_anything_else(home: House) -> None:
    desk = portal(home)
    desk.invite(wish())
    nowhere = notices.Targets(webhook="http://127.0.0.1:9/hooks", secret="s" * 32)
    assert notices.tell(desk, home.desk, nowhere) == (0, 1)
    assert "refused" in str(desk.all()[0].events[0].body["why"])
    assert home.desk.queue(Actor(person=home.person("Zoe"))) == ()


def test_a_receiver_that_speaks_no_http_costs_a_try_and_nobody_anything_else(home: House) -> None:
    def answer() -> None:
        with listening, listening.accept()[0] as caller:
            caller.recv(1 << 16)
            caller.sendall(b"x" * 70_000 + b"\r\n\r\n")

    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=answer, daemon=True).start()
    desk = portal(home)
    desk.invite(wish())
    targets = notices.Targets(webhook=f"http://127.0.0.1:{listening.getsockname()[1]}/hooks", secret="s" * 32)
    assert notices.tell(desk, home.desk, targets) == (0, 1)
    assert desk.all()[0].events[0].body["ok"] is False


@pytest.mark.parametrize("wrong", [
    {"ats_key": "short"}, {"webhook": "https://x.example/"}, {"callbacks": ("http://x.example/",)},
    {"callbacks": ("https://me:pw@x.example/",)}, {"callbacks": ("file:///etc",)},
    {"webhook": "https://x.example/?a", "webhook_secret": "s" * 32},
])  # fmt: skip
def test_what_an_operator_sets_is_checked_before_anybody_is_answered(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Config(**wrong)
