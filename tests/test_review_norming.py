"""Norming: the same borderline cases, rated blind, compared, and rated again by mended anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from grader.challenge import load_pack
from grader.errors import UsageError
from grader.ratings.items import load_items
from grader.ratings.table import Ratings
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor
from grader.store import open_store, retention
from grader.store.norming_tables import APPEND_ONLY
from grader.store.store import Store
from tests.report_fixtures import needs_review, rubric
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, keep, panel, result, sheet
from tests.store_fixtures import Cluster

pytestmark = [pytest.mark.xdist_group("review-norming"), pytest.mark.slow]
CRITERION = CRITERIA[0]
SHIPPED = Path(__file__).parent.parent / "challenges"


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """A revealed case on which ann and ben lay two levels apart."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        started: Cluster = request.getfixturevalue("postgres")
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
    (found,) = made.desk.borderline(made.actor("lea"), "rag-triage", CRITERION)
    assert (found.case, found.levels, found.gap, found.settled) == (made.case.id, (2, 4), 2, None)
    assert made.desk.borderline(made.actor("lea"), "rag-triage", CRITERIA[1]) == ()


def judged(made: Panel, folder: Path, number: int, said: int | None, *people: int, reveal: bool = True) -> str:
    """A case on which a judge, whose level does not count, and people gave these levels."""
    grade = needs_review()
    source = "judge" if said else "none"
    mine = {"source": source, "suggestion": said, "level": None, "accepted": False}
    criteria = tuple(replace(one, **mine) if one.id == CRITERION else one for one in grade.criteria)
    out = result(folder / f"judged{number}", number=number, grade=replace(grade, criteria=criteria))
    run = keep(Store(made.desk.engine), out, candidate=f"Person {number}", blind=f"JDG{number:03}")
    case = made.desk.open_case(OPERATOR, run).id
    for name, level in zip(("ann", "ben"), people, strict=True):
        made.desk.assign(OPERATOR, case, made.people[name])
        made.desk.submit(made.actor(name), case, sheet(level, 3), version=0)
    if reveal:
        made.desk.reveal(OPERATOR, case)
    return case


def test_so_are_those_on_which_the_judge_erred_most_and_only_once_they_are_revealed(
    made: Panel, tmp_path: Path
) -> None:
    lea = made.actor("lea")
    one_off = judged(made, tmp_path, 11, 3, 4, 4)
    three_off = judged(made, tmp_path, 12, 5, 2, 2)
    judged(made, tmp_path, 13, 3, 3, 3)
    judged(made, tmp_path, 14, None, 1, 1)
    judged(made, tmp_path, 15, 1, 5, 5, reveal=False)
    found = made.desk.borderline(lea, "rag-triage", CRITERION, source="judge")
    assert [(one.case, one.judge, one.settled, one.gap) for one in found] == [
        (three_off, 5, 2, 3), (one_off, 3, 4, 1),
    ]  # fmt: skip
    assert [one.case for one in made.desk.borderline(lea, "rag-triage", CRITERION, 1, source="judge")] == [three_off]
    with pytest.raises(NotAllowedError):
        made.desk.borderline(made.actor("ann"), "rag-triage", CRITERION, source="judge")


def test_authored_texts_are_normed_by_as_what_they_are_and_count_nowhere(made: Panel) -> None:
    desk, lea = made.desk, made.actor("lea")
    pack = load_pack(SHIPPED / "trace-replay")
    texts = [one for one in load_items(pack) if one.criterion == "hypotheses" and one.kind == "authored"][:2]
    before = [desk.cases(lea), desk.ratings(lea), desk.challenges(), desk.preview(OPERATOR).parts]
    raters = [made.people["cem"], made.people["dee"]]
    first, again = (desk.open_norming(lea, "hypotheses", [], raters, pack=pack, items=texts) for _ in range(2))
    view = desk.norming(made.actor("cem"), first)
    assert list(view.authored.values()) == [one.id for one in texts]
    assert desk.norming(made.actor("cem"), again).items == view.items, "the same text is one case"
    assert desk.norming_work(made.actor("cem"), first, view.items[0]).files == texts[0].content
    assert "#" in desk.norming_instruction(made.actor("cem"), first, view.items[0])
    for name, case in product(("cem", "dee"), view.items):
        desk.norm(made.actor(name), first, case, 3)
    desk.compare(lea, first)
    assert len((desk.norming(lea, first).levels or Ratings(rows=(), levels={})).rows) == 4
    assert [desk.cases(lea), desk.ratings(lea), desk.challenges(), desk.preview(OPERATOR).parts] == before
    with pytest.raises(NotFoundError):
        desk.view(lea, view.items[0])
    first_of = rubric().criteria[0]
    changed = first_of.model_copy(update={"levels": {**first_of.levels, 3: "Another text."}})
    other = pack.model_copy(update={"rubric": rubric().model_copy(update={"criteria": (changed,)})})
    with pytest.raises(UsageError, match="different anchors"):
        desk.open_norming(lea, CRITERION, [made.case.id], raters, pack=other, items=texts)
    with pytest.raises(UsageError, match="an authored text"):
        desk.open_norming(lea, "hypotheses", [], raters)


def test_what_was_normed_by_outlives_that_candidates_are_erased(made: Panel) -> None:
    pack = load_pack(SHIPPED / "trace-replay")
    text = next(one for one in load_items(pack) if one.criterion == "hypotheses")
    raters = [made.people["cem"], made.people["dee"]]
    name = made.desk.open_norming(OPERATOR, "hypotheses", [made.case.id][:0], raters, pack=pack, items=[text])
    store = Store(made.desk.engine)
    retention.remove(store, retention.of_person(store, "Cara Doe"), why="asked")
    assert made.desk.norming(made.actor("cem"), name).items


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
