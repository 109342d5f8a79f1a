"""Prints the figures of EVAL.md: `python measure.py REPLIES`, with the starter's data/replies.jsonl."""

import json
import sys
from collections import Counter
from math import comb
from pathlib import Path

import practice
import run_eval


def at_least(wrong: int, count: int, share: float = 0.04) -> float:
    """Probability that a system that errs on `share` of tickets makes at least `wrong` errors in `count`."""
    return 1 - sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(wrong))


def main(replies: str) -> None:
    print(len(run_eval.CASES), dict(Counter(tag for case in run_eval.CASES for tag in case["tags"])))
    for flaw in ("", "german"):
        report = run_eval.evaluate(practice.PracticeSystem("cases.jsonl", flaw))
        print(flaw or "sound", report["ship"], report["metrics"], [found["what"] for found in report["findings"]])
        for tag in ("en", "de", "es", "fr"):
            row = report["slices"][tag]
            low, high = run_eval.wilson(row["right"], row["n"])
            print(f"  {tag}: {row['right']} of {row['n']} ({low:.2f} to {high:.2f})")
    for count in (5, 9, 25, 40):
        needed = next(k for k in range(2, 99) if count - k < run_eval.SLICE_RIGHT * count)
        print(f"slice of {count}: blocks at {needed} wrong; a sound system gets there with {at_least(needed, count):.4f}")
    labelled = [json.loads(line) for line in Path(replies).read_text("utf-8").splitlines()]
    one, two = ([row["levels"][person] for row in labelled] for person in (0, 1))
    print(f"people: kappa {run_eval.kappa(one, two):.2f}, same level {sum(a == b for a, b in zip(one, two))} of {len(one)}")
    for flaw in ("", "constant"):
        print(flaw or "sound", run_eval.check_judge(practice.PracticeJudge(labelled, flaw), labelled))


if __name__ == "__main__":
    main(sys.argv[1])
