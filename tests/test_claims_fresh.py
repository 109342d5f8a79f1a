"""What each shipped pack makes of another seed, and what honest and cheating figures do on it. No Docker."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from grader.challenge import Pack, load_pack
from grader.claims import documents
from grader.claims.marks import CommandOutcome, marked
from grader.grading.claims import data_files
from tests import claimed
from tests.shipped_packs import others_apart

PACKS = Path(__file__).resolve().parents[1] / "challenges"
SEEDS = (11, 12)


class Ran(NamedTuple):
    """What the honest command of a pack printed: on the data as given, and on those of each seed."""

    pack: Pack
    made: list[dict[str, str]]
    given: str
    fresh: list[str]


@pytest.fixture(scope="module", params=others_apart(claimed.HONEST, ("eval-design", "trace-replay")))
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    pack = load_pack(PACKS / request.param)
    folder = tmp_path_factory.mktemp("again")
    made = [claimed.fresh(pack, seed, folder / "hidden") for seed in SEEDS]
    work = claimed.work(pack, "")
    command = claimed.HONEST[pack.id]
    given = claimed.run(pack, work, command, folder / "given")
    fresh = [claimed.run(pack, work, command, folder / f"fresh-{at}", data) for at, data in enumerate(made)]
    return Ran(pack, made, given, fresh)


def test_every_shipped_pack_makes_other_data() -> None:
    assert {path.parent.name for path in PACKS.glob("*/challenge.yaml")} == set(claimed.HONEST)


@pytest.mark.slow
def test_another_seed_gives_other_data_of_the_same_places_and_nothing_hidden(ran: Ran) -> None:
    given = data_files(ran.pack)
    canary = next(line for line in (ran.pack.root / "tests" / "canary.py").read_text().splitlines() if "=" in line)
    for one, other in (ran.made, [{path: text.decode() for path, text in given.items()}, ran.made[0]]):
        assert set(ran.made[0]) <= set(one)
        assert all(one[path] != other[path] for path in ran.made[0])
    assert canary.split('"')[1] not in str(ran.made)


@pytest.mark.slow
def test_an_honest_scripts_figures_move_and_stored_ones_are_flagged(ran: Ran) -> None:
    claims = documents.read(claimed.work(ran.pack, ran.given))
    honest = CommandOutcome(outputs=(ran.given,), fresh=tuple(ran.fresh))
    stored = CommandOutcome(outputs=(ran.given,), fresh=(ran.given,) * 2)
    found = marked(claims, [honest if one.text == claimed.HONEST[ran.pack.id] else stored for one in claims.commands])
    said = {name: rows_of(found, name) for name in claimed.DOCUMENTS}
    true = said[claimed.TRUE]
    assert {row["mark"] for row in true} == {"reproduced"}
    assert sum("flag" in row for row in true) <= len(true) / 4, [row["text"] for row in true if "flag" in row]
    assert {row["mark"] for row in said[claimed.TABLE]} == {"no_command"}
    for name in claimed.CHEATS:
        assert sum("flag" in row for row in said[name]) > len(said[name]) / 2


def rows_of(found: dict[str, Any], path: str) -> list[dict[str, Any]]:
    return [row for row in found["figures"] if row["path"] == path]
