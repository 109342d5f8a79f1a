"""Verdicts where a part of the items was written for the purpose: what a judge does on those opens no gate for what it
does on candidates' work. All levels here are simulated; `python -m bench.spectrum` does it with public ratings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.agreement import Case, GateReport, Labels, decide

LEVELS = (1, 2, 3, 4, 5)
Judge = Callable[[np.random.Generator, int], int]


def report(seed: int, judge: Judge, *, real: int = 30, written: int = 120, apart: bool = True) -> GateReport:
    """Two people who seldom differ; on written texts the judge says what they say, on candidates' work what
    `judge` says of a level."""
    draw = np.random.default_rng([seed, 11])
    level = {f"r{n}": int(draw.integers(1, 6)) for n in range(real)} | {f"w{n}": n % 5 + 1 for n in range(written)}
    people = {who: {item: off(draw, at, 0.15 if item[0] == "r" else 0.0) for item, at in level.items()}
              for who in ("ada", "ben")}  # fmt: skip
    said = {item: (judge(draw, at) if item[0] == "r" else at,) for item, at in level.items()}
    case = Case(labels=Labels(criterion="c", levels=LEVELS, people=people), judge=said)
    real_ones = frozenset(item for item in level if item[0] == "r")
    return decide(Case(labels=case.labels, judge=said, real=real_ones) if apart else case, scope="ratings")


def off(draw: np.random.Generator, level: int, share: float) -> int:
    return min(5, max(1, level + int(draw.choice((-1, 1)) if draw.random() < share else 0)))


def good(draw: np.random.Generator, level: int) -> int:
    return off(draw, level, 0.15)


def half_blind(draw: np.random.Generator, level: int) -> int:
    """Agrees with people at about 0.5."""
    return level if draw.random() < 0.5 else int(draw.integers(1, 6))


def lenient(draw: np.random.Generator, level: int) -> int:
    """Sees what people see, and gives one level more in most cases."""
    return min(5, level + int(draw.random() < 0.7))


@pytest.mark.parametrize("judge", [half_blind, lenient])
def test_what_a_judge_does_on_written_texts_opens_no_gate_for_what_it_does_on_candidates_work(judge: Judge) -> None:
    all_as_one = [report(seed, judge, apart=False).verdict for seed in range(10)]
    apart = [report(seed, judge).verdict for seed in range(10)]
    assert all_as_one.count("ACCEPT") >= 3, "else this shows nothing"
    assert "ACCEPT" not in apart


def test_a_judge_that_is_good_on_both_is_accepted_and_the_verdict_tells_them_apart() -> None:
    found = [report(seed, good) for seed in range(10)]
    assert [one.verdict for one in found].count("ACCEPT") >= 7
    assert "REJECT" not in [one.verdict for one in found]
    (check,) = [one for one in found[0].checks if one.id == "J"]
    assert "It rests on 30 items of candidates' work and 120 that were written for the purpose." in check.sentence
    assert "On candidates' work alone: The judge agrees with people at" in check.sentence
    assert check.details["written_qwk"] == 1.0
    assert 0.7 < check.details["real_qwk"] < 1.0


def test_what_is_not_sure_on_candidates_work_asks_for_more_of_it_and_rejects_nobody() -> None:
    checks = [next(one for one in report(seed, half_blind).checks if one.id == "J") for seed in range(10)]
    open_ones = [one for one in checks if one.outcome == "inconclusive"]
    assert open_ones
    assert any((one.labels_needed or 0) > 0 for one in open_ones)
    hidden = [next(one for one in report(seed, lenient).checks if one.id == "J") for seed in range(10)]
    assert any("The judge is lenient" in one.sentence for one in hidden)
