"""calibration.html: one self-contained page for whoever decides whether the judge may vote, and how to mend it."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import files
from grader.calibration import advice
from grader.judge.documents import decode
from grader.judge.record import Calibration, Erased
from grader.ratings import labels
from grader.ratings.items import Item, load_items
from grader.submission.sanitise import plain

if TYPE_CHECKING:
    from grader.agreement import GateReport
    from grader.calibration.run import CalibrationRun
    from grader.challenge import Pack

TEMPLATES = Path(__file__).parent / "templates"
MAX_TEXT = 20_000
"""Characters of an item that the page shows."""
WIDTH = 200
ERASED = '<p class="is-open" id="erased">{}</p>'
"""Where the page says what has been erased since it was written."""
_TONES = {"ACCEPT": "", "REJECT": "is-bad", "INCONCLUSIVE": "is-open", "reject": "is-bad", "inconclusive": "is-open"}
_PROBES = {
    "padded": "padded to about twice its length",
    "stripped": "without markup and comments",
    "injected": "with an order to the judge",
}


def write(challenge: Pack, outcome: CalibrationRun) -> Path:
    """Writes the page beside the calibration."""
    path = challenge.root / "calibration" / "calibration.html"
    path.write_text(render(challenge, outcome), encoding="utf-8")
    return path


def render(challenge: Pack, outcome: CalibrationRun) -> str:
    """The page as HTML. Nothing is loaded from anywhere, no script runs, and every text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_clean,
    )  # fmt: skip
    from markupsafe import Markup

    style = (TEMPLATES / "calibration.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = [_part(challenge, outcome, name) for name in outcome.reports]
    return environment.get_template("calibration.html.j2").render(
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - our own file
        title=f"Calibration of {challenge.id}",
        pack=f"{challenge.id} {challenge.version}",
        parts=parts,
        erased=Markup(ERASED.format("")),  # noqa: S704 - our own words
        **_first(outcome, parts),
    )


def note_erased(root: Path, erased: Erased) -> None:
    """Says in the page, where it is there, what has been erased of what it rests on. Raises InfrastructureError."""
    path = root / "calibration" / "calibration.html"
    if not path.is_file():
        return
    gone = ", ".join(f"{count} of {name}" for name, count in sorted(erased.items.items()))
    said = (
        f"Reviews that this rested on have been erased since (noted on {erased.noted}): {gone}. Figures and gate stay"
        " until it is calibrated again; a new calibration rests on what is left."
    )
    before, start, rest = path.read_text(encoding="utf-8").partition(ERASED.partition("{}")[0])
    if start:
        files.write(path, f"{before}{ERASED.format(html.escape(said))}{rest.partition('</p>')[2]}")


def _clean(value: Any) -> Any:
    return plain(value, markup=False).text if type(value) is str else value


def _first(outcome: CalibrationRun, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    accepted = [part["name"] for part in parts if part["verdict"] == "ACCEPT"]
    calibration, usage = outcome.calibration, outcome.usage
    models = sorted({found.parts["model"] for found in calibration.criteria.values()})
    endpoints = sorted({found.parts["endpoint"] for found in calibration.criteria.values()})
    cost = f"{outcome.cost:.4f}" if outcome.cost is not None else "price not known"
    return {
        "heading": f"The judge may vote on {len(accepted)} of {len(parts)} criteria",
        "lead": _lead(accepted, parts),
        "facts": [
            ("Judge", ", ".join(models) or "none"),
            ("Endpoint", ", ".join(endpoints) or "none"),
            ("Made", calibration.made_at.replace("T", " ")),
            ("Labelled items judged", str(len(outcome.judged))),
            ("Prompt and completion tokens", f"{usage.prompt_tokens:,} and {usage.completion_tokens:,}"),
            ("Cost", cost),
        ],
        "foot": f"Labels from {calibration.labels_from}. Levels count in grading only while none of this has changed:"
        " rubric, prompt, sanitiser, parser, model, endpoint, sampling, limits and labels.",
    }


def _lead(accepted: Sequence[str], parts: Sequence[Mapping[str, Any]]) -> str:
    if not parts:
        return "No criterion has ratings by people."
    if len(accepted) == len(parts):
        return "Its levels count in grading as long as nothing that they rest on changes."
    others = ", ".join(f"{part['name']} ({part['verdict']})" for part in parts if part["verdict"] != "ACCEPT")
    return f"Its levels do not count for {others}. Each part below says why, and what to do next."


def _part(challenge: Pack, outcome: CalibrationRun, name: str) -> dict[str, Any]:
    report, criterion = outcome.reports[name], next(c for c in challenge.rubric.criteria if c.id == name)
    rows = [row for row in outcome.calibration.items if row["criterion"] == name]
    limits = report.measured.case.thresholds
    return {
        "id": name,
        "name": criterion.name,
        "question": criterion.question,
        "verdict": report.verdict,
        "tone": _TONES[report.verdict],
        "n": int(report.measured.comparison.n),
        "levels": list(criterion.levels),
        "checks": [
            {"id": c.id, "name": c.name, "outcome": str(c.outcome).replace("_", " "), "sentence": c.sentence,
             "tone": _TONES.get(str(c.outcome), "")}
            for c in report.checks
        ],
        "notes": list(report.notes),
        "loosened": ", ".join(limits.loosened),
        "because": limits.loosened_because,
        "next": advice.steps(report, rows),
        **_scale(report),
        **_matrix(report),
        "figures": _figures(report),
        "probes": _probes(report),
        **_differences(challenge, outcome.calibration, report, name, rows),
    }  # fmt: skip


def _scale(report: GateReport) -> dict[str, Any]:
    found = report.measured
    qwk, people, (low, high) = found.comparison.qwk.value, found.human_qwk.value, found.interval
    constant = found.constant.comparison.qwk.value if found.constant is not None else None
    return {
        "qwk": qwk, "people": people, "low": low, "high": high,
        "x_qwk": _x(qwk), "x_people": _x(people), "x_low": _x(low), "x_width": round(_x(high) - _x(low), 1),
        "x_limit": _x(found.case.thresholds.judge_qwk),
        "shown": {
            "qwk": _two(qwk), "people": _two(people), "constant": _two(constant),
            "interval": f"{_two(low)} to {_two(high)}" if low is not None else "not defined",
        },
    }  # fmt: skip


def _x(value: float | None) -> float:
    return round(WIDTH * min(1.0, max(0.0, value or 0.0)), 1)


def _two(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def _matrix(report: GateReport) -> dict[str, Any]:
    counts, levels = report.measured.comparison.matrix, report.measured.panel.levels
    top = max(1.0, float(counts.max()) if counts.size else 1.0)
    total = max(1.0, float(counts.sum()))
    cells = [
        {"level": level, "cells": [_cell(int(counts[r][c]), top, same=r == c) for c in range(len(levels))]}
        for r, level in enumerate(levels)
    ]
    usage = [
        {"level": level, "people": f"{float(counts[r].sum()) / total:.0%}",
         "judge": f"{float(counts[:, r].sum()) / total:.0%}"}
        for r, level in enumerate(levels)
    ]  # fmt: skip
    return {"matrix": cells, "usage": usage}


def _cell(count: int, top: float, *, same: bool) -> dict[str, Any]:
    shade = 0 if not count else 1 if count < top / 3 else 2 if count < 2 * top / 3 else 3
    return {"count": count, "tone": f"h{shade}{' same' if same else ''}"}


def _figures(report: GateReport) -> list[tuple[str, str]]:
    found, compared = report.measured, report.measured.comparison
    constant = found.constant
    return [
        ("Exact agreement", _two(compared.exact.value)),
        ("Within one level", _two(compared.adjacent.value)),
        ("Mean error, judge less people", _two(compared.bias.value)),
        ("Standardised mean difference", _two(compared.smd.value)),
        ("Mean squared error", _two(compared.mse.value)),
        ("Squared error of the best constant", f"{_two(constant.comparison.mse.value)} (always {constant.level})"
         if constant else "not defined"),
        ("Off by two levels or more", _two(compared.blunders.value)),
        ("Krippendorff's alpha, people alone", _two(found.alpha.value)),
        ("Gwet's AC2", _two(compared.ac2.value)),
        ("Alternative-annotator test, winning rate", _two(found.alt.winning_rate.value)),
        ("The same of the best constant", _two(constant.alt.winning_rate.value) if constant else "not defined"),
        ("Judge with single people", _two(found.judge_human_qwk.value)),
    ]  # fmt: skip


def _probes(report: GateReport) -> list[dict[str, Any]]:
    found = report.measured
    return [
        {"name": _PROBES.get(name, name), "n": len(found.case.probes[name]), "shift": _signed(shift.value)}
        for name, shift in found.shifts.items()
    ]


def _signed(value: float | None) -> str:
    return "not defined" if value is None else f"{value:+.2f}"


def _differences(
    challenge: Pack, calibration: Calibration, report: GateReport, name: str, rows: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    panel = report.measured.panel
    low = panel.levels[0]
    label = {item: int(level) + low for item, level in zip(panel.items, panel.label, strict=True)}
    items = {item.id: item for item in (load_items(challenge) if rows else ()) if item.criterion == name}
    notes = labels.notes(challenge, name) if rows and calibration.labels_from == labels.RATINGS else {}
    judged = [row for row in rows if row["level"] is not None and row["item"] in label]
    differ = sorted(
        (row for row in judged if row["level"] != label[row["item"]]),
        key=lambda row: (-abs(row["level"] - label[row["item"]]), row["item"]),
    )
    apart = report.spectrum
    in_reviews = apart.real.n if apart else 0
    return {
        "elsewhere": f"{in_reviews} items of candidates' work" if in_reviews else "",
        "differ": [_difference(row, label[row["item"]], items[row["item"]], notes) for row in differ],
        "differ_heading": f"Where judge and people differ: {len(differ)} of {len(judged)} items"
        if differ
        else "Judge and people agree on every item",
        "unjudged": [{"item": row["item"], "reason": row["reason"]} for row in rows if row["level"] is None],
    }


def _difference(row: Mapping[str, Any], label: int, item: Item, notes: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    off = row["level"] - label
    people = [
        {"rater": rater, "level": level, "note": notes.get((item.id, rater), "")}
        for rater, level in row["people"].items()
    ]
    return {
        "item": item.id,
        "label": label,
        "judge": row["level"],
        "off": f"{off:+d} {'level' if abs(off) == 1 else 'levels'}",
        "people": people,
        "rationale": row["rationale"],
        "evidence": row["evidence"],
        "dropped": ", ".join(f"{count} {why}" for why, count in row["dropped_quotes"].items()),
        "files": [
            {"path": path, "text": (decode(content) or "This file is not text.")[:MAX_TEXT]}
            for path, content in item.content.items()
        ],
    }
