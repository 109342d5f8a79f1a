"""Draws a sound repository, with what its app has to answer. `kinds` breaks it."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import random
import sqlite3
import zipfile
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from grader_kit import stream

TEMPLATE = Path(__file__).parent / "template"
APPS = ("larder", "quayside", "tallybook", "stowage", "holdfast", "ledgerly", "berthing", "cartage")
LIBRARIES = ("foldkit", "crateline", "bindery", "strapper", "palletto", "knotwork", "hemline", "sackcloth")
SEALS = ("SEAL_FILE", "STAMP_KEY", "SIGNET", "DEPOT_SEAL", "MARK_PATH", "WAX")
SITES = ("north", "south", "harbour", "mill", "island", "upper", "lower", "east")
TABLES = ("places", "goods", "tariff", "names", "shelf", "marks", "prices", "holdings", "signs", "charges")
HOOKS = ("notify", "bell", "courier", "tannoy", "runner", "herald")
WORDS = (
    "Über",
    "Größe",
    "Straße",
    "Säcke",
    "Bügel",
    "Körbe",
    "Fässer",
    "Hölzer",
    "Räder",
    "Türen",
    "Böcke",
    "Schlösser",
)
ZONES = ("Europe/Vienna", "Africa/Nairobi", "Asia/Dubai", "America/Lima")
VERSIONS = ("1.2", "1.9", "1.10", "2.0", "2.1")


@dataclass(kw_only=True)
class Repo:
    """A repository as it is laid, and what is true of it. `files`: path → (mode, content)."""

    seed: str
    name: str
    files: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    busy: list[int] = field(default_factory=list)
    found: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Defects: kind, and the places that count as where it is."""
    facts: dict[str, Any] = field(default_factory=dict)
    cannot: tuple[str, ...] = ()
    """Places to be named where it cannot be set up; none where it can."""
    live: bool = False
    """Whether a process runs that holds the lock."""

    def put(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        self.files[path] = (mode, content.encode() if isinstance(content, str) else content)

    def text(self, path: str) -> str:
        return self.files[path][1].decode()

    def settings(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.text("conf/settings.env").splitlines() if "=" in line)

    def change(self, **values: str | None) -> None:
        """Other values of settings; None takes one out."""
        made = {name: value for name, value in (self.settings() | values).items() if value is not None}
        self.put("conf/settings.env", "# headquarters\n" + "".join(f"{name}={value}\n" for name, value in made.items()))

    def packed(self) -> dict[str, Any]:
        """For `lay`."""
        files = {}
        for path, (mode, content) in self.files.items():
            try:
                files[path] = [mode, "-" + content.decode()]
            except UnicodeDecodeError:
                files[path] = [mode, "=" + base64.b64encode(content).decode()]
        return {"files": files, "links": self.links, "busy": self.busy}


def sound(seed: str, public: bool = False) -> Repo:
    """A repository with nothing wrong, but for what every set-up has to do: packages."""
    rng = stream(seed, "sound")
    repo = Repo(seed=seed, name=rng.choice(APPS[:2] if public else APPS[1:]))
    middle, single, base = rng.sample(LIBRARIES, 3)
    facts = repo.facts
    facts |= {"middle": middle, "single": single, "base": base, "seal": rng.choice(SEALS)}
    for path in sorted(TEMPLATE.rglob("*")):
        if path.is_file():
            code = path.read_text("utf-8")
            for word, name in (
                ("PREFIX", repo.name.upper()), ("PKG", repo.name), ("MIDDLE", middle), ("SINGLE", single), ("SEALNAME", facts["seal"]),
            ):  # fmt: skip
                code = code.replace(word, name)
            repo.put(
                path.relative_to(TEMPLATE).as_posix().removesuffix(".tmpl").replace("app/", f"{repo.name}/", 1), code
            )
    _site(repo, rng)
    _tables(repo, rng)
    _stock(repo, rng)
    _state(repo, rng)
    _wheels(repo, rng)
    return repo


def _site(repo: Repo, rng: random.Random) -> None:
    facts = repo.facts
    site, other = rng.sample(SITES, 2)
    first = rng.randrange(20_000, 32_000, 20)
    ports = list(range(first, first + 12))
    reserved = sorted(rng.sample(ports[:8], 3))
    free = [port for port in ports if port not in reserved]
    ahead, minutes = rng.choice((-5, -3, 2, 3, 4)), rng.choice((45, 75, 90, 100, 150))
    suffix = rng.choice((".sh", ".py"))
    hook = f"hooks/{rng.choice(HOOKS)}{suffix}"
    said = rng.choice(("told", "rang", "called", "sent"))
    body = (
        f"#!/bin/sh\nread -r line\nprintf '{said} %s\\n' \"$line\"\n"
        if suffix == ".sh"
        else f'#!/usr/bin/env python3\nimport sys\n\nprint("{said}", sys.stdin.readline().strip())\n'
    )
    repo.put(hook, body, 0o755)
    repo.put("hooks/old-printer.sh", "#!/usr/local/bin/ksh\r\necho no\r\n", 0o644)
    keys = {name: rng.getrandbits(96).to_bytes(12, "big").hex() for name in (site, other)}
    for name, key in keys.items():
        repo.put(f"conf/keys/{name}.key", key + "\n", 0o600)
    facts |= {
        "site": site, "key": keys[site], "first": first, "reserved": reserved, "free": free, "ahead": ahead, "minutes": minutes, "hook": hook,
        "said": said, "archive": f"store/{site}-{rng.randrange(100, 999)}", "port": rng.choice(free[2:]),
    }  # fmt: skip
    stem = rng.sample(TABLES, 3)
    facts |= {
        "labels_file": f"seed/{stem[0]}.csv",
        "stock_file": f"seed/{stem[1]}.csv",
        "rates_file": f"seed/{stem[2]}.csv",
    }
    repo.put(
        "conf/site.toml",
        f'# written by the keeper\nsite = "{site}"\narchive = "{facts["archive"]}"\nhours_ahead_of_utc = {ahead}\nlease_minutes = {minutes}\n\n'
        f"[ports]\nfirst = {first}\nlast = {ports[-1]}\nreserved = {reserved}\n",
    )
    repo.put("conf/settings.env", "# headquarters\n")
    repo.change(
        PORT=str(facts["port"]), LOCALE="C.UTF-8", ZONE=f"UTC{-ahead:+d}", LEASE=str(minutes * 60), SEED="upsert", WHEELS="wheelhouse", HOOK=hook,
        LABELS=facts["labels_file"], STOCK=facts["stock_file"], RATES=facts["rates_file"], **{facts["seal"]: f"conf/keys/{site}.key"},
    )  # fmt: skip
    repo.put("Procfile", f"web: {repo.name}.api:serve\nworker: {repo.name}.worker:work\n")


def _tables(repo: Repo, rng: random.Random) -> None:
    codes = [f"{rng.choice('ABCDEFGHKM')}{at}{rng.randrange(10, 99)}" for at in range(8)]
    labels = {code: f"{rng.choice(WORDS)} {rng.randrange(2, 60)} mm" for code in codes}
    bins = {f"b{at}": f"{rng.choice('NSEW')}{rng.randrange(1, 20)} {rng.choice(WORDS)}" for at in range(3)}
    stock = {code: (rng.randrange(2, 90), rng.choice(list(bins))) for code in codes[:-1]}
    rates = {code: rng.randrange(100, 9999) for code in codes}
    repo.facts |= {"codes": codes, "labels": labels, "bins": bins, "stock": stock, "rates": rates}
    repo.put(repo.facts["labels_file"], "code,label\n" + "".join(f"{code},{label}\n" for code, label in labels.items()))
    rows = "".join(f"{code},{units},{where},{bins[where]}\n" for code, (units, where) in stock.items())
    repo.put(repo.facts["stock_file"], "code,units,bin,aisle\n" + rows)
    repo.put(
        repo.facts["rates_file"],
        "code,cents,note\n" + "".join(f"{code},{cents},{rng.choice(WORDS)}\n" for code, cents in rates.items()),
    )
    old = "code,label\n" + "".join(f"{code},{rng.choice(WORDS)}\n" for code in codes[:3])
    repo.put(f"seed/{rng.choice(TABLES)}-{rng.randrange(2012, 2019)}.csv", old.encode("cp1252"))


def _stock(repo: Repo, rng: random.Random) -> None:
    numbers = [1, 2, 9, 10, 11]
    titles = ("items", "bin", "bins", "units", "by-bin")
    names = [f"{number}-{title}.sql" for number, title in zip(numbers, titles, strict=True)]
    was = [f"m{rng.randrange(100, 999)}_{title}.sql" for title in titles]
    bodies = (
        "CREATE TABLE items (code TEXT, qty INTEGER);", "ALTER TABLE items ADD COLUMN bin TEXT;", "CREATE TABLE bins (bin TEXT PRIMARY KEY, aisle TEXT);",
        "ALTER TABLE items RENAME COLUMN qty TO units;", "CREATE INDEX by_bin ON items (bin);",
    )  # fmt: skip
    after = (None, 0, 1, 2, 1)
    for name, old, body, needs in zip(names, was, bodies, after, strict=True):
        head = f"-- was: {old}\n" + (f"-- after: {names[needs]}\n" if needs is not None else "")
        repo.put(f"migrations/{name}", f"{head}{body}\n")
    repo.put("migrations/ORDER", "".join(f"{name}\n" for name in names))
    repo.facts |= {"migrations": names, "was": was, "bodies": bodies}
    repo.facts["by_hand"] = (
        f"H{rng.randrange(100, 999)}",
        rng.randrange(2, 50),
        rng.choice([where for _, where in repo.facts["stock"].values()]),
    )
    repo.put("var/stock.db", database(repo))


def database(repo: Repo, steps: int = 5, recorded: list[str] | None = None, filled: bool = True) -> bytes:
    """A stock.db after the first `steps` migrations, with the row that was entered by hand."""
    facts = repo.facts
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE applied (name TEXT PRIMARY KEY)")
    for body in facts["bodies"][:steps]:
        db.execute(body)
    for name in facts["migrations"][:steps] if recorded is None else recorded:
        db.execute("INSERT INTO applied VALUES (?)", (name,))
    units = "units" if steps > 3 else "qty"
    rows = [(code, *row) for code, row in facts["stock"].items()] if filled else []
    for row in (*rows, facts["by_hand"]):
        db.execute(f"INSERT INTO items (code, {units}, bin) VALUES (?, ?, ?)", row)  # noqa: S608
    if steps > 2 and filled:
        db.executemany("INSERT INTO bins VALUES (?, ?)", list(facts["bins"].items()))
    return db.serialize()


def _state(repo: Repo, rng: random.Random) -> None:
    facts = repo.facts
    digest = hashlib.sha256(repo.files[facts["labels_file"]][1]).hexdigest()
    repo.put("var/gen/labels.json", json.dumps({"of": digest, "labels": facts["labels"]}, ensure_ascii=False))
    hand = rng.sample(facts["codes"], 2)
    facts["prices"] = facts["rates"] | {code: rng.randrange(100, 9999) for code in hand}
    facts["hand"] = hand
    repo.put("var/cache/rates.json", cache(repo))
    kept = rng.randrange(2, 7)
    for at in range(kept):
        repo.put(f"{facts['archive']}/{rng.getrandbits(48):012x}.txt", f"kept {at}")
    repo.links["var/archive"] = f"../{facts['archive']}"
    facts["kept"] = kept
    facts["spooled"] = [f"echo spooled-{rng.getrandbits(40):010x}" for _ in range(3)]
    for at, line in enumerate(facts["spooled"]):
        step, text = line.split(" ", 1)
        repo.put(f"var/spool/{at * 3 + 2:03d}.json", json.dumps({"step": step, "text": text, "by": "night desk"}))
    repo.put("var/spool/000.taken", '{"step": "echo", "text": "ni')
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, step TEXT, text TEXT, state TEXT DEFAULT 'open', result TEXT)"
    )
    facts["old"] = [f"old-{rng.getrandbits(40):010x}" for _ in range(rng.randrange(2, 6))]
    for text in facts["old"]:
        db.execute("INSERT INTO jobs (step, text, state, result) VALUES ('echo', ?, 'done', ?)", (text, text[::-1]))
    repo.put("var/jobs.db", db.serialize())


def cache(repo: Repo) -> str:
    """The cache of prices: those that were set by hand first."""
    prices, hand = repo.facts["prices"], repo.facts["hand"]
    rates = {code: prices[code] for code in (*hand, *(code for code in prices if code not in hand))}
    return json.dumps({"rows": len(rates), "by_hand": hand, "rates": rates})


# ------------------------------------------------------------------------------------------------ packages


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def holds(version: str, span: tuple[str, str]) -> bool:
    """Whether `span` (least, below) has room for a version."""
    return number(span[0]) <= number(version) < number(span[1])


def _wheels(repo: Repo, rng: random.Random) -> None:
    """Versions, what they need, and what is open against them; the pins are the cheapest set."""
    facts = repo.facts
    names = (facts["middle"], facts["single"], facts["base"])
    while True:
        needs = {(facts["middle"], version): _span(rng) for version in VERSIONS}
        needs |= {(facts["single"], version): _span(rng) for version in VERSIONS}
        modern = {(name, VERSIONS[-1]) for name in names if rng.random() < 0.5}
        open_eur = {(name, version): rng.choice((0, 0, 30, 70, 150, 260)) for name in names for version in VERSIONS}
        facts["wheels"] = {
            "names": names, "needs": needs, "modern": modern, "open": open_eur, "review": rng.choice((25, 60, 110)),
            "app": {facts["middle"]: _span(rng), facts["single"]: _span(rng)}, "gone": set(),
        }  # fmt: skip
        sets = solutions(facts["wheels"])
        if len(sets) < 5:
            continue
        by_cost = sorted(sets, key=lambda pins: cost(facts["wheels"], pins, {}))
        pins = dict(zip(names, by_cost[0], strict=True))
        ranked = sorted(cost(facts["wheels"], each, pins) for each in sets)
        if ranked[0] == cost(facts["wheels"], by_cost[0], pins) and ranked[1] - ranked[0] >= 10:
            break
    facts["pins"] = pins
    write_wheels(repo, rng)


def _span(rng: random.Random) -> tuple[str, str]:
    return rng.choice((("1.2", "2.0"), ("1.9", "2.1"), ("1.10", "3"), ("1.2", "3"), ("2.0", "3"), ("1.3", "2.1")))


def solutions(wheels: dict[str, Any]) -> list[tuple[str, ...]]:
    """All sets of versions that go together, for this Python, of wheels that can be read."""
    middle, single, base = wheels["names"]
    found = []
    for pins in product(VERSIONS, repeat=3):
        by = dict(zip(wheels["names"], pins, strict=True))
        usable = not any((name, version) in wheels["modern"] | wheels["gone"] for name, version in by.items())
        app = all(holds(by[name], span) for name, span in wheels["app"].items())
        if usable and app and all(holds(by[base], wheels["needs"][name, by[name]]) for name in (middle, single)):
            found.append(pins)
    return found


def cost(wheels: dict[str, Any], pins: tuple[str, ...], before: dict[str, str]) -> int:
    """EUR of a set, from pins as they were."""
    by = dict(zip(wheels["names"], pins, strict=True))
    urgent = wheels.get("urgent", ())
    changed = sum(before.get(name) != version and name not in urgent for name, version in by.items()) if before else 0
    return changed * wheels["review"] + sum(wheels["open"][name, version] for name, version in by.items())


def write_wheels(repo: Repo, rng: random.Random) -> None:
    facts, wheels = repo.facts, repo.facts["wheels"]
    middle, single, base = wheels["names"]
    salt = facts.setdefault("salt", {name: f"{rng.getrandbits(24):06x}" for name in wheels["names"]})
    sums, advisories = [], []
    for name, version in product(wheels["names"], VERSIONS):
        least, below = wheels["needs"].get((name, version), ("", ""))
        made = wheel(
            name,
            version,
            salt[name],
            base if name != base else "",
            (least, below),
            (name, version) in wheels["modern"],
            {middle: "pack", single: "crate", base: "wrap"}[name],
        )
        path = f"{name}-{version}-py3-none-any.whl"
        repo.put(f"wheelhouse/{path}", made)
        sums.append(f"{hashlib.sha256(made).hexdigest()}  {path}\n")
        eur = wheels["open"][name, version]
        if eur:
            advisories.append(f"{name},{version},{eur},open\n")
        if rng.random() < 0.4:
            advisories.append(f"{name},{version},{rng.choice((90, 400))},withdrawn\n")
    rng.shuffle(advisories)
    repo.put("wheelhouse/SHA256SUMS", "".join(sums))
    repo.put("wheelhouse/ADVISORIES.csv", "package,version,eur,state\n" + "".join(advisories))
    repo.put("requirements.txt", "".join(f"{name}=={version}\n" for name, version in facts["pins"].items()))
    app = ", ".join(f'"{name}>={least},<{below}"' for name, (least, below) in wheels["app"].items())
    repo.put(
        "project.toml",
        f'[project]\nname = "{repo.name}"\nversion = "3.2"\nneeds = [{app}]\n\n[policy]\nreview_eur = {wheels["review"]}\n',
    )


def wheel(name: str, version: str, salt: str, base: str, span: tuple[str, str], modern: bool, function: str) -> bytes:
    """A tiny pure wheel; the same bytes for the same arguments."""
    need = f"Requires-Dist: {base} (>={span[0]},<{span[1]})\n" if base else ""
    python = ">=3.12" if modern else ">=3.9"
    meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n{need}"
    least, below = (tuple(map(int, each.split("."))) for each in span) if base else ((), ())
    code = f'"""{name} {version}"""\n\n__version__ = "{version}"\n'
    if modern:
        code += "import sys\n\nif sys.version_info < (3, 12):\n    raise ImportError('needs a newer Python')\n"
    if base:
        code += (
            f"import {base}\n\nfound = tuple(int(part) for part in {base}.__version__.split('.'))\nif not {least} <= found < {below}:\n"
            f"    raise ImportError('{name} {version} does not work with {base} ' + {base}.__version__)\n"
            f"\n\ndef {function}(text):\n    return {base}.wrap(text) + '/{salt}'\n"
        )
    else:
        code += f"\n\ndef {function}(text):\n    return '{salt}/' + text\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for path, text in ((f"{name}/__init__.py", code), (f"{name}-{version}.dist-info/METADATA", meta)):
            file.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ what is to come out


def wanted(repo: Repo, nonce: str) -> dict[str, tuple[str, str]]:
    """Probe → (what is submitted, what has to come of it)."""
    facts, rng = repo.facts, stream(repo.seed, "wanted", nonce)
    code, item, hour = rng.choice(facts["codes"]), rng.choice(list(facts["stock"])), rng.randrange(24)
    plain = rng.choice([each for each in facts["codes"] if each not in facts["hand"]])
    units, where = facts["stock"][item]
    due = (hour * 60 + facts["minutes"] + facts["ahead"] * 60) % 1440
    salt = facts["salt"]
    word = rng.choice(WORDS)
    return {
        "echo": (f"echo {nonce}", nonce[::-1]),
        "label": (f"label {code} {nonce}", f"{facts['labels'][code]} {nonce}"),
        "stock": (f"stock {item} {nonce}", f"{units} in {where}, aisle {facts['bins'][where]} {nonce}"),
        "price": (f"price {plain} {nonce}", f"{facts['prices'][plain]} {nonce}"),
        "pack": (f"pack {nonce}", f"{salt[facts['base']]}/{nonce}/{salt[facts['middle']]}"),
        "crate": (f"crate {nonce}", f"{salt[facts['base']]}/{nonce}/{salt[facts['single']]}"),
        "due": (f"due {hour} {nonce}", f"{due // 60:02d}:{due % 60:02d} {nonce}"),
        "print": (f"print {word} {nonce}", f"{word} {nonce}"),
        "tell": (f"tell {nonce}", f"{facts['said']} {nonce}"),
        "sign": (f"sign {nonce}", hmac.new(facts["key"].encode(), nonce.encode(), hashlib.sha256).hexdigest()[:24]),
        "archive": (f"archive {nonce}", f"{facts['kept'] + 1} {nonce}"),
        "hand-stock": (
            f"stock {facts['by_hand'][0]} {nonce}",
            f"{facts['by_hand'][1]} in {facts['by_hand'][2]}, aisle {facts['bins'][facts['by_hand'][2]]} {nonce}",
        ),
        "hand-price": (f"price {facts['hand'][0]} {nonce}", f"{facts['prices'][facts['hand'][0]]} {nonce}"),
    }
