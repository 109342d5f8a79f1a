"""What is given out: the tasks of a round with examples, its ticket, and the sealed second envelope.

`python -m world.starter FOLDER` writes those of the shipped round; `… FOLDER rounds` writes all rounds that links hand out,
a file each. Which examples a round has follows from its number.
"""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import base64
import json
import random
import sys
import zlib
from collections.abc import Mapping
from typing import Any

from canary import CANARY
from grader_kit import as_lines, stream, write_starter

from world.frame import Template, drawn, truth
from world.rounds import tasks, ticket

SHIPPED, ROUNDS = 1, 21
"""The round that lies in the starter, and how many there are in `rounds/`."""
SHOWN = {"plain": 11, "common": 9, "rare": 3}
OPEN = {"plain": 2, "common": 2, "rare": 1, "deep": 6}
LATER = {"follow": 2, "still": 1}
"""Rows by kind: with answers; without; of the second part, with answers, in the envelope."""
TITLE = "# Round {number}: six tasks\n\nBegin with whichever you like. Each task has its examples in `data/`.\n"


def files(number: int = SHIPPED) -> dict[str, str]:
    """All files of the starter that differ from round to round."""
    every = [task for family in tasks(number).values() for task in family]
    parts = [f'## {task.title}\n\n`"task": "{task.id}"`\n\n{task.text}\n' for task in every]
    return {
        "TASKS.md": "\n".join([TITLE.format(number=number), *parts]),
        "round.json": json.dumps(ticket(number)) + "\n",
        **data(number, every, f"round-{number}"),
    }


def handed_out() -> dict[str, str]:
    """The files of `rounds/`: rounds that links hand out, each template in about three of them."""
    return {
        f"{number:03}.json": json.dumps(files(number), ensure_ascii=False) + "\n" for number in range(1, ROUNDS + 1)
    }


def data(number: int, every: list[Template], name: str, shown: Mapping[str, int] = SHOWN) -> dict[str, str]:
    """The files of `data/`; `name` is what examples are drawn by, `shown` how many with answers there are of a kind."""
    made = {}
    for task in every:
        rng = stream("shown", name, task.id)
        made[f"data/{task.id}.jsonl"] = as_lines(rows(task, rng, shown, answers=True))
        made[f"data/{task.id}.open.jsonl"] = as_lines(rows(task, rng, OPEN, answers=False))
    made["data/envelope.sealed"] = sealed(envelope(every, f"round-{number}"))
    return made


def fresh(seed: int) -> dict[str, str]:
    """Other examples of the shipped round: what commands in documents are run on again. The envelope stays."""
    every = [task for family in tasks(SHIPPED).values() for task in family]
    more = stream("claims", seed).randint(1, 4)
    made = data(SHIPPED, every, f"claims-{seed}", SHOWN | {"common": SHOWN["common"] + more})
    return {path: text for path, text in made.items() if not path.endswith(".sealed")}


def rows(task: Template, rng: random.Random, counts: Mapping[str, int], *, answers: bool) -> list[dict[str, Any]]:
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    made = []
    for kind in rng.sample(kinds, len(kinds)):
        question = drawn(task, rng, kind)
        made.append({"question": question} | ({"answer": truth(task, question, kind)} if answers else {}))
    return made


def envelope(every: list[Template], name: str) -> dict[str, Any]:
    texts = [f"## {task.title} (`{task.id}`)\n\n{task.follow}\n" for task in every]
    letter = '# What changed\n\nQuestions with `"part": 2` are about what this page says; all else stays as it was.\n'
    examples = {task.id: rows(task, stream("later", name, task.id), LATER, answers=True) for task in every}
    return {"letter": "\n".join([letter, *texts]), "examples": examples}


def sealed(content: Mapping[str, Any]) -> str:
    packed = base64.b85encode(zlib.compress(json.dumps(content).encode(), 9)).decode()
    return "".join(packed[at : at + 100] + "\n" for at in range(0, len(packed), 100))


if __name__ == "__main__":
    every = sys.argv.pop(2) == "rounds" if len(sys.argv) > 2 else False
    write_starter(handed_out() if every else files(), CANARY)
