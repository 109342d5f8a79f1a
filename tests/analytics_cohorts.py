"""Candidates of a year with known truth: what is planted is known, and all else is chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from grader.analytics.events import StageEvent
from grader.analytics.items import Answer
from grader.analytics.predict import ScoredHire
from grader.analytics.signal import Level
from grader.ratings.table import Rating

STAGES = ("applied", "take-home", "interview", "offer")
START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is not as chance would have it; the defaults plant nothing."""

    slow_stage: str = ""
    """Takes three times as long as the others."""
    narrow_stage: str = ""
    """Lets half as many on."""
    unlike_group: float = 0.0
    """How much less the second group's chance is to go on from the interview."""
    hard_item: str = ""
    """Is harder for the second group at the same ability."""
    useless_round: str = ""
    drifting_rater: str = ""


def events(
    seed: int, n: int = 2000, planted: Planted = Planted()
) -> tuple[list[StageEvent], dict[str, dict[str, str]]]:
    """Stage events of `n` candidates, and what each said about themselves."""
    rng = np.random.default_rng(seed)
    found, groups = [], {}
    for at in range(n):
        who, group = f"c{at}", "B" if rng.random() < 0.4 else "A"
        groups[who] = {"group": group if rng.random() < 0.9 else "declined"}
        clock = START + timedelta(days=float(rng.uniform(0, 330)))
        for stage in STAGES:
            mean = 18.0 if stage == planted.slow_stage else 6.0
            left = clock + timedelta(days=float(rng.exponential(mean)))
            open_ = left > END
            chance = 0.3 if stage == planted.narrow_stage else 0.6
            chance -= planted.unlike_group if stage == "interview" and group == "B" else 0.0
            exit_ = "advance" if rng.random() < chance else "reject" if rng.random() < 0.8 else "withdraw"
            found.append(StageEvent(candidate=who, stage=stage, entered=clock, left=None if open_ else left,
                                    exit=None if open_ else exit_))  # fmt: skip
            if open_ or exit_ != "advance":
                break
            clock = left
    return found, groups


def answers(seed: int, n: int = 2000, items: int = 12, planted: Planted = Planted()) -> list[Answer]:
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=n)
    member = rng.random(n) < 0.4
    found = []
    for item in range(items):
        name, hard = f"item-{item:02}", rng.uniform(-1, 1)
        shift = np.where(member, 0.9 if name == planted.hard_item else 0.0, 0.0)
        right = rng.random(n) < 1 / (1 + np.exp(-1.3 * (ability - hard - shift)))
        found += [Answer(candidate=f"c{at}", item=name, points=float(right[at]), group="B" if member[at] else "A")
                  for at in range(n)]  # fmt: skip
    return found


def levels(seed: int, n: int = 600, planted: Planted = Planted(), *, tell: float = 1.0) -> list[Level]:
    """Levels 1 to 5 of three rounds; `tell` is how far they go with the outcome."""
    rng = np.random.default_rng(seed)
    worth = rng.normal(size=n)
    outcome = worth + rng.normal(size=n) > 0
    found = []
    for name, minutes in (("screen", 20.0), ("take-home", 180.0), ("panel", 60.0)):
        seen = (0.0 if name == planted.useless_round else tell) * worth + rng.normal(size=n)
        level = np.clip(np.round(3 + seen), 1, 5)
        found += [Level(candidate=f"c{at}", round=name, level=float(level[at]), outcome=bool(outcome[at]),
                        minutes=minutes) for at in range(n)]  # fmt: skip
    return found


def ratings(seed: int, n: int = 2000, raters: int = 8, planted: Planted = Planted()) -> list[Rating]:
    """Two of `raters` rate each of `n` pieces of work over a year."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(n):
        worth, day = rng.normal(3, 0.9), START + timedelta(days=365 * at / n)
        for who in rng.choice(raters, size=2, replace=False):
            name = f"rater-{who}"
            shift = 1.2 * at / n if name == planted.drifting_rater else 0.0
            level = int(np.clip(np.round(worth + shift + rng.normal(0, 0.6)), 1, 5))
            found.append(Rating(item=f"w{at}", criterion="c", rater=name, level=level, rated_at=day))
    return found


def outcomes(seed: int, n: int = 400, r: float = 0.4, share: float = 0.3) -> list[ScoredHire]:
    """Scores of all, ratings of the `share` that was taken by its score; `r` holds among all."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n)
    rating = r * score + np.sqrt(1 - r * r) * rng.normal(size=n)
    cut = np.quantile(score, 1 - share)
    return [ScoredHire(candidate=f"c{at}", score=float(score[at]), hired=bool(score[at] >= cut),
                    rating=float(rating[at]) if score[at] >= cut else None) for at in range(n)]  # fmt: skip


def called_out(notes: Sequence[str], start: str) -> str:
    """The note that begins with `start`."""
    return next(note for note in notes if note.startswith(start))
