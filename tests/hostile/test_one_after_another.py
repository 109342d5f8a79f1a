"""Two candidates in one slot of a batch, with one verifier: the second finds nothing of the first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.harness import GATE, PACK, ROOT

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]

FIRST = """
import os, socket, threading, time


def double(number):
    return 2 * number


def attack(key):
    held = [socket.create_server(("127.0.0.1", port)) for port in (8000, 9103)]
    held.append(socket.socket(socket.AF_UNIX))
    held[-1].bind("\\0first-was-here")
    held[-1].listen()
    for _ in range(20):  # connections that wait out their time in this network namespace
        caller = socket.create_connection(("127.0.0.1", 9103))
        called, _ = held[1].accept()
        caller.close()
        called.close()
    for place in ("/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/submission"):
        try:
            open(place + "/first-was-here", "w").write(key)
        except OSError:
            pass
    if os.fork() == 0:
        time.sleep(600)
    time.sleep(0.8)
    waiting = sum(line.split()[3] == "06" for line in list(open("/proc/net/tcp"))[1:])
    return {"waiting": waiting, "ended": time.time()}
"""

ONE_PLACE = """
import sys
from grader.batch import runner
from grader.cli import main
from grader.sandbox import kept

runner.UNDER_WAY = 1
kept.LONG_SECONDS = kept.LONG_AT_FIRST = 600.0
kept.Slots._sleeps = lambda *_: None
sys.exit(main())
"""
"""`grade`, one after the other and in one place: on a machine so busy that nothing counts as long or as sleeping, so
that no spare place, with a verifier of its own, is opened."""

BETWEEN = "def double(number):\n    return 2 * number\n"

SECOND = """
import os, socket, time


def double(number):
    return 2 * number


def attack(key):
    began = time.time()
    seen = []
    for place in ("/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/submission"):
        seen += [place] if os.path.exists(place + "/first-was-here") else []
    lines = [line.split() for line in list(open("/proc/net/tcp"))[1:]]
    seen += ["waiting connection"] if any(parts[3] == "06" for parts in lines) else []
    seen += ["listener"] if any(parts[1].endswith((":1F40", ":238F")) for parts in lines) else []
    seen += ["address"] if "first-was-here" in open("/proc/net/unix").read() else []
    seen += [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]
    received = next(line.split()[1] for line in open("/proc/net/dev") if line.strip().startswith("lo:"))
    socket.create_server(("127.0.0.1", 9103), reuse_port=False).close()
    return {"seen": seen, "received": int(received), "began": began}
"""


def told(out: Path) -> dict[str, Any]:
    grade = json.loads((out / "grade.json").read_text())
    message = next(test["message"] for test in grade["objective"]["tests"] if test["id"] == GATE)
    found: dict[str, Any] = json.loads(message.partition("it said ")[2].partition("\n")[0])
    return found


def test_the_next_candidate_in_a_slot_finds_nothing_of_the_one_before(tmp_path: Path) -> None:
    for name, text in (("a-first", FIRST), ("b-between", BETWEEN), ("c-second", SECOND)):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "fort.py").write_text(text)
    out = tmp_path / "out"
    command = [sys.executable, "-c", ONE_PLACE, "batch", str(tmp_path / "in"), "--challenge", str(PACK), "--jobs", "1"]
    done = subprocess.run(
        [*command, "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "GRADER_STORE": f"sqlite:///{tmp_path / 'store.db'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = told(out / "a-first"), told(out / "c-second")
    assert first["waiting"] >= 10, "the first left nothing that could have been found"
    assert second["began"] > first["ended"]
    assert second["seen"] == []
    assert second["received"] < 2_000, "the counters of the network namespace are not fresh"
    names = ("a-first", "b-between", "c-second")
    grades = [json.loads((out / name / "grade.json").read_text())["provenance"] for name in names]
    served = [one["verifier_served_before"] for one in grades]
    assert served == [0, 1, 2], "they did not have one verifier, one after the other"
    assert grades[0]["images"] == grades[2]["images"]
    assert grades[0]["seed"] != grades[2]["seed"]
