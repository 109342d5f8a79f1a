"""Shipped submissions whose figures are held to promises: their commands are run as in a grading, no hidden test is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.authoring import shipped
from grader.authoring.entries import Listed
from grader.challenge.findings import Finding, broken, found
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.authoring.runs import Runner

STATED = "stated"


def check(runner: Runner, listed: Sequence[Listed]) -> list[Finding]:
    """What came of the figures of each, a few at a time. Raises InfrastructureError."""
    with ThreadPoolExecutor(max_workers=runner.jobs, thread_name_prefix="figures") as pool:
        return [finding for findings in pool.map(lambda one: _entry(runner, one), listed) for finding in findings]


def _entry(runner: Runner, one: Listed) -> list[Finding]:
    try:
        return [_held(one, block(runner, one))]
    except GraderError as problem:
        return [broken("figures", f"{one.entry.path}: {problem.message}", one.place)]


def block(runner: Runner, one: Listed) -> Mapping[str, Any]:
    """The block `claims` of a grade of the submission."""
    from grader.grading import claims
    from grader.grading.run import Request, Run

    pack = runner.challenge
    request = Request(source=str(one.root), challenge=pack, out=Path())
    run = Run(request=request, settings=runner.settings, say=lambda _text: None)
    return claims.block(run, pack, shipped.read(pack, shipped.of(one)), lambda own: runner.sandbox(own.id))


def _held(one: Listed, said: Mapping[str, Any]) -> Finding:
    """Whether the marks are those that the entry promises."""
    path, shares = one.entry.path, shares_of(said)
    wrong = [
        f"{name} {shares[name]:.3g} (promised: {low:g} to {high:g})"
        for name, (low, high) in one.entry.figures.items()
        if not low <= shares[name] <= high
    ]
    reasons = [f"{row['command']}: {row['reason']}" for row in said.get("commands", ()) if not row["ran"]]
    facts: dict[str, Any] = {**shares}
    if wrong:
        return broken("figures", f"{path}: {'; '.join([*wrong, *reasons])}", one.place, **facts)
    told = ", ".join(f"{name} {shares[name]:.3g}" for name in one.entry.figures)
    return found("figures", f"{path}: {told}", one.place, **facts)


def shares_of(said: Mapping[str, Any]) -> dict[str, float]:
    """Mark → share of the figures that have it; `fixed`: of those that do not depend on the data; `stated`: how many
    figures there are."""
    counts, stated = said.get("counts", {}), len(said.get("figures", ()))
    names = ("reproduced", "differs", "cannot_run", "no_command", "fixed")
    return {STATED: float(stated), **{name: counts.get(name, 0) / stated if stated else 0.0 for name in names}}
