"""Where a detector's cuts cost least. Scores are logit-normal within good and within bad cases (figures.py scores)."""

from __future__ import annotations

import math


def logit(score):
    score = min(99.95, max(0.05, score))
    return math.log(score / (100 - score))


def density(x, mean, sd):
    return math.exp(-((x - mean) / sd) ** 2 / 2) / sd


def below(x, mean, sd):
    return (1 + math.erf((x - mean) / sd / math.sqrt(2))) / 2


def moments(rows):
    total = sum(w for _, w in rows)
    mean = sum(x * w for x, w in rows) / total
    return mean, math.sqrt(max(1e-4, sum(w * (x - mean) ** 2 for x, w in rows) / total))


def learn(scored):
    """Mean and deviation of bad and of good cases: the latest scorer, each case once; cases that nobody looked at count in part to each side."""
    last = max(s["scorer"] for s in scored)
    cases = list({s["case"]: s for s in scored if s["scorer"] == last}.values())
    known = [(logit(s["score"]), s["bad"]) for s in cases if s["bad"] is not None]
    weights = [1 / s["looked_at"] for s in cases if s["bad"] is not None]
    unknown = [logit(s["score"]) for s in cases if s["bad"] is None]
    bad = moments([(x, w) for (x, b), w in zip(known, weights) if b])
    good = moments([(x, w) for (x, b), w in zip(known, weights) if not b])
    share = sum(w for (_, b), w in zip(known, weights) if b) / sum(weights)
    for _ in range(60):
        part = [share * density(x, *bad) / (share * density(x, *bad) + (1 - share) * density(x, *good) + 1e-300) for x in unknown]
        bad = moments([(x, 1) for x, b in known if b] + list(zip(unknown, part)))
        good = moments([(x, 1) for x, b in known if not b] + [(x, 1 - p) for x, p in zip(unknown, part)])
        share = (sum(b for _, b in known) + sum(part)) / (len(known) + len(unknown))
    return bad, good


def prevalence_of(recent, bad, good):
    """The share of bad cases that makes the recent scores likeliest."""
    share = 0.2
    pairs = [(density(logit(s), *bad), density(logit(s), *good)) for s in recent]
    for _ in range(200):
        share = sum(share * b / (share * b + (1 - share) * g + 1e-300) for b, g in pairs) / len(pairs)
    return min(0.999, max(0.001, share))


def threshold(asked):
    costs = asked["costs"]
    bad, good = learn(asked["scored"])
    share = asked.get("prevalence")
    if share is None:
        share = prevalence_of(asked["recent"], bad, good) if asked.get("recent") else 0.1
    grid = [i / 4 for i in range(401)]
    b = [0.0] + [below(logit(s), *bad) for s in grid[1:-1]] + [1.0]
    g = [0.0] + [below(logit(s), *good) for s in grid[1:-1]] + [1.0]
    capacity = asked.get("capacity")
    capacity = 1 if capacity is None else capacity
    best = (float("inf"), 0, 0)
    for low in range(0, 401, 2):
        passed = costs["miss"] * share * b[low]
        for high in range(low, 401, 2):
            mid_bad = share * (b[high] - b[low])
            middle = mid_bad + (1 - share) * (g[high] - g[low])
            read = min(1.0, capacity / middle) if middle > 0 else 1.0
            total = passed + costs["alarm"] * (1 - share) * (1 - g[high]) + read * costs["review"] * middle + (1 - read) * costs["miss"] * mid_bad
            if total < best[0]:
                best = (total, low, high)
    return {"pass_below": grid[best[1]], "block_from": grid[best[2]]}
