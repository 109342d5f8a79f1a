"""Two gradings side by side: neither sees the other, and a janitor that comes by disturbs neither."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox.janitor import sweep
from tests.hostile.harness import GATE, PACK, ROOT, attacks, engine, lay_out

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]

TWIN = """
import os, socket, time

ROLE, PEER = {role!r}, {peer!r}
PORTS = {{"left": 9101, "right": 9102}}
PLACES = ["/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/submission"]


def double(number):
    return 2 * number


def attack(key):
    began = time.time()
    held = [socket.create_server(("127.0.0.1", PORTS[ROLE])), socket.socket(socket.AF_UNIX)]
    held[1].bind("\\0twin-" + ROLE)
    held[1].listen()
    for place in PLACES:
        try:
            open(f"{{place}}/twin-{{ROLE}}", "w").write(key)
        except OSError:
            pass
    seen = set()
    while time.time() < began + 1.2:
        seen |= {{place for place in PLACES if os.path.exists(f"{{place}}/twin-{{PEER}}")}}
        seen |= {{"port"}} if socket.socket().connect_ex(("127.0.0.1", PORTS[PEER])) == 0 else set()
        seen |= {{"address"}} if socket.socket(socket.AF_UNIX).connect_ex("\\0twin-" + PEER) == 0 else set()
        seen |= {{p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())}}
        seen |= {{"socket"}} if "twin-" + PEER in open("/proc/net/unix").read() else set()
        time.sleep(0.05)
    return {{"seen": sorted(seen), "began": began, "ended": time.time()}}
"""


def start(source: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "grader", str(source), "--challenge", str(PACK), "--out", str(out)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_two_submissions_side_by_side_do_not_see_each_other(tmp_path: Path) -> None:
    for role, peer in (("left", "right"), ("right", "left")):
        (tmp_path / role).mkdir()
        (tmp_path / role / "fort.py").write_text(TWIN.format(role=role, peer=peer))
    for attempt in range(5):  # a busy machine may start one when the other is over
        left, right = both(tmp_path, attempt)
        assert left["seen"] == right["seen"] == []
        if max(left["began"], right["began"]) < min(left["ended"], right["ended"]):
            return
    raise AssertionError("they did not run side by side")


def both(folder: Path, attempt: int) -> list[dict[str, Any]]:
    """What the twins in `folder` told, started at the same moment."""
    running = {role: start(folder / role, folder / f"{role}-out-{attempt}") for role in ("left", "right")}
    client = engine()
    while any(process.poll() is None for process in running.values()):
        sweep(client)
    client.close()
    told = []
    for role, process in running.items():
        assert process.returncode == 0
        grade = json.loads((folder / f"{role}-out-{attempt}" / "grade.json").read_text())
        tests = {test["id"]: test for test in grade["objective"]["tests"]}
        assert grade["objective"]["points"] == 5
        told.append(json.loads(tests[GATE]["message"].partition("it said ")[2].partition("\n")[0]))
    return told


@pytest.mark.parametrize("name", ["fork-bomb", "endless-output", "hidden-memory"])
def test_a_neighbour_that_takes_all_it_can_costs_nobody_a_point(name: str, tmp_path: Path) -> None:
    attack = next(attack for attack in attacks() if attack.name == name)
    bomber = start(lay_out(attack, tmp_path / "bomber"), tmp_path / "bomber-out")
    honest = start(PACK / "solution", tmp_path / "honest-out")
    assert honest.wait() == 0
    assert bomber.wait() == 0
    grade = json.loads((tmp_path / "honest-out" / "grade.json").read_text())
    assert grade["objective"]["points"] == 20
