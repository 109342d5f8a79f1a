"""Twelve shipped submissions as the cases of a panel."""

from __future__ import annotations

from grader.store.folder import evidence_digest, read_result
from grader.store.store import About
from tests.web_fixtures import House, grade, shipped

SHIPPED = (
    "accepted/gates", "accepted/money-and-surprise", "accepted/relations", "rejected/blocks-on-any-error",
    "rejected/decisions-only", "rejected/english-only", "rejected/one-figure", "rejected/pilot-only",
    "rejected/stale-labels", "rejected/trusts-the-judge", "rejected/usual-words-only", "rejected/vague-rubric",
)  # fmt: skip


def keep(home: House, many: int = len(SHIPPED)) -> None:
    """So many finished runs in the store, as a batch leaves them."""
    for number, name in enumerate(SHIPPED[:many]):
        pack, work = shipped("eval-design", name)
        out = home.folder / f"result-{number}"
        grade(out, pack, work, run=f"panel-{number}")
        about = About(
            folder=str(out), evidence=evidence_digest(out), candidate=f"Candidate {number}", blind=f"S{number}"
        )
        home.store.record(read_result(out), about)
