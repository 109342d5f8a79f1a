"""How far each criterion is from a gate that can open: what there is, what is missing, what an hour of rating brings.

No call is made. The judge's levels are those that it gave in gradings, unseen by those who rated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.agreement import Case, Thresholds, measure
from grader.agreement.limits import limits_of
from grader.agreement.measured import Measured
from grader.agreement.planning import chance_of_passing
from grader.agreement.pooling import pooling
from grader.calibration.agreeing import Agreement, View, of_judge, of_people, when_calibrated
from grader.judge.fingerprint import PARTS, judge_of, parts

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from grader.agreement import Labels
    from grader.agreement.panel import Panel
    from grader.calibration.material import Material
    from grader.judge.record import Calibration
    from grader.records import Closed
    from grader.review.labels import Reviewed
    from grader.review.records import Judged

AN_HOUR = 40
"""Levels an hour that are reckoned with where nobody's pace is known: one and a half minutes a text."""
_PAUSE = timedelta(minutes=20)
"""A gap between two levels of one person from which it is a pause."""
_LEAST_GAPS = 10
_FAIR, _GOOD = 0.79, 0.86


@dataclass(frozen=True, kw_only=True)
class Status:
    """One criterion. Counts are items; `twice`: rated by two people or more."""

    criterion: str
    gate: str
    """The verdict that is in force; empty where there is none."""
    says: str
    twice: int
    real_twice: int
    near: int
    """Of the latter, those near a border: what the two gave lies one level apart."""
    once: int
    needed: int
    real_needed: int
    rare: Mapping[int, int] = field(default_factory=dict)
    """Level → how many more items of it are asked for, of the levels that are nearest to enough."""
    people: Agreement
    judge: Agreement
    """On reviews, by levels that nobody had seen: provisional."""
    calibrated: Agreement | None
    """The judge and people in the calibration that is in force."""
    provisional: View
    hour: str
    """What an hour of rating would bring, in words."""
    erased: int
    """Cases that the calibration rested on and that are gone."""
    erased_noted: str
    """The day on which that was seen; empty where nothing is gone."""
    more: int
    """Further labels that the last calibration asked for."""
    trend: str = ""
    """The judge on new reviews since its calibration, in words."""
    closed: Closed | None = None
    """Why the gate is closed since its calibration."""
    pooled: str = ""
    """Whether packs that share the criterion count together, by the judge's levels so far; empty where none does."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still missing, a sentence each; none where the labels are enough."""
        real = max(0, self.real_needed - self.real_twice)
        items = max(0, self.needed - self.twice)
        found = []
        if items or real:
            found.append(f"{max(items, real)} more items rated by two people ({self.twice} of {self.needed} are).")
        if real:
            found.append(f"{real} of them candidates' work ({self.real_twice} of {self.real_needed} are).")
        if (items or real) and self.once:
            found.append(f"{self.once} have one person's level: a second person's makes each of them count.")
        found += [f"{more} more of level {level}." for level, more in self.rare.items()]
        if not found and self.more:
            found.append(f"about {self.more} more labels, by the calibration that is in force.")
        return tuple(found)

    @property
    def borders(self) -> str:
        """How much real work near the borders between levels there is; empty where nobody can tell."""
        if not self.real_twice:
            return ""
        return (
            f"Near a border between levels: {self.near} of {self.real_twice} of candidates' work, by two people who are"
            " one level apart. Such work tells most about a judge; what is clear to everybody tells least."
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion, "gate": self.gate, "says": self.says,
            "items_rated_twice": self.twice, "of_candidates": self.real_twice,
            "near_a_border": self.near, "rated_once": self.once,
            "needed": self.needed, "needed_of_candidates": self.real_needed,
            "rare_levels": {str(level): more for level, more in self.rare.items()}, "missing": list(self.missing),
            "people": self.people.says, "people_qwk": self.people.qwk,
            "agreement": {"people": self.people.as_json(), "judge": self.judge.as_json(),
                          "calibrated": self.calibrated.as_json() if self.calibrated is not None else None},
            "provisional": self.provisional.as_json(),
            "an_hour": self.hour, "erased": self.erased, "erased_noted": self.erased_noted, "trend": self.trend,
            "pooled": self.pooled,
            "closed": asdict(self.closed) if self.closed is not None else None,
        }  # fmt: skip


def statuses(material: Material, reviewed: Sequence[Reviewed], calibration: Calibration | None) -> tuple[Status, ...]:
    """Every criterion of the rubric."""
    limits = limits_of(material.challenge.rubric.gate, str(material.challenge.root / "rubric.yaml"))
    pace = _pace(material)
    return tuple(
        _status(material, reviewed, calibration, criterion.id, limits, pace)
        for criterion in material.challenge.rubric.criteria
    )


def _status(
    material: Material, reviewed: Sequence[Reviewed], calibration: Calibration | None,
    name: str, limits: Thresholds, pace: float | None,
) -> Status:  # fmt: skip
    labels = material.labels.get(name) or _nothing(material, name)
    unseen = _unseen(material, reviewed, name)
    judge = {item: (level,) for item, level in unseen.items()}
    measured = measure(Case(labels=labels, judge=judge, thresholds=limits, chosen=material.chosen))
    panel = measured.panel
    real = np.array([item in material.candidates_work(name) for item in panel.items], dtype=bool)
    twice, real_twice = int(panel.twice.sum()), int((panel.twice & real).sum())
    needed, levels = limits.labels_required(len(panel.levels)), min(limits.min_levels, len(panel.levels))
    erased = calibration.erased if calibration is not None else None
    gate, says, figures = _gate(material, calibration, name)
    once = len(panel.items) - twice
    return Status(
        criterion=name, gate=gate, says=says, twice=twice, real_twice=real_twice,
        near=_near(labels, material.candidates_work(name)), once=once,
        needed=needed, real_needed=limits.min_real,
        rare=_rare(measured, limits.min_items_per_level, levels),
        people=of_people(measured, limits), judge=of_judge(measured), calibrated=when_calibrated(figures),
        provisional=_view(measured.covered),
        hour=_hour(twice, once, needed, limits, pace),
        erased=erased.items.get(name, 0) if erased is not None else 0,
        erased_noted=erased.noted if erased is not None and name in erased.items else "",
        more=_more(calibration, name) if gate == "INCONCLUSIVE" else 0,
    )  # fmt: skip


def pooled(one: Status, material: Material, said: Mapping[str, Mapping[str, Judged]]) -> Status:
    """The same with what packs that share the criterion say. `said`: case → what the judge gave it, by criterion."""
    name, limits = one.criterion, material.challenge.rubric.gate
    packs = {item: pack for item, pack in material.packs(name).items() if item not in material.chosen}
    if not packs:
        return one
    judge: dict[str, tuple[int, ...]] = {}
    for item in (item for found in (material.real, *material.beside.values()) for item in found.items):
        level = said.get(item.id, {}).get(name)
        asked_by = material.asked_by(item)
        if item.criterion == name and level is not None and level.judge == judge_of(asked_by, material.config, limits):
            judge[item.id] = (level.level,)
    found = pooling(material.all_labels(name), judge, packs, limits_of(limits, str(material.challenge.root)))
    return replace(one, pooled=found.sentence(material.challenge.id))


def followed(found: Sequence[Status], engine: Engine, material: Material, calibration: Calibration) -> list[Status]:
    """The same with what new reviews say of the judge since its calibration, and which gates that has closed."""
    from grader.review.following import Question, Under, since
    from grader.store.labels import closed_under

    pack = material.challenge
    limits = limits_of(pack.rubric.gate, str(pack.root / "rubric.yaml"))
    under, closed = Under.of(calibration.id, calibration.made_at), closed_under(engine, calibration.id)
    shown = []
    for one in found:
        criterion = material.criterion(one.criterion)
        question = Question(
            challenge=pack.id, criterion=one.criterion, levels=tuple(criterion.levels), limits=limits,
            judge=judge_of(criterion, material.config, pack.rubric.gate),
        )  # fmt: skip
        trend = since(engine, question, under).sentence if one.criterion in calibration.criteria else ""
        shown.append(replace(one, trend=trend and f"New reviews: {trend}", closed=closed.get(one.criterion)))
    return shown


def _nothing(material: Material, name: str) -> Labels:
    from grader.agreement import Labels

    return Labels(criterion=name, levels=tuple(material.criterion(name).levels), people={})


def _gate(material: Material, calibration: Calibration | None, name: str) -> tuple[str, str, Mapping[str, Any]]:
    if calibration is None:
        return "", "Not calibrated yet: the judge's levels count for nothing.", {}
    criterion, limits = material.criterion(name), material.challenge.rubric.gate
    found = calibration.gate(name, parts(criterion, material.config, limits), PARTS)
    return found.verdict, found.sentence, found.figures


def _near(labels: Labels, work: Collection[str]) -> int:
    """Candidates' work whose levels by people lie one apart."""
    given = [[own[item] for own in labels.people.values() if item in own] for item in work]
    return sum(max(levels) - min(levels) == 1 for levels in given if len(levels) > 1)


def _rare(measured: Measured, least: int, levels: int) -> dict[int, int]:
    """What the fullest `levels` levels lack."""
    panel = measured.covered
    counts = np.bincount(panel.label[panel.twice], minlength=len(panel.levels)).tolist()
    fullest = sorted(range(len(counts)), key=lambda at: (-counts[at], at))[:levels]
    return {panel.levels[at]: least - counts[at] for at in sorted(fullest) if counts[at] < least}


def _unseen(material: Material, reviewed: Sequence[Reviewed], name: str) -> dict[str, int]:
    """Candidates' work → the level that the judge as it is now gave it in its grading, unseen by those who rated."""
    now = judge_of(material.criterion(name), material.config, material.challenge.rubric.gate)
    work = material.candidates_work(name)
    return {
        one.case.id: found.level for one in reviewed
        if (found := one.judged.get(name)) and found.judge == now and one.case.id in work
    }  # fmt: skip


def _view(panel: Panel) -> View:
    gaps = np.abs(panel.judge - panel.label)[panel.judged].tolist()
    return View(n=len(gaps), same=gaps.count(0), off_by_one=gaps.count(1), further=sum(gap > 1 for gap in gaps))


def _hour(twice: int, once: int, needed: int, limits: Thresholds, pace: float | None) -> str:
    an_hour = round(pace) if pace else AN_HOUR
    how = "at the pace of those who rated" if pace else "reckoned at a minute and a half a text; no pace is known"
    second = min(once, an_hour)
    items = second + (an_hour - second) // 2
    then = twice + items
    passes = {true: [100 * chance_of_passing(true, max(2, n), limits).passes for n in (twice, then)]
              for true in (_FAIR, _GOOD)}  # fmt: skip
    chances = ", ".join(
        f"one whose true agreement is {true:.2f} passes in {now:.0f} of 100 cases now and in {later:.0f} then"
        for true, (now, later) in passes.items()
    )
    return (
        f"An hour of rating brings about {an_hour} levels ({how}): {items} more items rated by two, {then} of {needed}."
        f" Of judges, {chances}, as far as their agreement alone decides."
    )


def _pace(material: Material) -> float | None:
    """Levels an hour, out of the gaps between levels of one person; None where too few are known."""
    gaps: list[float] = []
    for labels in material.labels.values():
        for person in labels.people:
            own = sorted(at for (who, _), at in labels.rated_at.items() if who == person)
            gaps += [(b - a).total_seconds() for a, b in pairwise(own) if timedelta(seconds=5) <= b - a < _PAUSE]
    return 3600 / median(gaps) if len(gaps) >= _LEAST_GAPS else None


def _more(calibration: Calibration | None, name: str) -> int:
    known = calibration.criteria.get(name) if calibration is not None else None
    return (known.labels_needed or 0) if known is not None else 0


def _figures(one: Status) -> tuple[str, ...]:
    calibrated = one.calibrated.says if one.calibrated is not None else ""
    return one.borders, one.people.says, one.judge.says, calibrated, one.provisional.sentence, one.trend, one.pooled


def lines(found: Sequence[Status]) -> list[str]:
    """For a terminal."""
    shown = []
    for one in found:
        shown.append(f"{one.criterion}: {'CLOSED' if one.closed else one.gate or 'no verdict yet'}")
        shown += [f"  {one.closed.sentence}"] if one.closed else []
        shown.append(f"  {one.says}")
        if one.erased:
            gone = f"{one.erased} of the reviews that this calibration rested on have been erased since"
            shown.append(f"  {gone} (noted on {one.erased_noted}).")
        enough = "Enough labels for a verdict." if one.gate else "Enough labels for a verdict: calibrate."
        shown += [f"  Missing: {what}" for what in one.missing] or [f"  {enough}"]
        shown += [f"  {what}" for what in _figures(one) if what]
        if one.missing:
            shown.append(f"  {one.hour}")
    return shown
