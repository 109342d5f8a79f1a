"""What a team does next about a criterion: from the checks that decided, in the order in which they are best mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.agreement import GateReport

MOST_DISPUTED = 5
_STEPS = {
    ("J", "inconclusive"): (
        "Written texts open no gate alone. Review candidates' work, two people each, and calibrate with --store; work"
        " near the borders between levels tells most."
    ),
    ("J", "reject"): (
        "On candidates' work the judge does not see what people see, whatever it says of written texts. Read where they"
        " differ (`grade norm`), make the anchors fit real work, or try another model."
    ),
    ("B", "inconclusive"): (
        "People do not agree enough with each other. Hold a calibration session on the items named below, write down"
        " what decided, put that into the anchors, and rate fresh items."
    ),
    ("C", "reject"): (
        "The judge does not see what people see. Read the disagreements below, biggest first. Where it took an anchor"
        " otherwise than people, make the anchor say what is observed; otherwise try another model."
    ),
    ("D", "reject"): (
        "The judge agrees with people less than they do with each other. Read the disagreements below and make the"
        " anchors say what people go by, or try another model."
    ),
    ("E", "reject"): (
        "The judge is lenient or severe as a whole. Make the anchors of the levels that it confuses say what is"
        " missing, not only what is there."
    ),
    (
        "F",
        "reject",
    ): "The judge is sometimes wrong by two levels or more. Read these items first; each is a cause of its own.",
    ("F", "inconclusive"): "Too few labels to rule out blunders. Rate more items.",
    (
        "G",
        "reject",
    ): "The judge does not use the scale. Add items that are clearly low and clearly high, or try another model.",
    ("H", "reject"): (
        "The judge answers differently when asked again. Set its temperature to 0, or let grading ask three times"
        " (`repeats = 3` under [judge] in grader.toml)."
    ),
    ("H", "inconclusive"): "Stability was not measured: run `grade calibrate` with three repeats.",
    ("I", "reject"): (
        "The judge is moved by length, markup or orders. Do not use it for this criterion; try another model."
    ),
    ("I", "inconclusive"): "Not all probes could be measured: see which twins were not judged, and run it again.",
}


def steps(report: GateReport, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences for the reader, at least one."""
    found = []
    for check in report.checks:
        outcome = str(check.outcome)
        if check.id in {"A", "C"} and outcome == "inconclusive":
            found.append(_more_labels(report))
        elif (check.id, outcome) in _STEPS:
            found.append(_STEPS[check.id, outcome])
        if check.id == "B" and outcome == "inconclusive":
            found += _disputed(rows)
    if report.verdict == "ACCEPT":
        return [
            "Commit calibration.json. Rate new candidates' items now and then and calibrate again when they are added."
        ]
    return list(dict.fromkeys(found)) or ["Read the checks below."]


def _more_labels(report: GateReport) -> str:
    if report.labels_needed:
        return f"Rate about {report.labels_needed} more items, two people each (`grade label`), over all levels."
    return "Rate more items, two people each (`grade label`), over all levels."


def _disputed(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The items on which people differ most."""
    spread = [(max(row["people"].values()) - min(row["people"].values()), row["item"]) for row in rows if row["people"]]
    worst = [item for gap, item in sorted(spread, key=lambda pair: (-pair[0], pair[1])) if gap][:MOST_DISPUTED]
    return [f"People differ most on {', '.join(worst)}."] if worst else []
