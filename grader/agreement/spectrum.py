"""What a verdict rests on: candidates' work, and texts that were written for the purpose, each for itself.

A text that was written to one anchor is a prototype: people and judge agree on it, and a judge that passes on such
texts alone has shown nothing about work that lies between two anchors. Check J asks for real work, and for agreement on
it, whatever the two kinds come to together.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from grader.agreement.check import Check, CheckOutcome, at_least, show
from grader.agreement.checks import blunders_check, degenerate_check, judge_check, leniency_check
from grader.agreement.labels import only_items
from grader.agreement.measured import Case, Measured, measure
from grader.agreement.statistic import Statistic
from grader.agreement.thresholds import Thresholds


@dataclass(frozen=True, kw_only=True)
class Part:
    """Agreement on the items of one kind."""

    n: int
    """Items that two people each and the judge rated."""
    qwk: Statistic
    """Of the judge against the adjudicated label."""
    human_qwk: Statistic
    """Mean over pairs of people."""
    judge: Check
    """Check C, on these items."""
    faults: tuple[str, ...]
    """What E, F and G reject on these items: many written texts would hide it."""


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
    others = (leniency_check(found), blunders_check(found), degenerate_check(found))
    return Part(
        n=int((found.panel.twice & found.panel.judged).sum()),
        qwk=found.comparison.qwk,
        human_qwk=found.human_qwk,
        judge=judge_check(found),
        faults=tuple(check.sentence for check in others if check.outcome is CheckOutcome.REJECT),
    )


def real_check(found: Spectrum, limits: Thresholds) -> Check:
    """J: enough of it is candidates' work, and on that alone people and judge agree, as surely as C asks, with nothing
    that E, F or G would reject. What is surely too little agreement rejects; all else asks for more work."""
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
        fine = real.judge.outcome is CheckOutcome.PASS and at_least(people, limits.human_qwk) and not real.faults
        fallen = real.judge.outcome is CheckOutcome.REJECT
        outcome = CheckOutcome.PASS if fine else CheckOutcome.REJECT if fallen else outcome
        more = 0 if outcome is not CheckOutcome.INCONCLUSIVE else real.judge.labels_needed or None
        sentence = (
            f"It rests on {found.rests_on}. On candidates' work alone: {real.judge.sentence} People agree with each"
            f" other at {show(people, limits.human_qwk)} ({limits.human_qwk:.2f} needed)."
        )
        sentence = " ".join((sentence, *real.faults))
    return Check(
        id="J", name="real work", value=real.n, limit=needed, outcome=outcome, sentence=sentence, labels_needed=more,
        details={"real": real.n, "written": found.written.n, "real_qwk": value, "written_qwk": found.written.qwk.value},
    )  # fmt: skip
