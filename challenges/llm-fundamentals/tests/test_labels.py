# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import statistics

import pytest
from engine.bill import total
from engine.brain import Brain
from grader_kit import problem_of, unusable
from world.policy import bounds
from world.scenarios import batch

EACH = {"cheap": 4, "dear": 3, "dearest": 4}
"""Batches of a kind; where errors are cheap they cost few calls, and luck moves them most."""
ENOUGH = {"cheap": 0.7, "dear": 0.55, "dearest": 0.48}
"""Where credit is full: luck moves what two batches cost by so much, and four by less."""
LUCK = 0.25
"""What a thoughtless way earns where it is lucky: credit begins there."""
MOST_CALLS = 3600


@pytest.mark.points(6, group="labels")
def test_cheap_errors_are_not_bought_off_dearly(work, model, metric):
    """Where a wrong label is cheap, hardly anything is spent"""
    metric("cost", earned(work, model, "cheap"), floor=0.0, target=ENOUGH["cheap"])


@pytest.mark.points(6, group="labels")
def test_dear_errors_are_weighed_against_tokens(work, model, metric):
    """Where a wrong label costs as much as some calls, tokens and errors together cost little"""
    metric("cost", earned(work, model, "dear"), floor=LUCK, target=ENOUGH["dear"])


@pytest.mark.points(6, group="labels")
def test_the_dearest_errors_are_avoided(work, model, metric):
    """Where a wrong label costs more than any prompt, hardly any is wrong"""
    metric("cost", earned(work, model, "dearest"), floor=LUCK, target=ENOUGH["dearest"])


def earned(work, model, kind: str) -> float:
    """Where what batches of this kind cost lies between the thoughtless way (0) and the good one (1), in the mean."""
    made = [batch(work.stream("labels", kind, at), kind) for at in range(EACH[kind])]
    brain = Brain({text: meaning for _, _, known in made for text, meaning in known.items()}, str(work.seed))
    model.script(
        [lambda ask: brain.answer(ask.model, [each.text for each in ask.messages], ask.temperature)] * MOST_CALLS
    )
    got, problems = [], []
    for asked, right, _ in made:
        before = len(model.calls)
        said = work.candidate.map("label", [asked], errors="return")[0]
        used = [(call.model, call.prompt_tokens, call.completion_tokens) for call in model.calls[before:]]
        problems.append(
            problem_of(
                said,
                lambda value, right=right: (
                    "" if isinstance(value, list) and len(value) == len(right) else "not a label for each text"
                ),
            )
        )
        labels = ["" for _ in right] if problems[-1] else said
        naive, good = bounds(asked)
        got.append(max(0.0, min(1.0, (naive - total(asked, used, labels, right)) / (naive - good))))
    print(f"{kind}: {got}{unusable(problems)}")
    return statistics.fmean(got)
