"""Rows of the evaluation that say something."""

from __future__ import annotations

import statistics
from collections import defaultdict


def graded(rows: list[dict], option: dict, segments: list[str]) -> dict:
    """Right and judged answers, and tokens of a request, by segment. Of an item that was run again the last run counts; an
    item that the option has as an example in its prompt says nothing; a timeout is no right answer; no verdict, no answer."""
    last = {}
    for row in sorted(rows, key=lambda row: row["run"]):
        if row["option"] == option["id"] and row["item"] not in option["examples"]:
            last[row["item"]] = row
    right, judged, tokens = defaultdict(int), defaultdict(int), defaultdict(list)
    for row in last.values():
        tokens[row["segment"]].append(row["tokens"])
        if row["verdict"]:
            judged[row["segment"]] += 1
            right[row["segment"]] += row["verdict"] == "right"
    return {
        "right": {segment: right[segment] for segment in segments},
        "judged": {segment: judged[segment] for segment in segments},
        "tokens": {segment: statistics.fmean(tokens[segment] or [0]) for segment in segments},
    }
