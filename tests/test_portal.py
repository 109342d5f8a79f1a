"""Hand-in: from a link to a receipt, over real HTTP, with hostile senders, clocks, and a server that is killed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from grader.challenge import load_manifest
from grader.cli import cli
from grader.cli.handed_in import Place
from grader.cli.public_tests import run_public_tests, untested
from grader.errors import Interrupted, RefusedError, UsageError
from grader.grading.public import PublicResult
from grader.portal import handout, taking
from grader.portal.desk import PortalDesk
from grader.portal.records import MOST_HAND_INS, Invitation
from grader.sandbox.room import Room
from grader.store import open_store
from grader.store.portal_tables import APPEND_ONLY
from grader.submission import make_submission, write_archive
from tests.patience import WAIT, bounded_wait
from tests.portal_fixtures import DAY, PACK, Served, handed_in, multipart, wish, work
from tests.store_fixtures import Cluster
from tests.web_fixtures import CHALLENGES, OPERATOR, House, house, levels


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.store.close()


class Candidate:
    """Whoever holds a link, with a browser that keeps cookies if it is given any."""

    def __init__(self, home: House, **more: Any) -> None:
        self.home = home
        self.desk = PortalDesk(engine=home.store.engine, clock=home.watch)
        self.first, self.token = self.desk.invite(wish(**more))
        self.client: FlaskClient = home.app.test_client()

    @property
    def invitation(self) -> Invitation:
        found = self.desk.opened(self.token)
        assert found is not None
        return found

    @property
    def page(self) -> str:
        answer = self.client.get(f"/h/{self.token}")
        assert answer.status_code == 200
        return answer.text

    def post(self, what: str, **form: Any) -> TestResponse:
        return self.client.post(f"/h/{self.token}/{what}", data=form)

    def sends(self, content: bytes, name: str = "work.zip") -> TestResponse:
        return self.post("hand-in", work=(io.BytesIO(content), name))


def kept(home: House) -> list[Path]:
    folder = taking.folder_of(home.url)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_before_anything_starts_a_candidate_reads_how_it_goes_and_looking_changes_nothing(home: House) -> None:
    cara = Candidate(home, working=4 * 3600)
    first = cara.page
    for words in ("Nothing has started yet", "About 240 minutes", "4 hours", "27 November 2026, 09:00 UTC", "Take-home",
                  "60 of 100 points by tests", "At least 2 people", "one of them from another team",
                  "By 7 December 2026", "180 days", "people decide", ">Start<"):  # fmt: skip
        assert words in first, words
    assert "Download" not in first
    assert "Cara" not in first
    assert cara.page == first
    assert cara.client.get(f"/h/{cara.token}/files.zip").status_code == 409
    assert cara.sends(work()).status_code == 409
    assert (cara.invitation.events, cara.invitation.hand_ins) == ((), ())


def test_no_cookie_no_script_and_nobody_else(home: House) -> None:
    cara = Candidate(home)
    answer = cara.client.get(f"/h/{cara.token}")
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.text
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', answer.text)
    assert "Set-Cookie" not in cara.post("start").headers


def test_start_begins_the_clock_once_and_gives_the_files(home: House) -> None:
    cara = Candidate(home, working=4 * 3600)
    assert cara.post("start").status_code == 303
    home.watch.later(hours=1)
    cara.post("start")
    assert "Your working time runs until 20 November 2026, 13:00 UTC" in cara.page
    answer = cara.client.get(f"/h/{cara.token}/files.zip")
    assert answer.data == handout.archive(PACK)
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"instruction.md", "environment/requirements.txt"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/test_hidden", "solution", "rubric"))]


def test_the_handout_is_the_same_bytes_wherever_it_is_made(tmp_path: Path) -> None:
    out = tmp_path / "files.zip"
    done = CliRunner().invoke(cli, ["challenge", "handout", "rag-triage", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == handout.archive(PACK)


def test_handed_in_again_the_last_one_counts_and_all_are_kept_with_a_receipt(home: House) -> None:
    cara = Candidate(home)
    cara.post("start")
    for number in (1, 2):
        content = work(number)
        assert cara.sends(content).status_code == 303
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert digest in cara.page
        assert taking.place_of(taking.folder_of(home.url), cara.invitation.hand_ins[-1].id).read_bytes() == content
    assert cara.page.count("this one counts") == 1
    assert cara.page.index("No. 2") < cara.page.index("this one counts") < cara.page.index("No. 1")
    assert [one.number for one in cara.invitation.hand_ins] == [1, 2]
    assert len(kept(home)) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept(home))


LIES = {
    "nothing": (lambda: b"", "No file came with the form"),
    "no archive": (lambda: b"hello, I am no archive", "archive"),
    "torn": (lambda: work()[:-900], ""),
    "without what is required": (lambda: write_archive(make_submission({"notes.md": b"# no\n"})), "triage.py"),
}


@pytest.mark.parametrize("name", LIES)
def test_what_cannot_be_graded_is_refused_with_its_sentence_and_nothing_is_lost(home: House, name: str) -> None:
    cara = Candidate(home)
    cara.post("start")
    cara.sends(work(1))
    content, words = LIES[name]
    answer = cara.sends(content(), "Cara Doe's work.zip")
    assert answer.status_code == 422
    assert words in answer.text
    assert "No. 1" in answer.text
    assert len(cara.invitation.hand_ins) == len(kept(home)) == 1


def escaping(path: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(path, b"x")
    return buffer.getvalue()


@pytest.mark.parametrize("path", ["../../etc/cron.d/x", "/etc/passwd", "a\\..\\b", "con\x00.txt"])
def test_names_that_lead_out_are_refused(home: House, path: str) -> None:
    cara = Candidate(home)
    cara.post("start")
    assert cara.sends(escaping(path), "../../../tmp/evil.zip").status_code == 422
    assert kept(home) == []


@pytest.mark.slow
def test_a_bomb_costs_a_sentence(home: House) -> None:
    cara = Candidate(home)
    cara.post("start")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", b"\0" * 300_000_000)
    assert cara.sends(buffer.getvalue()).status_code == 422
    assert kept(home) == []


def test_a_huge_upload_is_refused_with_the_limit(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cara = Candidate(home)
    cara.post("start")
    monkeypatch.setattr(taking, "MOST_BYTES", 1_000)
    answer = cara.sends(work())
    assert answer.status_code == 422
    assert "more than" in answer.text
    monkeypatch.setattr("grader.web.handing.MOST_BYTES", -900_000)
    answer = cara.sends(os.urandom(200_000))
    assert answer.status_code == 413
    assert "Send the files that the instruction asks for" in answer.text
    assert kept(home) == []


def test_so_many_are_taken_and_no_more(home: House) -> None:
    cara = Candidate(home)
    cara.post("start")
    for number in range(MOST_HAND_INS):
        assert cara.sends(work(number)).status_code == 303
    answer = cara.sends(work(99))
    assert answer.status_code == 409
    assert "the last of them counts" in answer.text
    assert len(kept(home)) == MOST_HAND_INS


@pytest.mark.parametrize("address", [
    "/etc", "file:///etc/passwd", "http://github.com/a/b", "https://127.0.0.1/a/b", "https://169.254.169.254/latest",
    "https://github.com:8443/a/b", "https://user:pw@github.com/a/b", "https://github.com.evil.org/a/b", "ssh://github.com/a",
    "ext::sh -c id", "--upload-pack=id", "https://github.com/../x", "git@github.com:a/b", "https://localhost/x",
    "https://github.com/a b", "https://github.com:x/a/b", "https://github.com:99999/a/b", "https://[::1/a/b",
    "https://[github.com]/a/b",
])  # fmt: skip
def test_an_address_leads_to_a_public_host_or_nowhere(home: House, address: str) -> None:
    cara = Candidate(home)
    cara.post("start")
    answer = cara.post("hand-in", repository=address)
    assert answer.status_code == 422
    assert "no address that is taken" in answer.text
    with pytest.raises(RefusedError):
        taking.checked_address(address)


def test_no_log_holds_a_link_whatever_went_wrong(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(desk: PortalDesk, token: str) -> Invitation:
        raise ZeroDivisionError(f"of {token}\nas a line of the log")

    cara = Candidate(home)
    monkeypatch.setattr(PortalDesk, "opened", broken)
    home.app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level("DEBUG"):
        assert cara.client.get(f"/h/{cara.token}").status_code == 500
    assert "GET /h/<token>: ZeroDivisionError: of …" in caplog.text
    assert "in broken" in caplog.text
    assert "\nas a line" not in caplog.text
    assert cara.token not in caplog.text


def test_late_is_marked_and_never_refused_until_the_window_is_over(home: House) -> None:
    cara = Candidate(home, working=4 * 3600)
    cara.post("start")
    home.watch.later(hours=4)
    cara.sends(work(1))
    home.watch.later(minutes=11, seconds=1)
    cara.sends(work(2))
    assert [one.late for one in cara.invitation.hand_ins] == [0, 12]
    assert "12 minutes after the working time" in cara.page
    assert "nothing follows from it by itself" in cara.page
    home.watch.later(days=7)
    answer = cara.sends(work(3))
    assert answer.status_code == 409
    assert "they can extend it" in answer.text
    assert len(kept(home)) == 2


def test_more_time_is_given_without_a_reason_anywhere(home: House) -> None:
    cara = Candidate(home, working=3600)
    cara.post("start")
    home.watch.later(days=8)
    assert cara.sends(work()).status_code == 409
    cara.desk.extend(cara.invitation, window=2 * DAY, working=10 * DAY, who="Quentin")
    assert cara.invitation.ends_at == "2026-11-30T09:00:00Z", "from now, where the window was over"
    assert cara.sends(work()).status_code == 303
    assert cara.invitation.hand_ins[-1].late == 0
    assert set(cara.invitation.events[-1].body) == {"ends_at", "working"}
    assert "Quentin" not in cara.page


def test_whoever_withdraws_or_is_through_hands_in_no_more(home: House) -> None:
    cara, dan = Candidate(home), Candidate(home, candidate="Dan")
    for one in (cara, dan):
        one.post("start")
    assert cara.post("finish").status_code == 409, "there is nothing yet"
    cara.sends(work())
    assert cara.post("finish").status_code == 303
    assert cara.sends(work(2)).status_code == 409
    assert "You hear from us by 7 December 2026" in cara.page
    assert dan.post("withdraw").status_code == 409, "not without the box"
    assert dan.post("withdraw", sure="yes").status_code == 303
    assert dan.sends(work()).status_code == 409
    assert [one.blind for one in cara.desk.due()] == [cara.first.blind]


def test_a_link_that_is_guessed_leads_nowhere_and_soon_not_even_that(home: House) -> None:
    cara = Candidate(home)
    for number in range(30):
        assert home.visitor().client.get(f"/h/{'x' * 42}{number % 10}").status_code == 404
    assert home.visitor().client.get(f"/h/{'y' * 43}").status_code == 429
    assert cara.client.get(f"/h/{cara.token}").status_code == 200, "who has a link is not in the way"
    stored = Path(home.url.removeprefix("sqlite:///")).read_bytes()
    assert cara.token.encode() not in stored, "only its digest is kept"


def test_one_candidates_link_shows_nothing_of_another(home: House) -> None:
    cara, dan = Candidate(home), Candidate(home, candidate="Dan")
    before = dan.page
    cara.post("start")
    cara.sends(work())
    assert dan.page == before
    assert cara.first.blind != dan.first.blind


def test_two_at_once_are_both_kept_and_one_of_them_counts(home: House) -> None:
    cara = Candidate(home)
    cara.post("start")
    desk, one = cara.desk, cara.invitation

    def send(number: int) -> int:
        manifest = load_manifest(PACK)
        taken = taking.take_upload(taking.folder_of(home.url), io.BytesIO(work(number)), manifest)
        return desk.keep(one, taken).number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(send, range(4)))
    assert numbers == [1, 2, 3, 4]
    assert len(kept(home)) == 4


def test_a_window_that_closes_while_a_file_comes_in_keeps_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cara = Candidate(home)
    cara.post("start")
    real = taking.take_upload

    def slow(*words: Any) -> taking.Taken:
        taken = real(*words)
        home.watch.later(days=8)
        return taken

    monkeypatch.setattr("grader.web.handing.taking.take_upload", slow)
    assert cara.sends(work()).status_code == 409
    assert kept(home) == []


def test_a_full_disk_is_told_and_acknowledges_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cara = Candidate(home)
    cara.post("start")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.portal.taking.os.fsync", full)
    assert cara.sends(work()).status_code == 503
    assert cara.invitation.hand_ins == ()
    assert kept(home) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_happened_is_added_and_never_changed_on_both_stores(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if kind == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.database()
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        one, token = desk.invite(wish())
        desk.start(one)
        taken = taking.take_upload(tmp_path / "in", io.BytesIO(work()), load_manifest(PACK))
        assert desk.keep(one, taken).number == 1
        again, _ = desk.invite(wish())
        assert again.blind == one.blind, "a candidate keeps the id"
        desk.extend(one, window=DAY, working=0, who="lea")
        assert desk.opened(token) is not None
        for table in APPEND_ONLY:
            with pytest.raises(DBAPIError), store.engine.begin() as connection:
                connection.execute(table.update().values(at="2020-01-01T00:00:00Z"))


@pytest.mark.slow
def test_two_worlds_a_candidate_sees_nothing_of_assessors_before_the_letter(home: House) -> None:
    """The page is the same to the byte whatever assessors do, until a person releases the letter."""
    cara = Candidate(home)
    for name in ("Ann", "Ben"):
        home.person(name)
    home.person("Lea", "lead")
    cara.post("start")
    cara.sends(work())
    cara.post("finish")
    before = cara.page
    case = home.case(cara.first.blind, "Ann", "Ben", submission=handed_in(cara.invitation))
    assert cara.page == before
    for name in ("Ann", "Ben"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case, rationale=f"{name} finds it weak"))
        assert cara.page == before
    home.desk.reveal(OPERATOR, case.id)
    lea = home.visitor("Lea")
    lea.get(f"/cases/{case.id}")
    lea.post(f"/cases/{case.id}/decide", {"outcome": "decline", "why": "not measured"})
    assert cara.page == before
    home.desk.edit_letter(OPERATOR, case.id, "Dear candidate, we **decline**.", by=home.people["Lea"])
    assert cara.page == before
    assert cara.post("appeal", words="look again").status_code == 409
    home.desk.edit_letter(OPERATOR, case.id, "Dear candidate, we **decline**.", release=True, by=home.people["Lea"])
    after = cara.page
    assert "we <strong>decline</strong>" in after
    for name in ("Ann", "Ben", "weak", "not measured"):
        assert name not in after, name
    assert cara.post("appeal", words="The second test was not mine to pass.").status_code == 303
    assert "The second test was not mine to pass." in cara.page
    said = lea.get(f"/cases/{case.id}").text
    assert "appealed" in said
    assert "The second test was not mine to pass." in said
    assert "Cara" not in said


def test_of_two_people_of_one_name_each_reads_the_letter_on_their_own_work_alone(home: House) -> None:
    """They have one blind id, since a name is all that is known of them; what each handed in tells them apart."""
    one, other = Candidate(home), Candidate(home)
    assert one.first.blind == other.first.blind
    for number, cara in enumerate((one, other)):
        cara.post("start")
        cara.sends(work(number))
    lea = home.person("Lea", "lead")
    for name in ("Ann", "Ben"):
        home.person(name)
    case = home.case(one.first.blind, "Ann", "Ben", submission=handed_in(one.invitation))
    for name in ("Ann", "Ben"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case))
    home.desk.reveal(OPERATOR, case.id)
    home.desk.decide(OPERATOR, case.id, "advance", "strong", by=lea)
    home.desk.edit_letter(OPERATOR, case.id, "Dear one, we go on.", release=True, by=lea)
    assert "Dear one" in one.page
    assert "Dear one" not in other.page
    assert other.post("appeal", words="not mine").status_code == 409
    assert "not mine" not in home.visitor("Lea").get(f"/cases/{case.id}").text


def test_an_appeal_is_bounded(home: House) -> None:
    cara = Candidate(home)
    with pytest.raises(UsageError, match="shorter"):
        cara.desk.appeal(cara.invitation, "x" * 10_001)
    for _ in range(3):
        cara.desk.appeal(cara.invitation, "look again")
    with pytest.raises(UsageError, match="Three appeals"):
        cara.desk.appeal(cara.invitation, "look again")


def test_a_person_who_asks_is_forgotten_files_and_all(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cara, dan = Candidate(home), Candidate(home, candidate="Dan")
    for one in (cara, dan):
        one.post("start")
        one.sends(work())
    assert len(kept(home)) == 2
    monkeypatch.setenv("GRADER_STORE", home.url)
    assert "Would remove 1 invitations and 1 hand-ins" in grade("purge", "--candidate", "cara doe").output
    assert len(kept(home)) == 2
    grade("purge", "--candidate", "cara doe", "--yes")
    assert [path.name for path in kept(home)] == [dan.invitation.hand_ins[0].id]
    assert cara.client.get(f"/h/{cara.token}").status_code == 404
    assert dan.client.get(f"/h/{dan.token}").status_code == 200


def test_whoever_is_removed_is_one_person(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's name is another's blind id."""
    desk = PortalDesk(engine=home.store.engine)
    alice, _ = desk.invite(wish(candidate="Alice Lin"))
    other, _ = desk.invite(wish(candidate=alice.blind.lower()))
    monkeypatch.setenv("GRADER_STORE", home.url)
    for words in ([], ["--yes"]):
        doubt = CliRunner().invoke(cli, ["purge", "--candidate", alice.blind, *words])
        assert isinstance(doubt.exception, UsageError)
        assert f"'Alice Lin', blind id '{alice.blind}'" in doubt.exception.message
        assert f"'{alice.blind.lower()}', blind id '{other.blind}'" in doubt.exception.message
        assert "--as" in doubt.exception.fix
        assert len(desk.all()) == 2
    said = grade("purge", "--candidate", alice.blind, "--as", "blind").output
    assert f"invited 'Alice Lin', blind id '{alice.blind}': {alice.number} to rag-triage" in said
    assert other.number not in said
    said = grade("purge", "--candidate", alice.blind, "--as", "name", "--yes").output
    assert f"person  '{alice.blind.lower()}', blind id '{other.blind}'" in said
    assert desk.all() == (alice,)
    assert "1 invitations" in grade("purge", "--candidate", alice.blind).output, "nobody else is meant any more"


def test_no_blind_id_and_no_name_is_taken_for_the_other(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = PortalDesk(engine=home.store.engine)
    alice, _ = desk.invite(wish(candidate="Alice Lin"))
    for name, words in ((alice.blind, "its blind id"), (alice.number, "its number")):
        other, _ = desk.invite(wish(candidate=name))
        for wanted in (name, name.lower()):
            with pytest.raises(UsageError) as doubt:
                desk.named(wanted)
            assert f" ({words})" in doubt.value.message
            assert " (its candidate's name)" in doubt.value.message
            assert alice.number in doubt.value.message
            assert other.number in doubt.value.message
        assert desk.named(other.number) == desk.named(other.blind) == other
    assert desk.named("Alice Lin") == desk.named(alice.id) == alice
    assert alice.id in doubt.value.message, "its number alone is somebody's name"


def test_what_is_older_than_was_promised_goes_with_its_files_and_what_is_younger_stays(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--keep` counts from the end of the window, which was 393 days ago."""
    then = PortalDesk(engine=home.store.engine, clock=lambda: datetime.now(UTC) - timedelta(days=400))
    old, _ = then.invite(wish())
    then.start(old)
    then.keep(old, taking.take_upload(taking.folder_of(home.url), io.BytesIO(work()), load_manifest(PACK)))
    young, _ = PortalDesk(engine=home.store.engine).invite(wish(candidate="Dan"))
    monkeypatch.setenv("GRADER_STORE", home.url)
    assert "invitations" not in grade("purge", "--older-than", "395d", "--yes").output
    said = grade("purge", "--older-than", "390d").output
    assert "Would remove 1 invitations and 1 hand-ins" in said
    assert "--yes does it" in said
    assert len(kept(home)) == 1
    grade("purge", "--older-than", "390d", "--yes")
    assert kept(home) == []
    assert [one.id for one in then.all()] == [young.id]


def test_what_was_never_acknowledged_goes_when_nobody_writes_it_any_more(home: House) -> None:
    folder = taking.folder_of(home.url)
    folder.mkdir()
    left, written = folder / ".a.part", folder / ".b.part"
    for path in (left, written, folder / "kept"):
        path.write_bytes(b"x")
    os.utime(left, (0, time.time() - taking.LEFT_SECONDS - 60))
    taking.remove_partial(folder, now=time.time())
    assert sorted(path.name for path in folder.iterdir()) == [".b.part", "kept"]


@pytest.mark.parametrize(("taken_away", "passed"), [("tests", None), ("triage.py", False)])
def test_where_public_tests_do_not_run_nobody_is_told_that_they_pass(
    home: House, tmp_path: Path, taken_away: str, passed: bool | None
) -> None:
    """A starter without any; or work that is refused now, though it was taken when it came in. Tried once."""
    packs = tmp_path / "packs"
    shutil.copytree(PACK, packs / PACK.name)
    if taken_away == "tests":
        shutil.rmtree(packs / PACK.name / "starter" / "tests")
    cara = Candidate(home)
    cara.post("start")
    cara.sends(work())
    came = cara.invitation.hand_ins[0]
    if taken_away != "tests":
        taking.place_of(taking.folder_of(home.url), came.id).write_bytes(b"no archive any more")
    place = handed_in_place(home, packs)
    assert run_public_tests(cara.desk, place)
    found = cara.invitation.public_tests(came.id)
    assert found is not None
    assert found["passed"] is passed
    assert "public tests pass" not in cara.page
    assert untested(cara.desk, place) == []


def test_tests_that_do_not_end_hold_nobody_up_and_are_said_to_have_no_end(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine with room for two: neither is done before the other has begun. Each is told, and tried once."""
    both = threading.Barrier(2, timeout=WAIT)
    results = [PublicResult(passed=True, output="1 passed", message="")]
    results.append(PublicResult(passed=False, output="", message="The public tests did not end.", ended=False))

    def run(*_: object) -> PublicResult:
        return results[both.wait()]

    monkeypatch.setattr("grader.grading.public.run_public", run)
    monkeypatch.setattr("grader.sandbox.room.room", lambda: Room(cores=(0, 1), memory=8 << 30, can_pin=False))
    two = [Candidate(home, candidate=name) for name in ("Ann", "Bo")]
    for number, one in enumerate(two):
        one.post("start")
        one.sends(work(number))
    assert run_public_tests(two[0].desk, handed_in_place(home, PACK.parent))
    pages = sorted((one.page for one in two), key=lambda page: "come to an end" in page)
    assert "public tests pass" in pages[0]
    assert "public tests do not come to an end on it" in pages[1]
    assert "The public tests did not end." in pages[1]
    assert untested(two[0].desk, handed_in_place(home, PACK.parent)) == []


def test_what_nobody_foresaw_in_one_hand_in_costs_the_others_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = iter([True, False])

    def run(*_: object) -> PublicResult:
        if next(faulty):
            raise ZeroDivisionError
        return PublicResult(passed=True, output="1 passed", message="")

    monkeypatch.setattr("grader.grading.public.run_public", run)
    monkeypatch.setattr("grader.sandbox.room.room", lambda: Room(cores=(0,), memory=1 << 30, can_pin=False))
    two = [Candidate(home, candidate=name) for name in ("Ann", "Bo")]
    for number, one in enumerate(two):
        one.post("start")
        one.sends(work(number))
    assert run_public_tests(two[0].desk, handed_in_place(home, PACK.parent))
    assert sorted("public tests pass" in one.page for one in two) == [False, True]
    assert untested(two[0].desk, handed_in_place(home, PACK.parent)) == [], "it is not tried for ever"


def test_an_interrupt_lets_the_public_tests_that_run_end_and_begins_no_others(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, stopped = threading.Semaphore(0), threading.Event()

    class Pool(ThreadPoolExecutor):
        def submit(self, *job: Any, **more: Any) -> Any:
            future = super().submit(*job, **more)
            asked.release()
            return future

        def shutdown(self, *how: Any, **more: Any) -> None:
            super().shutdown(*how, **more)
            stopped.set()

    def run(*_: object) -> PublicResult:
        for _ in range(3):
            assert asked.acquire(timeout=WAIT)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert stopped.wait(WAIT)
        return PublicResult(passed=True, output="1 passed", message="")

    monkeypatch.setattr("grader.cli.public_tests.ThreadPoolExecutor", Pool)
    monkeypatch.setattr("grader.grading.public.run_public", run)
    monkeypatch.setattr("grader.sandbox.room.room", lambda: Room(cores=(0,), memory=8 << 30, can_pin=False))
    for number, name in enumerate(("Ann", "Bo", "Cara")):
        one = Candidate(home, candidate=name)
        one.post("start")
        one.sends(work(number))
    place = handed_in_place(home, PACK.parent)
    with bounded_wait(), pytest.raises(Interrupted):
        run_public_tests(one.desk, place)
    assert len(untested(one.desk, place)) == 2


def handed_in_place(home: House, packs: Path) -> Place:
    return Place(store=home.url, out=home.folder / "graded", hand_ins=None, challenges=packs)


# ---------------------------------------------------------------------------------------------- a real server


@pytest.mark.slow
def test_kill_minus_nine_loses_nothing_that_was_acknowledged_and_a_torn_upload_is_no_hand_in(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        one, token = desk.invite(wish())
        desk.start(one)
    acknowledged = []
    for attempt in range(3):
        served = Served(tmp_path, url)
        content = work(attempt)
        body, kind = multipart(content)
        with served.connected() as connection, served.connected() as torn, served.connected() as racing:
            connection.request("POST", f"/h/{token}/hand-in", body, {"Content-Type": kind})
            if connection.getresponse().status == 303:
                acknowledged.append(f"sha256:{hashlib.sha256(content).hexdigest()}")
            torn.putrequest("POST", f"/h/{token}/hand-in")
            torn.putheader("Content-Type", kind)
            torn.putheader("Content-Length", str(len(body)))
            torn.endheaders(body[: len(body) // 2])
            racing.request("POST", f"/h/{token}/hand-in", multipart(work(100 + attempt))[0], {"Content-Type": kind})
            time.sleep(0.02 * attempt)
            served.kill()
    with open_store(url) as store:
        found = PortalDesk(engine=store.engine).opened(token)
    assert found is not None
    folder = taking.folder_of(url)
    taking.remove_partial(folder, now=time.time() + 2 * taking.LEFT_SECONDS)
    digests = [one.digest for one in found.hand_ins]
    assert len(acknowledged) == 3
    assert set(acknowledged) <= set(digests)
    for came in found.hand_ins:
        content = taking.place_of(folder, came.id).read_bytes()
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == came.digest, "whole, or not there"


# ---------------------------------------------------------------------------------------------- the terminal


def grade(*words: str) -> Any:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def test_the_team_invites_extends_and_withdraws_at_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_STORE", f"sqlite:///{tmp_path / 'store.db'}")
    loop = CHALLENGES.parent / "rubrics" / "genai-engineer.yaml"
    link = grade("invite", "rag-triage", "--candidate", "Cara Doe", "--loop", str(loop), "--working", "4h",
                 "--public-url", "https://grade.example.com").stdout.strip()  # fmt: skip
    assert re.fullmatch(r"https://grade\.example\.com/h/[\w-]{43}", link)
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        found = PortalDesk(engine=store.engine).opened(link.rsplit("/", 1)[1])
        assert found is not None
        assert found.working == 4 * 3600
        assert len(found.about["rounds"]) >= 3
    assert "Cara Doe" in grade("invite", "list").output
    assert "Cara" not in grade("invite", "list", "--json").output
    assert "300 minutes of work" in grade("invite", "extend", "Cara Doe", "--working", "1h").output
    assert "extended by" in grade("invite", "show", found.blind.lower()).output
    grade("invite", "withdraw", found.blind)
    assert "withdrawn" in grade("invite", "list").output
    for name in ("Cara Doe", found.blind):  # another of this name, and somebody who is called as the first one's id
        grade("invite", "rag-triage", "--candidate", name)
    doubt = CliRunner().invoke(cli, ["invite", "extend", "Cara Doe", "--window", "2d"])
    assert isinstance(doubt.exception, UsageError)
    assert "'Cara Doe' has 2 invitations, of one person or of several of one name: " in doubt.exception.message
    assert f"{found.number} rag-triage withdrawn" in doubt.exception.message
    said = json.loads(grade("invite", "list", "--json").stdout.splitlines()[1])
    assert (
        f"{said['number']} {said['blind']}: until" in grade("invite", "extend", said["number"], "--window", "2d").output
    )
    wrong = CliRunner().invoke(cli, ["invite", "extend", "Nobody", "--window", "2d"])
    assert isinstance(wrong.exception, UsageError)
    wrong = CliRunner().invoke(cli, ["invite", "rag-triage", "--candidate", "X", "--window", "soon"])
    assert isinstance(wrong.exception, UsageError)
