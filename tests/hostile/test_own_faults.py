"""Faults that are not the candidate's: an engine that vanishes, a grader that is killed, disks, folders and clocks."""

from __future__ import annotations

import json
import os
import random
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import APIClient

from grader.sandbox.containers import verifier_options
from grader.sandbox.engine import create, remove
from grader.sandbox.images import verifier_recipe
from grader.sandbox.janitor import owner, sweep
from tests.hostile.engine_proxy import EngineProxy
from tests.hostile.harness import PACK, ROOT, engine, grade, left_behind, one_place
from tests.patience import WAIT, until

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
SLOW = "import time\n\n\ndef double(number):\n    time.sleep(0.3)\n    return 2 * number\n"
KILLS, AT_ONCE = 12, 3
GONE_SECONDS = WAIT


@pytest.fixture
def client() -> Iterator[APIClient]:
    client = engine()
    yield client
    client.close()


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A submission whose tests take a second or two."""
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / "fort.py").write_text(SLOW)
    return tmp_path / "slow"


def until_gone(client: APIClient, **labels: str) -> list[str]:
    """Names of containers with these labels, when `GONE_SECONDS` have not been enough to see them go."""
    wanted = [f"grader.{name}={value}" for name, value in labels.items()]
    deadline = time.monotonic() + GONE_SECONDS
    while True:
        found = [str(each["Names"]) for each in client.containers(all=True, filters={"label": wanted})]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


# ------------------------------------------------------------------------------------------------ the engine


@pytest.mark.parametrize(
    ("cut_on", "cut_at", "after"),
    [(b"/start HTTP", 2, 0.3), (b"/containers/create", 2, 0.3), (b"/containers/create", 2, 0.0)],
    ids=["in a run", "while one is made", "before it says that one is made"],
)
@pytest.mark.parametrize("for_good", [False, True], ids=["comes back", "stays away"])
def test_an_engine_that_vanishes_is_tried_once_more_and_never_costs_a_point(
    cut_on: bytes, cut_at: int, after: float, for_good: bool, slow: Path, tmp_path: Path, client: APIClient
) -> None:
    proxy = EngineProxy(tmp_path / "engine.sock", cut_on=cut_on, cut_at=cut_at, after=after, for_good=for_good)
    environment = {**os.environ, "DOCKER_HOST": proxy.address}
    command = [sys.executable, "-m", "grader", str(slow), "--challenge", str(PACK), "--out", str(tmp_path / "out")]
    try:
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    finally:
        proxy.close()
    told = json.loads((tmp_path / "out" / "grade.json").read_text())
    assert proxy.cuts == 1
    assert "Trying once more." in ended.stderr
    if for_good:
        assert ended.returncode == 5
        assert (told["status"], told.get("score")) == ("infrastructure_error", None)
        assert "Docker" in told["reason"]
    else:
        assert ended.returncode == 0
        assert told["objective"]["points"] == 5
    sweep(client)  # as the next start does
    assert until_gone(client, run=told["provenance"]["run"]) == []


def test_a_name_that_an_engine_gave_before_it_went_away_is_no_obstacle(client: APIClient) -> None:
    run, image = secrets.token_hex(6), verifier_recipe().tag
    lost = create(client, run, "verifier", image, verifier_options())
    made = create(client, run, "verifier", image, verifier_options())
    assert [each["Id"] for each in client.containers(all=True, filters={"label": f"grader.run={run}"})] == [made]
    assert made != lost
    remove(client, made, GONE_SECONDS)


def test_another_runtime_is_used_for_the_candidates_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_RUNTIME", "runc")
    outcome = grade(PACK / "solution", tmp_path / "out")
    assert (outcome.code, outcome.points) == (0, 20.0)
    assert outcome.grade["provenance"]["limits"]["runtime"] == "runc"


def test_a_runtime_that_is_not_installed_is_said_and_never_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: APIClient
) -> None:
    monkeypatch.setenv("GRADER_RUNTIME", "runsc-that-is-not-there")
    outcome = grade(PACK / "solution", tmp_path / "out")
    assert outcome.code == 5
    assert "runsc-that-is-not-there" in outcome.grade["reason"]
    assert until_gone(client, run=outcome.run_id) == []


def test_hidden_tests_that_take_all_memory_are_the_challenges_fault(tmp_path: Path, client: APIClient) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    greedy = "import mmap\n\n\ndef test_that_is_greedy(candidate):\n    held = mmap.mmap(-1, 2 << 30)\n"
    greedy += (
        "    for at in range(0, len(held), 4096):\n        held[at] = 1\n"  # no data of its own, so no bound of ours
    )
    (pack / "tests" / "test_greedy.py").write_text(greedy)
    outcome = grade(PACK / "solution", tmp_path / "out", pack=pack)
    assert outcome.code == 4
    assert outcome.grade["status"] == "challenge_error"
    assert "The hidden tests used more memory than the verifier has." in outcome.grade["reason"]
    assert left_behind(client, outcome) == []


def test_somebody_who_removes_the_candidates_container_costs_no_point(
    slow: Path, tmp_path: Path, client: APIClient
) -> None:
    running = start(slow, tmp_path / "out")
    wanted = {"label": [f"grader.owner={owner(running.pid)}", "grader=candidate"]}
    until(lambda: client.containers(filters=wanted))
    (found,) = client.containers(filters=wanted)
    until(lambda: len(client.top(found["Id"])["Processes"]) > 1)  # candidate code runs
    client.kill(found["Id"])
    assert running.wait() == 0
    assert json.loads((tmp_path / "out" / "grade.json").read_text())["objective"]["points"] == 5


# ------------------------------------------------------------------------------------------------ kill -9


def start(source: Path, out: Path, temporary: Path | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "grader", str(source), "--challenge", str(PACK), "--out", str(out)]
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def test_a_grader_killed_at_any_moment_leaves_nothing(slow: Path, tmp_path: Path, client: APIClient) -> None:
    chance = random.Random("moments")
    whole = 0.5 + 2 * grade(slow, tmp_path / "out-first").seconds  # three at once, each from a new interpreter
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    began, owners, codes = int(time.time()) - 1, [], []
    while codes.count(-signal.SIGKILL) < KILLS:
        moments = sorted(chance.uniform(0.05, whole) for _ in range(AT_ONCE))
        runs = [start(slow, tmp_path / f"out-{number}", temporary) for number in range(AT_ONCE)]
        owners += [owner(run.pid) for run in runs]
        clock = time.monotonic()
        for moment, run in zip(moments, runs, strict=True):
            time.sleep(max(0.0, moment - (time.monotonic() - clock)))
            run.kill()
            codes.append(run.wait())
            if codes[-1] != -signal.SIGKILL:  # it was over before: the machine is faster than it was a moment ago
                whole = max(0.1, min(whole, moment))
    for number in range(AT_ONCE):  # whatever the machine's pace: just as the result is being written
        run = start(slow, out := tmp_path / f"out-late-{number}", temporary)
        owners.append(owner(run.pid))
        while not out.exists() and run.poll() is None:
            time.sleep(0.001)
        run.kill()
        codes.append(run.wait())
        assert out.exists()
    for grade_json in tmp_path.glob("out-*/grade.json"):
        assert json.loads(grade_json.read_text())["status"] == "graded"
    with one_place() as place:  # what is asked is whether a folder can be graded into again, not by whom
        for out in sorted(tmp_path.glob("out-*")):
            assert grade(PACK / "solution", out, place=place).points == 20
    assert [str(path) for path in tmp_path.rglob("*.part")] == []
    assert [path.name for path in temporary.iterdir()] == []
    for each in owners:
        assert until_gone(client, owner=each) == []
    assert volumes_of(client, owners, began) == []


def volumes_of(client: APIClient, owners: list[str], since: int) -> list[str]:
    """Volumes that containers of these owners had and that are still there."""
    events = list(client.events(since=since, until=int(time.time()) + 1, decode=True))
    made = (event for event in events if event["Type"] == "container")
    ours = {event["id"] for event in made if event["Actor"]["Attributes"].get("grader.owner") in owners}
    mounts = (e for e in events if e["Type"] == "volume" and e["Actor"]["Attributes"].get("container") in ours)
    there = {volume["Name"] for volume in client.volumes()["Volumes"] or ()}
    return sorted({event["Actor"]["ID"] for event in mounts} & there)


# ------------------------------------------------------------------------------------------------ disks and folders


def limited(source: Path, out: Path, most: int) -> subprocess.CompletedProcess[str]:
    """A grading that can write no file larger than `most` bytes, as on a disk that is about to be full."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    command = [sys.executable, "-m", "grader", str(source), "--challenge", str(PACK), "--out", str(out)]
    return subprocess.run(command, cwd=ROOT, preexec_fn=limit, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("most", [0, 400, 6_000], ids=["nothing fits", "a little fits", "the report does not fit"])
def test_a_full_disk_is_said_and_leaves_no_half_written_file(most: int, tmp_path: Path) -> None:
    ended = limited(PACK / "solution", tmp_path / "out", most)
    assert ended.returncode == 5, ended.stderr
    assert "cannot be written" in ended.stderr
    assert "--out" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.rglob("*.part")) == []
    for path in tmp_path.rglob("*.json"):
        json.loads(path.read_text())


def test_a_full_disk_does_not_cost_the_result_that_was_there(tmp_path: Path) -> None:
    before = grade(PACK / "solution", tmp_path / "out")
    assert before.points == 20
    assert limited(PACK / "solution", tmp_path / "out", 0).returncode == 5
    assert json.loads((tmp_path / "out" / "grade.json").read_text()) == before.grade


@pytest.mark.parametrize("out", ["/proc/grade", "/sys/kernel/grade", "file/out"])
def test_a_folder_that_cannot_be_written_is_said(out: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    command = [sys.executable, "-m", "grader", str(PACK / "solution"), "--challenge", str(PACK)]
    ended = subprocess.run(
        [*command, "--out", str(tmp_path / out)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 5
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


# ------------------------------------------------------------------------------------------------ clocks


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: APIClient) -> None:
    real, chance = time.time, random.Random("jumps")
    monkeypatch.setattr(time, "time", lambda: real() + chance.uniform(-3, 3) * 365 * 86_400)
    outcome = grade(PACK / "solution", tmp_path / "out")
    monkeypatch.undo()
    assert (outcome.code, outcome.points) == (0, 20.0)
    assert all(0 <= seconds < 60 for seconds in outcome.grade["timings"].values())
    assert until_gone(client, run=outcome.run_id) == []


def test_a_clock_that_jumps_does_not_confuse_whose_fault_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bomb").mkdir()
    hoard = ROOT / "tests" / "submissions" / "hostile" / "hidden-memory" / "fort.py"
    shutil.copy(hoard, tmp_path / "bomb" / "fort.py")
    real, chance = time.time, random.Random("jumps")
    monkeypatch.setattr(time, "time", lambda: real() + chance.uniform(-3, 3) * 365 * 86_400)
    outcome = grade(tmp_path / "bomb", tmp_path / "out")
    assert (outcome.code, outcome.points, outcome.limits) == (0, 6.0, ("memory",))
