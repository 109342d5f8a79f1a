"""A checked loop as text, JSON and a page. Pure but for reading the page's template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.challenge.findings import Finding, holds, lines
from grader.loop.check import per_hour
from grader.loop.matrix import LoadedLoop, digest

TEMPLATE = Path(__file__).parent / "templates" / "loop.html.j2"
SHORT = {
    "coding_fundamentals": "coding",
    "system_design": "design",
    "llm_domain_knowledge": "LLM",
    "evaluation_methodology": "evaluation",
    "collaboration_communication": "communication",
    "production_engineering": "production",
}
"""Competency → head of its column, so that the table fits a terminal."""


def as_json(loaded: LoadedLoop, findings: Sequence[Finding]) -> dict[str, Any]:
    """Plain data: the matrix with its figures, and the findings."""
    loop = loaded.loop
    competencies = [
        {"id": one.id, "title": one.title or one.id, "weight": loop.weights.get(one.id, 0.0)}
        for one in loaded.scorecard.competencies
    ]
    rates = per_hour(loaded)
    return {
        "role": loop.role,
        "holds": holds(findings),
        "agreed_on": loop.matrix.agreed_on,
        "agreed_by": loop.matrix.agreed_by,
        "competencies": competencies,
        "rounds": [
            {
                "id": one.id,
                "title": one.title,
                "kind": one.kind,
                "challenge": one.challenge,
                "alternatives": one.alternatives,
                "kit": one.kit,
                "interviewer": one.interviewer,
                "minutes": one.time / 60,
                "points_per_hour": rates.get(one.id, 0.0),
                "cells": {competency["id"]: cell(loaded, one.id, str(competency["id"])) for competency in competencies},
            }
            for one in loop.rounds
        ],
        "minutes": sum(one.time for one in loop.rounds) / 60,
        "stages": [one.model_dump(mode="json") for one in loop.stages],
        "digest": digest(loaded),
        "agreed": loop.matrix.digest == digest(loaded),
        "findings": [finding.as_json() for finding in findings],
    }


def cell(loaded: LoadedLoop, name: str, competency: str) -> str:
    """`primary`, `secondary` or nothing."""
    row = loaded.loop.matrix.rows.get(name)
    if row is None:
        return ""
    return "primary" if row.primary == competency else "secondary" if competency in row.secondary else ""


def as_text(loaded: LoadedLoop, findings: Sequence[Finding]) -> str:
    """The matrix and the findings for a terminal."""
    data = as_json(loaded, findings)
    names = [competency["id"] for competency in data["competencies"]]
    table = [["round", *(SHORT[name] for name in names), "minutes", "points per hour"]]
    for one in data["rounds"]:
        cells = [one["cells"][name] or "·" for name in names]
        table.append([one["id"], *cells, f"{one['minutes']:g}", f"{one['points_per_hour']:.1f}"])
    table.append(["weight", *(f"{c['weight']:g}" for c in data["competencies"]), f"{data['minutes']:g}", ""])
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rows = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([*rows, "", *lines(findings)])


def as_page(loaded: LoadedLoop, findings: Sequence[Finding]) -> str:
    """One self-contained page, without scripts or network."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(as_json(loaded, findings))
