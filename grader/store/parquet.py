"""Runs and their grades as Apache Parquet, for tools that read tables by column. Needs the extra `[parquet]`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from grader.errors import UsageError
from grader.store.export import Row, columns_of

if TYPE_CHECKING:
    import pyarrow

_ROWS = 10_000
"""Rows of a row group: what is in memory at once, beside the compressed rest."""
_NUMBERS = ("score", "low", "high", "max", "points", "max_points", "seconds", "people_score")
_TIMES = ("started_at", "at")


def write_parquet(rows: Iterable[Row], *, reveal: bool) -> tuple[bytes, int]:
    """The file and how many rows it has. What is not known is null, never zero. Raises UsageError without the extra."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise UsageError(
            "Parquet needs a package that is not installed.", fix="pip install 'grader[parquet]'"
        ) from problem
    columns = columns_of(reveal=reveal)
    schema = pyarrow.schema([(name, _type(name)) for name in columns])
    memory, count, left = io.BytesIO(), 0, iter(rows)
    with pyarrow.parquet.ParquetWriter(memory, schema, compression="zstd") as writer:
        for group in _groups(left):
            table = {name: [_cell(name, row.get(name)) for row in group] for name in columns}
            writer.write_table(pyarrow.table(table, schema=schema))
            count += len(group)
    return memory.getvalue(), count


def _groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while group := list(islice(rows, _ROWS)):
        yield group


def _type(name: str) -> pyarrow.DataType:
    import pyarrow

    if name in _NUMBERS:
        return pyarrow.float64()
    if name in _TIMES:
        return pyarrow.timestamp("s", tz="UTC")
    if name in {"final", "people_final", "differs"}:
        return pyarrow.bool_()
    return pyarrow.int64() if name == "seed" else pyarrow.string()


def _cell(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in _TIMES else value
