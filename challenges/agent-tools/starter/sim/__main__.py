"""Plays the sample against the agent: `python -m sim`, or `python -m sim sample-3` for the cases whose id begins so."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .backend import Backend
from .brain import Brain
from .driver import Case, Record, play, verdict
from .model import serve

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample.json"

_PORTS: list[int] = []
"""Where the model was before: a client that an agent keeps finds it there again."""


def run(only: str = "") -> tuple[list[Record], Backend]:
    """Plays the cases whose id begins with `only`."""
    held = json.loads(SAMPLE.read_text(encoding="utf-8"))
    cases = [Case(**entry) for entry in held["cases"] if entry["id"].startswith(only)]
    backend = Backend(tools=held["tools"], orders=held["orders"], faults={case.id: case.faults for case in cases})
    texts = {message["text"]: message["meaning"] for case in cases for message in case.messages}
    mistakes = {case.messages[0]["text"]: case.mistakes for case in cases}
    server, url = serve(Brain(meanings=texts, planted=held["planted"], mistakes=mistakes), next(iter(_PORTS), 0))
    _PORTS[:] = [server.server_port]
    os.environ.update(OPENAI_BASE_URL=url, OPENAI_API_KEY="local", OPENAI_MODEL="desk-small")
    import agent

    def step(turns: list[dict]) -> list:
        return [_answer(agent, json.loads(json.dumps(turn))) for turn in turns]

    records = play(step, backend, cases)
    server.shutdown()
    server.server_close()
    return records, backend


def _answer(agent, turn: dict):
    try:
        return json.loads(json.dumps(agent.step(turn)))
    except Exception as problem:  # one case that fails must not end the others
        return problem


def main() -> None:
    records, backend = run(*sys.argv[1:2])
    wrong = [(record.case.id, verdict(record, backend)) for record in records]
    for name, problem in wrong:
        print(f"{name:20} {problem or 'right'}")
    print(f"{sum(not problem for _, problem in wrong)} of {len(wrong)} cases went as they should")


if __name__ == "__main__":
    main()
