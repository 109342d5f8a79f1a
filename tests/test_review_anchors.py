"""Anchors: closed cases in people's queues once more, never told from other tasks, of no weight but for drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from grader.agreement.drift import drift
from grader.cli import cli
from grader.errors import UsageError
from grader.review.assigning import AssignmentPlan, Wish
from grader.review.outcomes import Outcomes
from grader.review.problems import NotAllowedError, NotFoundError
from grader.review.records import Actor, Person
from grader.store import open_store
from grader.store.apart_tables import anchor_seeds
from grader.store.store import Store
from grader.store.tables import runs
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, keep, panel, result, sheet
from tests.store_fixtures import Cluster

pytestmark = [pytest.mark.xdist_group("review-anchors"), pytest.mark.slow]


@dataclass
class Round(Panel):
    """The panel's case is closed, with a level settled for each criterion, and an anchor; `task` is being rated."""

    url: str = ""
    task: str = ""
    folder: Path = Path()

    def person(self, name: str) -> Person:
        found = self.desk.person(name)
        assert found is not None
        return found

    def queue(self, name: str) -> dict[str, str]:
        """Case → blind id."""
        return {one.case: one.blind for one in self.desk.queue(self.actor(name))}

    def give(self, *names: str, anchors: int = 1, waiting: int = 2) -> AssignmentPlan:
        """Asks these people for the task, and carries out a plan with anchors."""
        for name in names:
            self.desk.assign(OPERATOR, self.task, self.people[name])
        wish = Wish(each=1, anchors=anchors, waiting=waiting)
        return self.desk.carry_out(OPERATOR, self.desk.preview(OPERATOR, (), wish).digest, (), wish)

    def seed(self, name: str) -> str:
        return next(case for case in self.queue(name) if case != self.task)

    def rate(self, name: str, case: str, *levels: int) -> None:
        self.desk.submit(self.actor(name), case, sheet(*levels), version=0)


def open_(made: Panel, store: Store, folder: Path, number: int, candidate: str) -> str:
    run = keep(store, result(folder / f"result{number}", number=number), candidate=candidate, blind=f"BLN{number:03}")
    return made.desk.open_case(OPERATOR, run, instruction="# Do it").id


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Round]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgres":
        started: Cluster = request.getfixturevalue("postgres")
        url = started.database()
    with open_store(url) as store:
        base = panel(store, tmp_path)
        for name, level in (("ann", 3), ("ben", 4)):
            base.ask(name)
            base.hand_in(name, level, 3)
        base.desk.reveal(OPERATOR, base.case.id)
        base.desk.decide(base.actor("lea"), base.case.id, "decline", "as they say")
        task = open_(base, store, tmp_path, 2, "Dora Roe")
        base.desk.choose_anchor(base.actor("lea"), base.case.id)
        yield Round(**vars(base), url=url, task=task, folder=tmp_path)


def test_an_anchor_comes_beside_a_task_and_is_called_like_one(made: Round) -> None:
    before = made.desk.preview(OPERATOR, (), Wish(each=1, anchors=1))
    assert before.anchors == (), "nobody rates yet"
    made.give("cem")
    queue = made.queue("cem")
    assert len(queue) == 2
    blind = queue[made.seed("cem")]
    assert (len(blind), blind.isupper(), "-" in blind) == (6, True, False)
    assert blind not in {made.case.blind, queue[made.task]}
    mine, other = (made.desk.view(made.actor("cem"), case) for case in (made.seed("cem"), made.task))
    assert (mine.title, mine.instruction, mine.rubric, mine.may) == (
        other.title, other.instruction, other.rubric, other.may,
    )  # fmt: skip
    assert made.desk.work(made.actor("cem"), mine.id).files == made.desk.work(OPERATOR, made.case.id).files


def test_who_has_rated_read_or_leads_and_who_is_close_gets_none(made: Round) -> None:
    made.desk.view(made.actor("lea"), made.case.id)
    linked = made.desk.change_person(OPERATOR, made.people["dee"], candidates=("Cara Doe",))
    session = made.desk.open_norming(
        made.actor("lea"), CRITERIA[0], [made.case.id], [made.people["bar"], made.people["ben"]]
    )
    assert session
    plan = made.give("ann", "ben", "dee", "bar", "both", "cem")
    assert [person for person, _ in plan.anchors] == [made.people["cem"].id]
    assert {made.people[name].id for name in ("ann", "ben", "bar")} | {linked.id} == set(plan.short)


def test_there_is_one_for_every_so_many_tasks_and_not_more_than_may_wait(made: Round) -> None:
    assert made.give("cem", anchors=2).anchors == ()
    assert len(made.give(anchors=1).anchors) == 1
    assert made.give(anchors=1).anchors == ()
    assert made.give("dee", anchors=1, waiting=0).anchors == ()


def test_what_was_shown_is_done_or_nothing(made: Round) -> None:
    made.desk.assign(OPERATOR, made.task, made.people["cem"])
    wish = Wish(each=1, anchors=1)
    shown = made.desk.preview(OPERATOR, (), wish)
    made.desk.choose_anchor(OPERATOR, made.case.id, chosen=False)
    with pytest.raises(UsageError, match="changed since"):
        made.desk.carry_out(OPERATOR, shown.digest, (), wish)
    assert list(made.queue("cem")) == [made.task]


def test_no_list_and_no_figure_but_drift_knows_of_it(made: Round) -> None:
    lea = made.actor("lea")
    store = Store(made.desk.engine)

    def told() -> list[object]:
        with made.desk.engine.connect() as connection:
            kept = connection.execute(select(runs)).mappings().all()
        return [
            made.desk.cases(lea), made.desk.ratings(lea), made.desk.challenges(), made.desk.unopened(lea),
            made.desk.closed(lea, made.case.id), made.desk.borderline(lea, "rag-triage", CRITERIA[0]),
            list(Outcomes(made.desk.engine).beside(kept)), store.find(made.case.run),
            (made.folder / "result1" / "grade.json").read_bytes(),
            [one.case for one in made.desk.preview(OPERATOR, (), Wish(each=3)).parts],
        ]  # fmt: skip

    made.desk.assign(OPERATOR, made.task, made.people["cem"])
    before = told()
    made.give()
    seed = made.seed("cem")
    made.rate("cem", seed, 1, 5)
    assert told() == before
    assert made.desk.case_of(made.case.run) == made.desk.case_of(made.case.run)
    assert (made.desk.case_of(made.case.run) or made.case).id == made.case.id
    for row in made.desk.cases(lea).rows:
        assert row.case != seed
    found = [one for one in drift([*made.desk.ratings(lea).rows, *made.desk.anchor_ratings(lea)]) if one.rater == "cem"]
    assert [(one.rater, one.n) for one in found] == [("cem", 1)]
    levels = {one.criterion: one.level for one in made.desk.anchor_ratings(lea) if one.role == "rater"}
    assert levels == {CRITERIA[0]: 1, **dict.fromkeys(CRITERIA[1:], 5)}
    known = {one.criterion: one.level for one in made.desk.anchor_ratings(lea) if one.role == "adjudicator"}
    assert known == {CRITERIA[0]: 4, **dict.fromkeys(CRITERIA[1:], 3)}


def test_drift_is_read_from_what_was_handed_in_first(made: Round) -> None:
    """Whoever guesses later which one it was, when the others are opened, changes nothing by it."""
    made.give("cem")
    seed = made.seed("cem")
    made.rate("cem", seed, 2)
    version = made.desk.withdraw(made.actor("cem"), seed).version
    made.desk.submit(made.actor("cem"), seed, sheet(4), version=version)
    said = [one.level for one in made.desk.anchor_ratings(OPERATOR) if one.role == "rater"]
    assert said == [2] * len(CRITERIA)
    with pytest.raises(NotAllowedError):
        made.desk.anchor_ratings(made.actor("cem"))


def test_it_is_never_opened_and_there_is_nothing_to_lead_in_it(made: Round) -> None:
    made.give("cem")
    seed = made.seed("cem")
    made.rate("cem", seed, 3)
    for name in ("lea", "adm", "ann"):
        with pytest.raises(NotFoundError):
            made.desk.view(made.actor(name), seed)
        with pytest.raises(NotFoundError):
            made.desk.assign(made.actor(name), seed, made.people["dee"])
    with pytest.raises(NotAllowedError):
        made.desk.assign(OPERATOR, seed, made.people["dee"])
    made.give("dee")
    made.rate("dee", made.seed("dee"), 3)
    for early in (False, True):
        with pytest.raises(NotAllowedError):
            made.desk.reveal(OPERATOR, seed, early=early, why="now")


def test_whoever_becomes_close_or_a_lead_loses_what_is_not_in(made: Round) -> None:
    made.give("cem", "dee")
    of_cem, of_dee = made.seed("cem"), made.seed("dee")
    made.rate("dee", of_dee, 3)
    close = made.desk.change_person(OPERATOR, made.people["cem"], candidates=(made.case.blind,))
    with pytest.raises(NotFoundError):
        made.desk.view(Actor(person=close), of_cem)
    made.desk.change_person(OPERATOR, made.people["dee"], roles=("lead",))
    lead = Actor(person=made.person("dee"))
    assert {one.case for one in made.desk.queue(lead)} == {made.task, of_dee}
    with made.desk.engine.connect() as connection:
        assert connection.execute(select(anchor_seeds.c.case)).scalars().all() == [of_dee]


def test_whoever_has_it_in_the_queue_is_not_asked_for_the_case_itself(made: Round) -> None:
    made.give("cem")
    with pytest.raises(NotAllowedError, match="has to do with this case already"):
        made.desk.reopen(OPERATOR, made.case.id, "once more", [made.people["cem"]])
    session = made.desk.open_norming(made.actor("lea"), CRITERIA[0], [made.case.id],
                                     [made.people["cem"], made.people["dee"]])  # fmt: skip
    assert made.desk.norming(made.actor("cem"), session).items == ()


def test_an_anchor_is_a_decided_case_with_a_level_for_each_criterion(made: Round) -> None:
    with pytest.raises(NotAllowedError, match="decided"):
        made.desk.choose_anchor(OPERATOR, made.task)
    with pytest.raises(NotFoundError):
        made.desk.choose_anchor(made.actor("cem"), made.case.id)
    for name in ("ann", "ben"):
        made.desk.assign(OPERATOR, made.task, made.people[name])
        made.desk.submit(made.actor(name), made.task, sheet(None, 3), version=0)
    made.desk.reveal(OPERATOR, made.task)
    made.desk.decide(made.actor("lea"), made.task, "more", "who knows")
    with pytest.raises(UsageError, match="no level was settled"):
        made.desk.choose_anchor(OPERATOR, made.task)


def test_erasing_a_candidate_takes_the_anchors_of_their_work_along(made: Round) -> None:
    made.give("cem")
    done = CliRunner().invoke(cli, ["purge", "--candidate", "Cara Doe", "--yes", "--why", "asked", "--store", made.url])
    assert done.exit_code == 0, done.output
    assert list(made.queue("cem")) == [made.task]


def test_at_the_terminal_an_anchor_is_chosen_given_and_rated_like_any_run(made: Round) -> None:
    def works(*words: str, typed: str = "") -> str:
        done = CliRunner().invoke(cli, [*words, "--store", made.url], input=typed)
        assert done.exit_code == 0, done.output
        return done.output

    assert made.case.run in works("people", "anchor")
    works("people", "anchor", made.case.blind, "--end")
    assert "No case is an anchor yet" in works("people", "anchor")
    works("people", "anchor", made.case.run)
    made.desk.assign(OPERATOR, made.task, made.people["cem"])
    plan = ("people", "ask", "--each", "1", "--anchors", "1")
    shown = works(*plan)
    assert "cem: 1 new, 1 of them anchors, 2 open altogether" in shown
    assert made.case.run not in shown
    done = works(*plan, "--yes", shown.rpartition("--yes ")[2].strip())
    run = next(line.strip() for line in done.splitlines() if line.startswith("  "))
    assert len(run) == len(made.case.run)
    assert "anchor" not in done
    typed = "".join("3\nso it is\n" for _ in CRITERIA) + "\n" * 4
    works("assess", run, "--rater", "cem", typed=typed)
    assert made.desk.view(made.actor("cem"), made.seed("cem")).own is not None
