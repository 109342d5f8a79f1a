"""What a calibration works on: a pack, its items, and people's ratings of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.agreement import labels_of
from grader.errors import UsageError
from grader.judge.config import JudgeConfig
from grader.ratings import labels
from grader.ratings.items import Item, load_items
from grader.ratings.table import Ratings

if TYPE_CHECKING:
    from grader.agreement import Labels
    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion
    from grader.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a calibration works on."""

    challenge: Pack
    config: JudgeConfig
    items: tuple[Item, ...]
    ratings: Ratings
    ratings_from: Path
    labels: Mapping[str, Labels]
    repeats: int

    def criterion(self, name: str) -> Criterion:
        return next(c for c in self.challenge.rubric.criteria if c.id == name)


def prepare(challenge: Pack, settings: Settings, *, ratings: Path | None, repeats: int) -> Material:
    """Items, ratings and configuration. Raises UsageError where there is no judge or there are no ratings."""
    config = JudgeConfig.of(settings)
    if not config.model and not all(criterion.model for criterion in challenge.rubric.criteria):
        raise UsageError("No judge is configured.", fix="Set GRADER_JUDGE_MODEL, OPENAI_BASE_URL and OPENAI_API_KEY.")
    items = load_items(challenge)
    found = labels.read(challenge, items, ratings)
    if found is None:
        raise UsageError(
            f"{labels.ratings_path(challenge)} is missing: no person has rated an item yet.",
            fix=f"Rate them with `grade label {challenge.id} --rater NAME`, two people at least.",
        )
    by_criterion = {name: labels_of(found, name) for name in found.criteria}
    return Material(
        challenge=challenge,
        config=config,
        items=items,
        ratings=found,
        ratings_from=ratings or labels.ratings_path(challenge),
        labels={name: found for name, found in by_criterion.items() if found.people},
        repeats=max(repeats, config.repeats),
    )
