"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of decide.py."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from decide import decide  # noqa: E402

NAMES = ("dossier", "practice-1", "practice-2", "practice-3")
PARTS = {"choice", "forecasts", "break_even", "drivers", "experiment"}


@pytest.fixture(params=NAMES)
def dossier(request):
    return json.loads((HERE / "data" / f"{request.param}.json").read_text("utf-8"))


def held_to_the_shape(decision, dossier):
    options = {row["id"] for row in dossier["options"]}
    assert set(decision) == PARTS
    assert decision["choice"] in options
    assert set(decision["forecasts"]) == options
    for said in decision["forecasts"].values():
        assert set(said) == {"cost", "p95", "right"}
        assert all(len(ends) == 2 and ends[0] <= ends[1] for ends in said.values())
    assert decision["break_even"] is None or decision["break_even"] > 0
    assert {each["id"] for each in dossier["ask"]["drivers"]} == set(decision["drivers"])
    assert set(decision["drivers"].values()) <= options
    assert decision["experiment"]["segment"] in {row["id"] for row in dossier["segments"]}
    assert 0 <= decision["experiment"]["rows"] <= dossier["experiment"]["most"]


def test_a_decision_has_the_agreed_shape(dossier):
    decision = decide(dossier)
    held_to_the_shape(decision, dossier)
    json.dumps(decision, allow_nan=False)


def test_the_decision_handed_in_has_the_agreed_shape():
    dossier = json.loads((HERE / "data" / "dossier.json").read_text("utf-8"))
    held_to_the_shape(json.loads((HERE / "decision.json").read_text("utf-8")), dossier)


def test_fields_that_nobody_knows_are_no_matter(dossier):
    decide({**dossier, "checksum": "0a1b2c"})
