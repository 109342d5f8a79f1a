"""What the store has for the review of the quarter; what it has not is said with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select

from grader.analytics.kept import outcomes
from grader.analytics.kept_grades import answers, levels
from grader.analytics.review import GATES, ITEMS, MINUTES, RATERS, SURPRISES, Gate, Material
from grader.errors import UsageError
from grader.store.engine import reading
from grader.store.label_tables import closed_gates
from grader.store.store import Store

Found = TypeVar("Found")


def material(store: Store, *, challenge: str = "", reached: str = "", blind: bool = False) -> Material:
    """All but what people rated, which only the desk gives out. With `blind`, candidates are called by their ids."""
    missing = {RATERS: "no case is open to all yet", GATES: "no gate has closed since its calibration"}

    def tried(section: str, make: Callable[[], Found], needs: str = "") -> Found | None:
        if needs:
            missing[section] = needs
            return None
        try:
            return make()
        except UsageError as problem:
            missing[section] = problem.message
            return None

    return Material(
        outcomes=tried(SURPRISES, lambda: outcomes(store, challenge, blind=blind)),
        levels=tried(MINUTES, lambda: levels(store, reached), "" if reached else "--reached names no stage"),
        answers=tried(ITEMS, lambda: answers(store, challenge), "" if challenge else "--challenge names none"),
        gates=gates(store) or None, missing=missing,
    )  # fmt: skip


def gates(store: Store) -> tuple[Gate, ...]:
    """Gates that agreement has closed since they were opened by a calibration."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(closed_gates).order_by(closed_gates.c.at.desc())).all()
    newest = {row.criterion: row for row in reversed(rows)}
    return tuple(Gate(criterion=name, open=False, since=row.at, why=row.reason) for name, row in newest.items())
