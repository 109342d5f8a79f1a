# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import statistics

import pytest
from engine.bill import total
from engine.brain import Brain
from grader_kit import problem_of, unusable
from world.policy import bounds
from world.scenarios import KINDS, batch

EACH = 2
ENOUGH = {"cheap": 0.9, "dear": 0.7, "dearest": 0.85}
"""Where credit is full: luck moves what two batches cost by so much."""
MOST_CALLS = 1900


@pytest.mark.points(5, group="labels")
@pytest.mark.parametrize("kind", KINDS)
def test_labels_cost_little_tokens_and_errors_together(work, model, metric, kind):
    """Tokens and wrong labels together cost little, whatever a wrong label costs"""
    made = [batch(work.stream("labels", kind, at), kind) for at in range(EACH)]
    brain = Brain({text: meaning for _, _, known in made for text, meaning in known.items()}, str(work.seed))
    model.script([lambda ask: brain.answer(ask.model, [each.text for each in ask.messages], ask.temperature)] * MOST_CALLS)
    got, problems = [], []
    for asked, right, _ in made:
        before = len(model.calls)
        said = work.candidate.map("label", [asked], errors="return")[0]
        used = [(call.model, call.prompt_tokens, call.completion_tokens) for call in model.calls[before:]]
        problems.append(problem_of(said, lambda value, right=right: "" if isinstance(value, list) and len(value) == len(right) else "not a label for each text"))
        labels = ["" for _ in right] if problems[-1] else said
        naive, good = bounds(asked)
        got.append(max(0.0, min(1.0, (naive - total(asked, used, labels, right)) / (naive - good))))
    metric("cost", statistics.fmean(got), floor=0.0, target=ENOUGH[kind])
    print(f"{kind}: {got}{unusable(problems)}")
