"""The repositories of the shipped challenge repo-setup keep what its instruction and its tests promise. No Docker."""

from __future__ import annotations

import importlib
import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACK = Path(__file__).resolve().parents[2] / "challenges" / "repo-setup"
OWN = ("world", "support", "played", "packages", "finding", "settings", "tables", "files", "doctor", "canary")
pytestmark = pytest.mark.packs


@pytest.fixture(scope="module")
def kinds() -> Iterator[ModuleType]:
    """The pack's `world.kinds`, and the reference beside it, for as long as this file runs."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OWN}
    places = [str(PACK / "tests"), str(PACK / "solution")]
    sys.path[:0] = places
    try:
        yield importlib.import_module("world.kinds")
    finally:
        for place in places:
            sys.path.remove(place)
        for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
            del sys.modules[name]
        sys.modules.update(kept)


def test_the_same_seed_gives_the_same_repositories_and_another_gives_others(kinds: ModuleType) -> None:
    one, again, other = ([repo.packed() for repo in kinds.broken_repos(seed)] for seed in (7, 7, 8))
    assert one == again
    assert not any(repo in other for repo in one)


def test_every_seed_breaks_each_part_as_often_and_in_every_kind(kinds: ModuleType) -> None:
    every = {kind for forms in kinds.PARTS.values() for kind, _ in forms}
    assert len(every) == 24
    for seed in range(3):
        repos = kinds.broken_repos(seed)
        assert {len(repo.found) for repo in repos} == {8}
        parts = Counter(part for repo in repos for part in repo.facts["parts"])
        assert parts == {part: sum(form is not None for form in forms) for part, forms in kinds.DEALT.items()}
        assert {kind for repo in repos for kind, _ in repo.found} == every


def test_the_same_defects_stand_together_on_every_seed(kinds: ModuleType) -> None:
    """What a set-up that ends in the middle takes with it must not be luck."""
    seen = []
    for seed in range(3):
        repos = kinds.broken_repos(seed)
        seen.append([([kind for kind, _ in repo.found], repo.facts["hook"].rpartition(".")[2]) for repo in repos])
        assert kinds.newer_is_cheaper(repos[kinds.NEWER]), "the Python that a wheel wants has to count once"
    assert seen[1:] == seen[:1] * 2
    traps = (kinds.unlisted, kinds.made_and_not_recorded, kinds.recorded_and_not_made, kinds.ring)
    columns = list(zip(*kinds.DEALT.values(), strict=True))
    assert max(sum(form in traps for form in column) for column in columns) == 1


def test_the_public_data_is_what_the_generator_writes_and_shows_eight_kinds(kinds: ModuleType) -> None:
    starter = importlib.import_module("world.starter")
    assert {name: (PACK / "starter" / name).read_text("utf-8") for name in starter.files()} == starter.files()
    assert len({kind for kind, _ in starter.sample().found}) == 8
    handed = json.loads((PACK / "solution" / "diagnosis.json").read_text("utf-8"))["defects"]
    assert sorted(row["kind"] for row in handed) == sorted(kind for kind, _ in starter.sample().found)


def test_pins_have_one_cheapest_set_which_is_not_the_newest_where_they_conflict(kinds: ModuleType) -> None:
    draw = importlib.import_module("world.draw")
    for seed in range(4):
        for repo in kinds.broken_repos(seed):
            wheels, before = repo.facts["wheels"], repo.facts.get("before", repo.facts["pins"])
            sets = draw.solutions(wheels)
            costs = sorted(draw.cost(wheels, each, before) for each in sets)
            assert costs[1] - costs[0] >= 10
            if "pin-conflict" in {kind for kind, _ in repo.found}:
                best = min(sets, key=lambda each: draw.cost(wheels, each, before))
                assert best != max(sets, key=lambda each: [draw.number(version) for version in each])


def test_the_reference_finds_the_cheapest_set_though_written_apart(kinds: ModuleType, tmp_path: Path) -> None:
    lay = _lay()
    draw, finding, packages = (importlib.import_module(name) for name in ("world.draw", "finding", "packages"))
    for at, repo in enumerate(kinds.broken_repos(5)):
        lay(repo.packed(), tmp_path / str(at))
        depot = finding.Depot(tmp_path / str(at))
        packages.check(depot)
        wanted = [(each.partition(">")[0], each) for each in depot.project["project"]["needs"]]
        found = min(
            packages.cost(depot, pins, packages.pins_of(depot))
            for pins in packages.closure(packages.read(depot), wanted)
        )
        wheels, before = repo.facts["wheels"], repo.facts.get("before", repo.facts["pins"])
        assert found == min(draw.cost(wheels, each, before) for each in draw.solutions(wheels))


def test_after_the_change_there_is_a_port_and_one_whole_snapshot_that_counts(kinds: ModuleType) -> None:
    change = importlib.import_module("world.change")
    for repo in change.changed_repos(3):
        assert repo.facts["port"] not in repo.busy
        assert f"{repo.facts['snapshot']}/SHA256SUMS" in repo.files
        days = {path.split("/")[1] for path in repo.files if path.startswith("mirror/")}
        assert max(days) > repo.facts["snapshot"].split("/")[1], "a newer one, which is not whole"
        assert not [path for path in repo.files if path.startswith("wheelhouse/") and path.endswith(".whl")]


def test_databases_hold_what_was_entered_by_hand(kinds: ModuleType) -> None:
    for repo in kinds.broken_repos(2):
        if "var/stock.db" in repo.files:
            db = sqlite3.connect(":memory:")
            db.deserialize(repo.files["var/stock.db"][1])
            assert db.execute("SELECT count(*) FROM items WHERE code = ?", repo.facts["by_hand"][:1]).fetchone() == (1,)


def _lay() -> Any:
    sys.path.insert(0, str(PACK / "starter"))
    try:
        return importlib.import_module("lay").lay
    finally:
        sys.path.pop(0)
        sys.modules.pop("lay", None)
