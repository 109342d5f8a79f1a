# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6
from __future__ import annotations

import pytest
from grader_kit import share
from world.experiments import credit
from world.starter import incident

LARGEST = 64_000
SHORTEST_WHY = 40
NONE = "none"
BY_LOOKS = 0.5
"""Share of the named causes that follow from which steps and documents there are, with no text read."""
PROVED_BY_LOOKS = 0.62
"""The same for the experiments, with those for what is in order."""
ACCUSED = 0.75
"""Share of the faulty traces that somebody accuses who reads."""


@pytest.fixture
def diagnosis(candidate) -> dict[str, dict[str, str]]:
    """Entries of diagnosis.yaml by trace: those of named traces that have all four texts."""
    rows = candidate.files.yaml("diagnosis.yaml", most=LARGEST)
    assert isinstance(rows, list), "diagnosis.yaml is not a list"
    good = [row for row in rows if isinstance(row, dict) and complete(row)]
    names = [row["trace"] for row in good]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"diagnosis.yaml has more than one entry for {', '.join(twice[:3])[:100]}"
    return {row["trace"]: row for row in good if row["trace"] in incident()[1]}


def complete(row: dict) -> bool:
    texts = all(isinstance(row.get(key), str) for key in ("trace", "cause", "experiment", "why"))
    return texts and len(row["why"].split()) >= 5 and len(row["why"]) >= SHORTEST_WHY


def cause(diagnosis, name):
    return diagnosis.get(name, {}).get("cause")


@pytest.mark.points(8, group="diagnosis")
def test_named_traces_get_their_cause(diagnosis, metric):
    """The named traces of the incident get their cause"""
    truth = {name: right for name, right in incident()[1].items() if right != NONE}
    found = share(cause(diagnosis, name) == right for name, right in truth.items())
    metric("causes", found, floor=BY_LOOKS, target=1.0)


@pytest.mark.points(7, group="diagnosis")
def test_experiments_could_prove_the_cause_wrong_and_are_cheap(diagnosis, metric):
    """The experiments could prove the cause wrong, and are cheap"""
    truth = incident()[1]
    earned = [
        credit(right, diagnosis[name]["experiment"]) if cause(diagnosis, name) == right else 0.0
        for name, right in truth.items()
    ]
    metric("experiments", sum(earned) / len(earned), floor=PROVED_BY_LOOKS, target=1.0)


@pytest.mark.points(3, group="diagnosis")
def test_named_traces_in_order_are_not_accused(diagnosis, metric):
    """Named traces that are in order are not accused, by somebody who accuses the others"""
    truth = incident()[1]
    accused = [name for name, right in truth.items() if right != NONE and cause(diagnosis, name) not in {None, NONE}]
    faulty = sum(right != NONE for right in truth.values())
    assert len(accused) >= ACCUSED * faulty, f"only {len(accused)} of {faulty} faulty traces were called faulty"
    calm = share(cause(diagnosis, name) == NONE for name, right in truth.items() if right == NONE)
    metric("calm_named", calm, floor=0.25, target=1.0)
