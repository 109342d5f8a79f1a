"""Writes the public sample that candidates start from: `python -m world.starter FOLDER`, run where
`grade challenge copy rag-triage tests DIR` has written the hidden tests.

The sample is a client of its own, made from a fixed seed that no submission can get, and keeps to the public wording.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader_kit import as_lines, stream, write_starter

from world import Case, World, Writer, world_for

PUBLIC_SEED = "public-sample"

SHARES: tuple[tuple[str, int, Callable[[Writer], Case]], ...] = (
    ("plain", 25, lambda w: w.plain()),
    ("paraphrased", 50, lambda w: w.paraphrased()),
    ("german", 18, lambda w: w.multilingual("de")),
    ("spanish", 18, lambda w: w.multilingual("es")),
    ("french", 18, lambda w: w.multilingual("fr")),
    ("across", 8, lambda w: w.across()),
    ("misspelled", 3, lambda w: w.misspelled()),
    ("quoted", 8, lambda w: w.quoted()),
    ("signed", 4, lambda w: w.signed()),
    ("settled", 8, lambda w: w.settled()),
    ("old-thread", 5, lambda w: w.old_thread()),
    ("two-matters", 12, lambda w: w.two_matters()),
    ("vague", 8, lambda w: w.vague()),
    ("nothing", 6, lambda w: w.nothing_to_cite()),
    ("calm", 6, lambda w: w.calm()),
    ("legal", 3, lambda w: w.grave("legal")),
    ("breach", 3, lambda w: w.grave("breach")),
    ("person", 3, lambda w: w.grave("person")),
    ("claims", 5, lambda w: w.claim(w.client.limit + w.rng.choice((-60, -20, 30, 120, 700)))),
    ("incidents", 3, lambda w: w.incident(named=True)),
    ("orders", 4, lambda w: w.injected(w.plain())),
    ("dated", 4, lambda w: w.versioned("dated")),
    ("outdated", 7, lambda w: w.versioned(w.rng.choice(("closed", "field", "line", "chain")))),
    ("future", 3, lambda w: w.versioned("future")),
    ("expired", 3, lambda w: w.versioned("expired")),
    ("rival", 5, lambda w: w.versioned("rival")),
)
"""Name of a slice, how many of its tickets the history holds, and how to write one: 240 in all."""


def sample_world() -> World:
    return world_for(PUBLIC_SEED, public=True)


def history(world: World, more: Callable[[int], int] = int) -> list[dict[str, Any]]:
    """Tickets of the public client with what became of them, by date. `more` says how many a slice holds in place of the
    number in SHARES."""
    cases = [case for name, count, make in SHARES for case in world.cases(f"history-{name}", more(count), make)]
    rng = world.writer("history-outcome").rng
    rows = []
    for case in cases:
        queue = rng.choices(list(case.queues), weights=list(case.queues.values()))[0]
        outcome = {"queue": queue, "citations": sorted(case.citations), "escalate": case.escalate}
        rows.append({"ticket": case.ticket, "outcome": outcome})
    return sorted(rows, key=lambda row: str(row["ticket"]["created_at"]))


def questions(world: World) -> list[dict[str, Any]]:
    """Tickets of the public client such as `draft` gets, with what a good draft cites and states."""
    cases = world.cases("questions", 16, lambda w: w.question())
    cases += world.cases("questions-replaced", 6, lambda w: w.question("closed", "field", "line", "dated", "rival"))
    cases += world.cases("questions-nothing", 6, lambda w: w.question_on_nothing())
    return [{"ticket": c.ticket, "outcome": {"citations": sorted(c.citations), "figure": c.fact}} for c in cases]


def files(world: World, more: Callable[[int], int] = int) -> dict[str, str]:
    """The sample's files, by name."""
    made = {"documents": world.documents, "history": history(world, more), "questions": questions(world)}
    return {f"{name}.jsonl": as_lines(rows) for name, rows in made.items()}


def fresh(seed: int) -> dict[str, str]:
    """The sample of another client, in the public wording and with fewer tickets of each kind, how many is drawn: what
    commands in candidates' documents are run on again."""
    rng = stream(f"claims-{seed}", "how many")
    made = files(
        world_for(f"claims-{seed}", public=True), lambda count: max(1, count - rng.randint(0, max(1, count // 2)))
    )
    return {f"data/{name}": text for name, text in made.items()}


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(sample_world()), CANARY)
