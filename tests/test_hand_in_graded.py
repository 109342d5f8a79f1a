"""What came in by a link is graded by the batch that everything else uses, under the blind id of the invitation."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.challenge import load_manifest
from grader.cli import cli
from grader.cli.handed_in import Place, collect_all
from grader.portal import taking
from grader.portal.desk import PortalDesk
from grader.store import open_store
from tests.portal_fixtures import PACK, Served, multipart, wish, work
from tests.queue_fixtures import Process, all_ended, pack, start, until, worker


@pytest.mark.docker
def test_what_is_due_is_graded_once_and_its_public_tests_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_STORE", url)
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        one, token = desk.invite(wish(working=3600))
        desk.start(one)
        taken = taking.take_upload(taking.folder_of(url), io.BytesIO(work()), load_manifest(PACK))
        desk.keep(one, taken)
        desk.finish(desk.named(one.blind))
        done = CliRunner().invoke(cli, ["invite", "collect", "--out", "out"])
        assert done.exit_code == 0, (done.output, done.exception)
        found = desk.opened(token)
        assert found is not None
        tests = found.public_tests(taken.id)
        assert tests is not None
        assert tests["passed"] is True, tests
        rows = store.find(one.blind)
        assert [row["blind"] for row in rows] == [one.blind]
        grade = json.loads((Path(rows[0]["folder"]) / "grade.json").read_text())
        assert grade["submission"]["digest"] == taken.submission
        again = CliRunner().invoke(cli, ["invite", "collect", "--out", "out"])
        assert again.exit_code == 0, again.output
        assert len(store.find(one.blind)) == 1


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with all_ended() as started:
        yield started


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_comes_by_a_form_is_graded_by_the_server_itself_or_by_a_worker(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
    processes: list[Process],
) -> None:  # fmt: skip
    url = request.getfixturevalue("postgres").database() if kind == "postgres" else f"sqlite:///{tmp_path / 's.db'}"
    challenges = pack(tmp_path / "challenges")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_STORE", url)
    monkeypatch.setenv("GRADER_HAND_INS", str(tmp_path / "hand-ins"))
    monkeypatch.setenv("GRADER_CHALLENGES", str(challenges))
    served = Served(tmp_path, url, *(["--grade"] if kind == "sqlite" else []))
    try:
        link = CliRunner().invoke(cli, ["invite", "sums", "--candidate", "Cara Doe"]).stdout.strip().rpartition("/h/")
        body, form = multipart(small_work(challenges / "sums" / "solution"))
        for act, sent in (("start", b""), ("hand-in", body), ("finish", b"")):
            with served.connected() as connection:
                connection.request("POST", f"/h/{link[2]}/{act}", sent, {"Content-Type": form} if sent else {})
                assert connection.getresponse().status == 303, act
        if kind == "postgres":
            processes.append(worker(challenges, url))
            collected = start("invite", "collect", "--queue", store=url)
            processes.append(collected)
            assert collected.ended(240) == 0, collected.said
        with open_store(url) as store:
            came = PortalDesk(engine=store.engine).opened(link[2])
            assert came is not None
            until(lambda: store.find(came.blind), "a grade", 240)
            rows = store.find(came.blind)
        grade = json.loads((Path(rows[0]["folder"]) / "grade.json").read_text())
        assert (grade["status"], grade["submission"]["digest"]) == ("graded", came.hand_ins[0].submission)
        assert rows[0]["candidate"] == "Cara Doe"
        log = served.log.read_text()
        assert "/h/<token>/hand-in 303" in log
        assert link[2] not in log
        assert "alembic" not in log, "what a library notes as it goes is nobody's news"
    finally:
        served.kill()


def small_work(folder: Path) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return written.getvalue()


def test_one_challenge_that_is_not_here_keeps_nobody_else_from_being_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three candidates one was given a version that is not here, and one a challenge that is not."""
    asked: list[str] = []

    def batch(words: list[str], **_: object) -> int:
        asked.append(Path(words[words.index("--manifest") + 1]).read_text())
        return 0

    monkeypatch.setattr("grader.cli.batch.command.main", batch)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        for name, more in (("Ann", {"version": "0.0.1"}), ("Bo", {"challenge": "another"}), ("Cara", {})):
            one, _ = desk.invite(wish(name, **more))
            desk.start(one)
            desk.keep(one, taking.take_upload(taking.folder_of(url), io.BytesIO(work()), load_manifest(PACK)))
        place = Place(store=url, out=tmp_path / "out", hand_ins=None, challenges=None)
        assert collect_all(desk, place, everybody=True, queued=False, public=False) == 2
        mine = desk.named("Cara")
    (manifest,) = asked
    assert [path.name for path in (tmp_path / "out" / "rag-triage").iterdir()] == ["candidates.csv"]
    assert mine.last is not None
    assert mine.last.id in manifest
    assert "Ann" not in manifest


def test_told_to_stop_no_other_challenge_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    monkeypatch.setattr("grader.cli.handed_in._graded", lambda _found, which, *_, **__: begun.append(which[0]) or 130)
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        for name, more in (("Ann", {"challenge": "another"}), ("Bo", {})):
            one, _ = desk.invite(wish(name, **more))
            desk.start(one)
            desk.keep(one, taking.take_upload(taking.folder_of(url), io.BytesIO(work()), load_manifest(PACK)))
        place = Place(store=url, out=tmp_path / "out", hand_ins=None, challenges=None)
        assert collect_all(desk, place, everybody=True, queued=False, public=False) == 130
    assert begun == ["another"]
