# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from grader_kit import problem_of, share, unusable, wrong_choice
from world.runs import CAUSES, SOUND, run
from world.starter import open_runs

EACH = 6
KNOWN = (*CAUSES, SOUND)


@pytest.mark.points(7, group="runs")
def test_causes_are_told_from_their_sound_twins(work, metric):
    """What is wrong with a training run is told from its sound twin, cause by cause"""
    rng = work.stream("runs")
    made = [(cause, run(rng, cause), run(rng, cause, twin=True)) for cause in CAUSES for _ in range(EACH)]
    asked = [each for _, bad, twin in made for each in (bad, twin)]
    replies = work.candidate.map("diagnose", asked, errors="return")
    problems = [problem_of(each, lambda value: wrong_choice(value, KNOWN, "a cause or sound")) for each in replies]
    right = {cause: [] for cause in CAUSES}
    for at, (cause, _, _) in enumerate(made):
        right[cause].append(replies[2 * at] == cause and replies[2 * at + 1] == SOUND)
    metric("pairs", share(hit for hits in right.values() for hit in hits), floor=0.35, target=0.95)
    assert any(any(hits) for hits in right.values()), f"No cause was told from its twin.{unusable(problems)}"
    print("; ".join(f"{cause}: {sum(hits)} of {len(hits)} pairs" for cause, hits in right.items()), unusable(problems))


@pytest.mark.points(2, group="runs")
def test_the_open_runs_are_diagnosed(candidate, metric):
    """The six open runs are diagnosed"""
    said = candidate.files.json("diagnosis.json", most=20_000)
    assert isinstance(said, dict), "diagnosis.json is no object"
    metric("runs", share(said.get(run["id"]) == cause for run, cause in open_runs()), floor=0.5, target=1.0)
