"""The general attacks: a grade comes out, worth no more than the empty starter, with nothing left open and nothing left
behind. In `make test` they attack a pack of a few lines, in `make test-packs` every shipped one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.challenge import Pack, load_pack
from grader.doctor import mend
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.records import Grade
from grader.sandbox.engine import connect
from grader.sandbox.images import Pins
from grader.sandbox.kept import Slots
from grader.sandbox.verifier import Verifier
from grader.settings import PLACES, Settings, list_challenges
from tests.hostile import general
from tests.small_packs import write_files, write_pack

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images"), pytest.mark.xdist_group("packs")]

TESTS = """
import pytest

@pytest.mark.points(10)
@pytest.mark.parametrize("number", [1, 2])
def test_double(candidate, number):
    assert candidate.call("double", number) == 2 * number

@pytest.mark.points(10)
def test_many(candidate):
    assert candidate.map("double", [1, 2, 3]) == [2, 4, 6]
"""


@pytest.fixture(scope="module")
def slots() -> Iterator[Slots]:
    """One verifier for all: each attack meets what the one before it left."""
    pins = Pins()
    places = Slots(1, lambda _number: Verifier(pins=pins))
    yield places
    places.close()


def graded(source: Path, pack: Path, slots: Slots, only: tuple[str, ...]) -> Grade:
    out = source.with_suffix("")
    request = Request(source=str(source), challenge=pack, out=out, judge=False, only=only)
    return grade(Run(request=request, settings=Settings(), say=lambda _text: None), slots.sandbox)


def test_every_shipped_pack_is_attacked() -> None:
    assert set(list_challenges(Settings())) == set(general.ONLY)


@pytest.mark.packs
@pytest.mark.parametrize("name", sorted(general.ONLY))
def test_no_attack_ends_a_grading_of_a_shipped_pack_or_is_worth_a_point(
    name: str, tmp_path: Path, slots: Slots
) -> None:
    pack = general.copy_of(PLACES.shipped / "challenges" / name, tmp_path / "pack")
    mend(Settings(), print, [str(pack.root)])  # the image with the pack's packages
    attacked(pack, tmp_path, slots, general.ONLY[name])


def test_no_attack_ends_a_grading_or_is_worth_a_point(tmp_path: Path, slots: Slots) -> None:
    limits = "{memory: 96MB, processes: 12, disk: 4MB, call: 2s, total: 30s}"
    root = write_pack(tmp_path / "small", TESTS, limits=limits)
    write_files(root / "starter", {"work.py": "def double(number):\n    return None\n"})
    attacked(load_pack(root), tmp_path, slots, ())


def attacked(pack: Pack, tmp_path: Path, slots: Slots, only: tuple[str, ...]) -> None:
    found = {
        attack: graded(source, pack.root, slots, only)
        for attack, source in general.submissions(pack, tmp_path / "work").items()
    }
    starter = found["starter"].objective
    assert starter is not None
    told = {}
    for attack, result in found.items():
        points = result.objective
        assert points is not None, (attack, result.reason)
        told[attack] = (result.status, points.points <= starter.points + 1e-9, points.open_points)
        assert points.max_points == starter.max_points, "no test drops out"
        said = general.SAYS.get(attack, "")
        assert any(said in test.message for test in points.tests), (attack, [test.message for test in points.tests])
    assert told == dict.fromkeys(found, ("graded", True, 0)), {
        attack: [(test.id, test.status.value, test.message[:120]) for test in result.objective.tests if test.points]
        for attack, result in found.items()
        if result.objective and told[attack] != ("graded", True, 0)
    }
    slots._all[0].close()  # what it still removes is gone now
    client = connect()
    try:
        runs = [f"grader.run={result.provenance['run']}" for result in found.values()]
        left = [one for run in runs for one in client.containers(all=True, filters={"label": [run]})]
    finally:
        client.close()
    assert left == []
