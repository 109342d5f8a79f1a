"""decide(dossier) -> decision. Read the dossier, clean it, count, and simulate for the intervals and the experiment."""

from __future__ import annotations

import random
import statistics
from collections import defaultdict

DRAWS = 800  # simulated months for the forecasts
EVSI_DRAWS = 1500
GRID = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 350, 400)


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


class Model:
    """The cleaned figures of a dossier, after its addendum."""

    def __init__(self, dossier):
        self.dossier = dossier
        self.addendum = dossier.get("addendum") or {}
        self.options = {row["id"]: row for row in dossier["options"]}
        self.segments = {row["id"]: dict(row) for row in dossier["segments"]}
        for row in self.addendum.get("wrong", []):
            self.segments[row["segment"]]["wrong_eur"] = row["eur"]
        self.read_traffic()
        self.read_prices()
        self.read_evaluation()
        self.read_latency()
        self.read_ledger()
        rules = {row["id"]: row for row in dossier["rules"]}
        self.limit = rules["speed"]["limit_ms"]
        regions = self.addendum.get("regions", rules["region"]["regions"])
        private = any(row["private"] for row in self.segments.values())
        self.allowed = [o for o, row in self.options.items() if not private or row["region"] in regions]
        self.late = {o: sum(ms > self.limit for ms in self.ms[o]) / len(self.ms[o]) for o in self.options}

    def read_traffic(self):
        # only tenants ("live"; "probe" is monitoring), each day and segment once (rows were exported twice)
        daily = {}
        for row in self.dossier["traffic"]:
            if row["source"] == "live":
                daily[row["day"], row["segment"]] = row["requests"]
        days = sorted({day for day, _ in daily})
        factor = {s: 1.0 for s in self.segments}
        for row in self.addendum.get("traffic", []):
            factor[row["segment"]] *= row["factor"]
        self.requests = {}
        self.weeks = []  # each a month's worth of requests by segment, if all weeks were like this one
        for s in self.segments:
            self.requests[s] = 30 * factor[s] * sum(daily.get((d, s), 0) for d in days) / len(days)
        for start in range(0, len(days) - 6, 7):
            week = days[start:start + 7]
            self.weeks.append({s: 30 / 7 * factor[s] * sum(daily.get((d, s), 0) for d in week) for s in self.segments})

    def read_prices(self):
        first, last = self.dossier["month"] + "-01", self.dossier["month"] + "-28"
        self.price, self.fixed = {}, {}
        for row in self.dossier["prices"]:
            if (row["from"] or "") <= first and (row["until"] is None or row["until"] >= last):
                self.price[row["option"]] = row["tokens_eur"] / row["per"]
                self.fixed[row["option"]] = row["fixed_eur"]
        for row in self.addendum.get("price", []):
            self.price[row["option"]] *= row["factor"]

    def read_evaluation(self):
        last = {}
        for row in self.dossier["evaluation"]:
            key = row["item"], row["option"]
            if key not in last or row["run"] > last[key]["run"]:
                last[key] = row
        self.right = {(o, s): 0 for o in self.options for s in self.segments}
        self.not_right = dict(self.right)
        tokens = defaultdict(list)
        examples = {o: set(row["examples"]) for o, row in self.options.items()}
        for (item, option), row in last.items():
            if item in examples[option]:
                continue
            key = option, row["segment"]
            tokens[key].append(row["tokens"])
            if row["verdict"] == "right":
                self.right[key] += 1
            elif row["verdict"] in ("wrong", "timeout"):
                self.not_right[key] += 1  # an empty verdict: nobody has judged it
        self.tokens, self.tokens_se, self.share = {}, {}, {}
        for key in self.right:
            values = tokens[key] or [0]
            self.tokens[key] = statistics.fmean(values)
            self.tokens_se[key] = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0
            n = self.right[key] + self.not_right[key]
            self.share[key] = self.right[key] / n if n else 0.5

    def read_latency(self):
        # one collector writes seconds into the column ms
        by = defaultdict(list)
        for row in self.dossier["latency"]:
            by[row["collector"]].append(row["ms"])
        scale = {c: 1000 if statistics.median(values) < 30 else 1 for c, values in by.items()}
        self.ms = {o: [] for o in self.options}
        for row in self.dossier["latency"]:
            self.ms[row["option"]].append(row["ms"] * scale[row["collector"]])

    def read_ledger(self):
        # a reversed entry and its reversal both go
        gone = {row["reverses"] for row in self.dossier["ledger"] if row["reverses"]}
        eur, requests = defaultdict(float), defaultdict(float)
        for row in self.dossier["ledger"]:
            if row["reverses"] or row["id"] in gone:
                continue
            eur[row["rule"]] += row["eur"]
            requests[row["rule"]] += row["requests"]
        self.breach = {r: eur[r] / requests[r] if requests[r] else 0.0 for r in ("speed", "keep", "forget")}

    def cost(self, o, requests=None, share=None, tokens=None, late=None, traffic=1, wrong=None, price=None, breach=None,
             fixed=True):
        requests, share = requests or self.requests, share or self.share
        tokens, late = tokens or self.tokens, self.late[o] if late is None else late
        wrong, price, breach = wrong or {}, price or {}, breach or {}
        what = {r: eur * breach.get(r, 1) for r, eur in self.breach.items()}
        total = self.fixed[o] if fixed else 0.0
        for s, row in self.segments.items():
            each = tokens[o, s] * self.price[o] * price.get(o, 1)
            each += (1 - share[o, s]) * row["wrong_eur"] * wrong.get(s, 1)
            each += late * what["speed"]
            if row["private"]:
                each += what["forget"] if self.options[o]["keeps_data"] else what["keep"]
            total += requests[s] * traffic * each
        return total

    def best(self, **changes):
        return min(self.allowed, key=lambda o: self.cost(o, **changes))


def forecasts(m, rng):
    said = {}
    for o in m.options:
        costs, rights, p95s = [], [], []
        n = len(m.ms[o])
        for _ in range(DRAWS):
            # the mean of the twelve weeks is itself uncertain, but that is small; the month is four weeks of its own
            four = [rng.choice(m.weeks) for _ in range(4)]
            requests = {s: sum(week[s] for week in four) / 4 for s in m.segments}
            share = {(o, s): rng.betavariate(1 + m.right[o, s], 1 + m.not_right[o, s]) for s in m.segments}
            tokens = {(o, s): max(0.0, rng.gauss(m.tokens[o, s], m.tokens_se[o, s])) for s in m.segments}
            again = rng.choices(m.ms[o], k=n)
            late = sum(ms > m.limit for ms in again) / n
            p95s.append(quantile(again, 0.95))
            costs.append(m.cost(o, requests=requests, share=share, tokens=tokens, late=late))
            total = sum(requests.values()) or 1
            rights.append(sum(requests[s] * share[o, s] for s in m.segments) / total)
        said[o] = {name: [round(quantile(values, 0.1), digits), round(quantile(values, 0.9), digits)]
                   for name, values, digits in (("cost", costs, 0), ("p95", p95s, 0), ("right", rights, 4))}
    return said


def break_even(m):
    a, b = m.dossier["ask"]["between"]
    total = sum(m.requests.values())
    slope = (m.cost(a, fixed=False) - m.cost(b, fixed=False)) / total
    if not slope:
        return None
    at = (m.fixed[b] - m.fixed[a]) / slope
    return round(at) if at > 0 else None


def drivers(m):
    best = {}
    for each in m.dossier["ask"]["drivers"]:
        what, factor = each["what"], each["factor"]
        best[each["id"]] = m.best(traffic=factor) if what == "traffic" else m.best(**{what: {each["of"]: factor}})
    return best


def experiment(m, rng):
    """Expected value of sample information; the mean after n more rows is taken as normal."""
    terms = m.dossier["experiment"]
    mean, sd, rows = {}, {}, {}
    for key in m.right:
        a, b = 1 + m.right[key], 1 + m.not_right[key]
        mean[key] = a / (a + b)
        sd[key] = (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5
        rows[key] = a + b
    now = {o: m.cost(o, share=mean) for o in m.allowed}
    first = min(now, key=now.get)
    draws = [{o: rng.gauss(0, 1) for o in m.allowed} for _ in range(EVSI_DRAWS)]
    answer, most = {"segment": next(iter(m.segments)), "rows": 0}, 0.0
    for s, row in m.segments.items():
        eur = m.requests[s] * row["wrong_eur"]
        for n in GRID:
            if n > terms["most"]:
                break
            spread = {o: eur * sd[o, s] * (n / (n + rows[o, s])) ** 0.5 for o in m.allowed}
            saved = 0.0
            for z in draws:
                after = {o: now[o] - spread[o] * z[o] for o in m.allowed}
                saved += after[first] - min(after.values())
            net = saved / EVSI_DRAWS * terms["months"] - n * terms["label_eur"]
            if net > most:
                answer, most = {"segment": s, "rows": n}, net
    return answer


def decide(dossier: dict) -> dict:
    """The decision on a dossier: choice, forecasts, break_even, drivers, experiment."""
    rng = random.Random(1)
    m = Model(dossier)
    return {
        "choice": m.best(),
        "forecasts": forecasts(m, rng),
        "break_even": break_even(m),
        "drivers": drivers(m),
        "experiment": experiment(m, rng),
    }
