"""The review of the quarter: what was planted stands on the page and nothing else is called out; few are told as few;
what was changed last time stands with its figures then and now. And the leads' pages of figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.analytics import review as made
from grader.analytics.items import Answer
from grader.analytics.page import render
from grader.analytics.predict import Question, ScoredHire
from grader.analytics.review import CHANGES, GATES, ITEMS, MINUTES, RATERS, SURPRISES, Change, Gate, Material, review
from grader.cli import cli
from grader.errors import UsageError
from grader.store.hire import HireEvent, keep
from tests import analytics_cohorts as cohorts
from tests.analytics_cohorts import Planted
from tests.web_fixtures import OPERATOR, House, house, levels

HIRES = tuple(
    ScoredHire(candidate=f"K{at}", score=float(score), rating=rating, hired=True)
    for at, (score, rating) in enumerate([(90, 1.0), (40, 5.0), *[(50 + at, 2 + at / 20) for at in range(40)]])
)  # fmt: skip


def section(rows: Any, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in rows if row["section"] == name]


def whole(**more: Any) -> Material:
    planted = Planted(useless_round="screen", drifting_rater="rater-1")
    rows = cohorts.answers(3, n=200, items=6)
    flat = [Answer(candidate=f"c{at}", item="always", points=1.0) for at in range(60)]
    given: dict[str, Any] = {
        "outcomes": HIRES, "question": Question(line=70, bar=3.5), "levels": cohorts.levels(3, planted=planted),
        "ratings": cohorts.ratings(3, planted=planted), "answers": [*rows, *flat],
        "gates": [Gate(criterion="clarity", open=False, since="2026-09-01T00:00:00Z", why="people and judge part")],
    }  # fmt: skip
    return Material(**{**given, **more})


def test_what_was_planted_stands_on_the_page(tmp_path: Path) -> None:
    found = review(whole())
    said = {name: section(found.rows, name) for name in (SURPRISES, MINUTES, RATERS, GATES, ITEMS)}
    assert {"K0", "K1"} <= {row["name"] for row in said[SURPRISES]}
    assert any("below the bar" in row["words"] for row in said[SURPRISES] if row["name"] == "K0")
    assert said[MINUTES][0]["name"].startswith("screen")
    assert "nothing shown" in said[MINUTES][0]["words"]
    drifting = [row["name"] for row in said[RATERS] if "grows" in row["words"]]
    assert drifting == ["rater-1"]
    assert said[GATES] == [{**said[GATES][0], "name": "clarity",
                            "words": "closed since 2026-09-01: people and judge part"}]  # fmt: skip
    assert [row["words"] for row in said[ITEMS] if row["name"] == "always"] == ["the same for all: it tells nothing"]
    html = render(found)
    assert html.count("<svg") > 4
    assert html.count("<table") >= 4, "each chart has a table beside it"
    assert "<script" not in html


def test_few_are_told_as_few_and_what_there_is_no_table_of_is_not_looked_at() -> None:
    answers = [Answer(candidate=f"c{at}", item="t", points=1.0) for at in range(9)]
    few = review(Material(outcomes=HIRES[:6], answers=answers))
    assert section(few.rows, SURPRISES)[0]["words"] == "too few to tell"
    assert section(few.rows, ITEMS)[0]["words"] == "too few to tell"
    for name in (MINUTES, RATERS, GATES):
        (row,) = section(few.rows, name)
        assert row["words"].startswith("not looked at")
        assert row["value"] is None
    assert "nobody wrote down" in section(few.rows, CHANGES)[0]["words"]
    assert "nobody is named" in section(few.rows, SURPRISES)[1]["words"]


def test_a_change_stands_with_its_figures_then_and_now_and_a_move_is_said_only_where_intervals_part() -> None:
    key = {"section": ITEMS, "name": "t1"}
    now = [{**key, "value": 0.5, "low": 0.4, "high": 0.6, "n": 90}]
    change = Change(section=ITEMS, name="t1", what="reworded")

    def moved(then: dict[str, Any]) -> str:
        found = made._changed(Material(changes=[change], last=[then]), now)[0]
        assert found["last"] == then.get("value")
        return str(found["words"])

    assert moved({**key, "value": 0.1, "low": 0.0, "high": 0.2}) == "reworded: higher than last time"
    assert moved({**key, "value": 0.9, "low": 0.8, "high": 1.0}) == "reworded: lower than last time"
    assert moved({**key, "value": 0.3, "low": 0.2, "high": 0.45}) == "reworded: no move shown"
    assert "too few to tell" in moved({**key, "value": 0.1, "low": None, "high": None})
    gone = made._changed(Material(changes=[change]), now)[0]
    assert gone["words"] == "reworded: it is not in the last review"


def test_a_quarter_later_the_last_review_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tables = tmp_path / "q1"
    tables.mkdir()
    (tables / "outcomes.csv").write_text("candidate,score,rating\n" + "".join(
        f"{one.candidate},{one.score},{one.rating}\n" for one in HIRES))  # fmt: skip
    (tables / "answers.csv").write_text(
        "candidate,item,points\n"
        + "".join(
            f"c{at},{item},{int(item == 'flat' or at % 3 > 0)}\n" for at in range(40) for item in ("flat", "a", "b")
        )
    )
    (tables / "gates.csv").write_text("criterion,open,why\nclarity,no,=cmd()\n")

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["analyse", "review", *words])

    first = run("--tables", "q1", "--line", "70", "--bar", "3.5", "--out", "kept", "--json")
    assert first.exit_code == 0, first.output
    data = json.loads(first.stdout)
    assert set(data) == {"report", "rows", "notes"}
    (tables / "changes.csv").write_text(f"section,name,what\n{ITEMS},flat,taken out\n")
    again = run("--tables", "q1", "--last", "kept/review.json", "--json")
    (row,) = section(json.loads(again.stdout)["rows"], CHANGES)
    assert row["words"].startswith("taken out: too few to tell")
    assert not {cell for cell in (tmp_path / "kept" / "review.csv").read_text().split(",") if cell.startswith("=")}
    for text in ("no json", "[]", '{"report": "funnel", "rows": []}', '{"report": "review", "rows": [1]}', "[" * 9_000):
        (tmp_path / "bad.json").write_text(text)
        assert isinstance(run("--tables", "q1", "--last", "bad.json").exception, UsageError)
    (tables / "changes.csv").write_text("section,name,what\nnothing,flat,x\n")
    assert "is none of" in str(run("--tables", "q1").exception)


# ------------------------------------------------------------------------------------------------ the pages


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path / "home")
    for name, role in (("Ann", "reviewer"), ("Bob", "reviewer"), ("Lea", "lead")):
        made.person(name, role)  # type: ignore[arg-type]
    case = made.case("C1", "Ann", "Bob")
    for name in ("Ann", "Bob"):
        made.visitor(name).post(f"/rate/{case.id}/submit", levels(case))
    made.desk.reveal(OPERATOR, case.id)
    events = [HireEvent(source="csv", key=f"{who}{stage}", candidate=who, kind="stage", name=stage,
                        entered_at="2026-03-01T00:00:00Z", left_at="2026-03-04T00:00:00Z", exit="advance")
              for who in ("Person C1", "Other") for stage in ("applied", "take-home")]  # fmt: skip
    keep(made.store.engine, events, source="csv", digest="x", name="x.csv", whole=True)
    yield made
    made.store.close()


@pytest.mark.slow
def test_leads_read_every_report_and_no_name_stands_on_any(home: House) -> None:
    lea = home.visitor("Lea")
    assert 'href="/figures/review"' in lea.get("/figures").text
    for path in ("review?line=70&bar=3", "funnel", "time", "dropoff", "predict", "signal?reached=take-home", "raters",
                 "items?challenge=rag-triage"):  # fmt: skip
        page = lea.get(f"/figures/{path}")
        assert page.status_code == 200, path
        assert "Person C1" not in page.text, path
        assert "<h1>" in page.text
    assert "too few to tell" in lea.get("/figures/review").text
    assert "In words" in lea.get("/figures/funnel").text
    for wrong in ("line=abc", "line=nan", "bar=1e999", "line=%00"):
        assert "is a number" in lea.get(f"/figures/review?{wrong}").text
    hostile = lea.get("/figures/items?challenge=<script>alert(1)</script>").text
    assert "<script>alert" not in hostile
    assert lea.get("/figures/impact").status_code == 404
    assert home.visitor("Ann").get("/figures").status_code == 404


@pytest.mark.slow
def test_a_lead_who_still_rates_sees_no_figure_on_levels(home: House) -> None:
    home.case("C2", "Lea")
    lea = home.visitor("Lea")
    for name in ("review", "predict", "signal?reached=take-home", "items?challenge=rag-triage", "raters"):
        page = lea.get(f"/figures/{name}").text
        assert "You still rate something yourself" in page
        assert 'id="figures"' not in page
    assert 'id="figures"' in lea.get("/figures/funnel").text
