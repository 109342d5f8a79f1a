"""threshold: where to pass, to review and to block, by costs at the share of bad cases that there is."""

import math

BINS = 40


def threshold(asked):
    rows = {row["case"]: row for row in asked["scored"] if row["scorer"] == newest(asked) and row["bad"] is not None}.values()
    good, bad = (densities([row for row in rows if row["bad"] is found]) for found in (False, True))
    share = asked["prevalence"] if asked["prevalence"] is not None else counted(asked["recent"], good, bad)
    return best(good, bad, share, asked["costs"], asked.get("capacity", 1.0))


def newest(asked):
    return max(row["scorer"] for row in asked["scored"])


def logit(score):
    score = min(99.99, max(0.01, score))
    return math.log(score / (100 - score))


def densities(rows):
    """Mean and spread on the scale on which scores are normal, each row counting for those like it that nobody looked at."""
    weight = [1 / row["looked_at"] for row in rows]
    places = [logit(row["score"]) for row in rows]
    mean = sum(w * x for w, x in zip(weight, places)) / sum(weight)
    spread = math.sqrt(sum(w * (x - mean) ** 2 for w, x in zip(weight, places)) / sum(weight))
    return mean, spread


def normal(x, density):
    mean, spread = density
    return math.exp(-(((x - mean) / spread) ** 2) / 2) / spread


def below(x, density):
    return 0.5 * (1 + math.erf((x - density[0]) / density[1] / math.sqrt(2)))


def counted(recent, good, bad):
    """The share of bad cases among scores that nobody looked at, by repeated guessing."""
    share, places = 0.2, [logit(score) for score in recent]
    likely = [(normal(x, good), normal(x, bad)) for x in places]
    for _ in range(60):
        share = sum(share * b / (share * b + (1 - share) * g + 1e-300) for g, b in likely) / len(likely)
    return share


def best(good, bad, share, costs, capacity):
    grid = [min(good[0], bad[0]) - 4 * good[1] + at * (abs(bad[0] - good[0]) + 8 * good[1]) / 80 for at in range(81)]
    lows = [(below(x, good), below(x, bad)) for x in grid]
    found = None
    for n, (g_low, b_low) in enumerate(lows):
        for m in range(n, len(lows)):
            g_high, b_high = lows[m]
            load = (1 - share) * (g_high - g_low) + share * (b_high - b_low)
            read = min(1.0, capacity / load) if load else 1.0
            cost = share * (b_low + (b_high - b_low) * (1 - read)) * costs["miss"] + (1 - share) * (1 - g_high) * costs["alarm"] + load * read * costs["review"]
            if found is None or cost < found[0]:
                found = cost, grid[n], grid[m]
    return {"pass_below": score(found[1]), "block_from": score(found[2])}


def score(place):
    return 100 / (1 + math.exp(-place))
