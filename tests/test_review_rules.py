"""A review from the first draft to the letter, on SQLite and on a real Postgres: who may do what, and when."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from grader.errors import GraderError, UsageError
from grader.ratings.sheet import Said
from grader.review import audit, chain
from grader.review.desk import Desk, open_desk
from grader.review.problems import ConflictError, IncompleteError, NotAllowedError, NotFoundError, NotReadyError
from grader.review.records import Actor
from grader.store import open_store
from grader.store.case_tables import APPEND_ONLY, case_events, case_heads
from tests.review_fixtures import CRITERIA, OPERATOR, Panel, keep, panel, result, sheet
from tests.store_fixtures import Cluster

pytestmark = pytest.mark.xdist_group("review-rules")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    started: Cluster = request.getfixturevalue("postgres")
    return started.database()


@pytest.fixture
def three(url: str, tmp_path: Path) -> Iterator[Panel]:
    """A case for which ann, ben and cem are asked."""
    with open_store(url) as store:
        made = panel(store, tmp_path)
        for name in ("ann", "ben", "cem"):
            made.ask(name)
        yield made


def refused(what: type[GraderError], says: str = "") -> pytest.RaisesExc[GraderError]:
    return pytest.raises(what, match=says or None)


# ------------------------------------------------------------------------------------------------ rating


def test_a_draft_keeps_whatever_is_written_and_every_version_stays(three: Panel) -> None:
    ann = three.actor("ann")
    first = three.desk.save(ann, three.case.id, sheet(3, rationale="half"), version=0)
    three.desk.save(ann, three.case.id, sheet(4), version=first.version)
    own = three.desk.view(ann, three.case.id).own
    assert own is not None
    assert own.assignment.state == "draft"
    assert [version.sheet.rationale for version in own.versions] == ["half", "in all"]


def test_a_second_window_overwrites_nothing_and_both_texts_come_back(three: Panel) -> None:
    ann = three.actor("ann")
    three.desk.save(ann, three.case.id, sheet(3, rationale="from one window"), version=0)
    with pytest.raises(ConflictError) as caught:
        three.desk.save(ann, three.case.id, sheet(2, rationale="from the other"), version=0)
    assert caught.value.current.sheet.rationale == "from one window"
    assert caught.value.attempted.rationale == "from the other"


def test_the_same_words_on_an_older_version_are_nobodys_second_window(three: Panel) -> None:
    """A draft that was saved by itself while its owner pressed the button."""
    ann = three.actor("ann")
    three.desk.save(ann, three.case.id, sheet(3, rationale="all of it"), version=0)
    sent = three.desk.submit(ann, three.case.id, sheet(3, rationale="all of it"), version=0)
    assert (sent.kind, sent.version) == ("submitted", 2)


def test_what_is_missing_is_said_and_what_was_written_is_saved(three: Panel) -> None:
    ann = three.actor("ann")
    half = sheet(3).having(Said(criterion=CRITERIA[0], level=5))
    with pytest.raises(IncompleteError, match="the highest: name the lines") as caught:
        three.desk.submit(ann, three.case.id, half, version=0)
    assert [gap.criterion for gap in caught.value.gaps] == [CRITERIA[0]]
    own = three.desk.view(ann, three.case.id).own
    assert own is not None
    assert (own.assignment.state, own.latest and own.latest.sheet) == ("draft", half)


def test_the_same_form_sent_twice_is_handed_in_once(three: Panel) -> None:
    ann = three.actor("ann")
    first = three.desk.submit(ann, three.case.id, sheet(3), version=0)
    assert three.desk.submit(ann, three.case.id, sheet(3), version=0) == first
    with refused(NotAllowedError, "in already"):
        three.desk.submit(ann, three.case.id, sheet(4), version=1)


def test_an_author_takes_it_back_until_the_reveal_and_not_after(three: Panel) -> None:
    three.hand_in("ann", 2)
    draft = three.desk.withdraw(three.actor("ann"), three.case.id)
    assert (draft.kind, draft.sheet.on(CRITERIA[0]).level) == ("draft", 2)
    for name in ("ann", "ben", "cem"):
        three.hand_in(name, 3)
    three.desk.reveal(three.actor("lea"), three.case.id)
    with refused(NotAllowedError):
        three.desk.withdraw(three.actor("ann"), three.case.id)


def test_nobody_writes_in_anothers_name(three: Panel) -> None:
    for name in ("dee", "bar"):
        with refused(NotFoundError):
            three.desk.save(three.actor(name), three.case.id, sheet(3), version=0)
    for name in ("lea", "adm", ""):
        with refused(NotAllowedError):
            three.desk.save(three.actor(name), three.case.id, sheet(3), version=0)


# ------------------------------------------------------------------------------------------------ the reveal


def test_a_reveal_waits_for_everybody_who_was_asked(three: Panel) -> None:
    lea = three.actor("lea")
    three.hand_in("ann", 3)
    three.hand_in("ben", 3)
    with pytest.raises(NotReadyError) as caught:
        three.desk.reveal(lea, three.case.id)
    assert caught.value.reasons == ("1 of those who were asked have not handed in.",)
    three.hand_in("cem", 3)
    three.desk.reveal(lea, three.case.id)
    assert three.desk.view(three.actor("ann"), three.case.id).revealed


def test_closing_early_takes_a_reason_that_everybody_sees_and_never_fewer_than_two(three: Panel) -> None:
    lea = three.actor("lea")
    three.hand_in("ann", 3)
    with refused(UsageError, "takes a reason"):
        three.desk.reveal(lea, three.case.id, early=True)
    with refused(NotReadyError):
        three.desk.reveal(lea, three.case.id, early=True, why="the offer runs out")
    three.hand_in("ben", 3)
    three.desk.reveal(lea, three.case.id, early=True, why="the offer runs out")
    assert three.desk.view(three.actor("ann"), three.case.id).early_why == "the offer runs out"
    own = three.desk.view(three.actor("cem"), three.case.id).own
    assert own is not None
    assert own.assignment.state == "late"
    with refused(NotAllowedError):
        three.hand_in("cem", 3)


def test_an_assessor_cannot_try_the_reveal_to_find_out_who_is_in(three: Panel) -> None:
    three.hand_in("ann", 3)
    alone = said(three, lambda: three.desk.reveal(three.actor("ann"), three.case.id))
    three.hand_in("ben", 3)
    three.hand_in("cem", 3)
    assert said(three, lambda: three.desk.reveal(three.actor("ann"), three.case.id)) == alone


def said(three: Panel, what: object) -> str:
    with pytest.raises(NotAllowedError) as caught:
        what()  # type: ignore[operator]
    return caught.value.message


def test_the_bar_raisers_is_among_them_where_it_is_asked_for(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        made = panel(store, tmp_path, bar_raiser=True)
        for name in ("ann", "ben"):
            made.ask(name)
            made.hand_in(name, 3)
        for how in ({}, {"early": True, "why": "in a hurry"}):
            with pytest.raises(NotReadyError) as caught:
                made.desk.reveal(made.actor("lea"), made.case.id, **how)  # type: ignore[arg-type]
            assert caught.value.reasons == ("The bar raiser's assessment is asked for and not in.",)
        with refused(NotAllowedError, "is no bar raiser"):
            made.ask("cem", "bar_raiser")
        made.ask("bar", "bar_raiser")
        made.hand_in("bar", 3)
        made.desk.reveal(made.actor("lea"), made.case.id)


def test_a_challenge_asks_for_its_bar_raiser_and_for_how_many_and_nobody_asks_for_less(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        made = panel(store, tmp_path, review={"assessors": 3, "bar_raiser": True})
        assert (made.case.minimum, made.case.bar_raiser) == (3, True)
        for name in ("ann", "ben", "cem"):
            made.ask(name)
            made.hand_in(name, 3)
        with refused(NotReadyError, "at least three independent"):
            made.desk.reveal(made.actor("lea"), made.case.id)
        made.ask("bar", "bar_raiser")
        made.hand_in("bar", 3)
        made.desk.reveal(made.actor("lea"), made.case.id)
    with open_store(f"sqlite:///{tmp_path / 'b.db'}") as store:
        more = panel(store, tmp_path / "more", review={"bar_raiser": True}, minimum=4)
        assert (more.case.minimum, more.case.bar_raiser) == (4, True)


def test_a_run_from_before_challenges_could_ask_takes_two(tmp_path: Path) -> None:
    made = result(tmp_path / "old") / "evidence" / "challenge.json"
    kept = json.loads(made.read_text())
    del kept["challenge"]["review"]
    made.write_text(json.dumps(kept))
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        case = Desk(store.engine).open_case(OPERATOR, keep(store, tmp_path / "old"))
    assert (case.minimum, case.bar_raiser) == (2, False)


def test_a_bar_raiser_comes_from_another_team(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        made = panel(store, tmp_path)
        made.ask("ann")
        same = made.desk.change_person(OPERATOR, made.people["bar"], team="search")
        with refused(NotAllowedError, "of the same team"):
            made.desk.assign(made.actor("lea"), made.case.id, same, "bar_raiser")


def test_one_who_steps_aside_is_not_waited_for_and_sees_nothing_more(three: Panel) -> None:
    with refused(UsageError, "takes a reason"):
        three.desk.recuse(three.actor("cem"), three.case.id, " ")
    three.desk.recuse(three.actor("cem"), three.case.id, "we studied together")
    three.hand_in("ann", 3)
    three.hand_in("ben", 3)
    three.desk.reveal(three.actor("lea"), three.case.id)
    view = three.desk.view(three.actor("cem"), three.case.id)
    assert (view.revealed, view.work, view.voices, view.instruction) == (False, False, (), "")


def test_two_who_hand_in_at_the_same_moment_are_both_counted_and_one_reveal_happens(url: str, tmp_path: Path) -> None:
    """Two connections of their own, at once; then two leads press at once."""
    with open_store(url) as store:
        made = panel(store, tmp_path)
        for name in ("ann", "ben"):
            made.ask(name)
        at_once = threading.Barrier(2)

        def hand_in(name: str) -> None:
            with open_desk(url) as own:
                at_once.wait()
                own.submit(made.actor(name), made.case.id, sheet(3), version=0)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(hand_in, ("ann", "ben")))

        def reveal(name: str) -> str:
            with open_desk(url) as own:
                at_once.wait()
                own.reveal(made.actor(name), made.case.id)
            return name

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(reveal, ("lea", "adm")))
        happened = [event.what for event in made.desk.events(OPERATOR, made.case.id)]
        assert (happened.count("handed in"), happened.count("revealed")) == (2, 1)
        assert len(made.desk.view(made.actor("ann"), made.case.id).voices) == 2


@pytest.mark.parametrize("_round", range(3))
def test_closing_early_against_one_who_hands_in_leaves_no_half(three: Panel, _round: int) -> None:
    """Whichever comes first: the third is sealed and counted, or late and refused; never handed in and unseen."""
    three.hand_in("ann", 3)
    three.hand_in("ben", 3)
    at_once = threading.Barrier(2)

    def hand_in() -> bool:
        at_once.wait()
        try:
            three.desk.submit(three.actor("cem"), three.case.id, sheet(3), version=0)
        except NotAllowedError:
            return False
        return True

    def close() -> None:
        at_once.wait()
        three.desk.reveal(three.actor("lea"), three.case.id, early=True, why="now")

    with ThreadPoolExecutor(2) as pool:
        taken, closed = pool.submit(hand_in), pool.submit(close)
        closed.result()
    voices = three.desk.view(three.actor("ann"), three.case.id).voices
    assert len(voices) == (3 if taken.result() else 2)


# ------------------------------------------------------------------------------------------------ debrief, decision


def revealed(three: Panel, *levels: int | None) -> None:
    for name, level in zip(("ann", "ben", "cem"), levels, strict=True):
        three.hand_in(name, level)
    three.desk.reveal(three.actor("lea"), three.case.id)


def test_a_version_after_the_reveal_is_informed_and_counts_for_nothing(three: Panel) -> None:
    revealed(three, 3, 3, 4)
    version = three.desk.view(three.actor("cem"), three.case.id).own
    assert version is not None
    three.desk.amend(three.actor("cem"), three.case.id, sheet(2), version=version.assignment.version)
    view = three.desk.view(three.actor("ann"), three.case.id)
    assert {side.combined.level for side in view.criteria} == {3}
    assert [voice.informed is not None for voice in view.voices].count(True) == 1
    assert sorted(side.said.level or 0 for side in view.criteria[0].sides) == [3, 3, 4]


def test_a_decision_names_a_lead_a_reason_and_what_it_goes_against(three: Panel) -> None:
    with refused(NotAllowedError, "after the reveal"):
        three.desk.decide(three.actor("lea"), three.case.id, "advance", "good")
    revealed(three, 1, 1, 1)
    for name in ("ann", "cem"):
        with refused(NotAllowedError):
            three.desk.decide(three.actor(name), three.case.id, "advance", "good")
    with refused(UsageError, "takes a reason"):
        three.desk.decide(three.actor("lea"), three.case.id, "advance", "")
    made = three.desk.decide(three.actor("lea"), three.case.id, "advance", "strong in the interview")
    assert (made.recommendation, made.against) == ("decline", True)
    assert three.desk.view(three.actor("ann"), three.case.id).decided_by == "lea"


def test_dissent_takes_words_and_silence_stays_silence(three: Panel) -> None:
    with refused(NotAllowedError):
        three.desk.respond(three.actor("ann"), three.case.id, agrees=True)
    revealed(three, 3, 3, 3)
    three.desk.decide(three.actor("lea"), three.case.id, "advance", "all threes")
    with refused(UsageError, "takes a reason"):
        three.desk.respond(three.actor("ann"), three.case.id, agrees=False)
    three.desk.respond(three.actor("ann"), three.case.id, agrees=False, words="the figures are invented")
    three.desk.respond(three.actor("ben"), three.case.id, agrees=True)
    view = three.desk.view(three.actor("lea"), three.case.id)
    given = {voice.name: voice.response and (voice.response.agrees, voice.response.words) for voice in view.voices}
    assert given == {"ann": (False, "the figures are invented"), "ben": (True, ""), "cem": None}


def test_levels_that_lie_apart_stay_open_until_an_adjudicator_who_did_not_rate_closes_them(
    url: str, tmp_path: Path
) -> None:
    with open_store(url) as store:
        made = panel(store, tmp_path)
        for name, level in (("ann", 2), ("ben", 4)):
            made.ask(name)
            made.hand_in(name, level, 3)
        lea = made.actor("lea")
        with refused(NotAllowedError):
            made.desk.adjudicate(lea, made.case.id, CRITERIA[0], 3, "too early")
        made.desk.reveal(lea, made.case.id)
        first = made.desk.view(lea, made.case.id).criteria[0]
        assert (first.criterion, first.combined.how, first.combined.gap) == (CRITERIA[0], "open", 2)
        with refused(NotAllowedError, "still open"):
            made.desk.decide(lea, made.case.id, "advance", "good")
        with refused(NotAllowedError):
            made.desk.adjudicate(made.actor("ann"), made.case.id, CRITERIA[0], 2, "mine")
        made.desk.adjudicate(lea, made.case.id, CRITERIA[0], 2, "no figure is there")
        made.desk.decide(lea, made.case.id, "decline", "below")


def test_a_third_comes_blind_after_the_reveal_and_closes_what_lay_apart(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        made = panel(store, tmp_path)
        for name, level in (("ann", 2), ("ben", 4)):
            made.ask(name)
            made.hand_in(name, level, 3)
        made.desk.reveal(made.actor("lea"), made.case.id)
        made.ask("cem")
        view = made.desk.view(made.actor("cem"), made.case.id)
        assert (view.state, view.revealed, view.machine, view.voices) == ("collecting", False, None, ())
        made.hand_in("cem", 4, 3)
        assert not made.desk.view(made.actor("cem"), made.case.id).revealed
        made.desk.reveal(made.actor("lea"), made.case.id)
        combined = made.desk.view(made.actor("cem"), made.case.id).criteria[0].combined
        assert (combined.level, combined.how) == (4, "median")


@pytest.mark.parametrize("third", ["cem", "dee", "bar", "both"])
def test_nobodys_letter_changes_when_a_third_comes(url: str, tmp_path: Path, third: str) -> None:
    with open_store(url) as store:
        made = panel(store, tmp_path)
        for name, level in (("ann", 2), ("ben", 4)):
            made.ask(name)
            made.hand_in(name, level, 3)
        made.desk.reveal(OPERATOR, made.case.id)
        before = {voice.name: voice.who for voice in made.desk.view(OPERATOR, made.case.id).voices}
        made.desk.assign(OPERATOR, made.case.id, made.people[third])
        made.hand_in(third, 4, 3)
        made.desk.reveal(OPERATOR, made.case.id)
        after = {voice.name: voice.who for voice in made.desk.view(OPERATOR, made.case.id).voices}
        assert after == {**before, third: "Reviewer C"}


def test_a_case_is_opened_again_with_fresh_assessors_who_see_nothing_of_before(three: Panel) -> None:
    revealed(three, 3, 3, 3)
    lea = three.actor("lea")
    three.desk.decide(lea, three.case.id, "decline", "threes")
    with refused(NotAllowedError, "already"):
        three.desk.reopen(lea, three.case.id, "new facts", [three.people["ann"]])
    three.desk.reopen(lea, three.case.id, "new facts", [three.people["dee"]])
    view = three.desk.view(three.actor("dee"), three.case.id)
    assert (view.state, view.revealed, view.decision) == ("collecting", False, None)
    with refused(NotReadyError):
        three.desk.reveal(lea, three.case.id)
    three.hand_in("dee", 4)
    three.desk.reveal(lea, three.case.id)
    assert len(three.desk.view(three.actor("dee"), three.case.id).voices) == 4


@pytest.mark.slow
def test_a_letter_goes_out_once_by_a_lead_after_the_decision(three: Panel) -> None:
    lea = three.actor("lea")
    revealed(three, 3, 3, 3)
    with refused(NotAllowedError):
        three.desk.edit_letter(lea, three.case.id, "Dear candidate")
    three.desk.decide(lea, three.case.id, "decline", "threes")
    three.desk.edit_letter(lea, three.case.id, "Dear candidate")
    three.desk.edit_letter(lea, three.case.id, "Dear Cara", release=True)
    with refused(NotAllowedError):
        three.desk.edit_letter(lea, three.case.id, "Dear nobody")
    letter = three.desk.view(lea, three.case.id).letter
    assert letter is not None
    assert (letter.text, letter.released) == ("Dear Cara", True)


# ------------------------------------------------------------------------------------------------ what is kept


def test_events_say_who_when_and_how_and_hold_together(three: Panel) -> None:
    revealed(three, 3, 3, 3)
    events = three.desk.events(OPERATOR, three.case.id)
    assert chain.faults(events) == ()
    revealing = next(event for event in events if event.what == "revealed")
    assert revealing.body is not None
    assert (revealing.body["who"], revealing.body["how"]) == ("lea", "page")
    assert "read the work" in {event.what for event in events}


def test_a_chain_that_was_changed_is_caught(three: Panel) -> None:
    events = list(three.desk.events(OPERATOR, three.case.id))
    assert chain.faults(events[:1] + events[2:]) != ()
    assert chain.faults([replace(events[0], what="asked"), *events[1:]]) != ()
    assert chain.faults([replace(events[0], body={"who": "nobody"}), *events[1:]]) != ()
    assert chain.faults([replace(events[0], body=None), *events[1:]]) == ()


def test_a_chain_whose_end_is_cut_off_is_noticed_and_one_that_is_erased_is_none(three: Panel) -> None:
    revealed(three, 3, 3, 3)
    assert list(audit.problems(three.desk.engine)) == []
    last = case_events.c.number == len(three.desk.events(OPERATOR, three.case.id))
    with three.desk.engine.begin() as connection:
        connection.execute(case_events.delete().where(case_events.c.chain == three.case.id, last))
    (fault,) = audit.problems(three.desk.engine)
    assert three.case.id in fault
    assert "the end of it is missing" in fault
    with three.desk.engine.begin() as connection:
        connection.execute(case_events.delete().where(case_events.c.chain == "people"))
    assert len(list(audit.problems(three.desk.engine))) == 2
    assert three.desk.faults(OPERATOR) != ()


def test_what_happens_after_an_end_was_cut_off_does_not_hide_it(three: Panel) -> None:
    last = case_events.c.number == len(three.desk.events(OPERATOR, three.case.id))
    with three.desk.engine.begin() as connection:
        connection.execute(case_events.delete().where(case_events.c.chain == three.case.id, last))
    three.desk.view(OPERATOR, three.case.id)
    assert any("is missing" in one for one in audit.problems(three.desk.engine))


def test_nobody_hides_the_end_of_a_chain_by_taking_out_where_it_ended(three: Panel) -> None:
    with three.desk.engine.begin() as connection:
        connection.execute(case_heads.delete().where(case_heads.c.chain == three.case.id))
    assert ["not known" in one for one in audit.problems(three.desk.engine)] == [True]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("delete from assessments where id = (select max(id) from assessments)", "is not there"),
        ("update assessments set body = replace(body, '\"level\": 3', '\"level\": 5')", "is not what it was"),
    ],
)
def test_an_assessment_that_was_changed_behind_its_event_is_noticed(change: str, said: str, three: Panel) -> None:
    revealed(three, 3, 3, 3)
    assert list(audit.problems(three.desk.engine)) == []
    with three.desk.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("drop trigger assessments_append_only"))
        else:
            connection.execute(text("drop trigger assessments_append_only on assessments"))
        connection.execute(text(change))
    faults = list(audit.problems(three.desk.engine))
    assert len(faults) == (1 if change.startswith("delete") else 3)
    assert all("(handed in, " in fault and said in fault for fault in faults)


def test_what_people_wrote_is_never_changed_not_even_by_hand(three: Panel) -> None:
    revealed(three, 3, 3, 3)
    lea = three.actor("lea")
    three.desk.adjudicate(lea, three.case.id, CRITERIA[0], 2, "so")
    three.desk.respond(three.actor("ann"), three.case.id, agrees=True)
    three.desk.decide(lea, three.case.id, "decline", "threes")
    three.desk.edit_letter(lea, three.case.id, "Dear")
    for table in APPEND_ONLY:
        column = next(one for one in table.c if not one.primary_key and not one.foreign_keys)
        with pytest.raises(DBAPIError, match="append-only"), three.desk.engine.begin() as connection:
            connection.execute(table.update().values({column.name: column}))


def test_the_last_admin_stays(three: Panel) -> None:
    with refused(UsageError, "last admin"):
        three.desk.change_person(OPERATOR, three.people["adm"], active=False)
    with refused(UsageError, "already"):
        three.desk.add_person(OPERATOR, "ann")
    with refused(UsageError, "no role"):
        three.desk.add_person(OPERATOR, "zoe", roles=("boss",))  # type: ignore[arg-type]


def test_a_run_is_opened_once(three: Panel) -> None:
    assert three.desk.open_case(OPERATOR, three.case.run).id == three.case.id
    with refused(UsageError, "no grade to review"):
        three.desk.open_case(OPERATOR, "run9999")


def test_a_person_of_the_store_is_found_by_name(three: Panel) -> None:
    found = three.desk.person("ann")
    assert found == three.people["ann"]
    assert three.desk.person("nobody") is None
    assert isinstance(three.desk, Desk)
    assert Actor(user="ops").name == "ops"


# ------------------------------------------------------------------------------------------------ figures


def test_levels_of_all_cases_are_for_leads_who_rate_nothing_and_hold_what_is_revealed(three: Panel) -> None:
    assert three.desk.ratings(OPERATOR).rows == ()
    for name in ("ann", "ben"):
        three.hand_in(name, 2, 3)
    assert three.desk.ratings(OPERATOR).rows == ()
    three.ask("both")
    for name in ("ann", "both"):
        with refused(NotAllowedError):
            three.desk.ratings(three.actor(name))
    three.desk.reveal(three.actor("lea"), three.case.id, early=True, why="now")
    three.desk.adjudicate(three.actor("lea"), three.case.id, CRITERIA[0], 4, "so")
    found = three.desk.ratings(three.actor("lea"))
    first = [(row.rater, row.level, row.role) for row in found.rows if row.criterion == CRITERIA[0]]
    assert first == [("ann", 2, "rater"), ("ben", 2, "rater"), ("lea", 4, "adjudicator")]
    assert found.levels[CRITERIA[0]] == (1, 2, 3, 4, 5)
    assert {row.item for row in found.rows} == {three.case.id}


# ------------------------------------------------------------------------------------------------ whose it is


def test_people_are_an_admins_and_cases_a_leads(three: Panel) -> None:
    for name in ("ann", "bar", "lea"):
        with refused(NotAllowedError):
            three.desk.add_person(three.actor(name), "zoe")
        with refused(NotAllowedError):
            three.desk.change_person(three.actor(name), three.people["ann"], roles=("admin",))
    with refused(NotAllowedError):
        three.desk.open_case(three.actor("ann"), three.case.run)
    assert three.desk.add_person(three.actor("adm"), "zoe").name == "zoe"


def test_what_came_in_after_the_reveal_is_revealed_before_it_is_decided(three: Panel) -> None:
    lea = three.actor("lea")
    revealed(three, 3, 3, 3)
    for name in ("dee", "bar"):
        three.ask(name)
    three.hand_in("dee", 3)
    with refused(NotAllowedError, "reveal it first"):
        three.desk.decide(lea, three.case.id, "decline", "threes")
    three.desk.reveal(lea, three.case.id)
    three.desk.decide(lea, three.case.id, "decline", "threes")
    own = three.desk.part(three.people["bar"], three.case.id)
    assert own is not None
    assert (own.state, own.why) == ("late", "the case was decided")


def test_a_lead_who_is_linked_to_the_candidate_knows_of_nothing(three: Panel) -> None:
    revealed(three, 3, 3, 3)
    three.desk.change_person(OPERATOR, three.people["lea"], candidates=("doe, cara",))
    lea = Actor(person=three.desk.person("lea"))
    assert three.desk.cases(lea).rows == ()
    assert three.desk.ratings(lea).rows == ()
    assert three.desk.preview(lea).parts == ()
    for what in (three.desk.view, three.desk.events, three.desk.reveal):
        with refused(NotFoundError):
            what(lea, three.case.id)  # type: ignore[operator]
    with refused(NotFoundError):
        three.desk.decide(lea, three.case.id, "advance", "my friend")


def test_an_admin_who_looks_before_the_reveal_says_why_and_everybody_reads_it(three: Panel) -> None:
    three.hand_in("ann", 2)
    for name in ("ann", "lea"):
        with refused(NotAllowedError):
            three.desk.view(three.actor(name), three.case.id, glass="curious")
    assert three.desk.view(three.actor("adm"), three.case.id).voices == ()
    looked = three.desk.view(three.actor("adm"), three.case.id, glass="a complaint")
    assert [voice.name for voice in looked.voices] == ["ann"]
    three.hand_in("ben", 3)
    three.hand_in("cem", 3)
    three.desk.reveal(three.actor("lea"), three.case.id)
    (event,) = three.desk.view(three.actor("ben"), three.case.id).glass
    assert event.body is not None
    assert (event.body["who"], event.body["why"]) == ("adm", "a complaint")
