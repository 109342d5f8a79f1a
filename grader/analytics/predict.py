"""`grade analyse predict`: scores against how people did on the job, and single surprises in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.agreement.significance import wilson
from grader.analytics.charts import Dots
from grader.analytics.figures import prediction
from grader.analytics.report import FEW, TOO_FEW, Report, Value, columns, rows_of, said
from grader.analytics.tables import Reader

COLUMNS = columns(
    "figure|Figure; candidate|Candidate; n|n|count; value|Value|number; low|from|number; high|to|number; p|p|p;"
    "score|Score|number; rating|On the job|number; inputs|What went in; words|In words"
)
SHOWN_SURPRISES = 20


@dataclass(frozen=True, kw_only=True)
class ScoredHire:
    """A candidate's score, and how they are rated on the job; None for who was not taken, or is not rated yet."""

    candidate: str
    score: float
    rating: float | None = None
    hired: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of the outcomes."""

    line: float | None = None
    """A score from which the grader recommends."""
    bar: float | None = None
    """A rating from which somebody does well."""
    score_reliability: float | None = None
    """Of scores among all who were scored, as raters or repetitions show it."""
    rating_reliability: float | None = None
    """Of ratings among those who were taken."""


def read_outcomes(path: Path) -> tuple[ScoredHire, ...]:
    """A table with candidate, score, and where they are rated rating; hired is yes where there is a rating. Of a
    candidate who is rated several times, the mean counts. Raises UsageError."""
    reader = Reader(path, ("candidate", "score", "rating"), ("hired", "rated_at", "rater"))
    return merged(reader.records(_outcome))


def _outcome(reader: Reader, cells: Mapping[str, str]) -> ScoredHire:
    score = reader.number(cells, "score")
    if score is None:
        raise ValueError("column score: empty; leave out who has no score")
    rating, hired = reader.number(cells, "rating"), reader.yes_no(cells, "hired")
    if hired is False and rating is not None:
        raise ValueError("column rating: a rating of somebody who was not hired")
    reader.time(cells, "rated_at")
    return ScoredHire(
        candidate=reader.text(cells, "candidate"), score=score, rating=rating, hired=bool(hired) or rating is not None
    )


def merged(rows: Sequence[ScoredHire]) -> tuple[ScoredHire, ...]:
    """One outcome for each candidate. Raises ValueError where their score differs from row to row."""
    groups: dict[str, list[ScoredHire]] = {}
    for row in rows:
        groups.setdefault(row.candidate, []).append(row)
    found = []
    for name, own in groups.items():
        ratings = [row.rating for row in own if row.rating is not None]
        mean = sum(ratings) / len(ratings) if ratings else None
        score = sum(row.score for row in own) / len(own)
        found.append(ScoredHire(candidate=name, score=score, rating=mean, hired=any(row.hired for row in own)))
    return tuple(found)


def predict(outcomes: Sequence[ScoredHire], question: Question | None = None) -> Report:
    """The raw correlation and its interval first; then what selection may have done to it; then people."""
    question = question or Question()
    rated = [(one.score, one.rating) for one in outcomes if one.rating is not None]
    n, hired = len(rated), sum(one.hired for one in outcomes)
    r = prediction.correlation([score for score, _ in rated], [rating for _, rating in rated])
    rows = [_raw(r, n)]
    if r is not None and n >= 4:
        rows += _corrected(outcomes, r, n, question)
        rows += _expected(outcomes, rated, r, question)
    rows += _people(outcomes, question)
    notes = (
        said(f"""{len(outcomes):,} scored, {hired:,} taken, {n:,} rated on the job; {hired - n:,} taken and not rated
        yet are in no figure but the counts."""),
        said(f"""Showing a correlation of 0.3 takes {prediction.needed_for_correlation(0.3)} rated people, one of 0.5
        {prediction.needed_for_correlation(0.5)}."""),
        said("""Corrections are a band of what might be, each resting on its inputs; they have been overdone in the
        past (Sackett et al. 2022). The raw figure is what was seen."""),
        said("""How those who were turned down would have done cannot be seen. Expected shares assume that score and
        rating are normal; the surprises below are the people to talk about."""),
    )
    dots = tuple(rated)
    chart = Dots(title="Score against rating on the job", across="score", up="rating", dots=dots, line=question.line,
                 bar=question.bar)  # fmt: skip
    return Report(
        name="predict", title="Prediction: what scores said about work", columns=COLUMNS,
        rows=rows_of(COLUMNS, rows), notes=notes, charts=(chart,) if dots else (),
    )  # fmt: skip


def _raw(r: float | None, n: int) -> Mapping[str, Value]:
    row: dict[str, Value] = {"figure": "correlation as seen", "n": n, "value": r}
    if r is None:
        return {**row, "words": f"{TOO_FEW}: three rated people whose scores and ratings vary are the least"}
    low, high = prediction.correlation_interval(r, n) or (None, None)
    row |= {"low": low, "high": high, "p": prediction.correlation_p(r, n)}
    if n < FEW:
        return {**row, "words": TOO_FEW}
    shown = low is not None and low > 0
    against = high is not None and high < 0
    return {**row, "words": "goes with the work" if shown else "goes against the work" if against else "not shown"}


def _corrected(outcomes: Sequence[ScoredHire], r: float, n: int, question: Question) -> Iterator[Mapping[str, Value]]:
    everybody = [one.score for one in outcomes]
    among = [one.score for one in outcomes if one.rating is not None]
    wide = float(np.std(everybody, ddof=1))
    u = float(np.std(among, ddof=1)) / wide if wide else 0.0
    if not 0 < u < 1:
        yield {"figure": "if selected on the score", "n": n, "inputs": f"u {u:.3f}",
               "words": "not applied: the rated are not less spread than all"}  # fmt: skip
        return
    ends = prediction.correlation_interval(r, n) or (None, None)
    low, high = (prediction.direct(end, u) if end is not None else None for end in ends)
    yield {"figure": "if selected on the score", "n": n, "value": prediction.direct(r, u), "low": low, "high": high,
           "inputs": f"u {u:.3f} ({n} rated of {len(everybody)} scored)",
            "words": "correction, not what was seen"}  # fmt: skip
    if question.score_reliability is None:
        return
    given = question.score_reliability, question.rating_reliability or 1.0
    inputs = f"u {u:.3f}, reliability of scores {given[0]:g}, of ratings {given[1]:g}"
    found = prediction.indirect(r, u, *given)
    row: dict[str, Value] = {"figure": "if selected on something like it", "n": n, "inputs": inputs}
    if found is None:
        yield {**row, "words": "not applied: these inputs cannot go together"}
        return
    both = [prediction.indirect(end, u, *given) if end is not None else None for end in ends]
    edges = [one.operational if one else None for one in both]
    yield {**row, "value": found.operational, "low": edges[0],
           "high": edges[1], "words": "correction, not what was seen"}  # fmt: skip


def _expected(
    outcomes: Sequence[ScoredHire], rated: Sequence[tuple[float, float]], r: float, question: Question
) -> Iterator[Mapping[str, Value]]:
    """Of those taken above the line, how many did well, and what the correlation as seen would make of all."""
    if question.line is None or question.bar is None or len(rated) < FEW:
        return
    above = [rating >= question.bar for score, rating in rated if score >= question.line]
    low, high = wilson(sum(above), len(above)) or (None, None)
    inputs = f"line {question.line:g}, bar {question.bar:g}"
    yield {"figure": "did well, of those above the line", "n": len(above), "low": low, "high": high, "inputs": inputs,
           "value": sum(above) / len(above) if above else None,
           "words": "" if len(above) >= FEW else TOO_FEW}  # fmt: skip
    base = sum(rating >= question.bar for _, rating in rated) / len(rated)
    share = sum(one.score >= question.line for one in outcomes) / len(outcomes)
    if 0 < base < 1 and 0 < share < 1:
        found = prediction.quadrants(base, share, r)
        inputs = f"base {base:.2f}, above the line {share:.2f}, r {r:.2f} as seen"
        for name, value in (("hits", found.hit), ("false alarms", found.false_alarm), ("misses", found.miss),
                            ("rightly left", found.rightly_left)):  # fmt: skip
            yield {"figure": f"expected {name}, of all", "n": len(outcomes), "value": value, "inputs": inputs,
                   "words": "under a normal model"}  # fmt: skip


def _people(outcomes: Sequence[ScoredHire], question: Question) -> Iterator[Mapping[str, Value]]:
    if question.line is None or question.bar is None:
        return
    rated = [(one, one.rating) for one in outcomes if one.rating is not None]
    kinds = {
        "surprise: above the line, below the bar": [
            (one, rating) for one, rating in rated if one.score >= question.line and rating < question.bar
        ],
        "surprise: below the line, above the bar": [
            (one, rating) for one, rating in rated if one.score < question.line and rating >= question.bar
        ],
    }
    for figure, found in kinds.items():
        yield {"figure": figure, "n": len(found), "words": f"of {len(rated)} rated"}
        for one, rating in sorted(found, key=lambda pair: -abs(pair[0].score - (question.line or 0)))[:SHOWN_SURPRISES]:
            yield {"figure": figure, "candidate": one.candidate, "score": one.score, "rating": rating,
                   "words": "to be talked about"}  # fmt: skip
