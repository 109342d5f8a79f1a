"""Which templates a grade says were given out: metrics of hidden tests that are called `template/what`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.analytics.exposure import Given
from grader.analytics.tables import moment
from grader.errors import UsageError, visible
from grader.records import Metric
from grader.store.folder import read_result

_SECOND = re.compile(r"-\d+$")
"""What a batch puts behind the id of a candidate who handed in again."""
NONE = "metrics of its hidden tests are called template/what where tasks differ between candidates"


def given_of(grade: Mapping[str, Any], candidate: str, at: datetime) -> Iterator[Given]:
    """The templates in a grade with the share of their points. What was not run to its end names none."""
    earned: dict[str, float] = defaultdict(float)
    worth: dict[str, float] = defaultdict(float)
    for test in (grade.get("objective") or {}).get("tests", ()):
        ran = test["status"] in {"passed", "failed"}
        named = [_metric(data) for data in test.get("metrics", ()) if ran and data["name"].count("/") == 1]
        metrics = [metric for metric in named if metric.floor != metric.target]  # no grading writes such a one
        for metric in metrics:
            name = metric.name.partition("/")[0]
            worth[name] += test["max_points"] / len(metrics)
            earned[name] += metric.credit * test["max_points"] / len(metrics)
    for name, most in worth.items():
        if most:
            yield Given(candidate=candidate, template=name, share=earned[name] / most, at=at)


def _metric(data: Mapping[str, Any]) -> Metric:
    return Metric(name=data["name"], value=data["value"], floor=data["floor"], target=data["target"])


def in_folder(folder: Path, challenge: str) -> tuple[Given, ...]:
    """The same of all results below `folder`, whose folders are named by candidates' ids. Raises UsageError for what is
    no result, and where there is none."""
    found: list[Given] = []
    for path in sorted(folder.rglob("grade.json")):
        grade = read_result(path.parent)
        if (grade.get("challenge") or {}).get("id") == challenge:
            who = _SECOND.sub("", path.parent.name)
            found += given_of(grade, who, moment(str(grade["provenance"]["started_at"])))
    if not found:
        where = visible(str(folder))
        raise UsageError(f"{where} holds no result of {visible(challenge)} that names templates: {NONE}.")
    return tuple(found)
