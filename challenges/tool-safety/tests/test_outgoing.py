# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import statistics

import pytest
from grader_kit import shown, unusable
from world.codes import HIDING, SHOWN
from world.outgoing import CLEAN, f1, outgoing

EACH = 5


def wrong(asked, value) -> str:
    if not isinstance(value, list) or len(value) > 50:
        return f"{shown(value)} is not a list of spans"
    for span in value:
        if (
            not isinstance(span, list)
            or len(span) != 2
            or any(type(at) is not int for at in span)
            or not 0 <= span[0] <= span[1] <= len(asked["text"])
        ):
            return f"{shown(span)} is no span of the text"
    return ""


@pytest.mark.points(9, group="egress")
def test_what_must_not_leave_is_cut_and_nothing_else(work, metric):
    """What must not leave is cut, however it is written, and what may leave is left"""
    rng = work.stream("outgoing")
    made = [outgoing(rng, kind) for kind in (*HIDING, "split") for _ in range(EACH)]
    made += [outgoing(rng, kind, rng.choice([*HIDING])) for kind in CLEAN for _ in range(EACH * 2)]
    rng.shuffle(made)
    replies = work.checked("egress", [each.asked for each in made], wrong)
    got: dict[str, list[float]] = {}
    for each, (value, problem) in zip(made, replies, strict=True):
        got.setdefault(each.kind, []).append(0.0 if problem else f1([tuple(span) for span in value], each.spans))
    assert not all(problem for _, problem in replies), (
        f"No reply was usable.{unusable([problem for _, problem in replies])}"
    )
    mean = {kind: statistics.fmean(each) for kind, each in got.items()}
    left = statistics.fmean(mean[kind] for kind in CLEAN)
    metric("known ways", statistics.fmean(mean[kind] for kind in SHOWN) * left, floor=0.45, target=0.97)
    metric(
        "other ways",
        statistics.fmean(mean[kind] for kind in mean if kind not in {*SHOWN, *CLEAN}) * left,
        floor=0.2,
        target=0.97,
    )
    metric("left alone", left * statistics.fmean(mean[kind] for kind in SHOWN), floor=0.5, target=0.97)
    print({kind: round(value, 2) for kind, value in mean.items()})
