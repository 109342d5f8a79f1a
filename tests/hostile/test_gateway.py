"""Submissions that attack the model gateway, through the shipped command line and real Docker: the first on a new
verifier, each other one on that which the ones before it left."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import APIClient

from tests.hostile import leaks
from tests.hostile.harness import ROOT, OnePlace, engine, grade, left_behind, one_place, own_temporary_folder
from tests.patience import until

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
PACK = ROOT / "tests" / "packs" / "oracle"
CORPUS = ROOT / "tests" / "submissions" / "gateway"
ATTACKS = sorted(path.name for path in CORPUS.iterdir())
ATTACKED = "test_oracle.py::test_nothing_is_gained"


@pytest.fixture(scope="module")
def client() -> Iterator[APIClient]:
    client = engine()
    yield client
    client.close()


@pytest.fixture(scope="module")
def place() -> Iterator[OnePlace]:
    with one_place() as made:
        yield made


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_the_model_gains_nothing_and_spoils_no_later_test(
    name: str, tmp_path: Path, client: APIClient, place: OnePlace
) -> None:
    with own_temporary_folder(tmp_path / "temporary") as temporary:
        outcome = grade(CORPUS / name, tmp_path / "out", pack=PACK, options=("--format", leaks.FORMATS), place=place)
        assert list(temporary.iterdir()) == []
    assert outcome.code == 0
    lost = {name: test["message"] for name, test in outcome.tests.items() if test["status"] != "passed"}
    assert list(lost) == [ATTACKED], lost
    assert lost[ATTACKED].startswith(("withstood", "TimeLimit", "CandidateError")), lost
    assert outcome.tests[ATTACKED]["status"] == "failed", "the attack is the candidate's, not the author's"
    assert outcome.points == 12
    until(lambda: left_behind(client, outcome, place.verifier) == [], every=0.2)  # removed before the next is served
    leaks.check(outcome, PACK, ["seventh cedar"])


def test_every_attack_on_the_model_is_documented_with_what_it_tries() -> None:
    document = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Attacks on the model")[2]
    sources = {name: (CORPUS / name / "seer.py").read_text(encoding="utf-8") for name in ATTACKS}
    wanted = [f"| {name} | {ast.get_docstring(ast.parse(source))} |" for name, source in sources.items()]
    assert [line for line in document.splitlines() if line.startswith("| ") and "what it tries" not in line] == wanted
