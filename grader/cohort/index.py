"""index.html: the cohort on one page, and the same table sorted by each column for readers without JavaScript."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from grader import files
from grader.challenge import Challenge
from grader.cohort.difficulty import FEWEST, LevelCounts, TestFigures, histogram, quantile
from grader.cohort.lateness import Policy
from grader.cohort.pairs import LOOKS_LIKE, Pair
from grader.cohort.rows import CohortRow
from grader.pages.templating import pages, policy, source
from grader.pages.text import count, duration, near, number, span

if TYPE_CHECKING:
    from jinja2 import Environment

OWN = Path(__file__).parent / "templates"
_MOST_LISTED = 6
_LONG_FLAG = 110


class Line(NamedTuple):
    """A row of the table as text."""

    id: str
    name: str
    href: str
    outcome: str
    tone: str
    score: str
    low: str
    span: str
    points: str
    time: str
    late: bool
    flag: str
    more: int


class Column(NamedTuple):
    """A column, and how its page is sorted: best, latest or most first. A score counts with all that is open at
    nothing: nobody comes before others by what could not be judged."""

    key: str
    title: str
    sort: Callable[[CohortRow], Any]
    numeric: bool = False


_ORDER = {"needs_review": 0, "": 1, "advance": 2, "decline": 3}
COLUMNS = (
    Column("submission", "Submission", lambda row: (row.name, row.id)),
    Column("outcome", "Outcome", lambda row: (_ORDER.get(row.recommendation, 1), row.status, _down(row.low))),
    Column("score", "Score", lambda row: _down(row.low), numeric=True),
    Column("range", "Range", lambda row: _down(None if row.high is None else row.high - (row.low or 0)), numeric=True),
    Column("points", "Hidden tests", lambda row: _down(row.points), numeric=True),
    Column("time", "Time", lambda row: (not row.timing.late, _down(row.timing.elapsed or row.timing.working)), True),
    Column("flags", "Flags", lambda row: (-len(row.flags), _down(row.low))),
)


def _down(value: float | None) -> tuple[bool, float]:
    """Sorts high values first and unknown ones last."""
    return (value is None, -(value or 0.0))


def environment() -> Environment:
    """The report's templates with ours before them: same escaping, same cleaning."""
    return pages(OWN)


def own_source(name: str) -> str:
    return (OWN / name).read_text(encoding="utf-8")


def write_pages(
    out: Path,
    rows: Sequence[CohortRow],
    challenge: Challenge,
    *,
    tests: Sequence[TestFigures],
    levels: Sequence[LevelCounts],
    pairs: Sequence[Pair],
    notes: Sequence[str],
    policy_: Policy,
    reveal: bool,
) -> None:
    """Writes index.html and sorted/<column>.html into `out`. Raises InfrastructureError."""
    from markupsafe import Markup

    env = environment()
    macro = env.get_template("cohort_rows.html.j2")
    drawn = {}
    for row in rows:
        text = macro.render({"line": _line(row, challenge, reveal=reveal), "reveal": reveal, "mask": str})
        drawn[row.id] = text
    style, script = source("page.css") + own_source("cohort.css"), own_source("cohort.js")
    base = {
        "mask": str,
        "challenge": {"id": challenge.id, "version": challenge.version, "title": challenge.title},
        "reveal": reveal,
        "columns": COLUMNS,
        "csp": policy(style, script),
        "style": Markup(style),  # noqa: S704 - our own files
        "script": Markup(script),  # noqa: S704 - our own file
        "total": len(rows),
    }
    views = {
        **summary(rows, challenge),
        "tests": [_test_view(figures, challenge) for figures in tests],
        "levels": [_level_view(found, challenge) for found in levels],
        "pairs": [{"pair": pair, "percent": f"{100 * pair.share:.0f}"} for pair in pairs],
        "notes": notes,
        "policy_words": policy_.words,
        "large": len(rows) > 300,
    }
    page, alone = env.get_template("cohort.html.j2"), env.get_template("cohort_sorted.html.j2")
    first = Markup(_body(rows, drawn, COLUMNS[1]))  # noqa: S704 - rendered above
    shown = page.render({**base, **views, "body": first, "up": "", "sorted_by": COLUMNS[1]})
    files.write(out / "index.html", shown, private=reveal)
    for column in COLUMNS:
        body = _body(rows, drawn, column).replace('href="blind/', 'href="../blind/')
        shown = alone.render({**base, "body": Markup(body), "up": "../", "sorted_by": column})  # noqa: S704
        files.write(out / "sorted" / f"{column.key}.html", shown, private=reveal)


def _body(rows: Sequence[CohortRow], drawn: Mapping[str, str], column: Column) -> str:
    return "".join(drawn[row.id] for row in sorted(rows, key=column.sort))


def summary(rows: Sequence[CohortRow], challenge: Challenge) -> dict[str, Any]:
    """What the first screen says."""
    graded = [row for row in rows if row.score is not None]
    scores = sorted(row.score for row in graded if row.score is not None)
    named = Counter(row.recommendation for row in graded)
    statuses = Counter(row.status for row in rows)
    people = sorted((row for row in rows if row.needs_person), key=COLUMNS[1].sort)
    return {
        "graded": len(graded),
        "advance": named["advance"],
        "decline": named["decline"],
        "review": named["needs_review"],
        "statuses": statuses,
        "middle": _middle(scores),
        "bins": _bins(scores),
        "pass_mark": number(challenge.pass_mark),
        "pass_at": challenge.pass_mark,
        "people": [(row.id, row.name, _href(row), _why(row)) for row in people[:_MOST_LISTED]],
        "people_count": len(people),
        "flags": Counter(_kind(flag) for row in rows for flag in row.flags).most_common(20),
    }


def _middle(scores: Sequence[float]) -> str:
    if not scores:
        return ""
    median = number(statistics.median(scores), 1)
    if len(scores) < 4:
        return f"Median {median}."
    low, high = (number(quantile(scores, share), 1) for share in (0.25, 0.75))
    return f"Median {median}; the middle half lies between {low} and {high}."


def _bins(scores: Sequence[float]) -> list[dict[str, Any]]:
    counts = histogram(scores)
    most = max(counts, default=0) or 1
    wide = 100 // len(counts)
    return [
        {"at": at * wide, "to": (at + 1) * wide, "count": found, "height": round(100 * found / most, 2)}
        for at, found in enumerate(counts)
    ]


def _why(row: CohortRow) -> str:
    if row.status == "infrastructure_error":
        return "The machine failed it; start the batch again."
    if row.status == "not_started":
        return "Not graded yet; start the batch again."
    if row.status == "challenge_error":
        return "The challenge is broken; nothing was taken from anyone."
    if row.flags:
        return _cut(row.flags[0])
    return _cut(row.recommendation_reason)


def _kind(flag: str) -> str:
    """A flag without its figures and names, so that flags of a kind are counted together."""
    if flag.startswith(LOOKS_LIKE):
        return f"{LOOKS_LIKE} another submission"
    head = flag.split(":")[0]
    return _cut(" ".join("…" if any(letter.isdigit() for letter in word) else word for word in head.split()))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG_FLAG else text[: _LONG_FLAG - 1] + "…"


def _href(row: CohortRow) -> str:
    return f"blind/{row.id}/report.html" if row.status != "not_started" else ""


_OUTCOMES = {
    "advance": ("advance", ""),
    "decline": ("decline", "bad"),
    "needs_review": ("needs review", "open"),
    "refused": ("refused", "bad"),
    "challenge_error": ("challenge broken", "open"),
    "infrastructure_error": ("not graded", "open"),
    "not_started": ("not started", "open"),
}


def _line(row: CohortRow, challenge: Challenge, *, reveal: bool) -> Line:
    outcome, tone = _OUTCOMES[row.recommendation or row.status]
    score = "" if row.score is None else near(row.score, challenge.pass_mark)
    if row.after_policy is not None:
        score = f"{score}, {number(row.after_policy)} under the cap"
    taken = row.timing.elapsed if row.timing.elapsed is not None else row.timing.working
    return Line(
        id=row.id,
        name=row.name if reveal else "",
        href=_href(row),
        outcome=outcome,
        tone=tone,
        score=score,
        low="" if row.low is None else f"{row.low:g}",
        span="" if row.low is None or row.high is None else span(row.low, row.high, challenge.pass_mark),
        points=""
        if row.points is None or row.max_points is None
        else f"{number(row.points)} of {number(row.max_points)}",
        time="" if taken is None else duration(taken),
        late=bool(row.timing.late),
        flag=_cut(row.flags[0]) if row.flags else _cut(row.reason) if row.status != "graded" else "",
        more=max(0, len(row.flags) - 1),
    )


def _points(row: CohortRow) -> str:
    if row.points is None or row.max_points is None:
        return ""
    return f"{number(row.points)} of {number(row.max_points)}"


def _test_view(figures: TestFigures, challenge: Challenge) -> dict[str, Any]:
    path, _, name = figures.id.partition("::")
    easy, tells = figures.difficulty, figures.discrimination
    return {
        "path": path,
        "name": name or path,
        "n": figures.n,
        "open": figures.open,
        "easy": None if easy is None else round(100 * easy, 1),
        "tells": None if tells is None else f"{tells:.2f}".replace("-", "−"),
        "start": None if tells is None else 50 + 50 * min(tells, 0.0),
        "wide": None if tells is None else 50 * abs(tells),
        "note": _note(figures),
    }


def _note(figures: TestFigures) -> str:
    if figures.backwards:
        return "those who do well elsewhere do worse here: look at this test"
    if figures.n >= FEWEST and figures.difficulty in {0.0, 1.0}:
        return "everybody earned all of it" if figures.difficulty else "nobody earned anything"
    return ""


def _level_view(found: LevelCounts, challenge: Challenge) -> dict[str, Any]:
    questions = {criterion.id: criterion.question for criterion in challenge.rubric.criteria}
    most = max((*found.counts, found.unscored)) or 1
    bars = [(f"level {at}", amount, 100 * amount / most) for at, amount in enumerate(found.counts, 1)]
    unscored = ("no level that counts", found.unscored, 100 * found.unscored / most)
    return {
        "id": found.id,
        "question": questions.get(found.id, ""),
        "bars": [*bars, unscored],
        "n": count(sum(found.counts) + found.unscored, "submission"),
    }
