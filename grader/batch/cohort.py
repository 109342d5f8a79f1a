"""Writes what a batch leaves beside the single results: the cohort's page and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch import blind
from grader.batch.blind import Known
from grader.batch.lateness import Policy
from grader.batch.rows import rows
from grader.batch.tables import write_tables
from grader.challenge import Challenge


def write(
    out: Path, challenge: Challenge, known: Sequence[Known], *, policy: Policy, reveal: bool, similarity: bool
) -> None:
    """Writes index.html, index.csv and index.json into `out` from the grades that are there. Raises
    InfrastructureError where that cannot be done."""
    blind.link(out, known)
    found = rows(out, known, challenge, policy, reveal=reveal)
    write_tables(out, found, challenge, reveal=reveal)
