"""A batch in real Docker: from the command line, killed and resumed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.resume import compare, left_behind
from grader.store import open_store
from tests.batch_fixtures import SUMS
from tests.patience import bounded_wait, until

pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("batch-docker")]


@pytest.fixture
def batch(tmp_path: Path) -> list[str]:
    """The command, with a challenge whose limits a busy machine keeps too."""
    pack = tmp_path / "sums"
    shutil.copytree(SUMS, pack)
    manifest = pack / "challenge.yaml"
    manifest.write_text(manifest.read_text().replace("call: 2s, total: 20s", "call: 20s, total: 200s"))
    assert "call: 20s" in manifest.read_text()
    return [str(Path(sys.executable).with_name("grade")), "batch", "--challenge", str(pack), "--jobs", "2"]


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("GRADER_STORE", url)
    return url


def four_submissions(folder: Path) -> Path:
    """The reference, one that crashes, one that is half right, and one that lacks its file."""
    solution = {path.name: path.read_text() for path in (SUMS / "solution").glob("*.py")}
    texts = {
        "ann": solution["sums.py"],
        "bob": "import os\nos._exit(0)\n",
        "cat": "def add(a, b):\n    return a + b\n\n\ndef mean(values):\n    return 2.0\n",
        "dan": "",
    }
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(solution["app.py"])
        if text:
            (folder / name / "sums.py").write_text(text)
    return folder


def started(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until_one_is_finished(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    while (line := process.stderr.readline()) and not line.startswith("["):
        pass
    assert line, "the batch ended without a result"


def results(out: Path) -> dict[str, Any]:
    """What must not depend on when the batch was killed: everything about points."""
    found = {}
    for path in out.glob("*/grade.json"):
        grade = json.loads(path.read_text())
        tests = (grade["objective"] or {"tests": ()})["tests"]
        found[path.parent.name] = (
            grade["status"], json.dumps(grade["score"]), grade["recommendation"], grade["submission"].get("digest"),
            [(test["id"], test["status"], test["points"]) for test in tests], grade["provenance"].get("seed"),
        )  # fmt: skip
    return found


def test_killed_at_any_moment_and_started_again_a_batch_gives_the_same_scores(tmp_path: Path) -> None:
    found = compare(tmp_path, 12, 3)
    assert found.same
    assert len(found.killed) == 12
    assert max(found.finished) < 12, "it was not interrupted"
    assert "of them before" in found.said
    statuses = {name: json.loads(text)["status"] for name, text in found.killed.items()}
    assert statuses == {name: "refused" if name == "s009" else "graded" for name in statuses}
    values = {json.loads(text)["score"]["value"] for name, text in found.killed.items() if statuses[name] == "graded"}
    assert len(values) > 3
    until(lambda: left_behind(tmp_path, found.pids) == [], every=0.5)
    assert (tmp_path / "killed" / "index.html").is_file()


def test_ctrl_c_finishes_what_is_in_flight_and_leaves_no_container(tmp_path: Path, batch: list[str]) -> None:
    folder = four_submissions(tmp_path / "in")
    for number in range(12):
        shutil.copytree(folder / "ann", folder / f"more{number}")
    process = started([*batch, "--jobs", "1", str(folder), "--out", str(tmp_path / "out")])
    until_one_is_finished(process)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = process.stderr.read()
    process.communicate()
    assert process.returncode == 130
    assert "Stopping" in said
    finished = results(tmp_path / "out")
    assert 1 <= len(finished) < 16
    assert containers_of(process.pid) == []


def containers_of(pid: int) -> list[str]:
    from grader.sandbox.engine import connect

    client = connect()
    found = client.containers(all=True, filters={"label": ["grader"]})
    client.close()
    return [str(box["Names"]) for box in found if f":{pid}:" in box["Labels"].get("grader.owner", "")]


def test_a_second_ctrl_c_abandons_what_is_in_flight_and_the_next_start_grades_it(
    tmp_path: Path, own_store: str, batch: list[str]
) -> None:
    folder = four_submissions(tmp_path / "in")
    for name in ("ann", "cat"):
        with (folder / name / "sums.py").open("a") as file:
            file.write("\n\nimport time\ntime.sleep(1)\n")  # in flight for long enough to be abandoned
    out = tmp_path / "out"
    process = started([*batch, str(folder), "--out", str(out)])
    assert process.stderr is not None
    until_one_is_finished(process)
    process.send_signal(signal.SIGINT)
    while "Stopping" not in (line := process.stderr.readline()) and line:
        pass
    with bounded_wait():
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        process.communicate()
        assert (process.returncode, "Abandoned." in said) == (130, True)
    assert "Traceback" not in said
    until(lambda: containers_of(process.pid) == [], every=0.2)
    before = results(out)
    ended = [name for name, found in before.items() if found[0] in {"graded", "refused"}]
    assert len(ended) < 4, "what is abandoned may say that it could not be graded, and is no result"
    again = subprocess.run([*batch, str(folder), "--out", str(out)], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert {name: found[0] for name, found in results(out).items()} == {
        "ann": "graded", "bob": "graded", "cat": "graded", "dan": "refused",
    }  # fmt: skip
    with open_store(own_store) as store:
        assert store.counts()["grades"] == 3


def test_without_an_engine_nothing_is_begun(tmp_path: Path, batch: list[str]) -> None:
    folder = four_submissions(tmp_path / "in")
    away = {**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    done = subprocess.run(
        [*batch, str(folder), "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False, env=away
    )
    assert done.returncode == 5
    assert not (tmp_path / "out" / "ann").exists()
