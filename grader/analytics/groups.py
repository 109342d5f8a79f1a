"""What candidates said about themselves, joined to what became of them only inside a sum.

Asked voluntarily and apart; nothing is inferred from a name or a picture. "declined" (asked, would not say) and "not
asked" are kept apart from "unknown" (asked, no answer known), and none of them is compared with anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from grader.analytics.tables import Reader
from grader.errors import UsageError

DECLINED, NOT_ASKED, UNKNOWN = "declined", "not asked", "unknown"
SILENT = (DECLINED, NOT_ASKED, UNKNOWN)
BETWEEN = " × "
Groups = Mapping[str, Mapping[str, str]]
"""Candidate → dimension → group."""


def read_groups(path: Path) -> Groups:
    """A table with candidate and a column for each dimension, such as sex and race. An empty cell is "unknown". Raises
    UsageError, also where a candidate is in it twice."""
    reader = Reader(path, ("candidate",))
    dimensions = [name for name in reader.table.columns if name and name != "candidate"]
    if not dimensions:
        raise UsageError(f"{path}: no column but candidate; add one for each dimension, such as sex.")
    found: dict[str, Mapping[str, str]] = {}

    def add(reader: Reader, cells: Mapping[str, str]) -> None:
        who = reader.text(cells, "candidate")
        if who in found:
            raise ValueError("column candidate: somebody who is in the file twice")
        found[who] = {name: said_group(reader.text(cells, name) if cells[name] else "") for name in dimensions}

    reader.records(add)
    return found


def said_group(text: str) -> str:
    """A group as it is compared; the ways to write that there is no answer are one."""
    plain = " ".join(text.split())
    folded = plain.casefold().replace("_", " ")
    if folded in {"", "unknown", "n/a", "na", "none", "null"}:
        return UNKNOWN
    if folded in {"declined", "decline", "prefer not to say", "decline to self identify", "i don't wish to answer",
                  "decline to self-identify", "i do not wish to answer"}:  # fmt: skip
        return DECLINED
    return NOT_ASKED if folded in {"not asked", "not-asked"} else plain


def with_intersections(said: Mapping[str, str]) -> dict[str, str]:
    """The dimensions, and each two of them together; unknown where one of the two is."""
    found = dict(said)
    for first, second in combinations(sorted(said), 2):
        pair = said[first], said[second]
        silent = next((one for one in pair if one in SILENT), "")
        found[f"{first}{BETWEEN}{second}"] = silent or BETWEEN.join(pair)
    return found


def dimensions_of(groups: Groups) -> Sequence[str]:
    """Every dimension that somebody was asked about."""
    return sorted({name for said in groups.values() for name in said})
