"""The canary's verdict: a test of two shares."""

import math


def verdict(case):
    shares = []
    for side in ("baseline", "canary"):
        rows = [row for row in case[side] if row["minute"] >= 10 and row["missing"] != "lost"]
        rows = list({row["id"]: row for row in sorted(rows, key=lambda row: row["try"])}.values())
        hurt = sum(not row["ok"] or row["missing"] == "window" or row["ms"] > case["limit_ms"] for row in rows)
        shares.append((hurt / len(rows), len(rows)))
    (before, m), (after, n) = shares
    z = (after - before - case["tolerated"]) / math.sqrt(before * (1 - before) / m + after * (1 - after) / n + 1e-9)
    return "roll_back" if z > 1 else "promote" if z < -0.8 else "wait"
