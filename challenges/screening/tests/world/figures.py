"""Small tasks with a figure as the answer."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import math
from datetime import date, timedelta

from world.frame import Template


def cents(value):
    """Rounded to cents, halves up, as shops do."""
    return math.floor(value * 100 + 0.5 + 1e-9) / 100


class Percentile(Template):
    id, title = "num-percentile", "How long replies take"
    text = """`question` has `times`, in ms (`null` where no reply came), and `share`, such as 0.9. Answer with the time within which that share of
the requests were answered: the smallest time that is high enough; `null` where there is none. Whoever got no reply was not answered."""
    follow = "Only the last 12 requests count."

    def make(self, rng, odd):
        times = [rng.randint(20, 900) for _ in range(rng.randint(13, 20))]
        for name, value in (("common", 0), ("deep", None)):
            if name in odd:
                for at in rng.sample(range(len(times)), rng.randint(1, 3)):
                    times[at] = value
        if "rare" in odd:
            times[rng.randrange(len(times))] = 9999
        return {"times": times, "share": rng.choice((0.5, 0.75, 0.9))}

    def solve(self, q, k):
        times = q["times"][-12:] if k.follow else q["times"]
        times = [t for t in times if not (k.common and t == 0) and not (k.rare and t == 9999)]
        times = [math.inf if t is None else t for t in times if t is not None or k.deep]
        at = math.ceil(q["share"] * len(times) - 1e-9)
        found = sorted(times)[at - 1] if times else math.inf
        return None if math.isinf(found) else found


class Tariff(Template):
    id, title = "num-tariff", "A bill by steps"
    text = """`question` has `kwh`, `steps` (`upto` and `ct` for a kWh; the last has no `upto`), `base` and `credit`, both in EUR. The bill is `base`, and each kWh at the
price of its step, less the credit; in EUR, rounded to cents. Nobody is paid for having used power."""
    follow = "A surcharge of 8 % comes on top of what the kWh cost, not on the base."

    def make(self, rng, odd):
        steps = [{"upto": 100 * rng.randint(1, 4), "ct": rng.randint(20, 30)}, {"upto": 100 * rng.randint(5, 9), "ct": rng.randint(31, 40)},
                 {"ct": rng.randint(41, 60)}]  # fmt: skip
        kwh = rng.randint(20, steps[0]["upto"] - 20)
        kwh = rng.randint(steps[0]["upto"] + 20, 1400) if "common" in odd else kwh
        if "rare" in odd:
            kwh = rng.randint(1, 9)
        return {"kwh": kwh, "steps": steps, "base": rng.randint(3, 12),
                "credit": rng.randint(60, 400) if "deep" in odd else rng.choice((0, 1, 2))}  # fmt: skip

    def solve(self, q, k):
        kwh = 10 if k.rare and q["kwh"] < 10 else q["kwh"]  # ten are billed at least
        cost, begin = 0.0, 0
        for step in q["steps"]:
            upto = step.get("upto", math.inf)
            if k.common:  # all kWh at the price of the highest step that was reached
                cost = kwh * step["ct"] if kwh > begin else cost
            else:
                cost += max(0, min(kwh, upto) - begin) * step["ct"]
            begin = upto
        bill = q["base"] + cost / 100 * (1.08 if k.follow else 1) - q["credit"]
        return cents(max(0.0, bill) if k.deep else bill)


class Plan(Template):
    id, title = "num-plan", "Paying back"
    text = """`question` has `owed` (EUR), `rate` (per cent a year), `pays` (EUR a month), `months`, and `paused`, the numbers of months without a payment. Each month
interest of a twelfth of the rate comes on, rounded to cents, then the payment is made. Answer with what is owed after all the months. Nobody pays more than they owe."""
    follow = "From the 7th month on, the payment is a fifth higher, rounded to cents."

    def make(self, rng, odd):
        rate, pays, months = rng.choice((3, 6, 9, 12)), rng.choice((50, 80, 110)), rng.randint(4, 14)
        owed = pays * (rng.randint(2, months - 1) if "deep" in odd else rng.randint(18, 40)) + rng.randint(1, 40)
        paused = rng.sample(range(1, months + 1), rng.randint(1, 2)) if "common" in odd else []
        return {"owed": owed, "rate": 0 if "rare" in odd else rate, "pays": pays, "months": months, "paused": paused}

    def solve(self, q, k):
        owed = q["owed"] + (25.0 if k.rare and q["rate"] == 0 else 0.0)  # a loan without interest has a fee of 25
        for month in range(1, q["months"] + 1):
            owed += cents(owed * q["rate"] / 1200)
            if month in q["paused"]:
                owed += 5 if k.common else 0  # a month without a payment costs 5
                continue
            due = cents(q["pays"] * 1.2) if k.follow and month > 6 else q["pays"]
            owed -= min(due, owed) if k.deep else due
        return round(owed, 2)


class Tokens(Template):
    id, title = "num-tokens", "What calls cost"
    text = """`question` has `calls` (`prompt`, `cached`, `reply`: tokens; `ok`) and `price` (`prompt`, `cached`, `reply`: dollars for a million tokens). Answer with
the cost of all calls in millionths of a dollar. `cached` are the tokens of the prompt that were read from the cache, and no token is paid twice."""
    follow = "Of each call's reply the first 50 tokens are free."

    def make(self, rng, odd):
        calls = []
        for _ in range(rng.randint(3, 6)):
            cached = rng.randint(1, 9) * 64 if "deep" in odd else 0
            calls.append(
                {"prompt": rng.randint(10, 30) * 100, "cached": cached, "reply": rng.randint(10, 900), "ok": True}
            )
        if "common" in odd:
            rng.choice(calls)["ok"] = False
        if "rare" in odd:
            rng.choice(calls)["reply"] = 0
        return {"calls": calls, "price": {"prompt": rng.randint(2, 9), "cached": 1, "reply": rng.randint(10, 20)}}

    def solve(self, q, k):
        total, price = 0, q["price"]
        for call in q["calls"]:
            fresh = call["prompt"] - (call["cached"] if k.deep else 0)
            reply = max(0, call["reply"] - 50) if k.follow else call["reply"]
            if k.common and not call["ok"]:  # of a failed call the prompt is paid, and no reply
                reply = 0
            if k.rare and call["reply"] == 0:
                continue
            total += fresh * price["prompt"] + call["cached"] * price["cached"] + reply * price["reply"]
        return total


class Workdays(Template):
    id, title = "num-workdays", "Days until it is there"
    text = """`question` has `sent` and `days`: something is sent on that day and takes so many working days, Monday to Friday. `closed` lists further days on which nobody works.
Answer with the day on which it arrives. A day on which nobody works brings nothing nearer, whoever it was that did not work."""
    follow = "What is sent on a Friday is on its way from Tuesday on only."

    def make(self, rng, odd):
        sent = date(2026, 3, 2) + timedelta(days=rng.randint(0, 60))
        while sent.weekday() > 4:
            sent += timedelta(days=1)
        sent += timedelta(days=5 - sent.weekday()) if "common" in odd else timedelta()
        days = rng.randint(11, 14) if "rare" in odd else rng.randint(2, 9)
        closed = (
            [(sent + timedelta(days=n)).isoformat() for n in rng.sample(range(1, 12), 2)]
            if "deep" in odd
            else ["2026-01-01"]
        )
        return {"sent": sent.isoformat(), "days": days, "closed": closed}

    def solve(self, q, k):
        day, left = date.fromisoformat(q["sent"]), q["days"]
        left += 1 if k.common and day.weekday() > 4 else 0  # what is sent at a weekend takes a day longer
        left -= 1 if k.rare and q["days"] > 10 else 0  # long ways are counted with the day of sending
        skip = 3 if k.follow and day.weekday() == 4 else 0
        day += timedelta(days=skip)
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5 and not (k.deep and day.isoformat() in q["closed"])
        return day.isoformat()


class Means(Template):
    id, title = "num-means", "The mean speed"
    text = """`question["legs"]` are parts of a journey: `km`, and `minutes` or `kmh`. Answer with the mean speed of the whole journey in km/h,
rounded to one digit; 0 where there is no journey. It is the whole way by the whole time."""
    follow = "Two minutes come on top for each change from one leg to the next."

    def make(self, rng, odd):
        legs = [{"km": rng.randint(2, 60), "minutes": rng.randint(5, 70)} for _ in range(rng.randint(2, 5))]
        if "common" in odd:
            rng.choice(legs)["delay"] = rng.randint(5, 40)
        if "rare" in odd:
            rng.choice(legs)["km"] = -rng.randint(2, 9)
        if "deep" in odd:
            for leg in rng.sample(legs, 2):
                leg.pop("minutes")
                leg["kmh"] = rng.choice((20, 30, 50, 90, 120))
        return {"legs": legs}

    def solve(self, q, k):
        km = minutes = 0.0
        speeds = []
        for leg in q["legs"]:
            far = abs(leg["km"]) if k.rare else leg["km"]
            km += far
            minutes += leg["minutes"] if "minutes" in leg else 60 * far / leg["kmh"]
            minutes += leg.get("delay", 0) if k.common else 0
            speeds.append(leg.get("kmh", 60 * far / leg["minutes"] if "minutes" in leg else 0))
        minutes += 2 * (len(speeds) - 1) if k.follow else 0
        if not k.deep and any("kmh" in leg for leg in q["legs"]):
            return round(sum(speeds) / len(speeds), 1)
        return round(60 * km / minutes, 1) if minutes > 0 else 0


class Votes(Template):
    id, title = "num-votes", "What a panel says"
    text = """`question["votes"]` are `who`, `says` (1 to 5) and `weight`. Answer with the weighted mean of what was said, not rounded; `null` where
nobody said anything. Each member of the panel is heard once, with what they said last."""
    follow = (
        "The highest and the lowest vote are left out, one each (the first of them), where there are more than three."
    )

    def make(self, rng, odd):
        names = [f"m{n}" for n in rng.sample(range(1, 30), rng.randint(4, 6))]
        votes = [{"who": who, "says": rng.randint(1, 5), "weight": rng.randint(1, 4)} for who in names]
        if "common" in odd:
            rng.choice(votes)["says"] = 0
        if "rare" in odd:
            rng.choice(votes)["weight"] = -1
        if "deep" in odd:
            votes.append({**rng.choice(votes), "says": rng.randint(1, 5)})
        return {"votes": votes}

    def solve(self, q, k):
        votes = list({vote["who"]: vote for vote in q["votes"]}.values()) if k.deep else list(q["votes"])
        votes = [vote for vote in votes if not (k.common and vote["says"] == 0)]
        if k.follow and len(votes) > 3:
            votes.remove(max(votes, key=lambda vote: vote["says"]))
            votes.remove(min(votes, key=lambda vote: vote["says"]))
        weights = [1 if k.rare and vote["weight"] < 0 else vote["weight"] for vote in votes]
        total = sum(weights)
        return sum(w * v["says"] for w, v in zip(weights, votes, strict=True)) / total if total > 0 else None


ALL = (Percentile(), Tariff(), Plan(), Tokens(), Workdays(), Means(), Votes())
