"""Public work that a candidate states: text, fetched by nobody. A lead maps it to competencies, and who holds a round
of these reads the lead's words and nothing that says who the candidate is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import UsageError
from grader.portal import known_work
from grader.portal.desk import PortalDesk
from tests.loop_fixtures import ask
from tests.portal_fixtures import wish
from tests.web_fixtures import House, house

pytestmark = pytest.mark.slow
ADDRESS = "https://git.example/cara-doe/scheduler"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home")
    for name in ("Ann", "Bob"):
        made.person(name)
    made.person("Lea", "lead")
    yield made
    made.store.close()


def invited(home: House) -> str:
    _, token = PortalDesk(engine=home.store.engine, clock=home.watch).invite(wish("Cara Doe"))
    return f"/h/{token}"


def stated(home: House, path: str, **form: Any) -> int:
    data = {"address": ADDRESS, "words": "A scheduler; I wrote the queue of it.", **form}
    return int(home.visitor().post(f"{path}/work", data).status_code)


def test_what_is_stated_is_mapped_by_a_lead_and_stands_in_the_kit_without_where_it_is(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise AssertionError("somebody asks the network")

    path = invited(home)
    design = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    triage = ask(home.desk, "trace-debugging", "Cara Doe", home.people["Bob"])
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert stated(home, path) == 303
    assert ADDRESS in home.visitor().get(path).text
    lea = home.visitor("Lea")
    page = lea.get(f"/loops/{design.blind}").text
    assert ADDRESS in page
    assert f'href="{ADDRESS}' not in page, "an address is text"
    sent = {"competency": "system_design", "words": "Sized a queue under load and wrote down why."}
    assert lea.post(f"/loops/{design.blind}/work", sent).status_code == 303
    shown = home.visitor("Ann").get(f"/rounds/{design.id}").text
    assert "Known already" in shown
    assert "Sized a queue under load" in shown
    for word in (ADDRESS, "cara-doe", "Cara Doe", "I wrote the queue"):
        assert word not in shown
    assert "Known already" not in home.visitor("Bob").get(f"/rounds/{triage.id}").text, "his card measures another"


def test_who_rates_anything_of_the_candidates_reads_no_statement_and_maps_none(home: House) -> None:
    path = invited(home)
    case = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    ask(home.desk, "past-project", "Cara Doe", home.people["Lea"])
    stated(home, path)
    lea = home.visitor("Lea")
    assert ADDRESS not in lea.get(f"/loops/{case.blind}").text
    sent = {"competency": "system_design", "words": "x"}
    assert lea.post(f"/loops/{case.blind}/work", sent).status_code == 409
    assert home.visitor("Ann").post(f"/loops/{case.blind}/work", sent).status_code == 404


@pytest.mark.parametrize("form", [
    {"words": ""}, {"words": "x" * 2_001}, {"address": "x" * 501}, {"address": ["a"] * 6, "words": ["b"] * 6},
])  # fmt: skip
def test_a_statement_has_its_limits(home: House, form: dict[str, Any]) -> None:
    assert stated(home, invited(home), **form) == 409


def test_hostile_words_are_text_and_a_statement_can_be_changed_so_often(home: House) -> None:
    path = invited(home)
    for _ in range(known_work.MOST_TIMES):
        assert stated(home, path, address="javascript:alert(1)\u202e", words="<script>alert(2)</script>") == 303
    page = home.visitor().get(path).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert stated(home, path) == 409


def test_a_mapping_names_competencies_of_the_loop_and_no_address() -> None:
    known = ["system_design"]
    for competencies, words in ((["nothing"], "x"), ([], "x"), (known, " "), (known, "see https://git.example/me")):
        with pytest.raises(UsageError):
            known_work.mapping(competencies, known, words)
