"""Each shipped challenge keeps its promises, as `grade challenge check` holds it to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.shell import run_outside

ROOT = Path(__file__).resolve().parent.parent
PACKS = sorted(path.parent for path in (ROOT / "challenges").glob("*/challenge.yaml"))


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_keeps_its_promises(pack: Path) -> None:
    """On one variant of the data, without mutants and without what talks to the judge: authors run the rest before they
    publish."""
    kinds = [word for kind in ("accepted", "rejected", "cheating") for word in ("--kind", kind)]
    outcome = run_outside("challenge", "check", pack, "--seeds", 1, "--no-mutation", *kinds, "--json", cwd=ROOT)
    told = json.loads(outcome.out)
    assert [finding for finding in told["findings"] if finding["outcome"] == "broken"] == []
    assert outcome.code == 0


@pytest.mark.packs
@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_keeps_all_its_promises(pack: Path) -> None:
    """As its authors check it before they publish: `make test-packs`, and no part of `make test`."""
    outcome = run_outside("challenge", "check", pack, "--json", cwd=ROOT)
    told = json.loads(outcome.out)
    assert [finding for finding in told["findings"] if finding["outcome"] == "broken"] == []
    assert outcome.code == 0


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_is_described_for_who_chooses_one(pack: Path) -> None:
    page = (ROOT / "docs" / "challenges.md").read_text(encoding="utf-8")
    assert f"\n## {pack.name}\n" in page


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_says_what_it_measures_and_how_its_tests_hold(pack: Path) -> None:
    notes = (pack / "NOTES.md").read_text(encoding="utf-8").casefold()
    missing = [word for word in ("measure", "does not", "minutes", "difficulty", "discrimination") if word not in notes]
    assert missing == []
