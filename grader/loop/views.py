"""A checked loop as text, JSON and a page. Pure but for reading the page's template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.challenge.findings import Finding, holds, lines
from grader.errors import visible
from grader.loop.check import per_hour
from grader.loop.kits import LoadedKit
from grader.loop.matrix import LoadedLoop, digest, snapshot
from grader.unseen import json_text

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


# ------------------------------------------------------------------------------------------------ the plan


def plan_text(loaded: LoadedLoop) -> str:
    """Rounds with kits and stages with their rules, for a terminal."""
    loop = loaded.loop
    agreed = loop.matrix.digest == digest(loaded)
    lines = [f"{loop.role}: {'agreed on ' + loop.matrix.agreed_on if agreed else 'not agreed as it stands here'}", ""]
    for one in loop.rounds:
        row = loop.matrix.rows.get(one.id)
        by = ", ".join(one.challenges) or (f"kit {one.kit}" if one.kit else "no kit")
        what = f"{row.primary}{', ' + ', '.join(row.secondary) if row.secondary else ''}" if row else "settles facts"
        lines.append(f"{one.id}: {one.title} ({one.time / 60:g} minutes, {one.interviewer}, {by}): {what}")
    for stage in loop.stages:
        rule = [f"{name} {level}" for name, level in stage.goes_on.least.items()]
        rule += [f"{stage.goes_on.total:g} points"] if stage.goes_on.total is not None else []
        said = f"goes on at {', '.join(rule)} by {stage.goes_on.people} people" if rule else "goes on as people say"
        lines += ["", f"stage {stage.id}: {', '.join(stage.rounds)}", f"  {said}; the {stage.decides} decides",
                  f"  letter by the {stage.sends} within {stage.answer / 86_400:g} days"]  # fmt: skip
    return "\n".join(visible(line, 600) for line in lines)


def plan_json(loaded: LoadedLoop) -> str:
    return json_text(whole(loaded, {}), indent=2)


def whole(loaded: LoadedLoop, kits: Mapping[str, LoadedKit]) -> dict[str, Any]:
    """All that is agreed as plain data; with the cards of `kits`."""
    cards = {
        name: {"revision": one.kit.revision, "digest": one.digest, "minutes": one.kit.minutes,
               "criteria": [criterion.model_dump(mode="json", exclude={"evidence", "model", "suggest"})
                            for criterion in one.kit.criteria]}
        for name, one in kits.items()
    }  # fmt: skip
    return {**snapshot(loaded.loop, loaded.scorecard), "kits": cards, "digest": digest(loaded)}


def posting(loaded: LoadedLoop) -> dict[str, Any]:
    """A JobPosting's part that is true to the loop: what is measured, and how people are chosen."""
    loop = loaded.loop
    days = sorted({stage.answer / 86_400 for stage in loop.stages})
    people = max([2, *(stage.goes_on.people for stage in loop.stages)])
    rounds = "; ".join(f"{one.title} ({one.time / 60:g} minutes)" for one in loop.rounds)
    hours = sum(one.time for one in loop.rounds) / 3600
    take_homes = sum(one.time for one in loop.rounds if one.kind == "take_home") / 3600
    text = f"How we hire: {len(loop.rounds)} rounds, about {hours:.1f} hours in all. {rounds}. "
    text += f"The take-home takes {take_homes:g} hours. " if take_homes else ""
    text += f"{people} people assess your work independently of each other, and a person decides. "
    if days:
        within = f"{days[0]:g}" if len(days) == 1 else f"{days[0]:g} to {days[-1]:g}"
        text += f"After each stage you hear from us within {within} days."
    skills = [f"{one.title or one.id.replace('_', ' ')}" for one in loaded.scorecard.competencies]
    return {"@context": "https://schema.org", "@type": "JobPosting", "title": loop.role, "skills": skills,
            "description": text.strip()}  # fmt: skip
