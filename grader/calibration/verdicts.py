"""From the judge's answers about labelled items to the gate per criterion, and the record of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from grader.agreement import Case, Thresholds, decide_all
from grader.agreement.gate import verdict_of
from grader.agreement.labels import only_items
from grader.agreement.limits import limits_of
from grader.agreement.pooling import pooling
from grader.judge.fingerprint import parts
from grader.judge.record import Calibration, Canary, CriterionCalibration, errors_of
from grader.judge.votes import Vote, settle
from grader.ratings import labels
from grader.ratings.items import Item

if TYPE_CHECKING:
    from grader.agreement import GateReport, Labels
    from grader.calibration.material import Material

MAX_CANARIES = 10


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the judge said about one item, in each repeat, and about its twins."""

    item: Item
    votes: tuple[Vote, ...]
    twins: Mapping[str, Vote] = field(default_factory=dict)

    def graded(self, repeats: int) -> int | None:
        """The level that grading would have given, with its number of repeats."""
        return settle(self.votes[:repeats]).level

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(vote.level for vote in self.votes if vote.level is not None)


def calibration_of(
    material: Material, judged: Sequence[Judged], previous: Calibration | None
) -> tuple[Calibration, dict[str, GateReport]]:
    """The record of a calibration, and the gate's report for each criterion that people have rated."""
    limits = limits_of(material.challenge.rubric.gate, str(material.challenge.root / "rubric.yaml"))
    names = list(material.labels)
    evidence = {name: _evidence(material, name, judged, limits) for name in names}
    reports = _reports(list(evidence.values()), limits, material.config.repeats)
    digests = labels.digests(material.own, material.ratings)
    in_pack = material.ratings_from.resolve() == labels.ratings_path(material.challenge).resolve()
    made = Calibration(
        id="",
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        labels_from=labels.RATINGS if in_pack else "elsewhere",
        criteria={name: _criterion(material, name, reports[name], evidence[name], digests) for name in names},
        items=tuple(_row(found, material) for found in judged if found.item.id not in material.works),
        labels_now=digests,
    )
    if previous is not None and _same(made, previous):
        made = replace(made, made_at=previous.made_at)
    return made, reports


@dataclass(frozen=True)
class _Evidence:
    labels: Labels
    judged: list[Judged]
    real: frozenset[str]
    chosen: frozenset[str]
    pooled: str = ""
    """Whether packs that share the criterion are pooled, and why or why not; empty where none shares it."""


def _evidence(material: Material, name: str, judged: Sequence[Judged], limits: Thresholds) -> _Evidence:
    """What the verdict on a criterion rests on: the pack's own, or, where packs that share it do not differ, theirs."""
    all_ = [found for found in judged if found.item.criterion == name]
    there = {item.id for item in material.items if item.criterion == name}
    own = [found for found in all_ if found.item.id in there]
    alone = _Evidence(material.labels[name], own, material.candidates_work(name), material.chosen)
    packs = {item: pack for item, pack in material.packs(name).items() if item not in material.chosen}
    if not packs:
        return alone
    labels, repeats = material.all_labels(name), material.config.repeats
    found = pooling(labels, {j.item.id: (g,) for j in all_ if (g := j.graded(repeats))}, packs, limits)
    me = material.challenge.id
    if not found.shares(me):
        return replace(alone, pooled=found.sentence(me))
    shared = [one for one in all_ if one.item.id in there or packs.get(one.item.id) in found.compared]
    kept = {one.item.id for one in shared}
    real = frozenset(item for item in packs if item in kept) | (alone.real & alone.chosen)
    return _Evidence(only_items(labels, kept), shared, real, alone.chosen, found.sentence(me))


def _reports(found: Sequence[_Evidence], limits: Thresholds, repeats: int) -> dict[str, GateReport]:
    """The gate on the level that grading gives (the first `repeats` answers), with stability over all of them."""
    as_graded = [_case(one, limits, {j.item.id: (g,) for j in one.judged if (g := j.graded(repeats))}) for one in found]
    in_all = [_case(one, limits, {j.item.id: j.levels for j in one.judged if j.levels}) for one in found]
    reports = zip(decide_all(as_graded), decide_all(in_all), strict=True)
    return {graded.criterion: _with_stability(graded, every) for graded, every in reports}


def _case(one: _Evidence, limits: Thresholds, judge: Mapping[str, Sequence[int]]) -> Case:
    shifts: dict[str, list[float]] = {}
    for found in one.judged:
        for probe, twin in found.twins.items():
            first = found.votes[0].said if found.votes else None
            if twin.said is not None and first is not None:
                shifts.setdefault(probe, []).append(float(twin.said - first))
    return Case(labels=one.labels, judge=judge, probes=shifts, thresholds=limits, real=one.real, chosen=one.chosen)


def _with_stability(graded: GateReport, every: GateReport) -> GateReport:
    stability = next(check for check in every.checks if check.id == "H")
    checks = tuple(stability if check.id == "H" else check for check in graded.checks)
    verdict, deciding = verdict_of(checks)
    needed = [check.labels_needed for check in deciding] if verdict == "INCONCLUSIVE" else [0]
    return replace(
        graded,
        verdict=verdict,
        reasons=tuple(check.sentence for check in deciding),
        checks=checks,
        labels_needed=None if None in needed else max(count for count in needed if count is not None),
    )


def _criterion(
    material: Material, name: str, report: GateReport, evidence: _Evidence, digests: Mapping[str, str]
) -> CriterionCalibration:
    judged = evidence.judged
    criterion = material.criterion(name)
    panel = report.measured.panel
    low = panel.levels[0]
    label = {item: int(level) + low for item, level in zip(panel.items, panel.label, strict=True)}
    repeats = material.config.repeats
    pairs = [(g, label[j.item.id]) for j in judged if (g := j.graded(repeats)) is not None and j.item.id in label]
    votes = [vote for found in judged for vote in (*found.votes, *found.twins.values())]
    return CriterionCalibration(
        verdict=report.verdict,
        sentence=f"{_sentence(report)} {evidence.pooled}".strip(),
        reasons=report.reasons,
        checks=tuple({**asdict(check), "outcome": str(check.outcome), "details": {}} for check in report.checks),
        figures={
            **_figures(report),
            "real_items": sum(one.item.id in material.works for one in judged),
            "pooled": evidence.pooled,
        },
        labels_needed=report.labels_needed,
        parts={**parts(criterion, material.config, material.challenge.rubric.gate), "labels": digests.get(name, "")},
        error=errors_of(pairs),
        canaries=_canaries([one for one in judged if one.item.id not in material.works], label),
        modes=tuple(sorted({vote.mode for vote in votes if vote.mode and vote.mode != "withheld"})),
        system_fingerprints=tuple(sorted({vote.system_fingerprint for vote in votes if vote.system_fingerprint})),
    )


def _sentence(report: GateReport) -> str:
    qwk, people = report.measured.comparison.qwk.value, report.measured.human_qwk.value
    if report.verdict == "ACCEPT" and qwk is not None and people is not None:
        return (
            f"ACCEPT: the judge agrees with people at {qwk:.2f} over {report.measured.comparison.n} items,"
            f" people with each other at {people:.2f} (quadratic weighted kappa).{_rests_on(report)}"
        )
    return f"{report.verdict}: {' '.join(report.reasons)}"


def _rests_on(report: GateReport) -> str:
    return f" It rests on {report.spectrum.rests_on}." if report.spectrum is not None else ""


def _figures(report: GateReport) -> dict[str, Any]:
    found, apart = report.measured, report.spectrum
    low, high = found.interval
    return {
        "real": apart.real.n if apart else 0,
        "real_qwk": _number(apart.real.qwk.value) if apart else None,
        "written": apart.written.n if apart else 0,
        "written_qwk": _number(apart.written.qwk.value) if apart else None,
        "n": int(found.comparison.n),
        "qwk": _number(found.comparison.qwk.value),
        "qwk_low": _number(low),
        "qwk_high": _number(high),
        "human_human_qwk": _number(found.human_qwk.value),
    }


def _number(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6)


def _canaries(judged: Sequence[Judged], label: Mapping[str, int]) -> tuple[Canary, ...]:
    """Items on which all answers agree with the label, by turns one of each level."""
    steady = [
        Canary(item=found.item.id, level=found.levels[0])
        for found in judged
        if len(found.levels) == len(found.votes) > 0 and set(found.levels) == {label.get(found.item.id)}
    ]
    by_level: dict[int, list[Canary]] = {}
    for canary in steady:
        by_level.setdefault(canary.level, []).append(canary)
    picked: list[Canary] = []
    while len(picked) < MAX_CANARIES and any(by_level.values()):
        picked += [group.pop(0) for _, group in sorted(by_level.items()) if group]
    return tuple(picked[:MAX_CANARIES])


def _row(found: Judged, material: Material) -> dict[str, Any]:
    """What calibration.json keeps of one item, for the page and for whoever reads the diff."""
    own = material.labels[found.item.criterion]
    verdict = settle(found.votes[: material.config.repeats])
    chosen = verdict.chosen or (found.votes[0] if found.votes else None)
    return {
        "item": found.item.id,
        "criterion": found.item.criterion,
        "kind": found.item.kind,
        "people": {rater: levels[found.item.id] for rater, levels in own.people.items() if found.item.id in levels},
        "adjudicated": own.adjudicated.get(found.item.id),
        "level": verdict.level,
        "levels": list(found.levels),
        "reason": verdict.reason,
        "rationale": chosen.rationale if chosen else "",
        "evidence": [asdict(quote) for quote in chosen.evidence] if chosen else [],
        "dropped_quotes": verdict.dropped,
        "twins": {probe: twin.said for probe, twin in found.twins.items()},
    }


def _same(made: Calibration, previous: Calibration) -> bool:
    import json

    def plain(calibration: Calibration) -> str:
        data = asdict(replace(calibration, id="", made_at="", labels_now={}, erased=None))
        return json.dumps(data, sort_keys=True)

    return plain(made) == plain(previous)
