"""Formats for other programs: valid by their own rules, harmless, and silent to candidates about hidden tests."""

from __future__ import annotations

import csv
import io
import json
import sys
import xml.etree.ElementTree as ET
from typing import Any

import jsonschema
import pytest

from grader.errors import UsageError
from grader.own_files import FORMATS
from grader.pages.markdown import escaped
from grader.records import Grade
from grader.report import formats, render_formats
from tests import report_fixtures as saved
from tests.report_pages import hostile

AUDIENCES = ("reviewer", "candidate")


def write(grade: Grade, name: str, audience: Any = "reviewer", challenge: Any = None) -> bytes:
    return render_formats(grade, challenge or saved.challenge(), [name], audience)[FORMATS[name]]


def test_formats_go_to_their_usual_names_in_the_order_asked_for() -> None:
    found = render_formats(saved.accepted(), saved.challenge(), ["sarif", "junit", "sarif"], "reviewer")
    assert list(found) == ["sarif.json", "junit.xml"]


def test_where_no_format_is_wanted_none_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    writers = {f"{formats.__name__}.{name}" for name in ("ctrf", "gradescope", "junit", "sarif", "summary", "table")}
    for name in writers:
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.delattr(formats, name.rpartition(".")[2], raising=False)
    assert render_formats(saved.accepted(), None, (), "reviewer") == {}
    assert not sys.modules.keys() & writers


def test_an_unknown_format_or_audience_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no format 'pdf'.*junit, ctrf, gradescope, csv, markdown, sarif"):
        render_formats(saved.accepted(), saved.challenge(), ["junit", "pdf"], "reviewer")
    with pytest.raises(UsageError, match="no audience 'public'"):
        render_formats(saved.accepted(), saved.challenge(), ["junit"], "public")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("run", saved.ALL)
def test_a_candidates_copy_stops_at_the_group(run: str, name: str) -> None:
    grade = saved.ALL[run]()
    shown = write(saved.with_canaries(grade) if grade.score else grade, name, "candidate").decode()
    assert saved.CANARY not in shown
    for told in (
        "test_",
        "queued_low",
        "os._exit",
        "SECRET-STALE",
        "recommendation",
        "two people rated",
        "yaml:14",
        "Docker",
    ):
        assert told not in shown, told


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("run", saved.ALL)
def test_every_run_has_every_format_with_a_challenge_or_without(run: str, audience: str, name: str) -> None:
    grade = saved.ALL[run]()
    content = write(grade, name, audience)
    assert content.decode("utf-8").endswith("\n")
    assert content == write(grade, name, audience)
    if grade.score is None:
        assert render_formats(grade, None, [name], audience)[FORMATS[name]]  # type: ignore[arg-type]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_hostile_text_breaks_no_format(audience: Any) -> None:
    grade, _ = hostile()
    for name in FORMATS:
        content = write(grade, name, audience).decode("utf-8")
        assert "\x1b" not in content
        assert "\u202e" not in content
    ET.fromstring(write(grade, "junit", audience))  # noqa: S314 - our own bytes
    for name in ("ctrf", "gradescope", "sarif"):
        json.loads(write(grade, name, audience))


# ---------------------------------------------------------------------------------------------- JUnit

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase", "system-out", "system-err"},
    "testcase": {"properties", "skipped", "error", "failure", "system-out", "system-err"},
    "properties": {"property"},
    "property": set(), "skipped": set(), "error": set(), "failure": set(), "system-out": set(), "system-err": set(),
}  # fmt: skip
REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
}
ALLOWED = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"}, "failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"},
}  # fmt: skip


def junit(grade: Grade, audience: Any = "reviewer") -> ET.Element:
    root = ET.fromstring(write(grade, "junit", audience))  # noqa: S314 - our own bytes
    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= CHILDREN[element.tag]
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib) <= ALLOWED.get(element.tag, set())
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.get("tests", "")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(attribute, "")) == sum(case.find(tag) is not None for case in cases)
        assert float(element.get("time", "")) == pytest.approx(
            sum(float(case.get("time", "")) for case in cases), abs=0.01
        )
    return root


@pytest.mark.parametrize("run", saved.ALL)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_junit_has_the_structure_that_ci_systems_read(run: str, audience: str) -> None:
    junit(saved.ALL[run](), audience)


def test_junit_carries_points_as_properties() -> None:
    root = junit(saved.needs_review())
    properties = [
        {entry.get("name"): float(entry.get("value", "")) for entry in case.iter("property")}
        for case in root.iter("testcase")
    ]
    assert len(properties) == 34
    assert sum(entry["points"] for entry in properties) == pytest.approx(49.4)
    assert sum(entry["max_points"] for entry in properties) == pytest.approx(60)


def test_junit_without_a_grade_is_an_error_and_not_silence() -> None:
    for run in ("refused", "challenge_error", "infrastructure_error"):
        assert junit(saved.ALL[run]()).get("errors") == "1"


# ---------------------------------------------------------------------------------------------- CTRF

COUNT = {"type": "integer", "minimum": 0}
STATUS = {"enum": ["passed", "failed", "skipped", "pending", "other"]}
CTRF = {
    "type": "object",
    "required": ["reportFormat", "specVersion", "results"],
    "properties": {
        "reportFormat": {"const": "CTRF"},
        "specVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "generatedBy": {"type": "string"},
        "extra": {"type": "object"},
        "results": {
            "type": "object",
            "required": ["tool", "summary", "tests"],
            "properties": {
                "tool": {
                    "required": ["name"],
                    "properties": {"name": {"type": "string", "minLength": 1}, "version": {"type": "string"}},
                    "additionalProperties": False,
                },
                "summary": {
                    "required": ["tests", "passed", "failed", "skipped", "pending", "other", "start", "stop"],
                    "additionalProperties": COUNT,
                },
                "tests": {
                    "type": "array",
                    "items": {
                        "required": ["name", "status", "duration"],
                        "properties": {
                            "name": {"type": "string", "minLength": 1},
                            "status": STATUS,
                            "duration": COUNT,
                            "suite": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                            "message": {"type": "string"},
                            "rawStatus": {"type": "string"},
                            "stdout": {"type": "array", "items": {"type": "string"}},
                            "extra": {"type": "object"},
                        },
                        "additionalProperties": False,
                    },
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize("run", saved.ALL)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_ctrf_fits_its_schema_and_its_counts(run: str, audience: str) -> None:
    data = json.loads(write(saved.ALL[run](), "ctrf", audience))
    jsonschema.Draft202012Validator(CTRF).validate(data)
    summary, tests = data["results"]["summary"], data["results"]["tests"]
    assert summary["tests"] == len(tests) == sum(summary[status] for status in STATUS["enum"])
    for status in STATUS["enum"]:
        assert summary[status] == sum(test["status"] == status for test in tests)


# ---------------------------------------------------------------------------------------------- Gradescope

VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
GRADESCOPE = {
    "type": "object",
    "required": ["tests"],
    "properties": {
        "score": {"type": "number", "minimum": 0},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "required": ["name", "score", "max_score"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "number": {"type": "string"},
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "output": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize("run", saved.ALL)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_gradescope_fits_its_schema(run: str, audience: str) -> None:
    jsonschema.Draft202012Validator(GRADESCOPE).validate(json.loads(write(saved.ALL[run](), "gradescope", audience)))


def test_gradescope_hides_hidden_tests_and_their_points_add_up() -> None:
    data = json.loads(write(saved.needs_review(), "gradescope"))
    assert {test["visibility"] for test in data["tests"]} == {"hidden"}
    assert data["stdout_visibility"] == "hidden"
    assert sum(test["score"] for test in data["tests"]) == pytest.approx(data["score"])
    shown = json.loads(write(saved.needs_review(), "gradescope", "candidate"))
    assert len(shown["tests"]) == 6
    assert {test["visibility"] for test in shown["tests"]} == {"after_published"}
    assert "extra_data" not in shown


def test_gradescope_gets_no_score_where_there_is_no_grade() -> None:
    for run in ("refused", "challenge_error", "infrastructure_error"):
        assert "score" not in json.loads(write(saved.ALL[run](), "gradescope"))


# ---------------------------------------------------------------------------------------------- CSV


def row(grade: Grade, audience: Any = "reviewer") -> dict[str, str]:
    header, values = list(csv.reader(io.StringIO(write(grade, "csv", audience).decode("utf-8"))))
    assert len(header) == len(set(header)) == len(values)
    return dict(zip(header, values, strict=True))


def test_csv_holds_each_value_beside_its_maximum() -> None:
    found = row(saved.accepted())
    assert (found["score"], found["score_max"], found["final"]) == ("77.9", "100", "true")
    assert (found["tests: Routing"], found["tests: Routing max"]) == ("8.9", "10")
    assert (found["criterion: retrieval"], found["criterion: retrieval max"]) == ("4", "5")
    for name in found:
        if name.startswith(("tests: ", "criterion: ", "competency: ")) and not name.endswith(" max"):
            assert f"{name} max" in found


def test_csv_leaves_what_is_open_empty() -> None:
    found = row(saved.needs_review())
    assert found["criterion: measurement"] == found["criterion: trade-offs"] == ""
    assert row(saved.refused())["score"] == ""
    assert row(saved.refused())["status"] == "refused"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", " =", "%", "|", "\r=", "＝", "＋", "－", "＠", "\u3000=", "\ufeff="]
)
def test_csv_never_holds_a_formula(start: str) -> None:
    grade = saved.without_grade("refused", f"{start}HYPERLINK(1)")
    for value in row(grade).values():
        assert not value.strip("\ufeff \t\r\n\u3000").startswith(("=", "+", "-", "@", "%", "|", "＝", "＋", "－", "＠"))


# ---------------------------------------------------------------------------------------------- Markdown


def test_the_summary_opens_with_the_answer() -> None:
    lines = write(saved.needs_review(), "markdown").decode().splitlines()
    assert lines[0] == "## Needs review: one criterion decides"
    assert lines[2] == "**68–81 of 100** for rag-triage 1.0.0, pass mark 70."
    assert "| Evaluation methodology | 27–73 % | 40 % | open |" in lines


@pytest.mark.parametrize(
    "hostile_text",
    [
        "<img src=x>",
        "[x](https://evil.example)",
        "![x](y)",
        "`code`",
        "**b**",
        "a | b",
        "# head",
        "- item",
        "1. item",
        "<!-- x",
        "$x$",
        "&lt;",
    ],
)
def test_markdown_of_strangers_is_rendered_as_the_text_it_is(hostile_text: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(escaped(hostile_text))
    tokens = [token for token in MarkdownIt("commonmark").parse(escaped(hostile_text)) if token.type == "inline"]
    assert html.startswith("<p>")
    assert all(child.type in {"text", "text_special"} for token in tokens for child in token.children or [])
    shown = "".join(child.content for token in tokens for child in token.children or [])
    assert shown.replace("\u2060", "") == hostile_text


@pytest.mark.parametrize("text", ["ask @octocat", "see #12", "https://evil.example/x", "www.evil.example"])
def test_no_mention_issue_or_address_becomes_a_link(text: str) -> None:
    for live in ("@octocat", "#12", "://", "www."):
        assert live not in escaped(text)


def test_a_mass_of_lost_tests_is_cut() -> None:
    results = tuple(saved.failed("routing", f"case_{number}", 1, "no") for number in range(500))
    text = write(saved.combine(results, saved.closed()), "markdown").decode()
    assert "And 440 more." in text
    assert len(text) < 20_000


# ---------------------------------------------------------------------------------------------- SARIF

SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id"],
                                            "properties": {"shortDescription": {"required": ["text"]}},
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "required": ["message", "ruleId", "ruleIndex", "locations"],
                            "properties": {
                                "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation", "region"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^[A-Za-z0-9._~/%-]+$",
                                                            }
                                                        }
                                                    },
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1},
                                                            "endLine": {"type": "integer", "minimum": 1},
                                                        },
                                                        "additionalProperties": False,
                                                    },
                                                },
                                            }
                                        }
                                    }
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("run", saved.ALL)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_sarif_fits_its_schema(run: str, audience: str) -> None:
    data = json.loads(write(saved.ALL[run](), "sarif", audience))
    jsonschema.Draft202012Validator(SARIF).validate(data)
    rules = data["runs"][0]["tool"]["driver"]["rules"]
    for result in data["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # A kind other than "fail" goes with no level but "none" (SARIF 2.1.0, 3.27.10).
        assert result["level"] == "none"


def test_sarif_points_at_the_lines_of_the_evidence() -> None:
    results = json.loads(write(saved.needs_review(), "sarif"))["runs"][0]["results"]
    places = [entry["locations"][0]["physicalLocation"] for entry in results]
    assert {"artifactLocation": {"uri": "triage.py"}, "region": {"startLine": 31, "endLine": 33}} in places
    assert len(results) == 8


def test_sarif_for_a_candidate_holds_only_levels_that_count_and_names_none() -> None:
    results = json.loads(write(saved.needs_review(), "sarif", "candidate"))["runs"][0]["results"]
    assert {entry["ruleId"] for entry in results} == {"retrieval", "failure-modes", "clarity", "record"}
    assert not any("Level " in entry["message"]["text"] for entry in results)


@pytest.mark.parametrize("name", ["gradescope", "markdown"])
def test_a_refusal_told_to_a_candidate_names_no_folder_of_ours(name: str) -> None:
    grade = saved.without_grade("refused", "/home/recruiter/inbox/work.zip is not a readable archive")
    assert "recruiter" not in write(grade, name, "candidate").decode()
    assert "work.zip" in write(grade, name, "candidate").decode().replace("\\", "")
