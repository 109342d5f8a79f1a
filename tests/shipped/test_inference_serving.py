"""The simulator of the shipped challenge inference-serving keeps its laws; its hidden reference is its solution."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pack_stamps import ROOT

PACK = ROOT / "challenges" / "inference-serving"
pytestmark = pytest.mark.packs


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """The hidden tests with the simulator and the kit beside them, as the verifier has them."""
    shutil.copytree(PACK / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        PACK / "starter" / "sim", tmp_path / "tests" / "engine", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "kit" / "grader_kit", tmp_path / "tests" / "grader_kit")
    return tmp_path / "tests"


def said_by(folder: Path, program: str) -> str:
    """What a program prints that runs beside the hidden tests."""
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in (PACK / "tests" / "world" / "best").glob("[!_]*.py")))
def test_the_reference_in_the_hidden_tests_is_the_solution(name: str) -> None:
    def words(path: Path) -> str:
        text = path.read_text("utf-8").replace("world.best.", "")
        return re.sub(r"[\s,()]+|# ifs-canary\S*|# fmt: skip", "", text)

    assert words(PACK / "tests" / "world" / "best" / name) == words(PACK / "solution" / name)


CONSERVED = """
import random
from engine.batching import episode
from engine.play import play
from world import batches

def wild(state):
    rng = random.Random(str(state["now"]))
    waiting = [each["id"] for each in state["waiting"]]
    running = [each["id"] for each in state["running"]]
    held = sum(each["blocks"] for each in state["running"])
    assert held + state["server"]["free"] == state["server"]["blocks"], "blocks"
    assert all(each["arrived"] <= state["now"] for each in state["waiting"] + state["running"]), "future"
    assert not any("made" in each for each in state["waiting"] + state["running"]), "truth"
    return {"admit": rng.sample(waiting, len(waiting)) + ["nobody"], "evict": running[: rng.random() < 0.05]}

for aim in batches.AIMS:
    for case, _ in batches.cases(7, "laws", aim):
        out, = batches.run(wild, [case])
        assert sorted(out.ended) == sorted(each["id"] for each in case.requests), "each once"
        assert all(row["used"] <= case.server["blocks"] for row in out.rounds)
        assert all(row["running"] <= case.server["slots"] for row in out.rounds)
        assert out.wrong and out == batches.run(wild, [case])[0]
print("held")
"""


def test_requests_and_blocks_are_conserved_whatever_is_decided(laid: Path) -> None:
    assert said_by(laid, CONSERVED) == "held\n"


ROUTED = """
from world import gateways

def wild(state):
    assert "hardness" not in state["request"]
    names = [each["id"] for each in state["models"]]
    at = int(state["now"]) % 7
    return {"to": names[at % 4] if at else None, "give_up": 700 + 500 * at}

for case, _ in gateways.cases(7, "laws", budget=(0.3, 0.5), troubles=2):
    out, = gateways.run(wild, [case])
    assert sorted(out.ended) == sorted(each["id"] for each in case.requests), "each once"
    assert out.spent >= 0 and sum(out.calls.values()) <= out.asked
    assert out == gateways.run(wild, [case])[0]
print("held")
"""


def test_requests_to_the_gateway_end_once_each_whatever_is_decided(laid: Path) -> None:
    assert said_by(laid, ROUTED) == "held\n"


QUEUES = """
import random
from engine.play import play
from engine.routing import Case, episode

class One:
    def __init__(self, draw):
        self.draw, self.starts = draw, {}
    def attempt(self, model, request, now):
        self.starts[request["id"]] = now
        return "answer", self.draw(request["id"])
    def right(self, model, request):
        return 1.0
    def bill(self, model, request, how):
        return 0.0

rng, at, rows = random.Random(3), 0.0, []
for n in range(40_000):
    at += rng.expovariate(0.6)
    rows.append({"id": str(n), "arrived": at, "by": 1e12, "worth": 1, "tenant": "t", "private": False})
for name, draw in (("M/M/1", lambda n: random.Random("s" + n).expovariate(1)), ("M/D/1", lambda n: 1.0)):
    world = One(draw)
    model = {"id": "m", "slots": 1, "region": "r", "price": 0}
    case = Case(models=[model], requests=rows, cap=1, over=0, ends=at, expected=0, world=world)
    run, reply = episode(case), None
    try:
        while True:
            run.send(reply)
            reply = {"to": "m", "give_up": 600_000}
    except StopIteration as end:
        waited = sum(world.starts[row["id"]] - row["arrived"] for row in rows) / len(rows)
        print(name, waited, sum(end.value.waits) / len(rows))
"""


def test_one_model_waits_as_long_as_queueing_theory_says(laid: Path) -> None:
    """At a load of 0.6: 1.5 in the queue and 2.5 in all with exponential times, 0.75 in the queue with fixed ones."""
    # `state` sums over what came before: without it, so many requests would take minutes
    program = QUEUES.replace("run, reply =", "Gateway.state = lambda *_: {}\n    run, reply =")
    lines = said_by(laid, program.replace("import Case, episode", "import Case, Gateway, episode")).splitlines()
    found = {line.split()[0]: [float(each) for each in line.split()[1:]] for line in lines}
    assert found["M/M/1"] == [pytest.approx(1.5, rel=0.08), pytest.approx(2.5, rel=0.06)]
    assert found["M/D/1"] == [pytest.approx(0.75, rel=0.06), pytest.approx(1.75, rel=0.04)]


RECOVERED = """
from engine.measures import recovered
print(recovered([(0, .6), (.5, .8), (1, .9)], .6, .9), recovered([(0, .2), (1, .8)], .2, .8))
"""


def test_what_is_recovered_of_the_gap_is_the_area_under_the_curve(laid: Path) -> None:
    assert [float(each) for each in said_by(laid, RECOVERED).split()] == [
        pytest.approx(0.583333, abs=1e-6),
        pytest.approx(0.5),
    ]
