"""`grade analyse impact`: selection rates by group, stage by stage and overall: what can be said and what cannot."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from grader.agreement.significance import wilson
from grader.analytics.charts import Span, Spans
from grader.analytics.events import StageEvent, by_candidate, stage_order
from grader.analytics.figures import impact as figures
from grader.analytics.figures.impact import Rate
from grader.analytics.figures.several import holm
from grader.analytics.figures.shares import fisher, ratio_interval
from grader.analytics.figures.suppression import LEAST, SMALLEST, withheld
from grader.analytics.groups import BETWEEN, NOT_ASKED, SILENT, Groups, dimensions_of, said_group, with_intersections
from grader.analytics.report import Report, Value, columns, rows_of, said
from grader.analytics.tables import Reader, within

COLUMNS = columns(
    "stage|Stage; dimension|Dimension; group|Group; n|Decided|count; selected|Selected|count; rate|Rate|share;"
    "rate_low|from|share; rate_high|to|share; ratio|Impact ratio|number; ratio_low|from|number; ratio_high|to|number;"
    "below_four_fifths|Under 4/5; p|p|p; p_adjusted|p, of all pairs|p; flip_ratio|One other person|number;"
    "shortfall|Shortfall|number; unknown_low|Unknown: from|number; unknown_high|to|number; words|In words"
)
OVERALL = "overall"
MOST_GROUPS = 100
"""Every two of them are compared."""
Pair = tuple[str, str, str, str]
"""Dimension, stage and two groups."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How many of a group were decided about in a stage, and how many of them selected."""

    stage: str
    dimension: str
    group: str
    rate: Rate


def read_counts(path: Path) -> tuple[Cell, ...]:
    """A table of counts: group, n, selected, and where there are several dimension and stage."""
    return Reader(path, ("group", "n", "selected"), ("dimension", "stage")).records(_cell)


def _cell(reader: Reader, cells: Mapping[str, str]) -> Cell:
    n, x = reader.whole(cells, "n"), reader.whole(cells, "selected")
    if x > n:
        raise ValueError(f"column selected: {x:,} of {n:,}")
    return Cell(
        stage=cells.get("stage", "") or OVERALL, dimension=cells.get("dimension", "") or "group",
        group=said_group(cells["group"]), rate=Rate(x=x, n=n),
    )  # fmt: skip


def counted(events: Sequence[StageEvent], groups: Groups, stages: Sequence[str] = ()) -> tuple[Cell, ...]:
    """Counts by stage and overall. Decided about is who went on or was rejected; who is still in a stage, withdrew or
    left it for no known reason is in none of its rates. Overall selected is who got to the last stage and on."""
    order = stage_order(events, stages)
    place = {stage: at for at, stage in enumerate(order)}
    blank = dict.fromkeys(dimensions_of(groups), NOT_ASKED)
    sums: dict[tuple[str, str, str], list[int]] = {}
    for who, way in by_candidate(events).items():
        deepest = max(way, key=lambda one: (place[one.stage], one.entered))
        at = place[deepest.stage]
        verdicts = dict.fromkeys(order[:at], True)
        if deepest.exit in {"advance", "reject"}:
            verdicts[order[at]] = deepest.exit == "advance"
        if deepest.exit == "reject" or (deepest.exit == "advance" and at == len(order) - 1):
            verdicts[OVERALL] = deepest.exit == "advance"
        for dimension, group in with_intersections(groups.get(who, blank)).items():
            for stage, selected in verdicts.items():
                one = sums.setdefault((stage, dimension, group), [0, 0])
                one[0] += selected
                one[1] += 1
    ranks = {stage: at for at, stage in enumerate((*order, OVERALL))}
    keys = sorted(sums, key=lambda key: (ranks[key[0]], BETWEEN in key[1], key[1], key[2] in SILENT, key[2]))
    return tuple(Cell(stage=s, dimension=d, group=g, rate=Rate(x=sums[s, d, g][0], n=sums[s, d, g][1]))
                 for s, d, g in keys)  # fmt: skip


def impact(cells: Sequence[Cell], *, smallest: int = SMALLEST, notes: Sequence[str] = ()) -> Report:
    """Every group against the one with the highest rate. `notes` are put behind its own. Raises ValueError for
    `smallest` under the least."""
    if smallest < LEAST:
        raise ValueError(f"counts under {LEAST} are never shown")
    blocks: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        blocks.setdefault((cell.dimension, cell.stage), []).append(cell)
    within(max(map(len, blocks.values()), default=0), MOST_GROUPS, "groups of one dimension")
    hidden = {key: _hidden(own, _order(cells, key[0]), smallest) for key, own in blocks.items()}
    adjusted = _adjusted(blocks, hidden)
    rows = [row for key, own in blocks.items() for row in _block(own, hidden[key], adjusted, smallest)]
    plain = rows_of(COLUMNS, rows)
    spans = [
        Span(label=" · ".join((str(row["stage"]), str(row["group"]))), value=_number(row["ratio"]),
             low=_number(row["ratio_low"]), high=_number(row["ratio_high"]), words=str(row["words"]))
        for row in plain if row["ratio"] is not None and BETWEEN not in str(row["dimension"])
    ]  # fmt: skip
    chart = Spans(title="Impact ratio, with 95 % score intervals", spans=tuple(spans), start=0, end=1.6, mark=0.8)
    return Report(
        name="impact", title="Impact: selection rates by group", columns=COLUMNS, rows=plain,
        notes=(*_notes(smallest, blocks), *notes), charts=(chart,) if spans else (),
    )  # fmt: skip


def _notes(smallest: int, blocks: Mapping[tuple[str, str], Sequence[Cell]]) -> tuple[str, ...]:
    totals: dict[str, set[tuple[int, int]]] = {}
    for (dimension, stage), own in blocks.items():
        if BETWEEN not in dimension:
            total = sum(one.rate.n for one in own), sum(one.rate.x for one in own)
            totals.setdefault(stage, set()).add(total)
    unlike = sorted(stage for stage, found in totals.items() if len(found) > 1)
    notes = [
        said("""Each group is held against the one with the highest rate of its stage and dimension. The test is
        Fisher's exact one, two-sided, fixed before the data; its p is also given over all pairs of groups of the
        dimension, in all stages (Holm), and the words rest on that. 'Under 4/5' is counted in whole numbers."""),
        said("""'One other person' is the ratio if one more of the group and one less of the highest had been
        selected. 'Unknown' is what the ratio could be if all who did not say were of this group. A gap is a reason to
        look at the stage's contents, and no gap shown is no proof that there is none."""),
        said(f"""Counts from 1 to {smallest - 1} are not shown, nor what would give them away. Who declined, was not
        asked or is unknown is counted apart and compared with nobody."""),
    ]
    if unlike:
        notes.append(f"The dimensions do not add up to the same totals in: {', '.join(unlike)}. Look at their source.")
    return tuple(notes)


def _order(cells: Iterable[Cell], dimension: str) -> list[Hashable]:
    """Groups of a dimension by size in its largest stage, the smallest first: one order for all its stages."""
    most: dict[Hashable, int] = {}
    for cell in cells:
        if cell.dimension == dimension:
            most[cell.group] = max(most.get(cell.group, 0), cell.rate.n)
    return sorted(most, key=lambda group: (most[group], str(group)))


def _hidden(own: Sequence[Cell], order: Sequence[Hashable], smallest: int) -> tuple[frozenset[Hashable], ...]:
    """Groups whose number decided about, and groups whose number selected, are not shown."""
    lines = _lines([cell.group for cell in own])
    n = withheld({cell.group: cell.rate.n for cell in own}, order, lines, smallest)
    x = withheld({cell.group: cell.rate.x for cell in own}, order, lines, smallest)
    return n, x


def _lines(groups: Sequence[str]) -> list[list[Hashable]]:
    """Groups whose total is known elsewhere: all of them, and of an intersection each row and column."""
    parts = [group.split(BETWEEN) for group in groups]
    ends = {(at, part[at]) for part in parts if len(part) > 1 for at in (0, 1)}
    lines: list[list[Hashable]] = [list(groups)]
    for at, name in sorted(ends):
        lines.append([g for g, part in zip(groups, parts, strict=True) if len(part) > 1 and part[at] == name])
    return lines


def _pair(a: Cell, b: Cell) -> Pair:
    return a.dimension, a.stage, min(a.group, b.group), max(a.group, b.group)


def _adjusted(
    blocks: Mapping[tuple[str, str], Sequence[Cell]], hidden: Mapping[tuple[str, str], tuple[frozenset[Hashable], ...]]
) -> dict[Pair, tuple[float, float]]:
    """Pair → p and its adjusted value, over all pairs of the dimension that are shown."""
    found: dict[Pair, tuple[float, float]] = {}
    for wanted in dict.fromkeys(dimension for dimension, _ in blocks):
        pairs: dict[Pair, float] = {}
        for (dimension, stage), own in blocks.items():
            if dimension != wanted:
                continue
            n, x = hidden[dimension, stage]
            able = [cell for cell in own if cell.group not in {*SILENT, *n, *x} and cell.rate.n]
            for a, b in combinations(able, 2):
                p = fisher(a.rate.x, a.rate.n, b.rate.x, b.rate.n)[0]
                pairs[_pair(a, b)] = p
        for key, p in zip(pairs, holm(list(pairs.values())), strict=True):
            found[key] = pairs[key], p
    return found


def _block(
    own: Sequence[Cell], hidden: tuple[frozenset[Hashable], ...],
    adjusted: Mapping[Pair, tuple[float, float]], smallest: int,
) -> list[Mapping[str, Value]]:  # fmt: skip
    n_hidden, x_hidden = hidden
    able = [cell for cell in own if cell.group not in {*SILENT, *n_hidden, *x_hidden} and cell.rate.n]
    at = figures.top([cell.rate for cell in able])
    high = able[at] if at is not None else None
    silent = sum(cell.rate.n for cell in own if cell.group in SILENT)
    overall = sum(cell.rate.x for cell in own) / max(1, sum(cell.rate.n for cell in own))
    rows: list[Mapping[str, Value]] = []
    for cell in own:
        row = _plain(cell, n_hidden, x_hidden)
        if cell in able and high is not None and silent in range(1, smallest):
            silent = 0  # so few are not shown by what they might do, either
        if cell in able and high is not None:
            row |= _compared(cell, high, adjusted, silent, overall)
        elif cell.group in SILENT:
            row["words"] = "compared with nobody"
        elif cell in able:
            row["words"] = "nobody was selected"
        else:
            row["words"] = f"withheld: under {smallest}, or it would give one away"
        rows.append(row)
    return rows


def _plain(cell: Cell, n_hidden: frozenset[Hashable], x_hidden: frozenset[Hashable]) -> dict[str, Value]:
    """What is shown of a group: its rate only where both counts are."""
    row: dict[str, Value] = {"stage": cell.stage, "dimension": cell.dimension, "group": cell.group}
    row["n"] = None if cell.group in n_hidden else cell.rate.n
    row["selected"] = None if cell.group in x_hidden else cell.rate.x
    if row["n"] and row["selected"] is not None:
        low, high = wilson(cell.rate.x, cell.rate.n) or (None, None)
        row |= {"rate": cell.rate.share, "rate_low": low, "rate_high": high}
    return row


def _compared(
    cell: Cell, high: Cell, adjusted: Mapping[Pair, tuple[float, float]], silent: int,
    overall: float,
) -> dict[str, Value]:  # fmt: skip
    if cell is high:
        return {"ratio": 1.0, "words": "the highest rate"}
    low, top = cell.rate, high.rate
    p, all_p = adjusted[_pair(cell, high)]
    ends = ratio_interval(low.x, low.n, top.x, top.n) or (None, None)
    unknown = figures.unknown_bounds(low, top, silent) if silent else None
    return {
        "ratio": figures.ratio(low, top), "ratio_low": ends[0], "ratio_high": ends[1],
        "below_four_fifths": figures.below_four_fifths(low.x, low.n, top.x, top.n), "p": p, "p_adjusted": all_p,
        "flip_ratio": figures.flipped(low, top), "shortfall": figures.shortfall(low.x, low.n, overall),
        "unknown_low": unknown[0] if unknown else None, "unknown_high": unknown[1] if unknown else None,
        "words": figures.verdict(low, top, all_p),
    }  # fmt: skip


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None
