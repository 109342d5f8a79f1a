"""Live rounds at the desk: cards filled in alone and evidence first, opened all at once and to nobody who still rates;
and what a candidate's rounds come to, competency by competency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import UsageError
from grader.loop.candidate import Overview, overview
from grader.loop.candidate_text import overview_text
from grader.loop.matrix import load_loop
from grader.portal.desk import PortalDesk
from grader.ratings.sheet import Said, Sheet
from grader.review import live_rows
from grader.review.problems import IncompleteError, NotAllowedError, NotFoundError, NotReadyError
from grader.review.records import Actor
from tests.loop_fixtures import LOOP, OPERATOR, ask, card, hand_in, loaded
from tests.portal_fixtures import wish
from tests.web_fixtures import House, house, levels

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home")
    for name in ("Ann", "Bob", "Cem"):
        made.person(name)
    made.person("Lea", "lead")
    made.person("Ada", "admin")
    yield made
    made.store.close()


def actor(home: House, name: str) -> Actor:
    return Actor(person=home.people[name])


def two_rounds(home: House) -> tuple[str, str, str]:
    """The blind id, and the cases of a design round held by Ann and Bob, and of a past project held by Cem."""
    design = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    ask(home.desk, "system-design", "Cara Doe", home.people["Bob"])
    project = ask(home.desk, "past-project", design.blind, home.people["Cem"])
    return design.blind, design.id, project.id


def seen(home: House, blind: str, name: str = "") -> Overview:
    return overview(home.desk.loop_view(actor(home, name) if name else OPERATOR, blind))


def row(made: Overview, name: str) -> tuple[float, float | None, float, int]:
    found = next(one for one in made.rows if one.id == name)
    return (
        round(found.low, 2),
        None if found.value is None else round(found.value, 2),
        round(found.high, 2),
        found.people,
    )


# ------------------------------------------------------------------------------------------------ being asked


def test_a_candidate_keeps_one_blind_id_over_take_home_and_live_rounds(home: House) -> None:
    home.case("K7Q2ML", "Ann")
    case = ask(home.desk, "past-project", "Person K7Q2ML", home.people["Cem"])
    assert (case.blind, case.candidate) == ("K7Q2ML", "Person K7Q2ML")
    assert ask(home.desk, "system-design", "k7q2ml", home.people["Cem"]).candidate == "Person K7Q2ML"


def test_who_holds_the_same_round_has_the_same_figures_and_one_case(home: House) -> None:
    first = ask(home.desk, "system-design", "Cara Doe", home.people["Ann"])
    second = ask(home.desk, "system-design", "Cara Doe", home.people["Bob"])
    assert first.id == second.id
    kits = [home.desk.view(actor(home, name), first.id).kit for name in ("Ann", "Bob")]
    assert kits[0] == kits[1]
    assert kits[0]["sheets"]


def test_a_round_stands_in_its_interviewers_queue_and_in_no_list_or_figure_of_submissions(home: House) -> None:
    _, design, _ = two_rounds(home)
    assert [task.case for task in home.desk.queue(actor(home, "Ann"))] == [design]
    assert home.desk.cases(OPERATOR).rows == ()
    assert home.desk.challenges() == ()


def test_a_linked_person_is_not_asked_and_a_linked_lead_does_not_learn_of_it(home: House) -> None:
    home.person("Dan", candidates=("Cara Doe",))
    home.person("Eva", "lead", candidates=("Cara Doe",))
    with pytest.raises(NotAllowedError, match="cannot be asked"):
        ask(home.desk, "system-design", "Cara Doe", home.people["Dan"])
    blind, _, _ = two_rounds(home)
    for act in (
        lambda: home.desk.loop_view(actor(home, "Eva"), blind),
        lambda: home.desk.open_cards(actor(home, "Eva"), blind),
        lambda: ask(home.desk, "system-design", blind, home.people["Cem"], actor=actor(home, "Eva")),
        lambda: home.desk.loop_view(actor(home, "Ann"), "ZZZZZZ"),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert home.desk.loops_listed(actor(home, "Eva")) == ()
    assert [one[0] for one in home.desk.loops_listed(actor(home, "Lea"))] == [blind]


def test_only_leads_ask_and_list(home: House) -> None:
    with pytest.raises(NotAllowedError):
        ask(home.desk, "system-design", "Cara Doe", home.people["Bob"], actor=actor(home, "Ann"))
    with pytest.raises(NotAllowedError):
        home.desk.loops_listed(actor(home, "Ann"))


def test_all_of_a_candidates_rounds_are_held_by_one_agreement(home: House) -> None:
    two_rounds(home)
    changed = loaded()
    loop = changed.loop.model_copy(
        update={"role": "Another", "weights": {**changed.loop.weights, "system_design": 30.0}}
    )
    with pytest.raises(NotAllowedError, match="another agreement of the loop"):
        ask(home.desk, "trace-debugging", "Cara Doe", home.people["Ann"], loop=replace(changed, loop=loop))


# ------------------------------------------------------------------------------------------------ the card


def test_a_level_without_what_it_rests_on_is_not_handed_in_and_is_kept(home: House) -> None:
    _, design, _ = two_rounds(home)
    sheet = card(home.desk, home.people["Ann"], design)
    bare = replace(sheet, said=(replace(sheet.said[0], evidence=()), *sheet.said[1:]))
    with pytest.raises(IncompleteError, match="sizing has a level and nothing that it rests on"):
        home.desk.submit_card(actor(home, "Ann"), design, bare, version=0)
    own = home.desk.view(actor(home, "Ann"), design).own
    assert own is not None
    assert own.assignment.state == "draft"
    assert own.latest is not None
    assert own.latest.sheet == bare
    home.desk.submit_card(actor(home, "Ann"), design, sheet, version=1)


@pytest.mark.parametrize(("change", "said"), [
    (Said(criterion="sizing"), "sizing has no level"),
    (Said(criterion="sizing", level=6, evidence=("x",)), "sizing has level 6"),
    (Said(criterion="clarity", level=3, evidence=("x",)), "clarity is not a criterion of this card"),
])  # fmt: skip
def test_a_card_that_is_not_whole_says_what_is_missing(home: House, change: Said, said: str) -> None:
    _, design, _ = two_rounds(home)
    with pytest.raises(IncompleteError, match=said):
        home.desk.submit_card(
            actor(home, "Ann"), design, card(home.desk, home.people["Ann"], design).having(change), version=0
        )


# ------------------------------------------------------------------------------------------------ opening


def test_nothing_of_a_card_is_seen_before_all_are_opened_at_once(home: House) -> None:
    blind, design, project = two_rounds(home)
    hand_in(home.desk, home.people["Ann"], design, 5, words="WORDS OF ANN")
    for name in ("", "Lea", "Ann", "Bob", "Cem"):
        assert "WORDS OF ANN" not in str(asdict(seen(home, blind, name)))
    for name in ("Bob", "Cem"):
        view = home.desk.loop_view(actor(home, name), blind)
        assert all(not live.asked and not live.opened for live in view.live)
    with pytest.raises(NotReadyError) as problem:
        home.desk.open_cards(OPERATOR, blind)
    assert problem.value.reasons == (
        "1 of at least 2 independent people have been heard, over all rounds.",
        "2 of those who were asked have not handed in their card.",
    )
    hand_in(home.desk, home.people["Bob"], design, 4)
    hand_in(home.desk, home.people["Cem"], project, 4)
    home.desk.open_cards(actor(home, "Lea"), blind)
    for name in ("", "Lea", "Ann", "Bob", "Cem"):
        text = str(asdict(seen(home, blind, name)))
        assert ("WORDS OF ANN" in text) == (name != "Cem"), name  # Cem held another round: it is not theirs to read
        assert "Ann" not in text.replace("WORDS OF ANN", "")


def test_opening_early_takes_a_reason_and_two_people_all_the_same(home: House) -> None:
    blind, design, project = two_rounds(home)
    hand_in(home.desk, home.people["Ann"], design)
    with pytest.raises(NotReadyError):
        home.desk.open_cards(OPERATOR, blind, early=True, why="Bob is ill")
    hand_in(home.desk, home.people["Cem"], project)
    with pytest.raises(UsageError, match="takes a reason"):
        home.desk.open_cards(OPERATOR, blind, early=True)
    home.desk.open_cards(OPERATOR, blind, early=True, why="Bob is ill")
    live = home.desk.loop_view(OPERATOR, blind).live
    assert {one.round_id: one.early_why for one in live} == {"system-design": "Bob is ill", "past-project": ""}
    assert home.desk.queue(actor(home, "Bob"))[0].state == "late"


def test_opening_early_leaves_a_round_that_nobody_has_held_to_be_held(home: House) -> None:
    blind, design, project = two_rounds(home)
    for name in ("Ann", "Bob"):
        hand_in(home.desk, home.people[name], design, words="OF THE DESIGN")
    home.desk.open_cards(OPERATOR, blind, early=True, why="the first stage is to be decided")
    assert "OF THE DESIGN" in str(asdict(seen(home, blind, "Lea")))
    assert "OF THE DESIGN" not in str(asdict(seen(home, blind, "Cem")))
    hand_in(home.desk, home.people["Cem"], project)
    home.desk.open_cards(OPERATOR, blind)


def test_a_lead_who_holds_a_round_sees_nothing_and_opens_nothing_until_theirs_is_in(home: House) -> None:
    blind, design, project = two_rounds(home)
    ask(home.desk, "trace-debugging", blind, home.people["Lea"])
    for name in ("Ann", "Bob"):
        hand_in(home.desk, home.people[name], design)
    hand_in(home.desk, home.people["Cem"], project)
    view = home.desk.loop_view(actor(home, "Lea"), blind)
    assert (view.may_open, view.missing, [live.asked for live in view.live]) == (False, (), [(), (), ()])
    with pytest.raises(NotAllowedError, match="rates nothing of this candidate's"):
        home.desk.open_cards(actor(home, "Lea"), blind)
    home.desk.open_cards(actor(home, "Ada"), blind, early=True, why="Lea is away")
    assert home.desk.loop_view(actor(home, "Lea"), blind).candidate == ""


def test_who_still_rates_the_take_home_sees_no_card(home: House) -> None:
    home.case("K7Q2ML", "Ann", "Bob")
    case = ask(home.desk, "past-project", "K7Q2ML", home.people["Ann"])
    ask(home.desk, "past-project", "K7Q2ML", home.people["Cem"])
    for name in ("Ann", "Cem"):
        hand_in(home.desk, home.people[name], case.id, words=f"OF {name}")
    home.desk.open_cards(OPERATOR, "K7Q2ML")
    assert "OF Cem" not in str(asdict(seen(home, "K7Q2ML", "Ann")))
    assert "OF Ann" in str(asdict(seen(home, "K7Q2ML", "Cem")))


def test_after_opening_nobody_is_asked_for_that_round_and_no_card_changes(home: House) -> None:
    blind, design, project = two_rounds(home)
    for name, case in (("Ann", design), ("Bob", design), ("Cem", project)):
        hand_in(home.desk, home.people[name], case)
    home.desk.open_cards(OPERATOR, blind)
    with pytest.raises(NotAllowedError, match="open to all"):
        ask(home.desk, "system-design", blind, home.people["Cem"])
    for act in (
        lambda: home.desk.withdraw(actor(home, "Ann"), design),
        lambda: home.desk.save(actor(home, "Ann"), design, Sheet(), version=1),
        lambda: home.desk.amend(actor(home, "Ann"), design, Sheet(), version=1),
        lambda: home.desk.reveal(OPERATOR, design),
        lambda: home.desk.decide(OPERATOR, design, "decline", "no"),
    ):
        with pytest.raises(UsageError):
            act()


def test_the_chain_of_a_live_round_holds(home: House) -> None:
    blind, design, project = two_rounds(home)
    for name, case in (("Ann", design), ("Bob", design), ("Cem", project)):
        hand_in(home.desk, home.people[name], case)
    home.desk.open_cards(OPERATOR, blind)
    from grader.review import rows
    from grader.store.engine import reading

    with reading(home.store.engine) as connection:
        assert rows.faults(connection, design) == ()
        whats = [event.what for event in rows.events(connection, design)]
    assert [what for what in whats if what != "read the work"] == [
        "opened", "asked", "asked", "handed in", "handed in", "revealed"
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ the scorecard


def test_missing_is_not_zero_and_the_range_says_what_is_open(home: House) -> None:
    blind, design, project = two_rounds(home)
    made = seen(home, blind)
    assert (made.low, made.value, made.high, made.people) == (0.0, None, 100.0, 0)
    assert all(found.value is None for found in made.rows)
    for name in ("Ann", "Bob"):
        hand_in(home.desk, home.people[name], design, {"sizing": 5, "alternatives": 3, "failing": 4, "uncertainty": 3})
    hand_in(home.desk, home.people["Cem"], project, 3)
    home.desk.open_cards(OPERATOR, blind)
    made = seen(home, blind)
    # Sizing weighs two: (5 * 2 + 3 + 3) / 4 = 4 is 75 points. The incident, without a kit, is the other third.
    assert row(made, "system_design") == (50.0, 75.0, 83.33, 2)
    # Failing 4 is 75 points, and design is one part of four: take-home 1, design 1, incident 2.
    assert row(made, "production_engineering") == (18.75, 75.0, 93.75, 2)
    assert row(made, "collaboration_communication") == (33.33, 50.0, 66.67, 1)
    assert row(made, "coding_fundamentals") == (0.0, None, 100.0, 0)
    assert made.people == 3
    assert made.value == pytest.approx((15 * 75 + 15 * 75 + 10 * 50 + 25 * 50) / 65)


def test_levels_that_lie_apart_leave_a_range_and_nobody_is_averaged_away(home: House) -> None:
    blind, design, project = two_rounds(home)
    hand_in(home.desk, home.people["Ann"], design, 5)
    hand_in(home.desk, home.people["Bob"], design, {"failing": 2, "sizing": 5, "alternatives": 5, "uncertainty": 5})
    hand_in(home.desk, home.people["Cem"], project, dict.fromkeys(("own-part", "explaining", "technique", "effect")))
    home.desk.open_cards(OPERATOR, blind)
    made = seen(home, blind)
    design_row = next(one for one in made.rows if one.id == "production_engineering")
    part = next(one for one in design_row.measured if one.round_id == "system-design")
    assert (part.low, part.value, part.high) == (25.0, 62.5, 100.0)
    assert row(made, "collaboration_communication") == (0.0, None, 100.0, 0)  # nobody could judge it
    assert "could not judge it: not observed" in overview_text(made)


def test_who_cannot_judge_stands_behind_nothing(home: House) -> None:
    blind, design, project = two_rounds(home)
    hand_in(home.desk, home.people["Ann"], design, 4)
    hand_in(home.desk, home.people["Bob"], design, dict.fromkeys(("failing", "sizing", "alternatives", "uncertainty")))
    hand_in(home.desk, home.people["Cem"], project, 3)
    home.desk.open_cards(OPERATOR, blind)
    made = seen(home, blind)
    assert row(made, "production_engineering")[3] == 1
    assert row(made, "system_design")[3] == 1
    assert made.people == 2, "Ann and Cem"


def test_a_take_home_and_live_rounds_stand_in_one_row_with_all_the_people_behind_it(home: House) -> None:
    case = home.case("K7Q2ML", "Ann", "Bob")
    for name in ("Ann", "Bob"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case, 4, rationale="measured"))
    home.desk.reveal(OPERATOR, case.id)
    live = ask(home.desk, "past-project", "K7Q2ML", home.people["Cem"])
    hand_in(home.desk, home.people["Cem"], live.id, {"technique": 4})
    home.desk.open_cards(OPERATOR, "K7Q2ML")
    made = seen(home, "K7Q2ML")
    llm = next(one for one in made.rows if one.id == "llm_domain_knowledge")
    parts = {part.round_id: part for part in llm.measured}
    closed = home.desk.closed(OPERATOR, case.id)
    assert closed is not None
    points = next(one for one in closed[0].competencies if one.id == "llm_domain_knowledge")
    assert parts["rag-triage"].value == pytest.approx(100 * points.score / points.max_score)
    assert (parts["past-project"].value, parts["past-project"].people) == (75.0, 1)
    assert llm.people == 3
    assert llm.value == pytest.approx((2 * (parts["rag-triage"].value or 0) + 75.0) / 3)


def test_a_stage_recommends_or_waits_and_never_turns_down(home: House) -> None:
    case = home.case("K7Q2ML", "Ann", "Bob")
    ask(home.desk, "past-project", "K7Q2ML", home.people["Cem"])
    first = seen(home, "K7Q2ML").verdicts[0]
    assert (first.word, first.reasons[0]) == ("open", "Take-home: support-ticket triage with retrieval: not open yet")
    for name in ("Ann", "Bob"):
        home.visitor(name).post(f"/rate/{case.id}/submit", levels(case, 5, rationale="measured"))
    home.desk.reveal(OPERATOR, case.id)
    first, talks = seen(home, "K7Q2ML").verdicts
    assert (first.word, first.reasons) == ("goes on", ())
    assert talks.word == "open"
    assert "incident" in " ".join(talks.reasons).lower()
    assert {verdict.word for verdict in seen(home, "K7Q2ML").verdicts} <= {"goes on", "below", "open"}


def test_one_persons_word_recommends_nothing(home: House, tmp_path: Path) -> None:
    text = LOOP.read_text().replace("  digest: ", '  digest: "" #')
    stages = text.index("\nstages:"), text.index("\nmatrix:")
    one_stage = (
        "\nstages:\n  - id: all\n    title: All\n    rounds: [past-project]\n    goes_on: {least: "
        "{collaboration_communication: 2}, people: 2}\n    decides: x\n    letters: {goes_on: a, ends: b}\n"
        "    sends: x\n    answer: 1d\n"
    )
    path = tmp_path / "loop.yaml"
    path.write_text(text[: stages[0]] + one_stage + text[stages[1] :])
    (tmp_path / "scorecard.yaml").write_text((LOOP.parent / "scorecard.yaml").read_text())
    loop = load_loop(path)
    case = ask(home.desk, "past-project", "Cara Doe", home.people["Ann"], loop=loop)
    ask(home.desk, "system-design", "Cara Doe", home.people["Bob"], loop=loop)
    design = home.desk.queue(actor(home, "Bob"))[0].case
    hand_in(home.desk, home.people["Ann"], case.id, 5)
    hand_in(home.desk, home.people["Bob"], design, 5)
    home.desk.open_cards(OPERATOR, case.blind)
    [verdict] = seen(home, case.blind).verdicts
    assert verdict.word == "open"
    assert verdict.reasons == ("1 of at least 2 independent people have been heard",)


# ------------------------------------------------------------------------------------------------ commands, removal


def test_the_commands_ask_open_and_show(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def grade(*words: str) -> str:
        done = CliRunner().invoke(cli, ["loop", *words, "--store", home.url], standalone_mode=False)
        assert done.exception is None, done.output
        return done.output + done.stderr

    asked = grade("ask", str(LOOP), "system-design", "--candidate", "Cara Doe", "--of", "Ann")
    blind = asked.rpartition("candidate ")[2].strip(" .\n")
    grade("ask", str(LOOP), "system-design", "--candidate", blind, "--of", "Bob")
    assert "have not handed in" in grade("reveal", blind)
    for name in ("Ann", "Bob"):
        hand_in(home.desk, home.people[name], home.desk.queue(actor(home, name))[0].case, 4)
    grade("reveal", blind)
    shown = grade("show", "--candidate", blind)
    assert "System design (weight 15): 4.0" in shown
    assert "Reviewer A: 4" in shown
    assert "Ann" not in shown


def test_nobody_is_asked_about_a_candidate_whose_name_is_anothers_blind_id(home: House) -> None:
    blind = two_rounds(home)[0]
    other, _ = PortalDesk(engine=home.store.engine).invite(wish(candidate=blind))
    with pytest.raises(UsageError, match="the blind id of one candidate and the name of another"):
        ask(home.desk, "system-design", blind, home.people["Cem"])
    assert ask(home.desk, "system-design", "Cara Doe", home.people["Cem"]).blind == blind
    assert ask(home.desk, "system-design", other.blind, home.people["Cem"]).candidate == blind


@pytest.mark.parametrize("how", ["name", "age"])
def test_purge_takes_live_rounds_with_all_that_was_written_and_leaves_others(home: House, how: str) -> None:
    blind, design, _ = two_rounds(home)
    hand_in(home.desk, home.people["Ann"], design)
    other = ask(home.desk, "past-project", "Somebody Else", home.people["Cem"])
    words = ["--candidate", "doe, cara"] if how == "name" else ["--older-than", "0d"]
    home.watch.later(days=1)
    done = CliRunner().invoke(cli, ["purge", *words, "--yes", "--store", home.url], standalone_mode=False)
    assert "live rounds with their cards" in done.output
    assert live_rows.of_person(home.store.engine, blind) == []
    left = live_rows.of_person(home.store.engine, other.blind)
    assert left == ([other.id] if how == "name" else [])
    assert "said so" not in (home.folder / "grader.db").read_bytes().decode("latin-1") or how == "age"


def test_purging_somebody_else_leaves_live_rounds_alone(home: House) -> None:
    home.case("K7Q2ML", "Ann")
    blind, _, _ = two_rounds(home)
    CliRunner().invoke(cli, ["purge", "--candidate", "Person K7Q2ML", "--yes", "--store", home.url])
    assert len(live_rows.of_person(home.store.engine, blind)) == 2
