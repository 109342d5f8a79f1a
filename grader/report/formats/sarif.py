"""SARIF 2.1.0: the lines that evidence points to, as notes on the candidate's files."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from grader import __version__
from grader.challenge import Challenge
from grader.pages.text import clean
from grader.records import CriterionResult, Evidence, Grade
from grader.report.formats.cases import as_json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(grade: Grade, challenge: Challenge | None, audience: str) -> bytes:
    """sarif.json. A candidate's copy holds criteria that count, without levels."""
    rules: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    questions = {entry.id: entry.question for entry in challenge.rubric.criteria} if challenge else {}
    for criterion in grade.criteria:
        counts = criterion.accepted and criterion.level is not None
        if (audience == "candidate" and not counts) or not criterion.evidence:
            continue
        rule = len(rules)
        text = clean(questions.get(criterion.id, criterion.id))
        rules.append({"id": criterion.id, "shortDescription": {"text": text}})
        results += [_result(criterion, evidence, rule, counts, audience) for evidence in criterion.evidence]
    driver = {"name": "grader", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(criterion: CriterionResult, evidence: Evidence, rule: int, counts: bool, audience: str) -> dict[str, Any]:
    text = criterion.rationale if counts and criterion.rationale else "Evidence for this question."
    if audience == "reviewer":
        text = f"Level {criterion.level} of {criterion.max_level}. {text}" if counts else f"No level yet. {text}"
    place = {"uri": quote(evidence.path, errors="replace")}
    region = {"startLine": evidence.start_line, "endLine": max(evidence.start_line, evidence.end_line)}
    return {
        "ruleId": criterion.id,
        "ruleIndex": rule,
        "kind": "informational",
        "level": "none",
        "message": {"text": clean(text)},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": region}}],
    }
