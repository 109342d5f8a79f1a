"""What a verdict rests on: candidates' work, and texts that were written for the purpose, each for itself.

A text that was written to one anchor is a prototype: people and judge agree on it, and a judge that passes on such
texts alone has shown nothing about work that lies between two anchors. Check J asks for real work, and for agreement on
it, whatever the two kinds come to together.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from grader.agreement.check import Check, CheckOutcome, at_least, show
from grader.agreement.labels import only_items
from grader.agreement.measured import Case, Measured, measure
from grader.agreement.statistic import Statistic
from grader.agreement.thresholds import CONFIDENCE, Thresholds


@dataclass(frozen=True, kw_only=True)
class Part:
    """Agreement on the items of one kind."""

    n: int
    """Items that two people each and the judge rated."""
    qwk: Statistic
    """Of the judge against the adjudicated label."""
    high: float | None
    """Its one-sided 95 % upper bound; None where nothing can be resampled."""
    human_qwk: Statistic
    """Mean over pairs of people."""


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """Both kinds, apart."""

    real: Part
    written: Part

    @property
    def rests_on(self) -> str:
        """For a sentence: what was rated by two people each and by the judge."""
        return f"{self.real.n} items of candidates' work and {self.written.n} that were written for the purpose"


def spectrum_of(m: Measured, *, seed: int = 0) -> Spectrum | None:
    """The figures of `m` on real and on written items; None where nobody said which are real."""
    if m.case.real is None:
        return None
    real = set(m.case.real)
    return Spectrum(real=_part(m.case, real, seed), written=_part(m.case, set(m.panel.items) - real, seed))


def _part(case: Case, items: Collection[str], seed: int) -> Part:
    found = measure(replace(case, labels=only_items(case.labels, items), probes={}, real=None), seed=seed)
    return Part(
        n=int((found.panel.twice & found.panel.judged).sum()),
        qwk=found.comparison.qwk,
        high=found.bound(CONFIDENCE),
        human_qwk=found.human_qwk,
    )


def real_check(found: Spectrum, limits: Thresholds) -> Check:
    """J: enough of it is candidates' work, and on that alone people and judge agree."""
    real, needed = found.real, limits.min_real
    more: int | None = None
    value, people = real.qwk.value, real.human_qwk.value
    outcome = CheckOutcome.INCONCLUSIVE
    if real.n < needed:
        more = needed - real.n
        sentence = (
            f"It rests on {found.rests_on}; {needed} of candidates' work are needed: written texts alone open no gate."
        )
    elif value is None or people is None:
        why = real.qwk.reason if value is None else real.human_qwk.reason
        sentence = f"It rests on {found.rests_on}. How far they agree on candidates' work is unknown: {why}."
    else:
        fine = at_least(value, limits.judge_qwk) and at_least(people, limits.human_qwk)
        fallen = real.high is not None and not at_least(real.high, limits.judge_qwk_low)
        outcome = CheckOutcome.PASS if fine else CheckOutcome.REJECT if fallen else outcome
        more = 0 if outcome is not CheckOutcome.INCONCLUSIVE else None
        sentence = (
            f"It rests on {found.rests_on}. On candidates' work alone the judge agrees with people at"
            f" {show(value, limits.judge_qwk)} ({limits.judge_qwk:.2f} needed), people with each other at"
            f" {show(people, limits.human_qwk)} ({limits.human_qwk:.2f} needed)."
        )
    return Check(
        id="J", name="real work", value=real.n, limit=needed, outcome=outcome, sentence=sentence, labels_needed=more,
        details={"real": real.n, "written": found.written.n, "real_qwk": value, "written_qwk": found.written.qwk.value},
    )  # fmt: skip
