"""Forecasts with a margin that experience suggests: 15 % for money, 10 % for the rest."""

from sums import running, share_right


def forecast(facts, option):
    total = sum(facts["requests"].values())
    cost = option["fixed"] + running(facts, option)
    right = sum(share_right(option, s) * many for s, many in facts["requests"].items()) / total
    p95 = sorted(option["ms"])[int(0.95 * len(option["ms"]))]
    return {
        "cost": [0.85 * cost, 1.15 * cost],
        "p95": [0.9 * p95, 1.1 * p95],
        "right": [0.95 * right, min(1.0, 1.05 * right)],
    }
