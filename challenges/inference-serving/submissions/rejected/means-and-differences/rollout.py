"""The canary's verdict: the means."""


def verdict(case):
    """Rolls back where the canary's mean is a tenth above."""
    means = []
    for side in ("baseline", "canary"):
        times = [row["ms"] for row in case[side] if row["ms"] is not None]
        means.append(sum(times) / len(times))
    return "roll_back" if means[1] > 1.1 * means[0] else "promote"
