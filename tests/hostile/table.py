"""The table of attacks and outcomes in docs/security.md. `GRADER_WRITE_ATTACKS=1 pytest tests/hostile` writes what runs
gave to build/attacks/, and `python -m tests.hostile.table` puts it into the document."""

from __future__ import annotations

import os
import re
from functools import cache

from tests.hostile.harness import GATE, ROOT, Attack, Outcome, attacks

CATEGORIES = ("forging", "stealing", "breaking out", "exhausting", "the host's readers")
DOCUMENT = ROOT / "docs" / "security.md"
ROWS = ROOT / "build" / "attacks"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
HEAD = "| attack | what it tries | points of 20 | outcome |\n|---|---|---|---|\n"
WORDS = {
    "call": "time of a call",
    "total": "time of the run",
    "memory": "memory",
    "processes": "processes",
    "disk": "disk",
    "reply": "size of a reply",
    "output": "output",
}
NAMED = ("TimeLimit", "MemoryLimit", "ProcessDied", "ProcessLimit", "BadReply")


def row(attack: Attack, outcome: Outcome) -> str:
    """One line of the table. With GRADER_WRITE_ATTACKS it is kept for the document, and counts as documented."""
    made = f"| {attack.name} | {attack.tries.replace('|', chr(92) + '|')} | {_points(outcome)} | {_told(outcome)} |"
    if os.environ.get("GRADER_WRITE_ATTACKS"):
        ROWS.mkdir(parents=True, exist_ok=True)
        (ROWS / attack.name).write_text(made, encoding="utf-8")
        documented.cache_clear()
    return made


@cache
def documented(name: str) -> str:
    """The line of the attack `name` in the document."""
    if os.environ.get("GRADER_WRITE_ATTACKS"):
        return (ROWS / name).read_text(encoding="utf-8")
    return next((line for line in _lines() if line.startswith(f"| {name} |")), "not in docs/security.md")


def documented_names() -> list[str]:
    return [line.split("|")[1].strip() for line in _lines() if line.startswith("| ") and "what it tries" not in line]


def walls() -> dict[str, list[str]]:
    """Each wall of the document, and the attacks that it says attack it."""
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Walls")[2].partition("\n## ")[0]
    cells = [line.split("|") for line in section.splitlines() if line.startswith("| ") and "attacked by" not in line]
    return {cell[1].strip(): re.findall(r"`([a-z0-9-]+)`", cell[3]) for cell in cells}


def _lines() -> list[str]:
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].splitlines()


def _points(outcome: Outcome) -> str:
    return f"{outcome.points:g}" if outcome.grade["status"] == "graded" else "no grade"


def _told(outcome: Outcome) -> str:
    if outcome.grade["status"] != "graded":
        return f"exit {outcome.code}, {outcome.grade['status']}"
    message = outcome.tests[GATE]["message"]
    kind = "MemoryLimit" if "for using more memory" in message else message.partition(":")[0]
    said = "nothing worked" if '"worked": []' in message else "wrong answer" if "it said" in message else "exception"
    what = kind if kind in NAMED else said
    limits = ", ".join(WORDS[limit] for limit in outcome.limits)
    return what + (f"; limit: {limits}" if limits else "") + "; the candidate's"


def main() -> None:
    """Puts the rows of the last full run into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = []
    for category in CATEGORIES:
        rows = [(ROWS / attack.name).read_text(encoding="utf-8") for attack in attacks() if attack.category == category]
        parts.append(f"\n### {category.capitalize()}\n\n{HEAD}" + "\n".join(rows) + "\n")
    DOCUMENT.write_text(before + BEGIN + "\n" + "".join(parts) + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
