"""Writes the public data: `python -m world.starter FOLDER`, run where `grade challenge copy llm-fundamentals tests DIR` has
written the hidden tests. They go into `starter/data/`. All come from fixed seeds that no submission can get."""

# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2

from __future__ import annotations

import base64
import json
import random
import textwrap
import zlib
from dataclasses import asdict
from typing import Any

from grader_kit import as_lines, stream, write_starter

from world import bills, losses, packs, runs, sampling, scenarios, texts, tokens
from world.envelope import LETTER

SEED = "public-1"
OPEN = (
    ("temperature_wrong", False),
    ("eval_leaked", True),
    ("data_duplicated", False),
    ("reward_hacked", False),
    ("reference_moved", True),
    ("mask_shifted", False),
)
"""What the six open runs are: the cause, and whether it is the sound twin."""
OFTEN = {"escape": 5, "digits": 9, "rightmost": 5, "longer": 6, "caps": 8}
DRAWS = {"plain": 20, "counts": 8, "capped": 6, "before": 12, "border": 7, "greedy": 4, "all": 12}


def encodings(seed: str = SEED) -> tuple[list[Any], list[Any]]:
    vocabs = {name: texts.able(stream(seed, "vocabulary", name)) for name in ("one", "two", "three")}
    rng, rows = stream(seed, "encodings"), []
    wanted = [rule for rule, number in OFTEN.items() for _ in range(number)]
    for rule in [*wanted, *["mute"] * 60]:
        name = rng.choice(list(vocabs))
        text = (
            texts.mute(rng, vocabs[name], ("word", "special", "odd"))
            if rule == "mute"
            else texts.telling(rng, vocabs[name], rule)
        )
        build = 2 if rule != "mute" or rng.random() < 0.6 else 1
        rows.append({"build": build, "vocab": name, "text": text, "ids": tokens.encode(vocabs[name], text)})
    for _ in range(30):
        name = rng.choice(list(vocabs))
        text = texts.text(rng, ("word", "digits", "caps", "special", "escape"), 4)
        rows.append({"build": 1, "vocab": name, "text": text, "ids": tokens.encode(vocabs[name], text, tokens.RULES)})
    rng.shuffle(rows)
    return [{"name": name, "vocab": vocab} for name, vocab in vocabs.items()], rows


def draws(seed: str = SEED) -> list[Any]:
    rng = stream(seed, "draws")
    wanted = [what for what, number in DRAWS.items() for _ in range(number)]
    rows = [sampling.question(rng, what) | {"build": 2} for what in wanted]
    rows += [sampling.draw(rng, rng.choice(list(DRAWS))) | {"build": 1} for _ in range(20)]
    for row in rows:
        chances = sampling.distribution(row, sampling.RULES if row["build"] == 1 else ())
        drawn = rng.choices(range(len(chances)), chances, k=400)
        row["counts"] = [drawn.count(at) for at in range(len(chances))]
    rng.shuffle(rows)
    return rows


def invoice(rng: random.Random, change: bool = False) -> dict[str, Any]:
    price = bills.prices(rng)
    price = bills.changed(rng, price) if change else price
    calls = bills.day(rng, price, 40, change)
    return {"prices": price, "calls": calls, "billed": bills.bill(calls, price)}


def logged(seed: str = SEED) -> list[Any]:
    rng = stream(seed, "losses")
    made = [{"kind": kind, "batch": losses.draw(rng, kind)} for kind in losses.RULES for _ in range(8)]
    return [row | {"logged": round(losses.loss(row["kind"], row["batch"]), 5)} for row in made]


def open_runs(seed: str = SEED) -> list[tuple[runs.Run, str]]:
    """The six that are open, with what is wrong."""
    rng = stream(seed, "open runs")
    return [(runs.run(rng, cause, twin), runs.SOUND if twin else cause) for cause, twin in OPEN]


def found_runs(seed: str = SEED) -> list[Any]:
    rng = stream(seed, "found runs")
    made = [
        runs.run(rng, cause, twin) | {"found": runs.SOUND if twin else cause}
        for cause in runs.CAUSES
        for twin in (False, True)
    ]
    made += [run | {"found": None} for run, _ in open_runs(seed)]
    rng.shuffle(made)
    return made


def batches(seed: str = SEED) -> list[Any]:
    rows = []
    for kind in scenarios.KINDS:
        batch, right, meanings = scenarios.batch(stream(seed, "batch", kind), kind)
        rows.append(
            {
                "kind": kind,
                "batch": batch,
                "right": right,
                "meanings": {text: asdict(each) for text, each in meanings.items()},
            }
        )
    return rows


def sealed() -> str:
    """The second envelope: the letter, with examples."""
    rng = stream(SEED, "sealed")
    inside = {
        "letter": LETTER,
        "examples": {"invoice": invoice(rng, True), "contexts": [packs.request(rng, True) for _ in range(2)]},
    }
    packed = base64.b85encode(zlib.compress(json.dumps(inside).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(packed, 100)) + "\n"


def files(seed: str = SEED) -> dict[str, str]:
    """Name → text of each file of the starter's `data/`."""
    vocabs, recorded = encodings(seed)
    rows = {
        "vocabularies": vocabs, "encodings": recorded, "draws": draws(seed), "invoices": [invoice(stream(seed, "day", at)) for at in range(4)],
        "losses": logged(seed), "runs": found_runs(seed), "contexts": [packs.request(stream(seed, "context", at)) for at in range(4)], "batches": batches(seed),
    }  # fmt: skip
    return {f"{name}.jsonl": as_lines(each) for name, each in rows.items()} | {"envelope.sealed": sealed()}


def fresh(seed: int) -> dict[str, str]:
    """The same files with other contents, but for the envelope: what commands in candidates' documents are run on again."""
    return {f"data/{name}": text for name, text in files(f"claims-{seed}").items() if name != "envelope.sealed"}


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(), CANARY)
