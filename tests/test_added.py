"""Results that come in from elsewhere: held to their own evidence, and in nobody's place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from grader.cli import db, export, history, show
from grader.store import open_store
from grader.store.folder import read_result
from grader.store.store import About
from tests import review_fixtures as review
from tests.store_fixtures import again

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("GRADER_STORE", url)
    return url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return review.result(tmp_path / "result")


def run(command: Any, *words: str | Path) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)


def changed(folder: Path, change: Change, name: str = "grade.json") -> Path:
    """A copy of the result whose grade.json says something else."""
    copy = folder.parent / f"{folder.name}-changed"
    shutil.copytree(folder, copy)
    data = json.loads((copy / "grade.json").read_text())
    change(data)
    (copy / name).write_text(json.dumps(data))
    return copy


def best(data: dict[str, Any]) -> None:
    data["open"] = []
    data["score"] |= {"value": 100.0, "low": 100.0, "high": 100.0, "final": True}
    data["recommendation"] = "advance"
    data["provenance"]["run"] = "cd083e6e3f3c"


def highest_levels(data: dict[str, Any]) -> None:
    """What no evidence holds: only here may a forged result look sound."""
    from grader.challenge import Challenge
    from grader.result.grade_json import grade_from_json, grade_to_json
    from grader.score.combine import scored
    from tests import report_fixtures as graded

    for one in data["criteria"]:
        one |= {"level": one["max_level"], "accepted": True, "source": "human"}
    grade = grade_from_json(data)
    pack: Challenge = graded.challenge()
    assert grade.objective is not None
    data |= grade_to_json(scored(grade, pack, grade.objective, grade.criteria))
    data["provenance"]["run"] = "cd083e6e3f3c"


FORGED: dict[str, Change] = {
    "a score that nothing adds up to": best,
    "points that nobody earned": lambda data: data["objective"].update(points=1_000_000),
    "another recommendation": lambda data: data.update(recommendation="advance"),
    "nothing open": lambda data: data.update(open=[]),
    "a status that there is not": lambda data: data.update(status="\x1b]0;owned\x07graded"),
    "another schema": lambda data: data.update(schema_version=2),
    "a level that is true": lambda data: data["criteria"][0].update(level=True),
    "a level that the rubric has not": lambda data: data["criteria"][0].update(level=6),
    "a criterion that weighs more": lambda data: data["criteria"][0].update(weight=500),
    "a criterion less": lambda data: data["criteria"].pop(),
    "another submission": lambda data: data["submission"].update(digest="sha256:" + "0" * 64),
    "another challenge": lambda data: data["challenge"].update(id="../../../../etc/passwd"),
    "a path in the place of a digest": lambda data: data["challenge"].update(digest="../../x"),
    "no grade over the evidence of one": lambda data: data.update(status="refused"),
    "a run that no grading calls so": lambda data: data["provenance"].update(run="\x1b[2Jx"),
    "a time that is none": lambda data: data["provenance"].update(started_at="soon"),
    "a seed that is none": lambda data: data["provenance"].update(seed="1"),
}


def test_what_does_not_follow_from_its_evidence_is_not_taken_and_the_others_are(store: str, folder: Path) -> None:
    copies = []
    for number, change in enumerate(FORGED.values()):
        copies.append(folder.parent / f"forged{number}")
        changed(folder, change).rename(copies[-1])
    done = run(db.command, "add", *copies, folder)
    assert done.return_value == 2
    assert f"1 of {len(FORGED) + 1} runs are new" in done.output
    told = done.output.split("not taken: ")[1:]
    assert len(told) == len(FORGED), dict(zip(FORGED, told, strict=False))
    assert not set(done.output) & {"\x1b", "\x07"}
    with open_store(store) as opened:
        assert [row["run"] for row in opened.history()] == [read_result(folder)["provenance"]["run"]]


def test_a_result_whose_evidence_is_gone_is_not_taken(store: str, folder: Path) -> None:
    for name in ("challenge.json", "submission.zip", "verifier.json"):
        copy = changed(folder, lambda _data: None)
        (copy / "evidence" / name).unlink()
        assert run(db.command, "add", copy).return_value == 2, name
        shutil.rmtree(copy)


def test_reviewing_or_showing_a_folder_takes_no_forged_result_into_the_store(store: str, folder: Path) -> None:
    copy = changed(folder, best)
    said = run(show.command, copy)
    assert "does not follow from its evidence" in said.output
    with open_store(store) as opened:
        assert not opened.history()


@pytest.mark.parametrize("first", ["added", "ran"])
def test_what_ran_here_keeps_its_own_grade_and_both_are_said_to_differ(first: str, store: str, folder: Path) -> None:
    forged = changed(folder, highest_levels)
    real = read_result(folder)
    score = real["score"]["value"]

    def ran() -> None:
        with open_store(store) as opened:
            opened.record(again(real, "real1"), About(blind="ABC234"))

    def added() -> None:
        assert run(db.command, "add", forged).return_value == 0

    for step in (added, ran) if first == "added" else (ran, added):
        step()
    with open_store(store) as opened:
        rows = {row["run"]: row for row in opened.history()}
        assert json.loads(opened.find("real1")[0]["body"])["score"]["value"] == score
    assert (rows["real1"]["score"], rows["real1"]["recommendation"]) == (score, real["recommendation"])
    assert rows["cd083e6e3f3c"]["score"] > score
    assert [row["differs"] for row in rows.values()] == [True, True]
    assert all("differs" in line for line in run(history.command).output.splitlines())
    assert "differs" in run(show.command, "real1").output
    table = run(export.command, "--csv").output.splitlines()
    assert [line.rpartition(",")[2] for line in table] == ["differs", "yes", "yes"]


def test_the_same_result_added_and_run_differs_in_nothing(store: str, folder: Path) -> None:
    run(db.command, "add", folder)
    with open_store(store) as opened:
        opened.record(again(read_result(folder), "real1"), About())
        assert [row["differs"] for row in opened.history()] == [False, False]


def test_what_people_have_closed_is_taken_with_the_machines_own_beside_it(store: str, folder: Path) -> None:
    own = (folder / "grade.json").read_bytes()
    closed = changed(folder, highest_levels)
    (closed / "grade.machine.json").write_bytes(own)
    assert run(db.command, "add", closed).return_value == 2  # the machine's is of another run
    data = json.loads(own)
    data["provenance"]["run"] = "cd083e6e3f3c"
    (closed / "grade.machine.json").write_text(json.dumps(data))
    assert run(db.command, "add", closed).return_value == 0
    best(data)
    (closed / "grade.machine.json").write_text(json.dumps(data))
    assert run(db.command, "add", closed).return_value == 2
