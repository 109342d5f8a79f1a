"""Small tasks on lines of JSON, of which some are none."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise

from world.frame import Template

BAD = ("{'level'", "connection reset", "{]", "", "null", "42")
SERVICES = ("mail", "pay", "shop")
_DECODER = json.JSONDecoder()


def record(line):
    """The object on a line, None where there is none."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def written(rows, rng, bad=2):
    """The rows as lines, with a few between them that are none."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    for _ in range(rng.randint(0, bad)):
        lines.insert(rng.randint(0, len(lines)), rng.choice(BAD))
    return lines


class Levels(Template):
    id, title = "jsl-levels", "Counting levels"
    text = """`question["lines"]` are lines of a log, each of which should be a JSON object with a `level`. Answer with `{"levels": {level: how many}, "bad": n}`;
`n` counts lines that hold no such object. No record is lost that can still be read."""
    follow = "Levels are the same in whatever case, and are answered in small letters; `warning` is `warn`."

    def make(self, rng, odd):
        names = ("info", "warn", "error", "WARN", "warning", "Info")
        lines = written([{"level": rng.choice(names), "n": rng.randint(1, 99)} for _ in range(rng.randint(4, 8))], rng)
        for name, change in (("common", lambda line: line + ","), ("rare", lambda line: "\ufeff" + line),
                             ("deep", lambda line: line + json.dumps({"level": rng.choice(names)}))):  # fmt: skip
            if name in odd:
                at = rng.choice([at for at, line in enumerate(lines) if record(line)])
                lines[at] = change(lines[at])
        return {"lines": lines}

    def solve(self, q, k):
        found, bad = Counter(), 0
        for line in q["lines"]:
            line = line.lstrip("\ufeff") if k.rare else line
            line = line.rstrip(",") if k.common else line
            rows = self.glued(line) if k.deep else [record(line)]
            levels = [row["level"] for row in rows if row and isinstance(row.get("level"), str)]
            bad += not levels
            for level in levels:
                level = level.lower() if k.follow else level
                found["warn" if k.follow and level == "warning" else level] += 1
        return {"levels": dict(found), "bad": bad}

    def glued(self, line):
        rows, at = [], 0
        while at < len(line):
            try:
                row, at = _DECODER.raw_decode(line, at)
            except ValueError:
                return []
            rows.append(row if isinstance(row, dict) else None)
        return rows


class Amounts(Template):
    id, title = "jsl-amounts", "Adding amounts"
    text = """`question["lines"]` should be JSON objects with `id`, `eur` and `land`. Answer with `{"total": t, "bad": n}`: the sum of `eur`, rounded to cents,
and how many lines gave no amount. A payment is paid once, however often its record was delivered; a line that repeats one is not bad."""
    follow = "Only payments count whose `land` is `DE` or `AT`; a line with another land is not bad."

    def make(self, rng, odd):
        rows = [{"id": f"p{rng.randint(1000, 9999)}", "eur": rng.randint(100, 9000) / 100, "land": rng.choice(("DE", "AT", "CH"))}
                for _ in range(rng.randint(4, 8))]  # fmt: skip
        if "common" in odd:
            row = rng.choice(rows)
            row["eur"] = f"{row['eur']:.2f}"
        if "rare" in odd:
            row = rng.choice(rows)
            row["eur"] = f"{rng.randint(1, 8)}.{rng.randint(100, 999)},{rng.randint(10, 99)}"
        if "deep" in odd:
            rows.insert(rng.randint(1, len(rows)), dict(rng.choice(rows)))
        return {"lines": written(rows, rng)}

    def solve(self, q, k):
        total, bad, seen = 0.0, 0, set()
        for line in q["lines"]:
            row = record(line) or {}
            eur = self.amount(row.get("eur"), k)
            if eur is None:
                bad += 1
                continue
            if k.deep and row["id"] in seen:
                continue
            seen.add(row["id"])
            total += eur if not k.follow or row["land"] in ("DE", "AT") else 0
        return {"total": round(total, 2), "bad": bad}

    def amount(self, value, k):
        if isinstance(value, int | float):
            return float(value)
        if k.common and isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value):
            return float(value)
        if k.rare and isinstance(value, str) and re.fullmatch(r"[\d.]+,\d\d", value):
            return float(value.replace(".", "").replace(",", "."))
        return None


class Settings(Template):
    id, title = "jsl-settings", "Settings as they are now"
    lasts = "deep"
    text = """`question["lines"]` should be JSON objects with `key` and `value`, in the order in which they were set. Answer with `{"now": {key: value}, "bad": n}`:
what each key is now, and how many lines are no such object. Keys that look the same to a reader are the same key, named as it was first set."""
    follow = "A value counts only once it was set twice in a row for its key (other keys may come between); until then the older one stays, or none."

    def make(self, rng, odd):
        names = ["größe", "façade", "café", "mode", "zone"]
        rows = [{"key": rng.choice(names), "value": rng.randint(1, 3)} for _ in range(rng.randint(7, 12))]
        if "common" in odd:
            rng.choice(rows[3:])["value"] = None
        lines = written(rows, rng)
        if "rare" in odd:
            lines.insert(rng.randint(0, len(lines)), "# " + json.dumps(rng.choice(rows)))
        if "deep" in odd:
            at = rng.randrange(len(lines))
            lines[at] = unicodedata.normalize("NFD", lines[at])
        return {"lines": lines}

    def solve(self, q, k):
        now, before, bad = {}, {}, 0
        for line in q["lines"]:
            if k.rare and line.startswith("#"):
                continue
            row = record(line)
            if row is None:
                bad += 1
                continue
            key, value = row["key"], row["value"]
            if k.deep:
                same = [
                    known
                    for known in before
                    if unicodedata.normalize("NFC", known) == unicodedata.normalize("NFC", key)
                ]
                key = same[0] if same else key
            if not k.follow or before.get(key, "none") == value:
                now[key] = value
                if k.common and value is None:
                    del now[key]
            before[key] = value
        return {"now": now, "bad": bad}


class Sessions(Template):
    id, title = "jsl-sessions", "How long sessions lasted"
    text = """`question["lines"]` should be JSON objects with `s`, a session, and `t`, seconds of the day on the device, in the order in which they happened.
Answer with an object: session → seconds from its first to its last line; lines that cannot be read are left out. Sessions may go on past midnight, where the device's clock begins at 0 again."""
    follow = "Pauses of more than 1800 s between two lines of a session do not count."

    def make(self, rng, odd):
        rows = []
        for name in rng.sample("abcdef", rng.randint(2, 3)):
            at = 86400 - rng.randint(60, 2000) if "deep" in odd and not rows else rng.randint(100, 60000)
            for _ in range(rng.randint(2, 5)):
                rows.append({"s": name, "t": at % 86400})
                at += rng.choice((rng.randint(5, 900), rng.randint(5, 900), rng.randint(1900, 4000)))
        if "common" in odd:
            row = rng.choice(rows)
            row["t"] = row["t"] * 1000
        lines = written(rows, rng)
        if "rare" in odd:
            at = rng.choice([at for at, line in enumerate(lines) if record(line)])
            lines[at] = lines[at][:-1]
        return {"lines": lines}

    def solve(self, q, k):
        times = defaultdict(list)
        for line in q["lines"]:
            cut = k.rare and line.startswith("{") and not line.endswith("}")
            row = record(line + "}") if cut else record(line)
            if row and "s" in row and "t" in row:
                times[row["s"]].append(row["t"] / 1000 if k.common and row["t"] >= 86400 else row["t"])
        return {name: round(self.lasted(each, k), 3) for name, each in times.items()}

    def lasted(self, times, k):
        total = 0.0
        for one, other in pairwise(times):
            step = other - one + (86400 if k.deep and other < one else 0)
            total += 0 if k.follow and step > 1800 else step
        return total


class Outcomes(Template):
    id, title = "jsl-outcomes", "Which share went well"
    text = """`question["lines"]` should be JSON objects with `id`, `service`, `code`, some with `retry_of`, the id of an earlier request. Answer with an
object: service → per cent of its requests with a code below 400, rounded to one digit. Lines that cannot be read are left out.
What was asked for counts once, by how it ended."""
    follow = "Services with fewer than three requests are left out."

    def make(self, rng, odd):
        codes = (200, 200, 201, 404, 500, 503)
        rows = [
            {"id": n, "service": rng.choice(SERVICES), "code": rng.choice(codes)} for n in range(rng.randint(7, 12))
        ]
        if "common" in odd:
            row = rng.choice(rows)
            row["code"] = str(row["code"])
        if "rare" in odd:
            rng.choice(rows)["code"] = 429
        if "deep" in odd:
            old = rng.choice(rows)
            rows.append({"id": 90, "service": old["service"], "code": 200, "retry_of": old["id"]})
        return {"lines": written(rows, rng)}

    def solve(self, q, k):
        ended = {}
        for row in filter(None, map(record, q["lines"])):
            code = row.get("code")
            code = int(code) if k.common and isinstance(code, str) else code
            if not isinstance(code, int) or (k.rare and code == 429):
                continue
            if k.deep and "retry_of" in row:
                ended.pop(row["retry_of"], None)
            ended[row["id"]] = (row["service"], code < 400)
        every, well = Counter(), Counter()
        for service, good in ended.values():
            every[service] += 1
            well[service] += good
        least = 3 if k.follow else 1
        return {name: round(100 * well[name] / count, 1) for name, count in every.items() if count >= least}


class Tasks(Template):
    id, title = "jsl-tasks", "Minutes spent"
    text = """`question` has `default` and `lines`, which should be JSON objects with `who` and `tasks`, a list of objects with `minutes`, `done`, and perhaps `parts`, a
list of such objects again. Answer with an object: who → minutes in all. Lines that cannot be read are left out. Minutes of a task do not hold those of its parts; they were spent all the same."""
    follow = "Only minutes of tasks and parts that are `done` count, each by its own `done`."

    def make(self, rng, odd):
        rows = [{"who": who, "tasks": self.some(rng)} for who in rng.sample(("ana", "bob", "cem", "dee"), 3)]
        if "deep" in odd:
            rng.choice(rows)["tasks"][0]["parts"] = self.some(rng)
        if "rare" in odd:
            rng.choice(rows)["tasks"][0]["minutes"] = None
        if "common" in odd:
            row = rng.choice(rows)
            row["tasks"] = json.dumps(row["tasks"])
        return {"default": rng.choice((5, 10, 15)), "lines": written(rows, rng)}

    def some(self, rng):
        return [{"minutes": rng.randint(1, 90), "done": rng.random() < 0.6} for _ in range(rng.randint(1, 3))]

    def solve(self, q, k):
        sums = Counter()
        for row in filter(None, map(record, q["lines"])):
            tasks = row.get("tasks")
            if k.common and isinstance(tasks, str):
                tasks = json.loads(tasks)
            if isinstance(tasks, list):
                sums[row["who"]] += self.spent(tasks, q["default"], k)
        return dict(sums)

    def spent(self, tasks, default, k):
        total = 0
        for task in tasks:
            minutes = task["minutes"] if task["minutes"] is not None else default if k.rare else 0
            total += minutes if task["done"] or not k.follow else 0
            total += self.spent(task.get("parts", ()), default, k) if k.deep else 0
        return total


ALL = (Levels(), Amounts(), Settings(), Sessions(), Outcomes(), Tasks())
