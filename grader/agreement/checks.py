"""The checks A to I of the gate: each a value, a limit, an outcome and a sentence for people who hire. J, which has to
know who wrote the items, is in spectrum.py."""

from __future__ import annotations

import numpy as np

from grader.agreement.check import (
    ROUNDING,
    Check,
    CheckOutcome,
    at_least,
    at_most,
    pass_or_reject,
    show,
    unmeasured,
)
from grader.agreement.kappa import Floats, Levels
from grader.agreement.measured import ONE_CANDIDATE, Measured
from grader.agreement.planning import SIGMA, labels_for, labels_for_share, sigma_of
from grader.agreement.thresholds import CONFIDENCE, PROBES


def labels_check(m: Measured) -> Check:
    """A: enough items rated by two people each, and enough levels in use. Only items that the judge rated count; those
    that were chosen show that levels are in use, and no more."""
    limits, k = m.case.thresholds, len(m.panel.levels)
    needed, levels_needed = limits.labels_required(k), min(limits.min_levels, k)
    use = m.panel.twice & m.panel.judged
    n, twice = int(use.sum()), int(m.panel.twice.sum())
    shows = m.covered.twice & m.covered.judged
    per_level = np.bincount(m.covered.label[shows], minlength=k)
    used = int((per_level >= limits.min_items_per_level).sum())
    fullest = sorted(per_level.tolist(), reverse=True)[:levels_needed]
    thin = sum(max(0, limits.min_items_per_level - count) for count in fullest)
    ok = n >= needed and used >= levels_needed
    sentence = f"{n} items are rated by two people each and by the judge ({needed} needed)"
    if not m.panel.people:
        left_out = ", ".join(f"{number} {kind}" for kind, number in sorted(m.case.labels.left_out.items()))
        sentence = f"No rating by a person counts here ({needed} items rated by two people each needed"
        sentence += f"; left out: {left_out})" if left_out else ")"
    elif twice > n:
        sentence += f"; the judge gave no level for {twice - n} more"
    sentence += f"; {used} levels are in use by {limits.min_items_per_level} items or more ({levels_needed} needed)"
    if used < levels_needed:
        scarce = [str(level) for level, count in zip(m.panel.levels, per_level, strict=True)
                  if count < limits.min_items_per_level]  # fmt: skip
        sentence += f": these labels cannot show that the judge tells work apart; gather work of {_levels(scarce)}"
    return Check(
        id="A", name="labels", value=n, limit=needed, outcome=CheckOutcome.PASS if ok else CheckOutcome.INCONCLUSIVE,
        sentence=sentence + ".", labels_needed=max(needed - twice, thin),
        details={"levels_in_use": used, "items_per_level": _by_level(m, per_level)},
    )  # fmt: skip


def people_check(m: Measured) -> Check:
    """B: people agree with each other."""
    limit, value = m.case.thresholds.human_qwk, m.human_qwk.value
    if value is None:
        outcome, sentence = CheckOutcome.INCONCLUSIVE, f"How well people agree is unknown: {m.human_qwk.reason}."
    elif at_least(value, limit):
        outcome, sentence = (
            CheckOutcome.PASS,
            f"People agree with each other at {show(value, limit)} ({limit:.2f} needed).",
        )
    else:
        outcome = CheckOutcome.INCONCLUSIVE
        sentence = (
            f"People agree with each other at {show(value, limit)} only ({limit:.2f} needed): "
            "refine the anchors and hold a calibration session before judging the judge."
        )
    return Check(id="B", name="people", value=value, limit=limit, outcome=outcome, sentence=sentence,
                 details={"pairs": len(m.people)})  # fmt: skip


def judge_check(m: Measured, level: float = 1 - CONFIDENCE) -> Check:
    """C: the judge agrees with the adjudicated label, surely enough. `level` is Holm's for the lower bound."""
    limits, qwk = m.case.thresholds, m.comparison.qwk
    low, high, floor = m.bound(level), m.bound(CONFIDENCE), limits.judge_qwk_low
    if qwk.value is None or low is None or high is None:
        why = qwk.reason or ONE_CANDIDATE
        sentence = f"How well the judge agrees with people is unknown: {why}."
        return Check(id="C", name="judge", value=qwk.value, limit=limits.judge_qwk, outcome=CheckOutcome.INCONCLUSIVE,
                     sentence=sentence, labels_needed=None)  # fmt: skip
    more: int | None = 0
    sure = f"{100 * (1 - level):.4g} % sure that it is above {show(low, floor)}"
    if at_least(qwk.value, limits.judge_qwk) and at_least(low, floor):
        outcome, advice = CheckOutcome.PASS, ""
    elif not at_least(high, floor):
        outcome, advice = CheckOutcome.REJECT, ""
        sure = f"{100 * CONFIDENCE:.0f} % sure that it is below {show(high, floor)}"
    else:
        outcome, more = CheckOutcome.INCONCLUSIVE, _labels_needed(m, level)
        advice = _advice(qwk.value, limits.judge_qwk, more)
    sentence = (
        f"The judge agrees with people at {show(qwk.value, limits.judge_qwk)}, {sure}, on {m.comparison.n} labels "
        f"(needed: {limits.judge_qwk:.2f}, and as surely above {floor:.2f}).{advice}"
    )
    details = {"low": low, "high": high, "level": level, "low_limit": floor}
    return Check(id="C", name="judge", value=qwk.value, limit=limits.judge_qwk, outcome=outcome, sentence=sentence,
                 labels_needed=more, details=details)  # fmt: skip


def _labels_needed(m: Measured, level: float) -> int | None:
    limits, qwk, n = m.case.thresholds, m.comparison.qwk.value or 0.0, m.comparison.n
    sigma = sigma_of(qwk, float(m.resampled.std()), n) or SIGMA
    total = labels_for(max(qwk, limits.judge_qwk), limits.judge_qwk_low, sigma=sigma, level=level)
    return None if total is None else max(1 if at_least(qwk, limits.judge_qwk) else 0, total - n)


def _advice(value: float, limit: float, more: int | None) -> str:
    if more is None:
        return " No number of labels is known to settle this."
    if at_least(value, limit):
        return f" About {more} more labels would let a judge this good pass in 80 of 100 cases."
    if more:
        return f" Improve the judge or the anchors; about {more} more labels would show whether it is good enough."
    return " More labels will not change this: improve the judge or the anchors."


def ceiling_check(m: Measured) -> Check:
    """D: the judge agrees with people about as well as they agree with each other."""
    limit, people, judge = m.case.thresholds.ceiling_gap, m.human_qwk, m.judge_human_qwk
    if people.value is None or judge.value is None:
        why = people.reason if people.value is None else judge.reason
        return Check(id="D", name="ceiling", value=None, limit=limit, outcome=CheckOutcome.INCONCLUSIVE,
                     sentence=f"The judge cannot be set against people's own agreement: {why}.")  # fmt: skip
    gap = people.value - judge.value
    ok = at_most(gap, limit)
    sentence = (
        f"The judge agrees with single people at {judge.value:.2f}, they with each other at {people.value:.2f}: "
        + (f"{show(gap, limit)} less" if gap > 0 else "no less")
        + f" ({limit:.2f} allowed)."
    )
    return Check(id="D", name="ceiling", value=gap, limit=limit, outcome=pass_or_reject(ok), sentence=sentence,
                 details={"judge_human_qwk": judge.value, "human_human_qwk": people.value})  # fmt: skip


def leniency_check(m: Measured) -> Check:
    """E: the judge is neither lenient nor severe."""
    limit, smd = m.case.thresholds.max_smd, m.comparison.smd
    if smd.value is None:
        return Check(id="E", name="leniency", value=None, limit=limit, outcome=CheckOutcome.INCONCLUSIVE,
                     sentence=f"Whether the judge is lenient is unknown: {smd.reason}.")  # fmt: skip
    size, side = abs(smd.value), "above" if smd.value > 0 else "below"
    ok, who = at_most(size, limit), "The judge's"
    if not ok:
        who = "The judge is lenient: its" if smd.value > 0 else "The judge is severe: its"
    sentence = f"{who} levels are {show(size, limit)} standard deviations {side} people's ({limit:.2f} allowed)."
    return Check(id="E", name="leniency", value=smd.value, limit=limit, outcome=pass_or_reject(ok), sentence=sentence)


def blunders_check(m: Measured) -> Check:
    """F: few items are off by two levels or more."""
    limit, share = m.case.thresholds.max_blunders, m.comparison.blunders
    if share.value is None or share.high is None:
        return Check(id="F", name="blunders", value=None, limit=limit, outcome=CheckOutcome.INCONCLUSIVE,
                     labels_needed=None,
                     sentence=f"How often the judge is far off is unknown: {share.reason}.")  # fmt: skip
    n, off = m.comparison.n, round(share.value * m.comparison.n)
    more: int | None = 0
    sentence = f"{off} of {n} items are off by two levels or more; it may be up to {100 * share.high:.1f} %"
    sentence += f" ({100 * limit:.0f} % allowed)."
    outcome = CheckOutcome.PASS if at_most(share.high, limit) else CheckOutcome.INCONCLUSIVE
    if not at_most(share.value, limit):
        outcome = CheckOutcome.REJECT
    if outcome is CheckOutcome.INCONCLUSIVE:
        total = labels_for_share(share.value, limit)
        more = None if total is None else total - n
        sentence += f" About {more} more labels would settle it if the share stays." if more else ""
    return Check(id="F", name="blunders", value=share.value, limit=limit, outcome=outcome, sentence=sentence,
                 labels_needed=more, details={"low": share.low, "high": share.high})  # fmt: skip


def degenerate_check(m: Measured) -> Check:
    """G: the judge uses the scale, floods no level and beats the best constant by squared error."""
    mse = m.comparison.mse.value
    if m.constant is None or mse is None:
        return Check(id="G", name="degenerate", value=None, limit=0.0, outcome=CheckOutcome.INCONCLUSIVE,
                     sentence="Whether the judge tells work apart is unknown: it rated no labelled item.")  # fmt: skip
    constant, constant_mse = m.constant.level, m.constant.comparison.mse.value or 0.0
    people, judge = m.comparison.matrix.sum(axis=1), m.comparison.matrix.sum(axis=0)
    used, excess = int(np.count_nonzero(judge)), (judge - people) / m.comparison.n
    faults = [*_unused(m, used), *_flooded(m, excess)]
    if mse > constant_mse - ROUNDING:
        faults.append(f"always answering {constant} is as good (squared error {constant_mse:.2f} against {mse:.2f})")
    sentence = f"The judge uses {used} levels, and its squared error is {mse:.2f} against {constant_mse:.2f} "
    sentence += f"for always answering {constant}."
    if faults:
        sentence = f"The judge does not tell work apart: {'; '.join(faults)}."
    details = {"levels_used": used, "excess": _by_level(m, excess), "mse": mse,
               "constant": constant, "constant_mse": constant_mse}  # fmt: skip
    return Check(id="G", name="degenerate", value=1 - mse / constant_mse if constant_mse else None, limit=0.0,
                 outcome=pass_or_reject(not faults), sentence=sentence, details=details)  # fmt: skip


def _unused(m: Measured, used: int) -> list[str]:
    wanted = min(m.case.thresholds.judge_levels, len(m.panel.levels))
    return [f"it uses {used} of {len(m.panel.levels)} levels ({wanted} needed)"] if used < wanted else []


def _flooded(m: Measured, excess: Floats) -> list[str]:
    limit = m.case.thresholds.max_level_excess
    return [
        f"it gives level {level} {100 * more:.1f} points more often than people ({100 * limit:.0f} allowed)"
        for level, more in zip(m.panel.levels, excess, strict=True)
        if not at_most(more, limit)
    ]


def stability_check(m: Measured, *, required: bool) -> Check:
    """H: repeats of the judge give the same level."""
    limits, share = m.case.thresholds, m.flips
    if share.value is None:
        outcome, sentence = unmeasured(required), f"Stability was not measured: {share.reason}."
    else:
        outcome = pass_or_reject(at_most(share.value, limits.max_flips))
        differ = show(100 * share.value, 100 * limits.max_flips)
        sentence = (
            f"Two repeats on the same item differ in {differ} % of cases ({100 * limits.max_flips:.0f} % allowed)."
        )
    return Check(
        id="H", name="stability", value=share.value, limit=limits.max_flips, outcome=outcome, sentence=sentence
    )


def probes_check(m: Measured, *, required: bool) -> Check:
    """I: twins that differ in what must not matter get the same level on average."""
    limit = m.case.thresholds.max_probe_shift
    shifts = {name: shift.value for name, shift in m.shifts.items() if shift.value is not None}
    missing = [name for name in PROBES if name not in shifts]
    moved = [f"{name} moves it by {shift:+.2f}" for name, shift in shifts.items() if abs(shift) >= limit - ROUNDING]
    value = max((abs(shift) for shift in shifts.values()), default=None)
    if moved:
        outcome, sentence = CheckOutcome.REJECT, f"What must not matter moves the judge: {', '.join(moved)}"
        sentence += f" levels on average (below {limit:.2f} allowed)."
    elif missing:
        outcome, sentence = unmeasured(required), f"Not every probe was measured: {', '.join(missing)} missing."
    else:
        outcome = CheckOutcome.PASS
        sentence = f"Probes move the judge by {value:.2f} levels on average at most (below {limit:.2f} allowed)."
    return Check(id="I", name="probes", value=value, limit=limit, outcome=outcome, sentence=sentence, details=shifts)


def _by_level(m: Measured, values: Floats | Levels) -> dict[str, object]:
    return dict(zip(map(str, m.panel.levels), values.tolist(), strict=True))


def _levels(names: list[str]) -> str:
    return f"level{'s' if len(names) > 1 else ''} {', '.join(names)}"
