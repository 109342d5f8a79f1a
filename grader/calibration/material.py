"""What a calibration works on: a pack, its items, and people's ratings of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from grader.agreement import labels_of
from grader.calibration.work import RealItems, Work, real_items
from grader.errors import UsageError
from grader.judge.config import JudgeConfig
from grader.ratings import labels
from grader.ratings.items import Item, folder_of, load_items
from grader.ratings.table import Ratings

if TYPE_CHECKING:
    from grader.agreement import Labels
    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion
    from grader.review.labels import Reviewed
    from grader.settings import Settings


Beside = Sequence[tuple["Pack", "Sequence[Reviewed]"]]
"""Other packs that share criteria, each with what reviews of work on it brought."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a calibration works on."""

    challenge: Pack
    config: JudgeConfig
    items: tuple[Item, ...]
    """The pack's, then those that reviews brought."""
    ratings: Ratings | None
    """Of the pack's items; None where nobody rated one."""
    ratings_from: Path
    labels: Mapping[str, Labels]
    repeats: int
    real: RealItems = field(default_factory=RealItems)
    """Candidates' work that people rated in reviews."""
    beside: Mapping[str, RealItems] = field(default_factory=dict)
    """Other pack → candidates' work on it that people rated by criteria that this pack has, too."""

    @property
    def own(self) -> tuple[Item, ...]:
        """The pack's items."""
        return tuple(item for item in self.items if item.id not in self.real.works)

    def candidates_work(self, criterion: str) -> frozenset[str]:
        """The items of `criterion` that candidates wrote."""
        return frozenset(item.id for item in self.items if item.criterion == criterion and item.kind == "candidate")

    def all_labels(self, criterion: str) -> Labels:
        """People's levels of `criterion` in this pack and in those that share it."""
        together = _together(self.challenge, self.ratings, [self.real, *self.beside.values()])
        return labels_of(together, criterion)

    def packs(self, criterion: str) -> Mapping[str, str]:
        """Candidates' work on `criterion` in all packs that share it → its pack; empty where none does."""
        theirs = {
            item.id: pack for pack, found in self.beside.items() for item in found.items
            if item.criterion == criterion and item.kind == "candidate"
        }  # fmt: skip
        return {**theirs, **dict.fromkeys(self.candidates_work(criterion), self.challenge.id)} if theirs else {}

    @property
    def chosen(self) -> frozenset[str]:
        """Work that was picked for a second rating by what was known of it, in all packs."""
        return frozenset(item for found in (self.real, *self.beside.values()) for item in found.chosen)

    @cached_property
    def works(self) -> Mapping[str, Work]:
        """All candidates' work, by item."""
        return {item: work for found in (self.real, *self.beside.values()) for item, work in found.works.items()}

    def asked_by(self, item: Item) -> Criterion:
        """The criterion of an item, as the pack that it answers has it."""
        work = self.works.get(item.id)
        pack = work.pack if work is not None else self.challenge
        return next(c for c in pack.rubric.criteria if c.id == item.criterion)

    def criterion(self, name: str) -> Criterion:
        return next(c for c in self.challenge.rubric.criteria if c.id == name)


def prepare(
    challenge: Pack,
    settings: Settings,
    *,
    ratings: Path | None,
    repeats: int,
    reviewed: Sequence[Reviewed] = (),
    beside: Beside = (),
) -> Material:
    """Items, ratings and configuration; `reviewed`: what reviews brought, `beside`: what they brought to other packs.
    Raises UsageError where there is no judge or there are no ratings."""
    config = JudgeConfig.of(settings)
    if not config.model and not all(criterion.model for criterion in challenge.rubric.criteria):
        raise UsageError("No judge is configured.", fix="Set GRADER_JUDGE_MODEL, OPENAI_BASE_URL and OPENAI_API_KEY.")
    if not reviewed:
        load_items(challenge)  # which says what is missing
    material = gather(challenge, config, ratings=ratings, repeats=repeats, reviewed=reviewed, beside=beside)
    if not material.labels and material.ratings is None:
        raise UsageError(
            f"{labels.ratings_path(challenge)} is missing: no person has rated an item yet.",
            fix=f"Rate them with `grade label {challenge.id} --rater NAME`, two people at least; or let reviews bring"
            " labels (--store URL).",
        )
    return material


def gather(
    challenge: Pack,
    config: JudgeConfig,
    *,
    ratings: Path | None,
    repeats: int,
    reviewed: Sequence[Reviewed] = (),
    beside: Beside = (),
) -> Material:
    """The same, whatever there is of it."""
    there = (folder_of(challenge) / "items.yaml").is_file()
    items = load_items(challenge) if there else ()
    found = labels.read(challenge, items, ratings)
    real = real_items(challenge, reviewed)
    together = _together(challenge, found, [real])
    others = {pack.id: real_items(pack, theirs, shared_with=challenge) for pack, theirs in beside}
    by_criterion = {name: labels_of(together, name) for name in together.criteria}
    return Material(
        challenge=challenge,
        config=config,
        items=(*items, *real.items),
        ratings=found,
        ratings_from=ratings or labels.ratings_path(challenge),
        labels={name: found for name, found in by_criterion.items() if found.people},
        repeats=max(repeats, config.repeats),
        real=real,
        beside={pack: found for pack, found in others.items() if found.items},
    )


def _together(challenge: Pack, found: Ratings | None, real: Sequence[RealItems]) -> Ratings:
    """All ratings, with each real item's candidate: what one person sent is resampled together."""
    whose = {item.id: item.candidate for one in real for item in one.items}
    rows = tuple(replace(row, candidate=whose[row.item]) for one in real for row in one.ratings)
    levels = {criterion.id: tuple(criterion.levels) for criterion in challenge.rubric.criteria}
    return Ratings(rows=(*(found.rows if found else ()), *rows), levels=levels)
