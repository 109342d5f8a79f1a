"""Norming: the same borderline cases, rated blind, compared, and rated again by mended anchors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from grader.errors import UsageError
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor
from grader.store import open_store
from grader.store.norming_tables import APPEND_ONLY
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, panel
from tests.store_fixtures import Cluster, cluster

pytestmark = pytest.mark.xdist_group("store")
CRITERION = CRITERIA[0]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """A revealed case on which ann and ben lay two levels apart."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        started: Cluster = request.getfixturevalue("server")
        url = started.database()
    with open_store(url) as store:
        panel_ = panel(store, tmp_path)
        for name, level in (("ann", 2), ("ben", 4)):
            panel_.ask(name)
            panel_.hand_in(name, level, 3)
        panel_.desk.reveal(OPERATOR, panel_.case.id)
        yield panel_


def session(made: Panel) -> str:
    raters = [made.people["cem"], made.people["dee"]]
    return made.desk.open_norming(made.actor("lea"), CRITERION, [made.case.id], raters)


def test_the_cases_to_choose_from_are_those_on_which_people_lay_apart(made: Panel) -> None:
    assert made.desk.borderline(made.actor("lea"), "rag-triage", CRITERION) == (made.case.id,)
    assert made.desk.borderline(made.actor("lea"), "rag-triage", CRITERIA[1]) == ()


def test_levels_are_given_blind_and_compared_at_once(made: Panel) -> None:
    desk, name = made.desk, session(made)
    desk.norm(made.actor("cem"), name, made.case.id, 2, "by the letter")
    blind = desk.norming(made.actor("dee"), name)
    assert (blind.own, blind.levels, blind.compared) == ({}, None, False)
    with pytest.raises(NotAllowedError, match="two of the raters"):
        desk.compare(made.actor("lea"), name)
    desk.norm(made.actor("dee"), name, made.case.id, 5)
    desk.norm(made.actor("dee"), name, made.case.id, 4)
    assert desk.norming(made.actor("dee"), name).levels is None
    desk.compare(made.actor("lea"), name)
    seen = desk.norming(made.actor("dee"), name).levels
    assert seen is not None
    assert sorted(row.level for row in seen.rows) == [2, 4]
    with pytest.raises(NotAllowedError):
        desk.norm(made.actor("dee"), name, made.case.id, 3)


def test_what_is_not_ones_own_session_is_not_there(made: Panel) -> None:
    name = session(made)
    for who, where in (("ann", name), ("lea", "nothing")):
        with pytest.raises(NotFoundError):
            made.desk.norming(made.actor(who), where)
    linked = made.desk.change_person(OPERATOR, made.people["cem"], candidates=("Cara Doe",))
    assert made.desk.norming(Actor(person=linked), name).items == ()
    with pytest.raises(NotFoundError):
        made.desk.norm(Actor(person=linked), name, made.case.id, 3)


def test_an_anchor_is_mended_with_a_reason_and_agreement_stands_before_and_after(made: Panel) -> None:
    desk, name = made.desk, session(made)
    with pytest.raises(NotAllowedError):
        desk.propose(made.actor("cem"), name, 3, "As 2, and compared.", "unclear")
    for who, level in (("cem", 2), ("dee", 4)):
        desk.norm(made.actor(who), name, made.case.id, level)
    desk.compare(OPERATOR, name)
    with pytest.raises(UsageError, match="takes a reason"):
        desk.propose(made.actor("cem"), name, 3, "As 2, and compared.", "")
    desk.propose(made.actor("cem"), name, 3, "As 2, and compared with one other.", "we read `reason` differently")
    diff = desk.anchors_diff(OPERATOR, name)
    assert "+3: As 2, and compared with one other." in diff
    assert diff.count("\n-") == 1  # one anchor
    desk.again(OPERATOR, name)
    second = desk.norming(made.actor("cem"), name)
    assert (second.phase, second.own, second.levels) == (2, {}, None)
    assert second.anchors[3] == "As 2, and compared with one other."
    for who in ("cem", "dee"):
        desk.norm(made.actor(who), name, made.case.id, 3)
    desk.compare(OPERATOR, name)
    both = desk.norming(OPERATOR, name)
    assert both.before is not None
    assert both.levels is not None
    assert sorted(row.level for row in both.before.rows) == [2, 4]
    assert sorted(row.level for row in both.levels.rows) == [3, 3]


def test_a_session_is_on_cases_that_nobody_rates_and_what_is_given_stays(made: Panel) -> None:
    lea, people = made.actor("lea"), [made.people["cem"], made.people["dee"]]
    with pytest.raises(UsageError, match="no criterion"):
        made.desk.open_norming(lea, "other", [made.case.id], people)
    with pytest.raises(UsageError, match="two raters"):
        made.desk.open_norming(lea, CRITERION, [made.case.id], people[:1])
    with pytest.raises(NotAllowedError):
        made.desk.open_norming(made.actor("cem"), CRITERION, [made.case.id], people)
    name = session(made)
    made.desk.norm(made.actor("cem"), name, made.case.id, 2)
    made.desk.norm(made.actor("dee"), name, made.case.id, 2)
    made.desk.compare(lea, name)
    made.desk.propose(made.actor("cem"), name, 1, "Nothing.", "shorter")
    for table in APPEND_ONLY:
        with pytest.raises(DBAPIError, match="append-only"), made.desk.engine.begin() as connection:
            connection.execute(table.update().values(level=5))
    assert len(made.desk.ratings(lea).rows) == 2 * len(CRITERIA)  # practice enters no figure


def test_a_case_that_is_still_rated_is_not_for_practice(made: Panel) -> None:
    made.desk.reopen(OPERATOR, made.case.id, "again", [made.people["bar"]])
    with pytest.raises(UsageError, match="not revealed"):
        session(made)
