"""The gate: may this judge's levels count for this criterion?

Precedence: labels that cannot judge a judge (A, B) give INCONCLUSIVE, whatever else fails; then any REJECT; then any
INCONCLUSIVE; else ACCEPT. Every check's value is reported either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.agreement import check, checks
from grader.agreement.check import Check, CheckOutcome, GateVerdict
from grader.agreement.measured import Case, Measured, measure
from grader.agreement.planning import TYPICAL, Chance, chance_of_passing
from grader.agreement.significance import holm_levels
from grader.agreement.spectrum import Spectrum, real_check, spectrum_of
from grader.agreement.thresholds import CONFIDENCE

Scope = Literal["ratings", "calibration"]
"""`ratings`: what plain ratings can show, checks A to G; H and I count where they were measured. `calibration`: all
nine are required, and a missing one is inconclusive."""
FEW_CANDIDATES = 10


@dataclass(frozen=True, kw_only=True)
class GateReport:
    """The verdict on one judge for one criterion, with everything it rests on."""

    criterion: str
    verdict: GateVerdict
    reasons: tuple[str, ...]
    """The sentences of the checks that decided."""
    checks: tuple[Check, ...]
    """A to I, in order, and J where it is known which items are candidates' work."""
    labels_needed: int | None
    """Further labels needed for a decision: 0 where labels are not what is missing, None where no number is known."""
    chances: tuple[Chance, ...]
    """What judges of typical true agreement can expect on the present labels."""
    notes: tuple[str, ...]
    """What a reader has to know beside the checks."""
    measured: Measured = field(repr=False)
    spectrum: Spectrum | None = None
    """Candidates' work and written texts apart; None where nobody said which is which."""


def decide(case: Case, *, scope: Scope = "calibration", seed: int = 0) -> GateReport:
    """The gate for one criterion."""
    return decide_all([case], scope=scope, seed=seed)[0]


def decide_all(cases: Sequence[Case], *, scope: Scope = "calibration", seed: int = 0) -> tuple[GateReport, ...]:
    """The gate for several criteria at once: Holm's correction makes the lower bounds of check C stricter.

    The upper bound of check C, which rejects, is not corrected: withholding a judge harms no candidate.
    """
    measured = [measure(case, seed=seed) for case in cases]
    family = [m for m in measured if m.comparison.n]
    levels = dict(zip(map(id, family), holm_levels([m.p_value for m in family], 1 - CONFIDENCE), strict=True))
    return tuple(
        _report(m, spectrum_of(m, seed=seed), levels.get(id(m), 1 - CONFIDENCE), len(family), scope) for m in measured
    )


_DECIDES: dict[GateVerdict, CheckOutcome] = {
    "ACCEPT": CheckOutcome.PASS, "REJECT": CheckOutcome.REJECT, "INCONCLUSIVE": CheckOutcome.INCONCLUSIVE,
}  # fmt: skip


def verdict_of(found: Sequence[Check]) -> tuple[GateVerdict, tuple[Check, ...]]:
    """The verdict and the checks that decided it (all of them for an ACCEPT, but those not measured)."""
    unfit = tuple(c for c in found if c.id in ("A", "B") and c.outcome is not CheckOutcome.PASS)
    verdict = check.verdict_of([(c.id, c.outcome) for c in found])
    return verdict, unfit or tuple(c for c in found if c.outcome is _DECIDES[verdict])


def _report(m: Measured, spectrum: Spectrum | None, level: float, criteria: int, scope: Scope) -> GateReport:
    required = scope == "calibration"
    found = (
        checks.labels_check(m),
        checks.people_check(m),
        checks.judge_check(m, level),
        checks.ceiling_check(m),
        checks.leniency_check(m),
        checks.blunders_check(m),
        checks.degenerate_check(m),
        checks.stability_check(m, required=required),
        checks.probes_check(m, required=required),
        *([real_check(spectrum, m.case.thresholds)] if spectrum is not None else []),
    )
    verdict, deciding = verdict_of(found)
    return GateReport(
        criterion=m.case.labels.criterion,
        verdict=verdict,
        reasons=tuple(check.sentence for check in deciding),
        checks=found,
        labels_needed=_labels_needed(verdict, deciding),
        chances=tuple(chance_of_passing(qwk, m.comparison.n, m.case.thresholds) for qwk in TYPICAL),
        notes=_notes(m, found, criteria),
        measured=m,
        spectrum=spectrum,
    )


def _labels_needed(verdict: GateVerdict, deciding: Sequence[Check]) -> int | None:
    if verdict != "INCONCLUSIVE":
        return 0
    needs = [check.labels_needed for check in deciding]
    known = [need for need in needs if need is not None]
    return None if len(known) < len(needs) else max(known)


def _notes(m: Measured, found: Sequence[Check], criteria: int) -> tuple[str, ...]:
    limits, notes = m.case.thresholds, []
    missing = [check.id for check in found if check.outcome is CheckOutcome.NOT_MEASURED]
    if missing:
        notes.append(f"Not measured, and not part of this verdict: {' and '.join(missing)}. A calibration needs them.")
    if limits.loosened:
        notes.append(f"Looser than the default: {', '.join(limits.loosened)}. Reason given: {limits.loosened_because}")
    if criteria > 1:
        notes.append(f"{criteria} criteria were tested at once; Holm's correction is part of check C.")
    if 1 < m.candidates < FEW_CANDIDATES:
        notes.append(f"The items come from {m.candidates} candidates only: the true interval is wider than shown.")
    unrated = int((~m.panel.judged).sum())
    if unrated:
        notes.append(
            f"The judge gave no level for {unrated} of {len(m.panel.items)} labelled items; they are left out."
        )
    if m.case.labels.left_out:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(m.case.labels.left_out.items()))
        notes.append(f"Ratings that do not count as people's: {kinds}.")
    return tuple(notes)
