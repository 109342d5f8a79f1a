"""Your evaluation. Fill in `evaluate` and `check_judge`; more files beside this one are welcome."""

import json
from pathlib import Path

from system import Judge, System  # the grader makes both through this module: leave this line

CASES = [json.loads(line) for line in (Path(__file__).parent / "cases.jsonl").read_text("utf-8").splitlines()]


def evaluate(system: System) -> dict:
    """Say whether a system may ship, and what speaks against it."""
    system.ask([case["ticket"] for case in CASES])
    return {"ship": True, "metrics": {}, "slices": {}, "findings": []}


def check_judge(judge: Judge, labelled: list[dict]) -> dict:
    """Say whether a judge's grades may be used."""
    return {"use": True, "agreement": 0.0, "reasons": []}
