"""Which work to rate twice next: most by lot, some since their level is rare, and what was chosen enters no estimate.
All work and all levels here are generated."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from grader.agreement import Case, Labels, decide, measure
from grader.agreement.labels import median_half_up
from grader.agreement.next_ratings import FIRST, Rated, Waiting, offers, rare_levels
from grader.agreement.simulation import unanimous_case
from grader.agreement.thresholds import Thresholds
from grader.cli import cli
from grader.review.desk import open_desk
from grader.review.problems import NotAllowedError
from grader.review.records import Actor
from grader.store import open_store, retention
from grader.store.tables import events
from grader.testing import packs
from tests.generated_reviews import OPERATOR, level_of, reviews
from tests.web_fixtures import house

LEVELS = (1, 2, 3, 4, 5)
SKEWED = (0.02, 0.03, 0.05, 0.2, 0.7)


# ------------------------------------------------------------------------------------------------ what is offered


def test_nothing_is_chosen_before_anybody_can_know_what_is_rare() -> None:
    few = Rated(drawn={5: FIRST - 1})
    assert rare_levels(few, LEVELS, Thresholds()) == ()
    assert rare_levels(Rated(drawn={5: 20, 4: 5}), LEVELS, Thresholds()) == (1, 2, 3)
    assert rare_levels(Rated(drawn={5: 20, 4: 5, 2: 1}), LEVELS, Thresholds()) == (2, 1, 3), "the nearest first"
    assert rare_levels(Rated(drawn={5: 20, 4: 5, 3: 3}), LEVELS, Thresholds()) == (), "five are there at fifty"


def test_every_second_offer_is_the_rare_one_and_all_others_are_by_lot() -> None:
    waiting = [Waiting(item=f"w{n}", first=3 if n % 10 == 0 else 5, judge=3 if n == 30 else 5) for n in range(40)]
    found = offers(waiting, Rated(drawn={5: 15, 4: 5, 3: 1}), LEVELS, Thresholds(), number=6, lot="a")
    chosen = [one.item for one in found if one.chosen]
    assert chosen[0] == "w30", "judge and person say the same of it"
    assert len(chosen) == 3
    assert {int(item[1:]) % 10 for item in chosen} == {0}
    assert found == offers(waiting[::-1], Rated(drawn={5: 15, 4: 5, 3: 1}), LEVELS, Thresholds(), number=6, lot="a")
    enough = offers(waiting, Rated(drawn={5: 15, 4: 5, 3: 3}), LEVELS, Thresholds(), number=6, lot="a")
    assert not any(one.chosen for one in enough)


def test_what_was_chosen_shows_that_a_level_is_in_use_and_enters_no_estimate() -> None:
    drawn = [5] * 30 + [4] * 20
    plain = unanimous_case([*drawn, *([2] * 5)], [*drawn, *([5] * 5)])
    chosen = Case(labels=plain.labels, judge=plain.judge, probes=plain.probes,
                  chosen=[f"item-{n:04d}" for n in range(50, 55)])  # fmt: skip
    assert measure(plain).comparison.n == 55
    assert measure(chosen).comparison.n == 50
    assert measure(chosen).comparison.qwk.value == 1.0
    checks = {one.id: one for one in decide(chosen).checks}
    assert checks["A"].value == 50
    assert checks["A"].details["levels_in_use"] == 3


def walk(seed: int, *, offered: bool, judge_noise: float) -> tuple[str, int]:
    """Labels until the gate says something of work that is much alike, and what it says."""
    draw = np.random.default_rng([seed, 3])
    truth = draw.choice(5, size=400, p=SKEWED) + 1
    seen = [[int(np.clip(np.rint(value), 1, 5)) for value in truth + draw.normal(0, noise, truth.size)]
            for noise in (0.3, 0.3, judge_noise)]  # fmt: skip
    waiting, done, chosen = list(range(40)), [], set[int]()
    while len(done) < 200:
        item = waiting[0]
        if offered:
            twice = [(n, median_half_up([seen[0][n], seen[1][n]])) for n in done]
            rated = Rated(drawn=Counter(level for n, level in twice if n not in chosen),
                          chosen=Counter(level for n, level in twice if n in chosen))  # fmt: skip
            shown = [Waiting(item=str(n), first=seen[0][n], judge=seen[2][n]) for n in waiting]
            (offer,) = offers(shown, rated, LEVELS, Thresholds(), number=1, lot=str(seed))
            item = int(offer.item)
            chosen |= {item} if offer.chosen else set()
        waiting.remove(item)
        waiting.append(40 + len(done))
        done.append(item)
        if len(done) >= 50 and len(done) % 10 == 0:
            people = {who: {str(n): seen[at][n] for n in done} for at, who in enumerate(("ada", "ben"))}
            case = Case(labels=Labels(criterion="c", levels=LEVELS, people=people),
                        judge={str(n): (seen[2][n],) for n in done}, chosen={str(n) for n in chosen})  # fmt: skip
            verdict = decide(case, scope="ratings").verdict
            if verdict != "INCONCLUSIVE":
                return verdict, len(done)
    return "INCONCLUSIVE", len(done)


@pytest.mark.slow
def test_where_levels_are_rare_offers_come_to_a_verdict_with_fewer_labels_and_open_no_gate_wrongly() -> None:
    lot = [walk(seed, offered=False, judge_noise=3.0) for seed in range(12)]
    offered = [walk(seed, offered=True, judge_noise=3.0) for seed in range(12)]
    assert not [verdict for verdict, _ in (*lot, *offered) if verdict == "ACCEPT"]
    assert sum(n for _, n in offered) <= 0.9 * sum(n for _, n in lot)


# ------------------------------------------------------------------------------------------------ what leads are shown


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return packs.write_pack(tmp_path / "tiny")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres").database())


def high_only(root: Path, tmp_path: Path, url: str) -> None:
    """Twenty opened reviews of level 4 and 5, and three that one person has rated, one of them lower."""
    made = 0
    for number in range(200):
        if level_of(number) > 3 and made < 20:
            reviews(url, root, tmp_path, 1, start=number, disagreement=0.0)
            made += 1
    wanted = [next(n for n in range(300, 400) if level_of(n) == level) for level in (5, 4, 3)]
    for number in wanted:
        reviews(url, root, tmp_path, 1, start=number, disagreement=0.0, raters=("ada",), revealed=False)


@pytest.mark.slow
def test_leads_are_offered_rare_levels_first_and_are_not_told_why(root: Path, tmp_path: Path, url: str) -> None:
    high_only(root, tmp_path, url)
    with open_desk(url) as desk:
        # twenty are rated twice: the next is by lot, the one after it chosen
        found = [one.run for one in desk.second_ratings(OPERATOR, "tiny", number=2)]
        rare = next(f"generated{n:03}" for n in range(300, 400) if level_of(n) == 3)
        assert rare in found
        with desk.engine.connect() as connection:
            kept = connection.execute(select(events.c.about).where(events.c.what.like("chosen%"))).scalars().all()
        assert kept in ([rare], []), "kept as chosen, unless the lot fell on it"
        again = [one.run for one in desk.second_ratings(OPERATOR, "tiny", number=2)]
        assert set(again) >= set(kept)
        lea = Actor(person=desk.add_person(OPERATOR, "lea", roles=("lead",)))
        assert desk.second_ratings(lea, "tiny")
        with pytest.raises(NotAllowedError):
            desk.second_ratings(Actor(person=desk.person("ada")), "tiny")
    out = CliRunner().invoke(cli, ["people", "ask", "--next", "tiny", "--store", url], catch_exceptions=False).output
    assert len(set(out.split())) == 3
    assert set(found) < set(out.split())


@pytest.mark.slow
def test_a_leads_queue_names_them_and_a_reviewers_does_not(root: Path, tmp_path: Path) -> None:
    home = house(tmp_path / "house", "")
    home.person("Lea", "lead")
    home.person("Ada")
    reviews(home.url, root, tmp_path, 1, raters=("Ada",), revealed=False)
    assert "Ask a second person next" in home.visitor("Lea").get("/").text
    assert "Candidate GEN000" in home.visitor("Lea").get("/").text
    assert "Ask a second person next" not in home.visitor("Ada").get("/").text
    home.store.close()


@pytest.mark.slow
def test_chosen_work_is_marked_among_labels_and_goes_with_its_run(root: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    made = reviews(url, root, tmp_path, 2)
    with open_store(url) as store:
        store.event("chosen for a second rating", made[0].run, {})
    with open_desk(url) as desk:
        assert {one.case.id: one.chosen for one in desk.labels(OPERATOR, "tiny")} == {
            made[0].case: True, made[1].case: False,
        }  # fmt: skip
    status = CliRunner().invoke(cli, ["calibrate", str(root), "--status", "--json", "--store", url]).stdout
    assert json.loads(status)["criteria"][0]["items_rated_twice"] == 1
    with open_store(url) as store:
        retention.remove(store, retention.of_person(store, "Generated 000"), why="asked for")
        with store.engine.connect() as connection:
            assert connection.execute(select(events).where(events.c.what.like("chosen%"))).all() == []
