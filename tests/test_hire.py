"""What happened to candidates, kept: from tables and other systems' exports, again and again, in both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from grader.analytics.imports import read
from grader.analytics.kept import outcomes, stage_events
from grader.cli import main
from grader.errors import UsageError
from grader.store import open_store, retention
from grader.store.hire import HireEvent, Imported, keep, standing
from grader.store.hire_tables import HIRE_TABLES
from grader.store.store import About, Store
from tests.store_fixtures import Cluster, cluster, result

pytestmark = pytest.mark.xdist_group("hire")
CSV = "candidate,stage,entered_at,left_at,exit\nk7,applied,2026-01-05,2026-01-07,advance\nk7,take-home,2026-01-07,,\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    postgres = request.param == "postgres"
    url = request.getfixturevalue("server").database() if postgres else f"sqlite:///{tmp_path / 's.db'}"
    with open_store(url) as opened:
        yield opened


def written(folder: Path, content: object, name: str = "export.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def imported(store: Store, path: Path, source: str, **options: Any) -> Imported:
    found = read(path, source)
    options = {"whole": source != "greenhouse", "first_date": source == "greenhouse", **options}
    return keep(
        store.engine, found.events, source=found.events[0].source, digest=found.digest, name=found.name, **options
    )


def ways(store: Store) -> list[tuple[str, str, str, str | None]]:
    return [
        (one.stage, f"{one.entered:%m-%d}", f"{one.left:%m-%d}" if one.left else "", one.exit)
        for one in sorted(stage_events(store), key=lambda one: one.entered)
    ]


def test_the_same_table_again_adds_nothing_and_a_changed_one_only_what_changed(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, CSV, "stages.csv")
    first = imported(store, path, "csv")
    assert (first.added, first.changed, first.gone, first.seen_before) == (2, 0, 0, "")
    again = imported(store, path, "csv")
    assert (again.added, again.changed, again.gone) == (0, 0, 0)
    assert again.seen_before
    moved = imported(store, written(tmp_path, CSV.replace("2026-01-07,,", "2026-01-07,2026-01-20,reject")), "csv")
    assert (moved.added, moved.changed, moved.gone) == (0, 1, 0)
    assert ways(store) == [("applied", "01-05", "01-07", "advance"), ("take-home", "01-07", "01-20", "reject")]
    back = imported(store, path, "csv")
    assert back.changed == 1
    assert ways(store)[1] == ("take-home", "01-07", "", None)


def test_what_its_source_no_longer_has_is_gone_and_stays_written_down(store: Store, tmp_path: Path) -> None:
    imported(store, written(tmp_path, CSV, "a.csv"), "csv")
    done = imported(store, written(tmp_path, "".join(CSV.splitlines(keepends=True)[:2]), "b.csv"), "csv")
    assert done.gone == 1
    assert [one[0] for one in ways(store)] == ["applied"]
    assert store.counts()["hire_events"] == 3
    other = CSV.replace("k7", "m2")
    assert imported(store, written(tmp_path, other, "c.csv"), "csv").gone == 0  # other candidates are left alone


def test_the_database_itself_refuses_to_change_what_was_written(store: Store, tmp_path: Path) -> None:
    imported(store, written(tmp_path, CSV, "stages.csv"), "csv")
    for table in HIRE_TABLES:
        with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(update(table).values(source="x"))


def test_a_person_who_is_purged_leaves_no_stage_behind(store: Store, tmp_path: Path) -> None:
    imported(store, written(tmp_path, CSV.replace("k7", "Ann Roe"), "stages.csv"), "csv")
    imported(store, written(tmp_path, CSV, "others.csv"), "csv")
    removal = retention.of_person(store, "Roe, ann")
    assert removal.hired == ("Ann Roe",)
    assert not removal.nothing
    retention.remove(store, removal, why="asked")
    assert {event.candidate for event in standing(store.engine)} == {"k7"}


GREENHOUSE = {
    "applications": [
        {"id": 1, "applied_at": "2026-01-05T08:00:00Z", "last_activity_at": "2026-01-09T08:00:00Z", "status": "active",
         "rejected_at": None, "current_stage": {"id": 5, "name": "Take-home"}, "jobs": [{"name": "Engineer"}]},
        {"id": 2, "applied_at": "2026-01-05T08:00:00Z", "last_activity_at": "2026-01-12T08:00:00Z",
         "status": "rejected", "rejected_at": "2026-01-12T08:00:00Z", "current_stage": {"id": 5, "name": "Take-home"},
         "rejection_reason": {"type": {"name": "They rejected us"}}},
    ],
    "offers": [
        {"application_id": 1, "version": 1, "status": "deprecated", "sent_at": "2026-02-01"},
        {"application_id": 1, "version": 2, "status": "accepted", "sent_at": "2026-02-03", "resolved_at": "2026-02-06",
         "starts_at": "2026-04-01"},
    ],
}  # fmt: skip


def test_greenhouse_has_no_history_so_each_import_adds_the_stage_it_sees(store: Store, tmp_path: Path) -> None:
    imported(store, written(tmp_path, GREENHOUSE), "greenhouse")
    later = json.loads(json.dumps(GREENHOUSE))
    later["applications"][0] |= {"last_activity_at": "2026-01-20T08:00:00Z", "current_stage": {"name": "Onsite"}}
    imported(store, written(tmp_path, later), "greenhouse")
    later["applications"][0]["last_activity_at"] = "2026-01-25T08:00:00Z"  # something happened, in the same stage
    assert imported(store, written(tmp_path, later), "greenhouse").changed == 0
    first = [one for one in stage_events(store) if one.candidate == "1"]
    assert [(one.stage, f"{one.entered:%m-%d}", one.exit) for one in sorted(first, key=lambda one: one.entered)] == [
        ("application", "01-05", "advance"), ("Take-home", "01-09", "advance"), ("Onsite", "01-20", "advance"),
        ("offer", "02-03", "advance"), ("started", "04-01", "advance"),
    ]  # fmt: skip
    assert {one.exit for one in stage_events(store) if one.candidate == "2" and one.stage == "Take-home"} == {
        "withdraw"
    }


def test_lever_and_ashby_bring_their_histories(store: Store, tmp_path: Path) -> None:
    day = 86_400_000
    lever = {
        "stages": [{"id": "s1", "text": "Screen"}, {"id": "s2", "text": "Onsite"}],
        "data": [{"id": "L1", "createdAt": 1_767_600_000_000,
                  "archived": {"reason": "Hired", "archivedAt": 1_767_600_000_000 + 9 * day},
                  "stageChanges": [{"toStageId": "s1", "updatedAt": 1_767_600_000_000},
                                   {"toStageId": "s2", "updatedAt": 1_767_600_000_000 + 4 * day}]}],
    }  # fmt: skip
    imported(store, written(tmp_path, lever), "lever")
    assert ways(store) == [("Screen", "01-05", "01-09", "advance"), ("Onsite", "01-09", "01-14", "advance")]
    ashby = [{"id": "A1", "status": "Archived", "archiveReason": {"reasonType": "RejectedByOrg"}, "history": [
        {"id": "h2", "title": "Debrief", "enteredStageAt": "2026-03-04", "leftStageAt": "2026-03-09"},
        {"id": "h1", "title": "Review", "enteredStageAt": "2026-03-01", "leftStageAt": "2026-03-04"},
    ]}]  # fmt: skip
    imported(store, written(tmp_path, ashby), "ashby")
    assert ways(store)[2:] == [("Review", "03-01", "03-04", "advance"), ("Debrief", "03-04", "03-09", "reject")]
    ashby[0]["history"][0]["enteredStageAt"] = "2026-03-05T00:00:00Z"  # such histories can be edited
    assert imported(store, written(tmp_path, ashby), "ashby").changed == 1


@pytest.mark.parametrize(
    ("source", "content", "part"),
    [
        ("ashby", "{", "line 1, column 2: no JSON"),
        ("ashby", "[" * 100_000, "no JSON"),
        ("ashby", '"text"', "the file: no list"),
        ("ashby", {"results": [1]}, "results[0]: no object"),
        ("ashby", [{"id": "a", "history": [{"id": "h", "title": "x" * 501, "enteredStageAt": "2026-01-01"}]}],
         "history[0].title: no text of 1 to 500"),
        ("ashby", [{"id": "a", "history": [{"id": "h", "title": "x", "enteredStageAt": "yesterday"}]}],
         "history[0].enteredStageAt: 'yesterday' is no time"),
        ("ashby", [{"id": "a", "history": [{"id": "h", "title": "x", "enteredStageAt": "2026-02-01",
                                            "leftStageAt": "2026-01-01"}]}], "left 2026-01-01"),
        ("lever", [{"id": "a", "createdAt": 1e30}], "createdAt: '1e+30' is no time"),
        ("greenhouse", [{"id": True, "applied_at": "2026-01-01"}], "[0].id: no text"),
        ("greenhouse", {"applications": {}}, "applications: no list"),
        ("greenhouse", {"applications": []}, "nothing in it"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_is_refused_with_its_place(
    tmp_path: Path, source: str, content: object, part: str
) -> None:
    with pytest.raises(UsageError) as refused:
        read(written(tmp_path, content), source)
    assert part in refused.value.message


def test_one_event_twice_in_a_file_is_refused_and_nothing_is_kept(store: Store) -> None:
    one = HireEvent(source="ashby", key="h", candidate="a", kind="stage", name="x", entered_at="2026-01-01T00:00:00Z")
    with pytest.raises(ValueError, match="two events are the same one"):
        keep(store.engine, [one, one], source="ashby", digest="", name="", whole=True)
    assert store.counts()["hire_imports"] == 0


def test_scores_meet_what_came_of_people_however_their_names_are_typed(store: Store, tmp_path: Path) -> None:
    store.record(result(1), About(candidate="Ann Roe", blind="ABC234"))
    store.record(result(2), About(candidate="Ben Weber", blind="XYZ789"))
    ratings = 'candidate,rating,rated_at,rater\n"Roe, Ann",4,2026-09-01,lead\n"Roe, Ann",5,2026-12-01,lead\n'
    imported(store, written(tmp_path, ratings, "ratings.csv"), "csv")
    found = {one.candidate: (one.rating, one.hired) for one in outcomes(store)}
    assert found == {"Ann Roe": (4.5, True), "Ben Weber": (None, False)}


def test_by_hand_and_by_import_lead_to_the_same_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    for words in (
        ["stage", "k7", "interview", "--at", "2026-03-01"],
        ["stage", "k7", "interview", "--at", "2026-03-08", "--exit", "advance"],
        ["outcome", "k7", "offer", "--at", "2026-03-09"],
        ["outcome", "k7", "offer", "--at", "2026-03-12", "--exit", "advance"],
        ["outcome", "k7", "started", "--at", "2026-05-01"],
        ["outcome", "k7", "rating", "--value", "4", "--rater", "lead", "--at", "2026-11-01"],
    ):
        main(["hire", *words, "--store", url])
    main(["hire", "import", str(written(tmp_path, CSV.replace("k7", "m2"), "s.csv")), "--from", "csv", "--store", url])
    capsys.readouterr()
    main(["analyse", "funnel", "--store", url, "--stages", "applied,take-home,interview,offer,started", "--json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["stage"]: (row["reached"], row["open"]) for row in rows} == {
        "applied": (2, 0), "take-home": (2, 1), "interview": (1, 0), "offer": (1, 0), "started": (1, 0),
    }  # fmt: skip
    for words in (["funnel"], ["funnel", "--store", url, "--table", "x.csv"], ["impact", "--store", url]):
        with pytest.raises(SystemExit) as ended:
            main(["analyse", *words])
        assert ended.value.code == 2


def test_hidden_tests_and_rounds_of_the_store_are_reported_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, lines = f"sqlite:///{tmp_path / 'store.db'}", [CSV.splitlines()[0]]
    with open_store(url) as store:
        for at in range(40):
            tests = [
                {"id": "test_easy", "status": "passed", "points": 2.0, "max_points": 2.0},
                {"id": "test_half", "status": "passed" if at % 2 else "failed", "points": at % 2, "max_points": 1},
                {"id": "test_starved", "status": "error", "points": 0.0, "max_points": 1.0, "fault": "infrastructure"},
                {"id": "test_not_run", "status": "not_run", "points": 0.0, "max_points": 1.0, "fault": "candidate"},
            ]  # fmt: skip
            made = result(at)
            store.record({**made, "objective": {**made["objective"], "tests": tests}}, About(candidate=f"c{at}"))
            ended = "2026-03-05,advance" if at % 2 else "2026-03-05,reject"
            lines.append(f"c{at},take-home,2026-03-01,{ended if at else ','}")
            lines += [f"c{at},interview,2026-03-05,,"] if at % 2 else []
    main(["hire", "import", str(written(tmp_path, "\n".join(lines), "s.csv")), "--from", "csv", "--store", url])
    capsys.readouterr()
    challenge = result(1)["challenge"]["id"]
    main(["analyse", "items", "--store", url, "--challenge", challenge, "--json"])
    shares = {row["item"]: (row["n"], row["share"]) for row in json.loads(capsys.readouterr().out)["rows"]}
    assert shares == {"test_easy": (40, 1.0), "test_half": (40, 0.5), "test_not_run": (40, 0.0)}  # not judged: no item
    main(["analyse", "signal", "--store", url, "--reached", "interview", "--json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {(row["criterion"], row["n"], row["missing"]) for row in rows} == {("", 39, 1), ("depth", 39, 1)}
    for words in (["items"], ["items", "--challenge", "none"], ["signal"], ["signal", "--reached", "moon"], ["raters"]):
        with pytest.raises(SystemExit) as ended_:
            main(["analyse", *words, "--store", url])
        assert ended_.value.code == 2


def test_text_that_a_database_cannot_keep_is_the_same_when_it_comes_again(store: Store, tmp_path: Path) -> None:
    made = [{"id": "a\u0000b", "status": "Active", "history": [
        {"id": "h1", "title": "Re\ud800view", "enteredStageAt": "2026-03-01"}]}]  # fmt: skip
    path = written(tmp_path, json.dumps(made))
    assert imported(store, path, "ashby").added == 1
    assert imported(store, path, "ashby").changed == 0
    assert [event.candidate for event in standing(store.engine)] == ["a\\x00b"]


@pytest.mark.parametrize("when", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31T23:59:59-14:00"])
def test_a_year_in_which_nobody_applied_is_refused_with_its_line(when: str, store: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"candidate,stage,entered_at\na,b,{when}\n")
    with pytest.raises(UsageError, match="line 2: column entered_at"):
        imported(store, path, "csv")
