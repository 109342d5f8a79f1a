"""A server that is told to stop, or killed, while hand-ins are being graded: real processes, SQLite, and an engine that
answers each request a letter at a time, so that what is under way never ends by itself."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.challenge import load_manifest
from grader.cli.grading import Grading
from grader.portal import taking
from grader.portal.desk import PortalDesk
from grader.sandbox.engine import connect
from grader.sandbox.janitor import LABEL
from grader.store import open_store
from grader.submission import make_submission, write_archive
from tests.patience import WAIT, bounded_wait, until
from tests.portal_fixtures import PACK, Served, wish, work
from tests.queue_fixtures import until as docker_until
from tests.web_fixtures import shipped


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listens where the Docker engine would."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "docker"))
        listening.listen(8)
        listening.settimeout(WAIT)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker'}")
        yield listening


def grading_server(folder: Path, content: bytes) -> Served:
    """`grade serve --grade`, where one has handed in `content`."""
    url = f"sqlite:///{folder / 'store.db'}"
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        one, _ = desk.invite(wish())
        desk.start(one)
        desk.keep(one, taking.take_upload(taking.folder_of(url), io.BytesIO(content), load_manifest(PACK)))
    return Served(folder, url, "--grade", "--challenges", str(PACK.parent))


@pytest.fixture
def served(tmp_path: Path, engine: socket.socket) -> Iterator[tuple[Served, int]]:
    """A server, and the process that grades for it: it has asked the engine for something."""
    server = grading_server(tmp_path, work())
    try:
        asked, _ = engine.accept()
        with asked:
            pid, over = peer(asked), threading.Event()
            threading.Thread(target=spell, args=(asked, over), daemon=True).start()
            try:
                yield server, pid
            finally:
                over.set()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    finally:
        server.kill()


def spell(asked: socket.socket, over: threading.Event) -> None:
    """An answer that has begun, and goes on for as long as anybody reads it."""
    with contextlib.suppress(OSError):
        asked.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not over.wait(1.0):
            asked.send(b"x")


def peer(connection: socket.socket) -> int:
    """Who connected."""
    return int.from_bytes(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), sys.byteorder)


def is_gone(pid: int) -> bool:
    """Whether nothing of the process is left but its number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] in "ZX"
    except OSError:
        return True


def waiting_after(folder: Path) -> int:
    """Hand-ins that the next server has to do."""
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        desk = PortalDesk(engine=store.engine)
        return sum(one.last is not None and not one.public_tests(one.last.id) for one in desk.all())


@pytest.mark.slow
def test_told_once_the_server_says_what_it_waits_for_and_told_twice_it_ends_that(
    served: tuple[Served, int], tmp_path: Path
) -> None:
    server, pid = served
    assert server.process.stdout is not None
    server.process.send_signal(signal.SIGTERM)
    assert "What is being graded has up to" in server.process.stdout.readline()
    assert not is_gone(pid)
    server.process.send_signal(signal.SIGTERM)
    with bounded_wait():
        assert server.process.wait(WAIT) == 0
    assert is_gone(pid), "it is gone before the server is"
    assert "Stopped." in server.process.stdout.read()
    assert waiting_after(tmp_path) == 1


@pytest.mark.slow
def test_a_killed_server_is_missed_by_what_grades_for_it(served: tuple[Served, int], tmp_path: Path) -> None:
    server, pid = served
    server.process.kill()
    until(lambda: is_gone(pid), every=0.2)
    assert waiting_after(tmp_path) == 1


@pytest.mark.docker
def test_a_killed_servers_containers_are_gone_soon_whatever_runs_in_them(tmp_path: Path) -> None:
    submission = shipped("rag-triage", "accepted/vectors-and-rules")[1]
    endless = make_submission({**submission.files, "triage.py": BOMB})
    server = grading_server(tmp_path, write_archive(endless))
    client = connect()

    def owners() -> list[str]:
        found = (one["Labels"] for one in client.containers(filters={"label": [LABEL]}))
        return [one["grader.owner"] for one in found if one[LABEL] == "candidate"]

    def of_server() -> list[str]:
        return [one for one in owners() if parent(int(one.split(":")[1])) == server.process.pid]

    try:
        docker_until(of_server, "a container with the work in it", 240)
        (ours,) = of_server()
        server.process.kill()
        until(lambda: ours not in owners(), every=0.2)
        assert waiting_after(tmp_path) == 1
    finally:
        server.kill()
        client.close()


def parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    return 0


BOMB = b"""import os

while True:
    try:
        os.fork()
    except OSError:
        pass
"""
STUBBORN = "import signal, sys, time; signal.signal(15, lambda *_: None); print('up', flush=True); time.sleep(600)"
WILLING = (
    "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(3)); print('up', flush=True); time.sleep(600)"
)


@contextlib.contextmanager
def under_way(program: str, capfd: pytest.CaptureFixture[str]) -> Iterator[tuple[Grading, list[int]]]:
    grading, codes = Grading([sys.executable, "-c", program]), list[int]()
    thread = threading.Thread(target=lambda: codes.append(grading.run()))
    thread.start()
    heard = ""

    def is_up() -> bool:
        nonlocal heard
        heard += capfd.readouterr().out
        return "up" in heard

    until(is_up)
    yield grading, codes
    thread.join(WAIT)


def test_what_goes_on_and_on_is_killed_when_its_time_is_over(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    with under_way(STUBBORN, capfd) as (grading, codes), bounded_wait():
        grading.stop(said.append, let=0.5, leave=0.5)
    assert codes == [-signal.SIGKILL]
    assert [line.split()[0] for line in said] == ["What", "Ending"]
    assert grading.run() == 0, "nothing is begun any more"


def test_what_ends_in_time_is_not_ended(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with under_way(WILLING, capfd) as (grading, codes), bounded_wait():
        grading.stop(said.append)
    assert codes == [3]
    assert len(said) == 1
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before, "as they were"


def test_where_nothing_is_graded_nothing_is_waited_for() -> None:
    said: list[str] = []
    Grading(["/nowhere"]).stop(said.append)
    assert said == []
