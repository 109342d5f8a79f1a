"""grade.json: what is written fits the shipped schema and reads back as the same grade."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import grader
from grader.errors import UsageError
from grader.records import Metric
from grader.result.grade_json import grade_from_json, grade_to_json
from tests import report_fixtures as saved

SCHEMA = json.loads((Path(grader.__file__).parent / "schemas" / "grade.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def through_text(grade: Any) -> Any:
    return json.loads(json.dumps(grade_to_json(grade), allow_nan=False))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", saved.ALL)
def test_every_kind_of_run_fits_the_schema_and_reads_back_as_itself(name: str) -> None:
    grade = saved.ALL[name]()
    data = through_text(grade)
    VALIDATOR.validate(data)
    assert grade_from_json(data) == grade
    assert list(data) == list(grade_to_json(grade_from_json(data)))


def test_the_same_grade_always_gives_the_same_bytes() -> None:
    assert json.dumps(grade_to_json(saved.needs_review())) == json.dumps(grade_to_json(saved.needs_review()))


def test_hostile_text_survives_the_way_through_json() -> None:
    grade = saved.needs_review()
    assert grade.objective is not None
    nasty = "\x00\x1b[31m\u202e\ud800</script>"
    tests = (replace(grade.objective.tests[0], stdout=nasty, message=nasty), *grade.objective.tests[1:])
    changed = replace(grade, objective=replace(grade.objective, tests=tests))
    assert grade_from_json(through_text(changed)) == changed


def test_all_metrics_stand_once_more_in_one_list() -> None:
    data = grade_to_json(saved.needs_review())["objective"]
    listed = [metric for test in data["tests"] for metric in test["metrics"]]
    assert data["metrics"] == listed
    assert len(listed) == 10


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (("schema_version",), 2, "schema_version 2"),
        (("status",), "fine", "status"),
        (("recommendation",), "hire", "recommendation"),
        (("score", "value"), "74", "score: value"),
        (("score", "final"), 1, "score: final"),
        (("objective", "tests", 3, "status"), "ok", "tests[3]: status"),
        (("objective", "tests", 3, "points"), None, "tests[3]: points"),
        (("criteria", 0, "level"), "4", "criteria[0]: level"),
        (("criteria", 0, "level"), True, "criteria[0]: level"),
        (("criteria", 0, "evidence", 0, "start_line"), 1.5, "evidence[0]: start_line"),
        (("open",), {}, "open"),
        (("flags",), [1], "flags"),
        (("timings", "tests"), "long", "timings: tests"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_the_key_that_does_not(
    path: tuple[Any, ...], value: Any, part: str
) -> None:
    data = through_text(saved.needs_review())
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(UsageError) as refused:
        grade_from_json(data)
    assert part in refused.value.message


@pytest.mark.parametrize("key", ["status", "criteria", "competencies", "recommendation", "open", "provenance"])
def test_a_missing_key_is_named(key: str) -> None:
    data = through_text(saved.accepted())
    del data[key]
    with pytest.raises(UsageError, match=f"{key} is missing"):
        grade_from_json(data)


@pytest.mark.parametrize("data", [None, [], "grade", 1])
def test_what_is_not_an_object_is_refused(data: Any) -> None:
    with pytest.raises(UsageError, match="not an object"):
        grade_from_json(data)


def test_keys_of_a_later_version_are_passed_over() -> None:
    data = through_text(saved.accepted())
    data["invented_later"] = {"a": 1}
    data["criteria"][0]["invented_later"] = 1
    assert grade_from_json(data) == saved.accepted()


def test_a_number_that_json_cannot_hold_is_refused_with_its_place() -> None:
    grade = saved.needs_review()
    assert grade.objective is not None
    broken = replace(grade.objective.tests[0], metrics=(Metric(name="x", value=float("nan"), floor=0, target=1),))
    with pytest.raises(UsageError, match=r"tests\[0\]: metrics\[0\]: value is nan"):
        grade_to_json(replace(grade, objective=replace(grade.objective, tests=(broken,))))


@pytest.mark.parametrize(
    "change",
    [
        {"score": None},
        {"objective": None},
        {"competencies": []},
        {"provenance": {}},
        {"recommendation_reason": ""},
        {"submission": {"digest": "sha256:short", "files": 1, "bytes": 1}},
    ],
)
def test_the_schema_asks_more_of_a_graded_run(change: dict[str, Any]) -> None:
    data = through_text(saved.accepted()) | change
    assert not VALIDATOR.is_valid(data)


@pytest.mark.parametrize("change", [{"reason": ""}, {"recommendation": "decline"}])
def test_the_schema_lets_a_run_without_a_grade_neither_decline_nor_keep_silent(change: dict[str, Any]) -> None:
    data = through_text(saved.refused()) | change
    assert not VALIDATOR.is_valid(data)


def test_the_schema_refuses_points_for_a_test_that_failed() -> None:
    data = through_text(saved.needs_review())
    failed = next(test for test in data["objective"]["tests"] if test["status"] == "failed")
    failed["points"] = 0.5
    assert not VALIDATOR.is_valid(data)


def test_the_schema_refuses_a_level_that_nobody_gave() -> None:
    data = through_text(saved.unscored())
    data["criteria"][0]["level"] = 3
    assert not VALIDATOR.is_valid(data)
