"""A check as JSON, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from grader.authoring.check import Report
from grader.authoring.items import items
from grader.authoring.mutation import MutantResult
from grader.authoring.runs import Ran
from grader.challenge.findings import holds


def report_json(report: Report) -> dict[str, Any]:
    """Plain data: challenge, holds, findings, runs, mutants, spread, items."""
    challenge = report.challenge
    starter = [report.starter] if report.starter else []
    runs = [*report.reference, *starter, *(ran for _, ran in report.entries)]
    return {
        "challenge": {"id": challenge.id, "version": challenge.version} if challenge else None,
        "holds": holds(report.findings),
        "findings": [finding.as_json() for finding in report.findings],
        "runs": [_run(ran) for ran in runs],
        "mutants": [_mutant(verdict) for verdict in report.verdicts],
        "spread": [{**asdict(work), "mean": work.mean, "moved": work.moved} for work in report.spread],
        "items": [asdict(item) for item in items(report.honest)],
    }


def _run(ran: Ran) -> dict[str, Any]:
    points = ran.points
    return {
        "submission": ran.name,
        "problem": str(ran.problem) if ran.problem else "",
        "points": points.points,
        "max_points": points.max_points,
        "candidate_seconds": round(ran.candidate_seconds, 3),
        "seconds": round(ran.seconds, 3),
    }


def _mutant(verdict: MutantResult) -> dict[str, Any]:
    mutant = verdict.mutant
    return {
        "path": mutant.path,
        "line": mutant.line,
        "function": mutant.function,
        "kind": mutant.kind,
        "before": mutant.before,
        "after": mutant.after,
        "outcome": verdict.outcome,
        "groups": list(verdict.groups),
    }
