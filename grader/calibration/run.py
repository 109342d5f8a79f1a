"""One calibration: every labelled item judged as in grading, several times, with twins; then the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from grader.calibration import probes
from grader.calibration.material import Material
from grader.calibration.verdicts import Judged, calibration_of
from grader.calibration.work import Work
from grader.errors import InfrastructureError
from grader.judge import plan, prompt, reading
from grader.judge.budget import Usage, cost, price_of, total
from grader.judge.cache import Cache
from grader.judge.client import Client
from grader.judge.closed import ClosedGates
from grader.judge.config import JudgeConfig
from grader.judge.crew import ask_all
from grader.judge.documents import Selection
from grader.judge.fingerprint import model_of
from grader.judge.reading import Reading
from grader.judge.votes import Vote, vote
from grader.ratings.items import Item

if TYPE_CHECKING:
    from grader.agreement import GateReport
    from grader.challenge.rubric import Criterion
    from grader.judge.record import Calibration

UNANSWERED = 0.1
"""Share of questions without any answer from which the endpoint, not the judge, is what was measured."""
SECONDS_A_QUESTION = 60.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question of a calibration: an item, or one of its twins."""

    item: Item
    criterion: Criterion
    probe: str
    """Empty for the item itself."""
    repeat: int
    selection: Selection
    withheld: str
    """Why grading would not ask: empty if it would."""


@dataclass(frozen=True, kw_only=True)
class CalibrationRun:
    """A finished calibration: the record for the pack, the gate's reports, and what it took."""

    calibration: Calibration
    reports: Mapping[str, GateReport]
    judged: tuple[Judged, ...]
    usage: Usage
    cost: float | None


def questions(material: Material) -> list[Asked]:
    """All that is asked: each labelled item `repeats` times, and once each of its twins where it has them."""
    asked: list[Asked] = []
    read = _Readings(material)
    for name, found in material.labels.items():
        criterion = material.criterion(name)
        rated = {item: level for levels in found.people.values() for item, level in levels.items()}
        own = [item for item in material.items if item.criterion == name and item.id in rated and not item.development]
        for item in own:
            first = _asked(read, item, criterion, "", item.content)
            asked += [replace(first, repeat=n) for n in range(material.repeats)]
        for item in (one for found_ in material.beside.values() for one in found_.items if one.criterion == name):
            first = _asked(read, item, material.asked_by(item), "", item.content)
            asked += [replace(first, repeat=n) for n in range(material.repeats)]
        for item in probes.chosen(own, rated):
            twins = probes.twins(item.content)
            asked += [_asked(read, item, criterion, probe, files) for probe, files in twins.items()]
    return asked


def _asked(read: _Readings, item: Item, criterion: Criterion, probe: str, files: Mapping[str, bytes]) -> Asked:
    selection, speaks = read.shown(item, criterion, probe, files)
    withheld = ""
    if reading.is_empty(selection):
        withheld = "there is nothing to judge in the files that the criterion names"
    elif speaks and not probe:
        withheld = "its text addresses the grader"
    return Asked(item=item, criterion=criterion, probe=probe, repeat=0, selection=selection, withheld=withheld)


class _Readings:
    """What the judge reads of the items. Candidates' work is read once for all criteria."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._works = material.works
        self._whole: dict[str, Reading] = {}

    def shown(self, item: Item, criterion: Criterion, probe: str, files: Mapping[str, bytes]) -> tuple[Selection, bool]:
        """What is shown for `criterion`, and whether that talks to the judge: looked for in what is no twin."""
        material, pack = self.material, self.material.challenge
        work = self._works.get(item.id)
        if work is not None:
            read = self._of_work(item.id, work, files if probe else {})
            selection, findings = plan.shown(work.pack, read, criterion, material.config, work.claims)
            return selection, bool(findings)
        read = reading.read(files, instruction="" if probe else pack.asked, searched=not probe)
        selection = reading.select(read, criterion, material.config)
        return selection, bool(read.findings or (pack.asked and reading.echoes(selection, criterion, pack.asked)))

    def _of_work(self, item: str, work: Work, twin: Mapping[str, bytes]) -> Reading:
        """As a grading reads the whole: identities are looked for in all files. A twin's stand in the place of those
        that the criterion names."""
        if not twin and item in self._whole:
            return self._whole[item]
        pack = work.pack
        required = pack.submission.required
        files = {**work.files, **twin}
        read = reading.read_aside(
            files, pack.rubric.criteria, self.material.config, required, pack.asked, searched=not twin
        )
        if not twin:
            self._whole[item] = read
        return read


def estimate(material: Material, asked: Sequence[Asked]) -> tuple[Usage, float | None]:
    """What asking all questions takes at most, in tokens and, where the price is known, money."""
    open_ones = [question for question in asked if not question.withheld]
    tokens = sum(prompt.build(q.criterion, q.selection, prompt.fresh_nonce()).tokens for q in open_ones)
    usage = Usage(prompt_tokens=tokens, completion_tokens=material.config.max_output * len(open_ones), estimated=True)
    return usage, cost(usage, price_of(material.config.model, material.config.prices))


def calibrate(
    material: Material,
    asked: Sequence[Asked],
    cache: Cache,
    *,
    previous: Calibration | None,
    fresh: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> CalibrationRun:
    """Asks everything that is not in the cache and decides the gate. What was answered stays in the cache, so that a
    run that was interrupted goes on where it stopped.

    `fresh`, or a gate that drift has closed, asks anew. Raises InfrastructureError when too much was not answered.
    """
    client = Client(material.config, cache)
    rider = _rider(ClosedGates(material.challenge.root, cache), previous, fresh=fresh)
    try:
        votes = _votes(asked, client, material.config, rider, progress)
    finally:
        client.close()
    _enough(asked, votes)
    judged = _judged(asked, votes)
    calibration, reports = calibration_of(material, judged, previous)
    usage = total(found.usage for found in votes)
    price = price_of(material.config.model, material.config.prices)
    return CalibrationRun(calibration=calibration, reports=reports, judged=judged, usage=usage, cost=cost(usage, price))


def _rider(gates: ClosedGates, previous: Calibration | None, *, fresh: bool) -> str:
    drifted = previous is not None and any(gates.closed(previous.id, name) for name in previous.criteria)
    return f"after {previous.id if previous else 'none'}" if fresh or drifted else ""


def _votes(
    asked: Sequence[Asked],
    client: Client,
    config: JudgeConfig,
    rider: str,
    progress: Callable[[int, int], None] | None,
) -> list[Vote]:
    def ask(question: Asked) -> Vote:
        if question.withheld:
            return Vote(level=None, reason=question.withheld, mode="withheld")
        model = model_of(question.criterion, config)
        return vote(client, model, question.criterion, question.selection, repeat=question.repeat, rider=rider)

    return ask_all(
        [partial(ask, question) for question in asked],
        at_once=config.concurrency,
        seconds=config.deadline + SECONDS_A_QUESTION * len(asked) / config.concurrency,
        late=lambda: Vote(level=None, reason="the judge did not answer in time"),
        failed=lambda problem: Vote(level=None, reason=f"the judge stage failed: {type(problem).__name__}: {problem}"),
        progress=progress,
    )


def _enough(asked: Sequence[Asked], votes: Sequence[Vote]) -> None:
    missing = [found for found in votes if not found.mode]
    if asked and len(missing) > UNANSWERED * len(asked):
        raise InfrastructureError(
            f"{len(missing)} of {len(asked)} questions were not answered: {missing[0].reason}.",
            fix="What was answered is kept; the same command goes on from there.",
        )


def _judged(asked: Sequence[Asked], votes: Sequence[Vote]) -> tuple[Judged, ...]:
    found: dict[tuple[str, str], list[tuple[Asked, Vote]]] = {}
    for question, answer in zip(asked, votes, strict=True):
        found.setdefault((question.item.id, question.criterion.id), []).append((question, answer))
    return tuple(
        Judged(
            item=rows[0][0].item,
            votes=tuple(answer for question, answer in rows if not question.probe),
            twins={question.probe: answer for question, answer in rows if question.probe},
        )
        for rows in found.values()
    )
