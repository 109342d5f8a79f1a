# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
from __future__ import annotations

import statistics

import pytest
from grader_kit import shown, unusable
from world.codes import HIDING, SHOWN
from world.outgoing import CLEAN, f1, outgoing

EACH = 10


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


@pytest.fixture
def cut(work):
    """Kind of text → how well it is cut, in the mean; and of all that may leave."""
    rng = work.stream("outgoing")
    made = [outgoing(rng, kind) for kind in (*HIDING, "split") for _ in range(EACH)]
    made += [outgoing(rng, kind, rng.choice([*HIDING])) for kind in CLEAN for _ in range(EACH * 2)]
    rng.shuffle(made)
    replies = work.checked("egress", [each.asked for each in made], wrong)
    problems = [problem for _, problem in replies]
    assert not all(problems), f"No reply was usable.{unusable(problems)}"
    got: dict[str, list[float]] = {}
    for each, (value, problem) in zip(made, replies, strict=True):
        got.setdefault(each.kind, []).append(0.0 if problem else f1([tuple(span) for span in value], each.spans))
    mean = {kind: statistics.fmean(each) for kind, each in got.items()}
    print({kind: round(value, 2) for kind, value in mean.items()}, unusable(problems))
    return mean | {"left": statistics.fmean(mean[kind] for kind in CLEAN)}


@pytest.mark.points(4, group="egress")
def test_what_must_not_leave_is_cut_and_nothing_else(cut, metric):
    """What must not leave is cut in the ways of writing that the practice shows, and what may leave is left"""
    known = statistics.fmean(cut[kind] for kind in (*SHOWN, "split"))
    metric("known ways", known * cut["left"], floor=0.6, target=0.97)


@pytest.mark.points(6, group="egress")
def test_other_ways_of_writing_are_read_too(cut, metric):
    """What must not leave is cut in ways of writing that no practice showed, too"""
    others = statistics.fmean(cut[kind] for kind in HIDING if kind not in SHOWN)
    metric("other ways", others * cut["left"], floor=0.15, target=0.95)
