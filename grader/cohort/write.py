"""Writes what a batch leaves beside the single results: the cohort's page, its tables, and pairs that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from grader.aside import AsideError
from grader.batch import blind
from grader.batch.blind import Known
from grader.challenge import Pack
from grader.challenge.starter import given
from grader.cohort import difficulty, side_by_side
from grader.cohort.index import write_pages
from grader.cohort.lateness import Policy
from grader.cohort.pairs import LOOKS_LIKE, Pair
from grader.cohort.rows import CohortRow, rows
from grader.cohort.tables import write_tables
from grader.errors import GraderError
from grader.pages.text import count
from grader.result import evidence

_MOST_PAGES = 100


def write(
    out: Path, challenge: Pack, known: Sequence[Known], *, policy: Policy, reveal: bool, similarity: bool
) -> None:
    """Writes index.html, index.csv, index.json and the pages of pairs into `out` from the grades that are there.
    Raises InfrastructureError where that cannot be done."""
    blind.link(out, known)
    found = rows(out, known, challenge, policy, reveal=reveal)
    side_by_side.remove_pages(out)
    pairs, notes = _alike(out, challenge, known, found) if similarity else ([], ["Not compared in this run."])
    found = flagged(found, pairs)
    tests, levels = difficulty.tests(found), difficulty.levels(found)
    write_tables(
        out,
        found,
        challenge,
        reveal=reveal,
        tests=[asdict(one) for one in tests],
        levels=[asdict(one) for one in levels],
        pairs=[asdict(one) for one in pairs],
        late_policy=asdict(policy),
    )
    write_pages(
        out, found, challenge, tests=tests, levels=levels, pairs=pairs, notes=notes, policy_=policy, reveal=reveal
    )


def flagged(found: Sequence[CohortRow], pairs: Sequence[Pair]) -> list[CohortRow]:
    """The rows, with a flag for those that look like others. Flags go to people; no figure changes."""
    others: dict[str, list[tuple[float, str]]] = {}
    for pair in pairs:
        others.setdefault(pair.left, []).append((pair.share, pair.right))
        others.setdefault(pair.right, []).append((pair.share, pair.left))
    return [replace(row, flags=(*row.flags, _flag(others[row.id]))) if row.id in others else row for row in found]


def _flag(others: Sequence[tuple[float, str]]) -> str:
    share, most = max(others)
    more = f", and {count(len(others) - 1, 'other')}" if len(others) > 1 else ""
    return f"{LOOKS_LIKE} {most}{more}: {100 * share:.0f} % of the smaller one is shared."


def _alike(
    out: Path, challenge: Pack, known: Sequence[Known], found: Sequence[CohortRow]
) -> tuple[list[Pair], list[str]]:
    """Pairs that look alike, their pages written, and what a reader should know about the comparison."""
    from grader.cohort.similarity import MOST_PAIRS, Cohort

    graded = {row.id for row in found if row.status == "graded"}
    folders = {one.id: out / one.entry.name for one in known if one.id in graded}
    cohort, unread, slow = Cohort(given(challenge.root)), 0, 0
    for name, folder in folders.items():
        try:
            cohort.add(name, evidence.load_submission(folder).files)
        except GraderError:
            unread += 1
        except AsideError:
            slow += 1
    pairs = cohort.pairs()
    names = {one.id: one.entry.known for one in known}
    shown = [replace(pair, page=side_by_side.page_name(pair)) for pair in pairs[:_MOST_PAGES]]
    for pair in shown:
        left, right = (evidence.load_submission(folders[side]).files for side in (pair.left, pair.right))
        side_by_side.write_page(out, pair, left, right, (*names[pair.left], *names[pair.right]))
    notes = [f"The {MOST_PAIRS} most alike are listed; there are more."] if len(pairs) == MOST_PAIRS else []
    notes += [f"{unread} could not be compared: their evidence is not there."] if unread else []
    notes += [f"{slow} could not be compared: their files took too long to be read."] if slow else []
    return [*shown, *pairs[_MOST_PAGES:]], notes
