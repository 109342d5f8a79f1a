"""A small challenge pack with labelled items, written to a folder: enough to try a judge and its calibration on."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

MANIFEST = """\
schema: 1
id: tiny
version: 1.0.0
title: A tiny challenge
primary_competency: evaluation_methodology
interface: {kind: documents}
submission: {required: []}
weights: {objective: 0, subjective: 100}
"""
DOCUMENT_CRITERION = """\
  - id: failure-modes
    competency: evaluation_methodology
    weight: 2
    question: Which failure modes that the brief leaves out did they find?
    evidence: [DECISIONS.md]
    levels:
      1: Names none, or only general words.
      2: Names one or two without an example.
      3: Names three, and gives one an example that could be run.
      4: Names three with examples and reports results for two of them.
      5: As level 4, orders them by cost and says which one is still open.
"""
CODE_CRITERION = """\
  - id: error-handling
    competency: production_engineering
    question: What happens in the code when a dependency fails?
    evidence: ["*.py"]
    levels:
      1: Failures end the program or are swallowed.
      2: Failures are caught everywhere in the same way.
      3: Expected failures are told from the others.
      4: As level 3, and calls have time-outs and a bounded number of retries.
      5: As level 4, and what was done stays consistent when a call fails half-way.
"""
SENTENCES = (
    "Two tickets in one message were routed to a single queue until the splitter was added.",
    "Tickets in a mixed language lost their citations, which 9 of 40 cases showed.",
    "An outdated document outranked its successor when both were in force on the same day.",
    "Escalations that were missed cost ten times as much as needless ones, so the threshold is low.",
    "Empty bodies are answered with no citation and a low confidence.",
    "The gold set has 240 tickets, and the share of Spanish ones is too small to conclude from.",
    "Long tickets push the question out of the window, so the first and last parts are kept.",
    "A product that was renamed is found by its old name through the release notes.",
)


def write_pack(root: Path, *, criteria: Sequence[str] = (DOCUMENT_CRITERION,), gate: str = "") -> Path:
    """A pack without hidden tests in `root`; `gate` is the text of the rubric's gate mapping."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "tests").mkdir(exist_ok=True)
    (root / "challenge.yaml").write_text(MANIFEST, encoding="utf-8")
    (root / "instruction.md").write_text("# A tiny challenge\n\nWrite DECISIONS.md.\n", encoding="utf-8")
    rubric = "schema: 1\ncriteria:\n" + "".join(criteria) + (f"gate: {gate}\n" if gate else "")
    (root / "rubric.yaml").write_text(rubric, encoding="utf-8")
    return root


def answer(index: int, level: int) -> str:
    """A written answer, unlike all others, that says more the higher its level."""
    picked = random.Random(index).sample(SENTENCES, min(level + 1, len(SENTENCES)))  # noqa: S311
    body = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(picked, 1))
    return f"# Decisions {index}\n\nWhat we looked at in case {index * 7919 % 10007}:\n\n{body}\n"


def write_items(
    root: Path,
    count: int = 60,
    *,
    criterion: str = "failure-modes",
    raters: Sequence[str] = ("ada", "ben"),
    disagreement: float = 0.1,
    seed: int = 0,
    kind: str = "candidate",
) -> None:
    """`count` items spread over the levels, and ratings that are one level off for a share of the items. All of it is
    generated; `kind` is whose work a gate is to take it for."""
    draw = random.Random(seed)  # noqa: S311
    folder = root / "calibration"
    rows: list[tuple[str, str, str, int, str]] = []
    entries = []
    for index in range(count):
        level, name = index % 5 + 1, f"item-{index:03d}"
        (folder / "items" / name).mkdir(parents=True, exist_ok=True)
        (folder / "items" / name / "DECISIONS.md").write_text(answer(index, level), encoding="utf-8")
        entries.append(f"  - {{id: {name}, criterion: {criterion}, kind: {kind}, written_to: {level}}}\n")
        for rater in raters:
            off = draw.choice((-1, 1)) if draw.random() < disagreement else 0
            rated_at = f"2026-03-{index % 28 + 1:02d}T10:00:00Z"
            rows.append((name, criterion, rater, min(5, max(1, level + off)), rated_at))
    (folder / "items.yaml").write_text("schema: 1\nitems:\n" + "".join(entries), encoding="utf-8")
    with (folder / "ratings.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("item", "criterion", "rater", "level", "rated_at"))
        writer.writerows(rows)
