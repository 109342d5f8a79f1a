# llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2
from __future__ import annotations

import pytest
from grader_kit import share, unusable, wrong_keys
from support import near, numbers
from world.losses import RULES, draw, loss, slopes


def rightly(asked, made) -> str:
    wrong = wrong_keys(made, ("loss", "grad"), "loss")
    if wrong:
        return wrong
    wanted, slope = loss(asked["kind"], asked["batch"]), slopes(asked["kind"], asked["batch"])
    if not near(numbers([made["loss"]], 1)[0], wanted, 1e-4):
        return f"the {asked['kind']} loss is {wanted} and was {made['loss']}"
    right = all(near(one, other, 1e-4) for one, other in zip(numbers(made["grad"], len(slope)), slope, strict=True))
    return "" if right else f"the gradient of {asked['kind']} is wrong"


KNOWN = 0.34
"""Share right of the forms that everybody knows by heart: credit begins there."""


@pytest.mark.points(4, group="losses")
def test_losses_and_gradients_are_those_of_the_trainer(work, metric):
    """Losses are those that the trainer logs, and gradients agree with finite differences, for large numbers, too"""
    rng = work.stream("losses")
    kinds = {kind: [{"kind": kind, "batch": draw(rng, kind)} for _ in range(6)] for kind in RULES}
    kinds["huge"] = [{"kind": kind, "batch": draw(rng, kind, huge=True)} for kind in RULES for _ in range(2)]
    found = work.by_kind("loss", kinds, rightly)
    problems = [each for group in found.values() for each in group]
    print("; ".join(f"{kind}: {each.count('')} of {len(each)}" for kind, each in found.items()), unusable(problems))
    metric("right", share(not each for each in problems), floor=KNOWN, target=1.0)
    assert not all(problems), f"No reply was right.{unusable(problems)}"
