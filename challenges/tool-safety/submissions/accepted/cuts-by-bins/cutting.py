"""threshold: the same by bins of scores instead of by curves: no shape is taken for granted."""

import math

BINS = 36
WIDE = 0.35


def threshold(asked):
    latest = max(row["scorer"] for row in asked["scored"])
    rows = list({row["case"]: row for row in asked["scored"] if row["scorer"] == latest and row["bad"] is not None}.values())
    places = sorted(logit(row["score"]) for row in rows)
    least, most = places[0] - 0.3, places[-1] + 0.3
    good, bad = (smoothed([row for row in rows if row["bad"] is found], least, most) for found in (False, True))
    share = asked["prevalence"] if asked["prevalence"] is not None else counted(asked["recent"], good, bad, least, most)
    return best(good, bad, share, asked["costs"], asked.get("capacity", 1.0), least, most)


def logit(score):
    score = min(99.99, max(0.01, score))
    return math.log(score / (100 - score))


def bin_of(place, least, most):
    return min(BINS - 1, max(0, int((place - least) / (most - least) * BINS)))


def smoothed(rows, least, most):
    """Share of each bin: every row is spread a little, and counts for those that nobody looked at."""
    centres = [least + (at + 0.5) * (most - least) / BINS for at in range(BINS)]
    near = WIDE * max(0.5, (most - least) / 9)
    mass = [1e-9] * BINS
    for row in rows:
        place, weight = logit(row["score"]), 1 / row["looked_at"]
        spread = [math.exp(-(((place - centre) / near) ** 2) / 2) for centre in centres]
        whole = sum(spread) or 1.0
        for at, each in enumerate(spread):
            mass[at] += weight * each / whole
    total = sum(mass)
    return [each / total for each in mass]


def counted(recent, good, bad, least, most):
    number = [0] * BINS
    for score in recent:
        number[bin_of(logit(score), least, most)] += 1
    share = 0.2
    for _ in range(100):
        share = sum(n * share * b / (share * b + (1 - share) * g) for n, g, b in zip(number, good, bad)) / len(recent)
    return share


def best(good, bad, share, costs, capacity, least, most):
    edges, found = [(0.0, 0.0)], None
    for g, b in zip(good, bad):
        edges.append((edges[-1][0] + g, edges[-1][1] + b))
    for n, (g_low, b_low) in enumerate(edges):
        for m in range(n, len(edges)):
            g_high, b_high = edges[m]
            load = (1 - share) * (g_high - g_low) + share * (b_high - b_low)
            read = min(1.0, capacity / load) if load else 1.0
            cost = share * (b_low + (b_high - b_low) * (1 - read)) * costs["miss"] + (1 - share) * (1 - g_high) * costs["alarm"] + load * read * costs["review"]
            if found is None or cost < found[0]:
                found = cost, n, m
    low, high = (100 / (1 + math.exp(-(least + at * (most - least) / BINS))) for at in found[1:])
    return {"pass_below": low, "block_from": high}
