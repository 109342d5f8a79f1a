"""JUnit XML as CI systems read it: a suite a group, points as properties of each test."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.challenge import Challenge
from grader.pages.text import clean
from grader.records import Grade
from grader.report.formats.cases import Case, cases, challenge_name


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """junit.xml. Without a grade it holds one error, so that a CI system does not take silence for success."""
    found = cases(grade, challenge, audience)
    suites = Element("testsuites", name=challenge_name(grade))
    for group, members in groupby(sorted(found, key=lambda case: case.group), key=lambda case: case.group):
        _suite(suites, group, list(members))
    if grade.status != "graded":
        reason = clean(grade.reason) if audience == "reviewer" else "There is no grade."
        missing = Case(
            group=grade.status, name=grade.status, title="", status="error", points=0.0, max_points=0.0,
            seconds=0.0, message=reason,
        )  # fmt: skip
        _suite(suites, grade.status, [missing])
    _count(suites, [case for suite in suites for case in suite.iter("testcase")])
    indent(suites)
    text: bytes = tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _suite(parent: Element, name: str, members: list[Case]) -> None:
    suite = SubElement(parent, "testsuite", name=name)
    for case in members:
        _case(suite, case)
    _count(suite, list(suite.iter("testcase")))


def _case(suite: Element, case: Case) -> None:
    item = SubElement(suite, "testcase", classname=case.group, name=case.name, time=f"{case.seconds:.3f}")
    properties = SubElement(item, "properties")
    values = {"points": case.points, "max_points": case.max_points, **(case.metrics or {})}
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=f"{value:g}")
    if case.status == "failed":
        SubElement(item, "failure", message=_first(case.message), type="failed").text = case.message
    elif case.status == "error":
        SubElement(item, "error", message=_first(case.message), type="could not be judged").text = case.message
    elif case.status == "not_run":
        SubElement(item, "skipped", message=_first(case.message) or "did not run")
    if case.output:
        SubElement(item, "system-out").text = case.output


def _first(message: str) -> str:
    return message.split("\n", 1)[0][:300]


def _count(item: Element, members: list[Element]) -> None:
    item.set("tests", str(len(members)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        item.set(attribute, str(sum(member.find(tag) is not None for member in members)))
    item.set("time", f"{sum(float(member.get('time', '0')) for member in members):.3f}")
