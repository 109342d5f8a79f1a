"""The public tests: they check the interface, not the quality. Run them with `python -m pytest` in the folder of screening.py."""

import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from screening import answer  # noqa: E402

MINE = (HERE / "TASKS.md").read_text("utf-8") if (HERE / "TASKS.md").exists() else ""
TASKS = sorted(path.stem for path in (HERE / "data").glob("*.jsonl") if f'"task": "{path.stem}"' in MINE)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("part", [1, 2])
def test_answers_are_json(task, part):
    rows = [json.loads(line) for line in (HERE / "data" / f"{task}.jsonl").read_text("utf-8").splitlines()]
    for row in rows:
        json.dumps(answer({"task": task, "part": part, "question": row["question"]}), allow_nan=False)


def test_the_ticket_is_handed_in_as_it_was_given_out():
    assert set(json.loads((HERE / "round.json").read_text("utf-8"))) == {"round", "seal"}
