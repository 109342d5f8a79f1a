"""Reports as lines for a terminal. Names out of the file are escaped; figures have a fixed width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from grader.agreement.check import CheckOutcome
from grader.agreement.gate import GateReport
from grader.agreement.panel import Pair
from grader.agreement.reliability import Reliability
from grader.agreement.statistic import Statistic
from grader.errors import visible

MARKS = {
    CheckOutcome.PASS: "ok",
    CheckOutcome.REJECT: "REJECT",
    CheckOutcome.INCONCLUSIVE: "open",
    CheckOutcome.NOT_MEASURED: "-",
}
WIDTH = 110
MATRIX_LIMIT = 8
"""People up to whom the pairwise matrix is printed; beyond it only JSON has all pairs."""


def gate_lines(report: GateReport) -> Iterator[str]:
    """The verdict, its reasons, the figures and every check of one criterion."""
    m = report.measured
    yield f"{visible(report.criterion)}: {report.verdict}"
    for reason in report.reasons if report.verdict != "ACCEPT" else ():
        yield from _wrapped(reason)
    yield ""
    yield from _table(_gate_rows(report))
    yield ""
    for check in report.checks:
        yield from _wrapped(check.sentence, f"{check.id}  {check.name:<10}  {MARKS[check.outcome]:<6}  ")
    yield ""
    if report.labels_needed:
        yield f"  Labels still needed: about {report.labels_needed}."
    if m.comparison.n:
        chances = ", ".join(f"{c.true_qwk:.2f}: {100 * c.passes:.0f} %" for c in report.chances)
        yield from _wrapped(f"Chance to pass check C on {m.comparison.n} labels, by the judge's true kappa: {chances}.")
    for note in report.notes:
        yield from _wrapped(note)


def _gate_rows(report: GateReport) -> list[list[str]]:
    m, constant = report.measured, report.measured.constant
    c, alt = m.comparison, m.alt
    low, high = m.interval
    name = f"always {constant.level}" if constant else "constant"
    best = constant.comparison if constant else None
    interval = f"{low:.2f} to {high:.2f}" if low is not None and high is not None else ""
    return [
        ["", "judge", name, ""],
        ["labelled items judged", str(c.n), "", f"{len(m.panel.people)} people"],
        ["kappa, quadratic", _number(c.qwk), _number(best.qwk if best else None), interval],
        ["  people with each other", _number(m.human_qwk), "", f"alpha {_number(m.alpha)}"],
        ["  judge with single people", _number(m.judge_human_qwk), "", ""],
        ["exact agreement", _number(c.exact), _number(best.exact if best else None), ""],
        ["within one level", _number(c.adjacent), _number(best.adjacent if best else None), ""],
        ["mean absolute error", _number(c.mae), _number(best.mae if best else None), "levels"],
        ["bias", _number(c.bias, "+"), _number(best.bias if best else None, "+"), f"levels; {_number(c.smd, '+')} SD"],
        ["AC2, quadratic", _number(c.ac2), _number(best.ac2 if best else None), "never gates"],
        ["alternative annotator", _number(alt.winning_rate), _number(constant.alt.winning_rate if constant else None),
         f"winning rate at epsilon {alt.epsilon:.2f}; never gates"],
    ]  # fmt: skip


def reliability_lines(found: Reliability) -> Iterator[str]:
    """How well people agree on one criterion, and who is severe, lenient or drifting."""
    yield f"{visible(found.criterion)}: people only"
    yield f"  {found.n} items are rated by two people or more, out of {len(found.raters)} people."
    yield f"  Mean pairwise kappa (quadratic): {_or_reason(found.human_qwk)}"
    yield f"  Krippendorff's alpha (ordinal): {_or_reason(found.alpha)}"
    yield ""
    rows = [["rater", "items", "severity", "95 % interval", "drift", "95 % interval", ""]]
    for r in found.raters:
        remark = "; ".join(
            filter(None, [_remark(r.severity, "lenient", "severe"), _remark(r.drift, "drifts up", "drifts down")])
        )
        rows.append([visible(r.rater, 30), str(r.n), _number(r.severity, "+"), _interval(r.severity),
                     _number(r.drift, "+"), _interval(r.drift), remark])  # fmt: skip
    yield from _table(rows)
    names = [r.rater for r in found.raters]
    if 2 < len(names) <= MATRIX_LIMIT:
        yield ""
        yield from _table(_matrix(names, found.pairs))


def _matrix(names: Sequence[str], pairs: Sequence[Pair]) -> list[list[str]]:
    by_pair = {(pair.a, pair.b): f"{_number(pair.qwk)} ({pair.n})" for pair in pairs}
    header = ["kappa (items)", *(visible(name, 20) for name in names[1:])]
    return [header, *([visible(a, 30), *(by_pair.get((a, b), "") for b in names[1:])] for a in names[:-1])]


def _remark(found: Statistic, above: str, below: str) -> str:
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return ""
    return above if found.low > 0 else below


def _number(found: Statistic | None, sign: str = "") -> str:
    return "-" if found is None or found.value is None else f"{found.value:{sign}z.2f}"


def _or_reason(found: Statistic) -> str:
    return f"undefined, {found.reason}" if found.value is None else f"{found.value:.2f}"


def _interval(found: Statistic) -> str:
    return "-" if found.low is None or found.high is None else f"{found.low:+.2f} to {found.high:+.2f}"


def _wrapped(text: str, lead: str = "") -> Iterator[str]:
    """`text` after `lead`, broken at a fixed width, so that output is the same on every terminal."""
    indent = " " * (2 + len(lead))
    yield from wrap(visible(text, 2000), WIDTH, initial_indent=f"  {lead}", subsequent_indent=indent)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns padded to their widest cell, but the last."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()
