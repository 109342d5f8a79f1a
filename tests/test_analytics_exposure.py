"""How often templates are given out, and what is called a drift."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.analytics.exposed import given_of, in_folder
from grader.analytics.exposure import Given, exposure
from grader.analytics.kept_grades import given
from grader.analytics.tables import moment
from grader.cli import main
from grader.errors import UsageError
from grader.store import open_store
from grader.store.store import About
from tests.store_fixtures import result
from tests.web_fixtures import house

START = datetime(2026, 1, 5, tzinfo=UTC)


def years(seed: int, *, people: int = 400, leaked: str = "", better: float = 0.0) -> list[Given]:
    """Candidates with five of thirty templates each; the later half does so much `better` on all, and 0.35 on the
    `leaked` one."""
    rng, found = np.random.default_rng(seed), []
    hard = rng.uniform(0.3, 0.8, 30)
    for at in range(people):
        able, late = rng.normal(0, 0.15), at >= people / 2
        for task in rng.choice(30, 5, replace=False):
            name = f"t{task:02}"
            share = hard[task] + able + rng.normal(0, 0.2) + late * (better + 0.35 * (name == leaked))
            found.append(
                Given(
                    candidate=f"c{at}", template=name, share=float(np.clip(share, 0, 1)), at=START + timedelta(days=at)
                )
            )
    return found


def called_out(rows: list[Given]) -> set[str]:
    return {str(row["template"]) for row in exposure(rows).rows if "since:" in str(row["words"])}


def test_a_template_that_got_about_is_called_out_and_its_figures_are_right() -> None:
    made = years(3, leaked="t07")
    (row,) = [row for row in exposure(made).rows if row["template"] == "t07"]
    own = [one for one in made if one.template == "t07"]
    assert row["n"] == len(own)
    assert row["exposure"] == pytest.approx(len(own) / 400)
    assert str(row["words"]).startswith("easier since")
    assert 0.1 < float(row["drift_low"] or 0) < 0.35 < float(row["drift_high"] or 0)
    assert called_out(made) == {"t07"}


def test_chance_calls_something_out_in_about_one_year_of_twenty() -> None:
    """Twenty years of nothing. More than four would be chance one time in four hundred."""
    assert sum(bool(called_out(years(seed, people=200))) for seed in range(20)) <= 4


def test_later_candidates_who_are_better_at_all_are_no_drift() -> None:
    """Six years in which the later half is better by a tenth of all points: chance may call out in one of twenty."""
    assert sum(bool(called_out(years(seed, better=0.1))) for seed in range(6)) <= 2


def test_few_are_too_few_and_one_day_is_neither_early_nor_late() -> None:
    few = [Given(candidate=f"c{at}", template=name, share=at % 2, at=START + timedelta(days=at))
           for at in range(29) for name in "ab"]  # fmt: skip
    assert {row["words"] for row in exposure(few).rows} == {"too few to tell"}
    assert {row["drift"] for row in exposure(few).rows} == {None}
    once = [Given(candidate=f"c{at}", template=name, share=at % 2, at=START) for at in range(60) for name in "ab"]
    assert {row["words"] for row in exposure(once).rows} == {"nearly all at one time: too few are earlier or later"}


def test_those_of_one_time_are_never_torn_apart() -> None:
    """Two batches: twenty of the first day, thirty of the second, who are all better at one template."""
    two = [Given(candidate=f"c{at:02}", template=name, share=(at % 5) / 10 + 0.4 * (name == "a" and at >= 20),
                 at=START + timedelta(days=at >= 20)) for at in range(50) for name in "abc"]  # fmt: skip
    (row,) = [row for row in exposure(two).rows if row["template"] == "a"]
    assert (row["earlier_n"], row["later_n"]) == (20, 30)
    assert row["later"] == pytest.approx(0.6)


def test_who_was_given_nothing_else_is_counted_and_not_compared() -> None:
    alone = [Given(candidate=f"c{at}", template="a", share=0.5, at=START + timedelta(days=at)) for at in range(50)]
    (row,) = exposure(alone).rows
    assert (row["n"], row["drift"], row["words"]) == (50, None, "too few to tell")


def grade(**shares: float) -> dict[str, Any]:
    metrics = [{"name": name, "value": value, "floor": 0.1, "target": 1.0} for name, value in shares.items()]
    test = {"id": "t.py::t", "status": "passed", "max_points": 8.0, "points": 4.0, "metrics": metrics}
    return {"challenge": {"id": "screening"}, "objective": {"tests": [test]},
            "provenance": {"run": "r", "started_at": "2026-03-01T10:00:00Z"}}  # fmt: skip


def test_templates_are_what_metrics_name_with_the_share_of_their_credit() -> None:
    found = list(given_of(grade(**{"rec-days/common": 0.55, "rec-days/rare": 1.0, "good": 0.0}), "K7", START))
    assert [(one.candidate, one.template) for one in found] == [("K7", "rec-days")]
    assert found[0].share == pytest.approx(0.75)


def test_results_in_a_folder_are_read_by_candidate_and_others_are_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again, other = grade(**{"a/x": 0.1, "b/x": 1.0}), {**grade(), "challenge": {"id": "other"}}
    for name, body in {"K7": grade(**{"a/x": 1.0}), "K7-2": again, "M2": other}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "grade.json").write_text(json.dumps(body))
    found = in_folder(tmp_path, "screening")
    assert {one.candidate for one in found} == {"K7"}
    assert {one.template for one in found} == {"a", "b"}
    with pytest.raises(UsageError, match="names templates"):
        in_folder(tmp_path, "other")
    main(["analyse", "exposure", "--results", str(tmp_path), "--challenge", "screening", "--json"])
    assert [row["n"] for row in json.loads(capsys.readouterr().out)["rows"]] == [1, 1]


def test_the_store_gives_everybodys_newest_grade_by_the_day_of_the_first(tmp_path: Path) -> None:
    tests = grade(**{"a/x": 0.1, "b/x": 1.0})["objective"]["tests"]
    better = grade(**{"a/x": 1.0})["objective"]["tests"]
    starved = [{**better[0], "id": "t.py::u", "status": "error"}]
    with open_store(f"sqlite:///{tmp_path / 's.db'}") as store:
        for at, own in ((1, tests), (2, [*better, *starved])):
            made = result(at)
            store.record({**made, "objective": {**made["objective"], "tests": own}}, About(candidate="k7"))
        first, second = (result(at)["provenance"]["started_at"] for at in (1, 2))
        found = given(store, result(1)["challenge"]["id"])
        assert [(one.template, one.share) for one in found] == [("a", 1.0)]
        assert {one.at for one in found} == {moment(min(first, second))}
        with pytest.raises(UsageError, match="names templates"):
            given(store, "none")


def test_the_page_is_for_leads_and_names_nobody(tmp_path: Path) -> None:
    home = house(tmp_path)
    challenge = result(1)["challenge"]["id"]
    for at in range(40):
        made = result(at)
        own = grade(**{"a/x": (at % 7) / 7, "b/x": (at % 5) / 5})["objective"]["tests"]
        home.store.record({**made, "objective": {**made["objective"], "tests": own}}, About(candidate=f"k{at}"))
    home.person("Lea Roth", "lead")
    home.person("Ann Weber")
    lead, rater = home.visitor("Lea Roth"), home.visitor("Ann Weber")
    page = lead.get(f"/figures/exposure?challenge={challenge}").text
    assert "nearly all at one time" in page
    assert ">40<" in page
    assert "k17" not in page
    assert "Name the challenge" in lead.get("/figures/exposure").text
    assert rater.get(f"/figures/exposure?challenge={challenge}").status_code in {403, 404}


def test_one_source_is_asked_for_and_whose_templates(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (([], "--results DIR"), (["--results", "."], "--challenge ID says whose templates")):
        with pytest.raises(SystemExit):
            main(["analyse", "exposure", *words])
        assert said in capsys.readouterr().err
