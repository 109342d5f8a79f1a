"""Small tasks on lists of records."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from world.frame import Template

PEOPLE = ("anna", "boris", "celia", "dmitri", "elif", "farid", "greta")
DAY = date(2026, 3, 2)


class Days(Template):
    id, title = "rec-days", "Takings by day"
    text = """`question` has `sales`, each with `at` (UTC, `2026-03-02T14:05`), `amount` and more, and `shop_offset`, the hours by which the
clock in the shop is ahead of UTC. Answer with an object: day (`2026-03-02`) → sum of the amounts. A day is a day of the shop."""
    follow = "Sums are for weeks now: the key is the Monday of the week."

    def make(self, rng, odd):
        start, rows = datetime.fromisoformat("2026-03-02"), []
        for _ in range(rng.randint(6, 10)):
            hour = rng.randint(0, 23) if "deep" in odd else rng.randint(11, 12)
            at = start + timedelta(days=rng.randint(0, 9), hours=hour, minutes=rng.randint(0, 59))
            rows.append({"at": at.strftime("%Y-%m-%dT%H:%M"), "amount": rng.randint(2, 90), "kind": "sale"})
        for name, change in (("common", {"kind": "void"}), ("rare", {"kind": "refund"})):
            if name in odd:
                rows[rng.randrange(len(rows))].update(change)
        return {"sales": rows, "shop_offset": rng.choice((-8, -5, 3, 9))}

    def solve(self, q, k):
        sums = Counter()
        for row in q["sales"]:
            at = datetime.fromisoformat(row["at"]) + timedelta(hours=q["shop_offset"] if k.deep else 0)
            day = at.date() - timedelta(days=at.weekday() if k.follow else 0)
            sign = 0 if k.common and row["kind"] == "void" else -1 if k.rare and row["kind"] == "refund" else 1
            if sign:
                sums[day.isoformat()] += sign * row["amount"]
        return dict(sums)


class States(Template):
    id, title = "rec-states", "What is open"
    text = """`question["events"]` are notes on tickets: `ticket`, `day`, `state`. Answer with an object: state → how many tickets are in it
after all events. Tickets are typed by hand; two notes that a person would file under the same ticket are about the same one."""
    follow = "Only tickets whose last event is on day 20 or later count."

    def make(self, rng, odd):
        rows = []
        for name in rng.sample([f"{a}{n}" for a in "ABC" for n in range(10, 30)], rng.randint(4, 6)):
            days = sorted(rng.sample(range(1, 31), rng.randint(1, 3)))
            rows += [{"ticket": name, "day": day, "state": rng.choice(("open", "waiting", "closed"))} for day in days]
        rows.sort(key=lambda row: row["day"])
        if "common" in odd:
            rng.shuffle(rows)
        if "rare" in odd:
            row = rng.choice(rows)
            rows.append({**row, "state": rng.choice(("open", "waiting", "closed")), "day": row["day"]})
            rows.sort(key=lambda row: row["day"])
        if "deep" in odd:
            row = rng.choice(rows)
            row["ticket"] = rng.choice(
                (row["ticket"].lower(), row["ticket"] + " ", f"{row['ticket'][0]}-{row['ticket'][1:]}")
            )
        return {"events": rows}

    def solve(self, q, k):
        last = {}
        for row in q["events"]:
            name = row["ticket"].upper().replace(" ", "").replace("-", "") if k.deep else row["ticket"]
            known = last.get(name)
            if known and k.common and known["day"] > row["day"]:
                continue
            if known and k.rare and known["day"] == row["day"]:  # the first note of a day stands
                continue
            last[name] = row
        return dict(Counter(row["state"] for row in last.values() if not k.follow or row["day"] >= 20))


class Spenders(Template):
    id, title = "rec-spenders", "The best customers"
    text = """`question["orders"]` have `mail`, `eur` and `kind`. Answer with the list of the three mail addresses that bought for most, the
highest first, in small letters. A customer is a mailbox: mail that arrives in the same box is the same customer, and is named by the box."""
    follow = "Only customers with at least two orders of kind `order` are listed; the list may be shorter."

    def make(self, rng, odd):
        rows = []
        for name in rng.sample(PEOPLE, 5):
            count = rng.randint(1, 3)
            rows += [
                {"mail": f"{name}@example.org", "eur": rng.randint(1, 12) * 5, "kind": "order"} for _ in range(count)
            ]
        if "common" in odd:
            for row in rng.sample(rows, 2):
                row["kind"] = "return"
        if "rare" in odd:
            one, other = rng.sample(rows, 2)
            other["eur"] = one["eur"]
        if "deep" in odd:
            for row in rng.sample(rows, 3):
                row["mail"] = row["mail"].replace("@", rng.choice(("+shop@", "+news@", "+a@")))
        rng.shuffle(rows)
        return {"orders": rows}

    def solve(self, q, k):
        sums, orders = Counter(), Counter()
        for row in q["orders"]:
            box, _, host = row["mail"].lower().partition("@")
            box = f"{box.partition('+')[0] if k.deep else box}@{host}"
            sign = -1 if k.common and row["kind"] == "return" else 1
            sums[box] += sign * row["eur"]
            orders[box] += row["kind"] == "order"
        turn = sorted(sums, reverse=k.rare)  # of equals the one that is later in the alphabet
        best = sorted(turn, key=lambda box: -sums[box])
        return [box for box in best if not k.follow or orders[box] >= 2][:3]


class Rooms(Template):
    id, title = "rec-rooms", "Rooms in use"
    text = """`question` has `bookings` (`room`, `begin`, `end` in minutes of the day, `state`) and `closes`, the minute at which the house closes;
nobody is in a room after that. Answer with an object: room → minutes in which it was booked. Bookings of a room may overlap; a minute counts once."""
    follow = (
        "Answer with the minutes for which a room was booked at least twice; rooms without such minutes are left out."
    )

    def make(self, rng, odd):
        rows, closes = [], rng.choice((1080, 1140, 1200))
        for _ in range(rng.randint(4, 7)):
            begin = rng.randint(32, 48) * 15
            rows.append(
                {"room": rng.choice("PQ"), "begin": begin, "end": begin + rng.randint(2, 12) * 15, "state": "held"}
            )
        if "common" in odd:
            rng.choice(rows)["state"] = "free"
        if "rare" in odd:
            row = rng.choice(rows)
            row["begin"], row["end"] = row["end"], row["begin"]
        if "deep" in odd:
            row = rng.choice(rows)
            row["begin"], row["end"] = closes - 60, closes + rng.randint(1, 8) * 15
        return {"bookings": rows, "closes": closes}

    def solve(self, q, k):
        used = defaultdict(Counter)
        for row in q["bookings"]:
            begin, end = (row["begin"], row["end"])
            begin, end = sorted((begin, end)) if k.rare else (begin, end)
            if k.common and row["state"] == "free":
                continue
            used[row["room"]].update(range(begin, min(end, q["closes"]) if k.deep else end))
        least = 2 if k.follow else 1
        sums = {room: sum(times >= least for times in minutes.values()) for room, minutes in used.items()}
        return {room: total for room, total in sums.items() if total}


class Stock(Template):
    id, title = "rec-stock", "What runs out"
    text = """`question` has `moves` (`item`, `kind`, `count`, `unit`, `slip`), `packs` (pieces in a pack, by item) and `least`. All items
begin at 0; `in` adds, `out` takes away. Answer with the sorted list of the items of which fewer than `least` pieces are left."""
    follow = (
        "`question` may now have `reserved`, pieces by item that nobody else can have: what is reserved is not left."
    )

    def make(self, rng, odd):
        items, rows = ["bolt", "cap", "nut", "ring"], []
        for item in items:
            kinds = ["in", *rng.choices(("in", "out"), k=rng.randint(1, 3))]
            rows += [{"item": item, "kind": kind, "count": rng.randint(2, 30), "unit": "piece"} for kind in kinds]
        if "common" in odd:
            rng.choice(rows)["kind"] = "counted"
        if "deep" in odd:
            for row in rng.sample(rows, 2):
                row |= {"unit": "pack", "count": rng.randint(1, 3)}
        rows = [{**row, "slip": at + 100} for at, row in enumerate(rows)]
        if "rare" in odd:
            rows.append(dict(rng.choice(rows)))
        return {"moves": rows, "packs": {item: rng.choice((5, 10, 20)) for item in items}, "least": rng.randint(8, 25),
                "reserved": {rng.choice(items): rng.randint(3, 20)}}  # fmt: skip

    def solve(self, q, k):
        left, seen = dict.fromkeys(q["packs"], 0), set()
        for row in q["moves"]:
            if k.rare and row["slip"] in seen:
                continue
            seen.add(row["slip"])
            count = row["count"] * (q["packs"][row["item"]] if k.deep and row["unit"] == "pack" else 1)
            if row["kind"] == "counted":
                left[row["item"]] = count if k.common else left[row["item"]] + count
            else:
                left[row["item"]] += count if row["kind"] == "in" else -count
        held = q["reserved"] if k.follow else {}
        return sorted(item for item, count in left.items() if count - held.get(item, 0) < q["least"])


class Funnel(Template):
    id, title = "rec-funnel", "How many bought"
    text = """`question` has `visits` (`visitor`, `agent`, `minute`, `did`: `look` or `buy`) and `staff`, visitors who work here. Of the customers
who looked, which share bought? Answer with per cent, rounded to one digit; 0 where nobody looked."""
    follow = "A purchase counts only within 30 minutes after the customer's first look."

    def make(self, rng, odd):
        rows, names = [], [f"v{n}" for n in rng.sample(range(100, 999), rng.randint(6, 9))]
        for name in names:
            at = rng.randint(0, 600)
            rows.append({"visitor": name, "agent": rng.choice(("fox", "saf")), "minute": at, "did": "look"})
            if rng.random() < 0.55:
                rows.append({**rows[-1], "minute": at + rng.randint(1, 70), "did": "buy"})
        if "common" in odd:
            rows.append({"visitor": "v9", "agent": "crawl-bot", "minute": 3, "did": "look"})
        if "rare" in odd:
            rows.append({"visitor": "v8", "agent": "fox", "minute": rng.randint(2, 600), "did": "buy"})
        rows.sort(key=lambda row: row["minute"])
        return {"visits": rows, "staff": rng.sample(names, 1) if "deep" in odd else ["v1"]}

    def solve(self, q, k):
        looked, bought = {}, set()
        for row in q["visits"]:
            who = row["visitor"]
            if (k.common and row["agent"].endswith("bot")) or (k.deep and who in q["staff"]):
                continue
            if row["did"] == "look" or k.rare:  # who buys has looked, whether or not it was noted
                looked.setdefault(who, row["minute"])
            if row["did"] == "buy" and who in looked and (not k.follow or row["minute"] - looked[who] <= 30):
                bought.add(who)
        return round(100 * len(bought) / len(looked), 1) if looked else 0


class Prices(Template):
    id, title = "rec-prices", "What the orders cost"
    text = """`question` has `prices` (`id`, `item`, `day`, `eur`, some with `takes_back`, the id of another price) and `orders` (`item`, `day`, `count`).
An order costs its count times the price that held on its day: the newest one by then. A price that was taken back never was one.
Answer with the sum."""
    follow = "Orders of ten pieces or more cost a tenth less."

    def make(self, rng, odd):
        prices, at = [], 0
        for item in ("oak", "pine"):
            for day in sorted(rng.sample(range(1, 27, 2), 3)):
                at += 1
                prices.append({"id": f"p{at}", "item": item, "day": day, "eur": rng.randint(2, 40)})
        if "rare" in odd:
            twin = rng.choice(prices)
            prices.append({**twin, "id": "p90", "eur": twin["eur"] + rng.randint(1, 9)})
        if "deep" in odd:
            old = rng.choice(prices)
            prices.append({"id": "p91", "item": old["item"], "day": min(30, old["day"] + rng.randint(1, 6)),
                           "eur": old["eur"] + 3, "takes_back": old["id"]})  # fmt: skip
        days = [price["day"] + 1 for price in prices]
        orders = [
            {"item": rng.choice(("oak", "pine")), "day": rng.choice(days), "count": rng.randint(1, 16)}
            for _ in range(4)
        ]
        if "common" in odd:
            price = rng.choice(prices)
            orders.append({"item": price["item"], "day": price["day"], "count": rng.randint(1, 9)})
        return {"prices": prices, "orders": orders}

    def solve(self, q, k):
        gone = {price.get("takes_back") for price in q["prices"]} if k.deep else set()
        total = 0.0
        for order in q["orders"]:
            held = [
                price for price in q["prices"] if price["item"] == order["item"] and price["id"] not in gone
                and (price["day"] < order["day"] if k.common else price["day"] <= order["day"])
            ]  # fmt: skip
            if held:
                best = max(price["day"] for price in held)
                same = [price["eur"] for price in held if price["day"] == best]
                total += (
                    order["count"]
                    * (min(same) if k.rare else same[-1])
                    * (0.9 if k.follow and order["count"] >= 10 else 1)
                )
        return round(total, 2)


ALL = (Days(), States(), Spenders(), Rooms(), Stock(), Funnel(), Prices())
