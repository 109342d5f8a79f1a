"""Finding a case again: by the words that a lead may read of it, and by no other."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert

from grader.cli import cli
from grader.review import rules, search
from grader.review.records import Actor
from grader.store import open_store
from grader.store.case_tables import case_sources, case_words, cases
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, panel
from tests.store_fixtures import Cluster

pytestmark = [pytest.mark.xdist_group("review-search"), pytest.mark.slow]
RATIONALE = "eigenständig gedacht"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    started: Cluster = request.getfixturevalue("postgres")
    return started.database()


@pytest.fixture
def made(url: str, tmp_path: Path) -> Iterator[Panel]:
    """A case that ann, ben, and `both`, who leads too, are asked to rate."""
    with open_store(url) as store:
        panel_ = panel(store, tmp_path)
        for name in ("ann", "ben", "both"):
            panel_.ask(name)
        yield panel_


def found(made: Panel, name: str, text: str) -> bool:
    return bool(made.desk.cases(made.actor(name), text=text).rows)


def test_a_case_is_found_by_its_blind_id_and_challenge_and_by_how_words_begin(made: Panel) -> None:
    for text in ("ABC234", "abc", "rag-triage", "triage abc2", "", "  "):
        assert found(made, "lea", text), text
    for text in ("bc234", "ab", "xyz", "abc zzz", "%", "_bc", "!!"):
        assert not found(made, "lea", text), text


def test_what_others_wrote_is_not_found_before_everybody_may_read_it(made: Panel) -> None:
    made.hand_in("ann", 2, rationale=RATIONALE)
    made.hand_in("ben", 2)
    for name in ("", "lea", "adm", "both"):
        assert not found(made, name, "eigenständig"), name
    made.hand_in("both", 2)
    made.desk.reveal(OPERATOR, made.case.id)
    for name in ("", "lea", "adm", "both"):
        assert found(made, name, "EIGENSTÄNDIG gedacht"), name


def test_a_fresh_assessor_who_leads_finds_nothing_of_before(made: Panel) -> None:
    for name in ("ann", "ben", "both"):
        made.hand_in(name, 2, rationale=RATIONALE)
    made.desk.reveal(OPERATOR, made.case.id)
    fresh = made.desk.change_person(OPERATOR, made.people["cem"], roles=("reviewer", "lead"))
    assert made.desk.cases(Actor(person=fresh), text="gedacht").rows
    made.desk.reopen(OPERATOR, made.case.id, "again", [fresh])
    assert not made.desk.cases(Actor(person=fresh), text="gedacht").rows
    assert found(made, "lea", "gedacht")


def test_a_candidates_name_finds_a_case_for_those_who_may_know_it(made: Panel) -> None:
    assert found(made, "adm", "cara doe")
    assert not found(made, "lea", "cara")
    for name in ("ann", "ben", "both"):
        made.hand_in(name, 2)
    made.desk.reveal(OPERATOR, made.case.id)
    assert not found(made, "lea", "cara")
    made.desk.decide(made.actor("lea"), made.case.id, "decline", "so")
    assert found(made, "lea", "cara")
    assert not found(made, "both", "cara"), "who rated it never knows"


def test_what_is_settled_decided_and_written_later_is_found_too(made: Panel) -> None:
    for name in ("ann", "ben", "both"):
        made.hand_in(name, 2)
    desk, case = made.desk, made.case.id
    desk.reveal(OPERATOR, case)
    desk.adjudicate(made.actor("lea"), case, CRITERIA[0], 3, "adjudicatus")
    desk.respond(made.actor("ann"), case, agrees=False, words="dissensus")
    desk.decide(made.actor("lea"), case, "decline", "decretum")
    desk.edit_letter(made.actor("lea"), case, "epistula")
    for text in ("adjudicatus", "dissensus", "decretum", "epistula"):
        assert found(made, "lea", text), text
    desk.reopen(OPERATOR, case, "again", [made.people["cem"]])
    assert not found(made, "lea", "decretum"), "no decision is in force"


def test_the_list_finds_what_a_view_shows_and_nothing_else(made: Panel) -> None:
    """Every lead, at every stage, with every word that there is."""
    desk, case = made.desk, made.case.id
    steps = [
        lambda: made.hand_in("ann", 2, rationale=RATIONALE), lambda: made.hand_in("ben", 3),
        lambda: made.hand_in("both", 3), lambda: desk.reveal(OPERATOR, case),
        lambda: desk.decide(made.actor("lea"), case, "more", "decretum"),
        lambda: desk.reopen(OPERATOR, case, "again", [made.people["cem"]]),
    ]  # fmt: skip
    texts = ("gedacht", "decretum", "cara", "abc234")
    for step in steps:
        step()
        for name, text in product(("lea", "adm", "both", ""), texts):
            if not rules.leads(made.actor(name)):
                continue
            view = desk.view(made.actor(name), case)
            shown = re.findall(r"\w+", repr([view.blind, view.candidate, view.voices, view.criteria, view.decision]))
            assert found(made, name, text) == (text in {word.casefold() for word in shown}), (name, text)


def test_an_upgrade_makes_the_cases_of_an_older_grader_findable(made: Panel, url: str) -> None:
    with made.desk.engine.begin() as connection:
        connection.execute(delete(case_words))
    assert not found(made, "lea", "abc234")
    done = CliRunner().invoke(cli, ["db", "upgrade", "--store", url])
    assert done.exit_code == 0, done.output
    assert found(made, "lea", "abc234")


def test_the_list_turns_pages_within_what_was_found(made: Panel) -> None:
    many(made, 7)
    first = made.desk.cases(OPERATOR, text="many", limit=3)
    second = made.desk.cases(OPERATOR, text="many", limit=3, after=first.after)
    third = made.desk.cases(OPERATOR, text="many", limit=3, after=second.after)
    seen = [row.case for page in (first, second, third) for row in page.rows]
    assert (len(seen), len(set(seen)), third.after) == (7, 7, "")


def many(made: Panel, count: int, *, said: int = 60) -> None:
    """Revealed cases with a few hundred words each, put into the store directly."""
    made_cases = [
        {**asdict(made.case), "id": f"{number:032x}", "run": f"many{number}", "blind": f"MNY{number:05}",
         "candidate": f"Person {number}", "submission_digest": f"sha256:{number:064x}", "state": "debrief",
         "at": f"2026-03-03T{number % 24:02}:00:00Z"} for number in range(count)
    ]  # fmt: skip
    kept = [
        {"case": case["id"], "kind": kind, "word": word}
        for number, case in enumerate(made_cases)
        for kind, text in (("face", f"{case['blind']} rag-triage many"), ("name", case["candidate"]),
                           ("said", " ".join(f"word{(number * 7 + at) % 4000}" for at in range(said))))
        for word in search.words(text)
    ]  # fmt: skip
    with made.desk.engine.begin() as connection:
        connection.execute(insert(cases), made_cases)
        sources = [{"case": case["id"], "challenge": "{}", "instruction": "", "machine": "{}"} for case in made_cases]
        connection.execute(insert(case_sources), sources)
        connection.execute(insert(case_words), kept)
        for table in (cases, case_sources, case_words):  # all of them would lock the tables of every other test
            connection.exec_driver_sql(f"analyze {table.name}")  # as the database does by itself in time


def test_five_thousand_cases_are_searched_as_fast_as_fifty(made: Panel) -> None:
    """Several searches, each at its best of as many as it takes, up to a hundred: a busy machine does not decide it,
    and one that looks at every case is never as fast. `wor` begins every word here, which no text of people does, and
    is only told."""
    texts = ("MNY00007", "word123", "rag triage", "nothinglikeit", "w", "")

    def seconds(text: str, enough: float = 0.0) -> float:
        took = []
        while len(took) < 5 or (min(took) >= enough > 0 and len(took) < 100):
            began = time.perf_counter()
            made.desk.cases(made.actor("lea"), text=text)
            took.append(time.perf_counter() - began)
        return min(took)

    many(made, 50)
    small = {text: seconds(text) for text in (*texts, "wor")}
    with made.desk.engine.begin() as connection:
        connection.execute(delete(cases).where(cases.c.run.like("many%")))
    many(made, 5_000)
    enough = 4 * max(small.values()) + 0.02
    large = {text: seconds(text, enough if text in texts else 0.0) for text in (*texts, "wor")}
    for text in large:
        few, many_ = small[text] * 1000, large[text] * 1000
        print(f"\n{made.desk.engine.dialect.name} {text!r}: {few:.1f} ms of 50, {many_:.1f} ms of 5,000")
    assert max(large[text] for text in texts) < enough
