"""Tables of what a judge learns by: its levels beside people's, what a calibration rests on, and gates that closed.

judged_levels      a level that the judge gave in a grading, whether it counted or not: nobody who rates sees one
calibration_items  the cases that a calibration rests on; a row goes with its case
closed_gates       gates that falling agreement has closed, until there is a new calibration
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from grader.store.metadata import metadata


def _text(name: str, length: int = 0) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False)


judged_levels = Table(
    "judged_levels",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String(64), ForeignKey("runs.run", ondelete="CASCADE"), nullable=False),
    _text("criterion", 200),
    Column("level", Integer, nullable=False),
    _text("model"),
    _text("judge", 80),
    Column("counted", Boolean, nullable=False),
    _text("at", 20),
    UniqueConstraint("run", "criterion"),
)

calibration_items = Table(
    "calibration_items",
    metadata,
    Column("calibration", String(80), primary_key=True),
    Column("case", String(32), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("criterion", String(200), primary_key=True),
    Index(None, "case"),
)

closed_gates = Table(
    "closed_gates",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("calibration", 80),
    _text("criterion", 200),
    _text("reason"),
    _text("at", 20),
    UniqueConstraint("calibration", "criterion"),
)

LABEL_TABLES = (judged_levels, calibration_items, closed_gates)
