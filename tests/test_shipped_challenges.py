"""Each shipped challenge keeps its promises, as `grade challenge check` holds it to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pack_stamps import ROOT
from tests.shell import run_outside
from tests.shipped_packs import HERE, NAMES

PACKS = [ROOT / "challenges" / name for name in NAMES]
REJECTED = {"rag-triage": "rejected/naive-rag", "trace-replay": "rejected/ignores-dates-and-shops"}
"""One whose weakness is told by few tests and by all of their points."""


def broken(*words: object) -> list[object]:
    """What does not hold of what `grade challenge check` looks at."""
    outcome = run_outside("challenge", "check", *words, "--json", cwd=ROOT)
    told = json.loads(outcome.out)
    found = [finding for finding in told["findings"] if finding["outcome"] == "broken"]
    assert outcome.code == (4 if found else 0)
    return found


@pytest.mark.parametrize("pack", [pack for pack in PACKS if pack.name not in HERE], ids=lambda path: path.name)
@pytest.mark.slow
def test_nothing_is_wrong_with_the_files_of_a_shipped_challenge(pack: Path) -> None:
    assert broken(pack, "--static") == []


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", HERE)
def test_a_shipped_challenge_tells_its_reference_from_a_rejected_submission(name: str) -> None:
    """On one variant of the data: all packs, submissions, variants and mutants are run by `make test-packs`. With what
    needs no run, which is looked at in the files of the others above."""
    words = ("--seeds", 1, "--only", "solution", "--only", REJECTED[name])
    assert broken(ROOT / "challenges" / name, *words) == []


@pytest.mark.packs
@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_keeps_all_its_promises(pack: Path) -> None:
    """As its authors check it before they publish: `make test-packs`, and no part of `make test`."""
    assert broken(pack) == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_is_described_for_who_chooses_one(pack: Path) -> None:
    page = (ROOT / "docs" / "challenges.md").read_text(encoding="utf-8")
    assert f"\n## {pack.name}\n" in page


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_shipped_challenge_says_what_it_measures_and_how_its_tests_hold(pack: Path) -> None:
    notes = (pack / "NOTES.md").read_text(encoding="utf-8").casefold()
    missing = [word for word in ("measure", "does not", "minutes", "difficulty", "discrimination") if word not in notes]
    assert missing == []
