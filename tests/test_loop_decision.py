"""What people decide on a candidate over the rounds of a loop: by a person, on two people's word, appended; and the
letter after it, which the candidate's page shows once somebody has let it go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update

from grader.cli import cli
from grader.errors import InfrastructureError, UsageError
from grader.loop.deciding import advise
from grader.review.loop_records import StageDecision
from grader.review.problems import NotAllowedError, NotFoundError, NotReadyError
from grader.review.records import Actor, DecisionOutcome
from grader.store import open_store
from grader.store.case_tables import case_events
from grader.store.engine import reading, writing
from grader.store.loop_tables import APPEND_ONLY
from tests.loop_fixtures import OPERATOR, ask, hand_in
from tests.portal_fixtures import PACK, handed_in, wish, work
from tests.store_fixtures import Cluster
from tests.web_fixtures import House, Visitor, house, levels

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home")
    for name in ("Ann", "Bob", "Cem"):
        made.person(name)
    made.person("Lea", "lead")
    made.person("Lou", "lead")
    yield made
    made.store.close()


def rounds(home: House, level: int = 4) -> str:
    """The blind id of somebody whose design round Ann and Bob, and whose past project Cem held; all is handed in."""
    design = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    ask(home.desk, "system-design", "Cara Doe", home.people["Bob"])
    project = ask(home.desk, "past-project", "Cara Doe", home.people["Cem"])
    for name, case in (("Ann", design), ("Bob", design), ("Cem", project)):
        hand_in(home.desk, home.people[name], case.id, level)
    return design.blind


def decide(
    home: House, blind: str, outcome: DecisionOutcome, who: str = "Lea", stage: str = "talks", why: str = "as seen"
) -> StageDecision:
    lead = Actor(person=home.people[who])
    return home.desk.decide_stage(lead, blind, stage, outcome, why, partial(advise, stage=stage))


# ------------------------------------------------------------------------------------------------ the decision


def test_a_person_decides_with_a_reason_and_what_the_rule_said_stands_beside_it(home: House) -> None:
    blind = rounds(home, level=1)
    home.desk.open_cards(OPERATOR, blind)
    made = decide(home, blind, "advance", why="the rounds missed what she built")
    assert (made.outcome, made.by, made.recommendation) == ("advance", "Lea", "open")
    assert not made.against, "what is open recommends nothing that one could decide against"
    with pytest.raises(UsageError, match="takes a reason"):
        decide(home, blind, "advance", why="  ")
    with pytest.raises(UsageError, match="no stage 'nothing'"):
        decide(home, blind, "advance", stage="nothing")


def test_decisions_are_added_and_never_changed_on_either_store(home: House, tmp_path: Path, postgres: Cluster) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    decide(home, blind, "decline")
    decide(home, blind, "advance", who="Lou", why="talked again")
    seen = home.desk.loop_view(OPERATOR, blind)
    assert [(one.outcome, one.by) for one in seen.decisions] == [("decline", "Lea"), ("advance", "Lou")]
    assert seen.outcome("talks") == "advance"
    home.desk.edit_stage_letter(Actor(person=home.people["Lea"]), blind, "talks", "Dear {{ name }}")
    for table in APPEND_ONLY:
        with pytest.raises(InfrastructureError, match="append-only"), writing(home.store.engine) as connection:
            connection.execute(update(table).values(at="x"))
    with open_store(postgres.database()) as store, writing(store.engine) as connection:
        found = connection.execute(text("select tgname from pg_trigger where tgname like 'loop_%'")).scalars().all()
    assert {"loop_decisions_append_only", "loop_letters_append_only"} <= set(found)


def test_one_persons_word_decides_nothing_and_what_is_under_way_is_not_passed_over(home: House) -> None:
    design = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    hand_in(home.desk, home.people["Ann"], design.id)
    for outcome in ("advance", "decline"):
        with pytest.raises(NotReadyError) as refused:
            decide(home, design.blind, outcome)  # type: ignore[arg-type]
        assert "0 of at least 2 independent people" in refused.value.reasons[0]
        assert "its cards are in and not open yet" in refused.value.reasons[1]
    assert decide(home, design.blind, "more").outcome == "more"
    project = ask(home.desk, "past-project", "Cara Doe", home.people["Cem"])
    hand_in(home.desk, home.people["Cem"], project.id)
    home.desk.open_cards(OPERATOR, design.blind)
    decide(home, design.blind, "decline")
    ask(home.desk, "trace-debugging", "Cara Doe", home.people["Bob"])
    with pytest.raises(NotReadyError) as refused:
        decide(home, design.blind, "advance")
    assert "1 of those who were asked have not handed in" in refused.value.reasons[0]


def test_who_decides_leads_rates_nothing_of_the_candidates_and_is_not_linked(home: House) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    ask(home.desk, "trace-debugging", "Cara Doe", home.people["Lou"])
    home.person("Eva", "lead", candidates=("Cara Doe",))
    for who, problem in (("Ann", NotAllowedError), ("Lou", NotAllowedError), ("Eva", NotFoundError)):
        with pytest.raises(problem):
            decide(home, blind, "more", who=who)
    with pytest.raises(NotAllowedError, match="still rates"):
        home.desk.decide_stage(OPERATOR, blind, "talks", "more", "x", partial(advise, stage="talks"),
                               by=home.people["Lou"])  # fmt: skip
    with pytest.raises(UsageError, match="Say who"):
        home.desk.decide_stage(OPERATOR, blind, "talks", "more", "x", partial(advise, stage="talks"))
    assert home.desk.loop_view(Actor(person=home.people["Lou"]), blind).decisions == ()


def test_whoever_held_a_round_reads_the_outcome_and_neither_reason_nor_name(home: House) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    decide(home, blind, "decline", why="what Cem heard")
    seen = home.desk.loop_view(Actor(person=home.people["Ann"]), blind).decisions
    assert [(one.outcome, one.by, one.why, one.letter) for one in seen] == [("decline", "", "", None)]
    page = home.visitor("Ann").get(f"/loops/{blind}").text
    assert "Decided: decline" in page
    assert "what Cem heard" not in page


def test_after_a_stage_that_ended_it_nothing_later_is_decided(home: House) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    decide(home, blind, "decline", stage="talks")
    decide(home, blind, "more", stage="take-home")
    with pytest.raises(NotReadyError):
        decide(home, blind, "decline", stage="take-home")
    home.desk.decide_stage(OPERATOR, blind, "talks", "advance", "anew", partial(advise, stage="talks"),
                           by=home.people["Lea"])  # fmt: skip


def test_purge_takes_what_was_decided_with_the_rounds(home: House) -> None:
    from grader.review import live_rows

    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    decide(home, blind, "advance")
    home.desk.edit_stage_letter(Actor(person=home.people["Lea"]), blind, "talks", "Dear {{ name }}")
    live_rows.forget(home.store.engine, live_rows.of_person(home.store.engine, "Cara Doe"))
    with writing(home.store.engine) as connection:
        for table in APPEND_ONLY:
            assert connection.execute(select(table)).first() is None


# ------------------------------------------------------------------------------------------------ the letter


def test_the_letter_of_the_stage_begins_filled_in_and_goes_out_once_and_finished(home: House) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    lea = home.visitor("Lea")
    lea.get(f"/loops/{blind}")
    assert lea.post(f"/loops/{blind}/decide", {"stage": "talks", "outcome": "decline", "why": ""}).status_code == 409
    assert lea.post(f"/loops/{blind}/decide", {"stage": "talks", "outcome": "x", "why": "y"}).status_code == 422
    sent = lea.post(f"/loops/{blind}/decide", {"stage": "talks", "outcome": "decline", "why": "no numbers"})
    assert sent.status_code == 303
    page = lea.get(f"/loops/{blind}").text
    begun = re.findall(r"<textarea id=\"text-talks\"[^>]*>(.*?)</textarea>", page, re.DOTALL)[0]
    assert "Dear {{ name }}," in begun
    assert "given to Talks" in begun
    assert begun.rstrip().endswith("Lea")
    refused = lea.post(f"/loops/{blind}/letter", {"stage": "talks", "text": begun, "do": "release"})
    assert refused.status_code == 409
    assert "What carried furthest:" in refused.text
    whole = re.sub(r":\n", ": said.\n", begun)
    assert lea.post(f"/loops/{blind}/letter", {"stage": "talks", "text": whole, "do": "release"}).status_code == 303
    assert "The letter has gone out" in lea.get(f"/loops/{blind}").text
    again = lea.post(f"/loops/{blind}/letter", {"stage": "talks", "text": "other", "do": "keep"})
    assert again.status_code == 409


def candidate(home: House, number: int = 0) -> tuple[Visitor, str]:
    """Somebody who has handed in by a link: a browser, and the link's path."""
    import io

    from grader.challenge import load_manifest
    from grader.portal import taking
    from grader.portal.desk import PortalDesk

    desk = PortalDesk(engine=home.store.engine, clock=home.watch)
    one, token = desk.invite(wish())
    desk.start(one)
    desk.keep(one, taking.take_upload(taking.folder_of(home.url), io.BytesIO(work(number)), load_manifest(PACK)))
    return home.visitor(), f"/h/{token}"


def released(home: House, blind: str) -> None:
    lea = Actor(person=home.people["Lea"])
    home.desk.open_cards(OPERATOR, blind)
    decide(home, blind, "advance", why="SECRET WHY")
    home.desk.edit_stage_letter(lea, blind, "talks", "Dear {{ name }}, we **go on**.", release=True)


def case_of_work(home: House, path: str) -> None:
    from grader.portal.desk import PortalDesk

    one = PortalDesk(engine=home.store.engine, clock=home.watch).opened(path.removeprefix("/h/"))
    assert one is not None
    home.case(one.blind, "Ann", "Bob", submission=handed_in(one))
    case = home.cases[one.blind]
    for name in ("Ann", "Bob"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case))
    home.desk.reveal(OPERATOR, case.id)


def test_the_candidates_page_shows_the_letter_by_name_after_its_release_and_not_before(home: House) -> None:
    browser, path = candidate(home)
    case_of_work(home, path)
    before = browser.get(path).text
    blind = rounds(home)
    assert browser.get(path).text == before, "what is held and rated is not to be seen"
    released(home, blind)
    page = browser.get(path).text
    assert "Dear Cara Doe, we <strong>go on</strong>." in page
    for word in ("SECRET WHY", "Ann", "Bob", "Cem"):
        assert word not in page
    assert browser.post(f"{path}/appeal", {"words": "one thing is wrong"}).status_code == 303
    with reading(home.store.engine) as connection:
        assert "appealed" in connection.execute(select(case_events.c.what)).scalars().all()


def test_of_two_people_of_one_name_neither_reads_what_may_be_the_others(home: House) -> None:
    browser, path = candidate(home)
    case_of_work(home, path)
    _, other = candidate(home, 1)
    released(home, rounds(home))
    for link in (path, other):
        assert "we <strong>go on</strong>" not in browser.get(link).text


# ------------------------------------------------------------------------------------------------ the terminal


def test_deciding_and_the_letter_at_the_terminal(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    blind = rounds(home)
    home.desk.open_cards(OPERATOR, blind)
    monkeypatch.setenv("GRADER_STORE", home.url)

    def grade(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["loop", *words])
        return done.exit_code, f"{done.output}{done.exception or ''}"

    assert "Nothing is decided on 'talks'" in grade("letter", blind, "talks")[1]
    code, said = grade("decide", blind, "talks", "advance", "--by", "Ann", "--why", "x")
    assert code != 0
    assert "is no lead here" in said
    code, said = grade("decide", blind, "talks", "advance", "--by", "Lea", "--why", "carried the design")
    assert code == 0, said
    assert "Decided on talks: advance" in said
    code, said = grade("letter", blind, "talks", "--by", "Lea")
    assert "Next is: what we offer you." in said
    assert grade("letter", blind, "talks", "--by", "Lea", "--release")[0] == 0
    code, said = grade("show", "--candidate", blind)
    assert "advance, by Lea: carried the design" in said
    assert "letter released" in said
