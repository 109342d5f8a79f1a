"""What is broken: each kind in several forms. A form returns the places that count as where the defect is."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable

from grader_kit import stream

from world.draw import VERSIONS, ZONES, Repo, cost, database, number, solutions, sound, write_wheels

Form = Callable[[Repo, random.Random], tuple[str, ...]]
PARTS: dict[str, list[tuple[str, Form]]] = {}
"""Part of the app → what breaks it: kind and form. No repository has two defects in one part."""
HARD: dict[str, Form] = {}
"""What cannot be mended."""
SETTINGS = "conf/settings.env"


def form(kind: str, part: str) -> Callable[[Form], Form]:
    def keep(one: Form) -> Form:
        PARTS.setdefault(part, []).append((kind, one))
        return one

    return keep


def hard(one: Form) -> Form:
    HARD[one.__name__] = one
    return one


# ------------------------------------------------------------------------------------------------ packages


def _pins(repo: Repo, pins: dict[str, str]) -> None:
    repo.put("requirements.txt", "".join(f"{name}=={version}\n" for name, version in pins.items()))
    repo.facts["before"] = pins


@form("pin-conflict", "packages")
def conflict(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    wheels, allowed = repo.facts["wheels"], set(solutions(repo.facts["wheels"]))
    for _ in range(40):
        pins = {name: rng.choice(("1.2", "1.9", "1.10", "2.0")) for name in wheels["names"]}
        if tuple(pins.values()) not in allowed and telling(wheels, pins):
            _pins(repo, pins)
            return ("requirements.txt",)
    raise LookupError("no conflict tells anything")


@form("pin-conflict", "packages")
def wants_newer(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    """All spans hold, and one pin is of a wheel for a newer Python."""
    wheels, pins, newest = repo.facts["wheels"], dict(repo.facts["pins"]), VERSIONS[-1]
    names = [name for name in wheels["names"] if (name, newest) in wheels["modern"]]
    if not names:
        raise LookupError("no wheel is for a newer Python")
    pins[rng.choice(names)] = newest
    if tuple(pins.values()) not in solutions(wheels | {"modern": set()}) or not telling(wheels, pins):
        raise LookupError("no such pin is wrong by that alone")
    _pins(repo, pins)
    return ("requirements.txt",)


@form("broken-wheel", "packages")
def broken(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    wheels, pins = repo.facts["wheels"], repo.facts["pins"]
    name = rng.choice(wheels["names"])
    path = f"wheelhouse/{name}-{pins[name]}-py3-none-any.whl"
    wheels["gone"].add((name, pins[name]))
    if len(solutions(wheels)) < 2 or not telling(wheels, pins):
        raise LookupError("no other set tells anything")
    content = repo.files[path][1]
    at = len(content) // 2
    repo.put(path, content[: rng.randrange(40, at)] if rng.random() < 0.5 else content[:at] + b"\0" + content[at + 1 :])
    repo.facts["before"] = pins
    return (path,)


@form("missing-requirement", "packages")
def missing(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    pins = dict(repo.facts["pins"])
    del pins[rng.choice(list(pins))]
    if not clear(repo.facts["wheels"], pins):
        raise LookupError("two sets cost the same")
    _pins(repo, pins)
    return ("requirements.txt",)


@form("line-ends", "packages")
def returns_in_pins(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.put("requirements.txt", repo.text("requirements.txt").replace("\n", "\r\n"))
    return ("requirements.txt",)


def telling(wheels: dict, pins: dict[str, str]) -> bool:
    """Whether the cheapest set is ahead by enough, and is not the newest."""
    sets = sorted(solutions(wheels), key=lambda each: cost(wheels, each, pins))
    newest = max(sets, key=lambda each: [number(version) for version in each])
    return sets[0] != newest and clear(wheels, pins)


def clear(wheels: dict, pins: dict[str, str]) -> bool:
    """Whether one set is the cheapest."""
    costs = sorted(cost(wheels, each, pins) for each in solutions(wheels))
    return len(costs) > 1 and costs[1] - costs[0] >= 10


# ------------------------------------------------------------------------------------------------ tables


@form("migration-order", "stock")
def swapped(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    names = list(repo.facts["migrations"])
    names = sorted(names) if rng.random() < 0.5 else [names[1], names[0], *names[2:]]
    repo.put("migrations/ORDER", "".join(f"{name}\n" for name in names))
    repo.files.pop("var/stock.db")
    return ("migrations/ORDER",)


@form("migration-order", "stock")
def unlisted(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    names = list(repo.facts["migrations"])
    names.remove(rng.choice(names[1:4]))
    repo.put("migrations/ORDER", "".join(f"{name}\n" for name in names))
    repo.files.pop("var/stock.db")
    return ("migrations/ORDER",)


@form("half-applied-migration", "stock")
def made_and_not_recorded(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    steps = rng.choice((3, 4))
    repo.put("var/stock.db", database(repo, steps, repo.facts["migrations"][: steps - 1], filled=False))
    return ("var/stock.db",)


@form("half-applied-migration", "stock")
def recorded_and_not_made(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    steps = rng.choice((2, 3))
    repo.put("var/stock.db", database(repo, steps, repo.facts["migrations"][: steps + 1], filled=False))
    return ("var/stock.db",)


@form("old-schema", "stock")
def under_old_names(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    steps = rng.choice((2, 3, 4))
    repo.put("var/stock.db", database(repo, steps, repo.facts["was"][:steps]))
    return ("var/stock.db",)


@form("seed-not-idempotent", "stock")
def appended(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(SEED="append")
    return (SETTINGS,)


@form("line-ends", "stock")
def returns_in_order(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.put("migrations/ORDER", repo.text("migrations/ORDER").replace("\n", "\r\n"))
    if rng.random() < 0.5:
        repo.files.pop("var/stock.db")
    return ("migrations/ORDER",)


@form("encoding", "stock")
def marked(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["stock_file"]
    repo.put(path, repo.text(path).encode("utf-8-sig"))
    return (path,)


@form("name-case", "stock")
def other_case(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _cased(repo, repo.facts["stock_file"])


def _cased(repo: Repo, path: str) -> tuple[str, ...]:
    other = f"seed/{path[5:].capitalize()}"
    repo.files[other] = repo.files.pop(path)
    return (other, path, SETTINGS)


# ------------------------------------------------------------------------------------------------ labels, prices


@form("missing-generated", "labels")
def never_made(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.files.pop("var/gen/labels.json")
    return ("var/gen/labels.json",)


@form("stale-generated", "labels")
def from_older(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    made = json.loads(repo.text("var/gen/labels.json"))
    labels = {code: label.replace("mm", "cm") for code, label in made["labels"].items()}
    repo.put(
        "var/gen/labels.json", json.dumps({"of": f"{rng.getrandbits(256):064x}", "labels": labels}, ensure_ascii=False)
    )
    return ("var/gen/labels.json",)


@form("encoding", "labels")
def western(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["labels_file"]
    content = repo.text(path).encode("cp1252")
    repo.put(path, content)
    labels = {code: label.encode("cp1252").decode("utf-8", "replace") for code, label in repo.facts["labels"].items()}
    repo.put(
        "var/gen/labels.json",
        json.dumps({"of": hashlib.sha256(content).hexdigest(), "labels": labels}, ensure_ascii=False),
    )
    return (path,)


@form("half-written-cache", "prices")
def cut(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    text = repo.text("var/cache/rates.json")
    repo.put("var/cache/rates.json", text[: -rng.randrange(15, 40)])
    return ("var/cache/rates.json",)


@form("half-written-cache", "prices")
def fewer(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    made = json.loads(repo.text("var/cache/rates.json"))
    made["rates"] = {code: made["rates"][code] for code in made["by_hand"]}
    repo.put("var/cache/rates.json", json.dumps(made))
    return ("var/cache/rates.json",)


@form("encoding", "prices")
def western_rates(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["rates_file"]
    repo.put(path, repo.text(path).encode("cp1252"))
    _no_cache(repo)
    return (path,)


@form("name-case", "prices")
def rates_case(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    _no_cache(repo)
    return _cased(repo, repo.facts["rates_file"])


def _no_cache(repo: Repo) -> None:
    repo.files.pop("var/cache/rates.json")
    repo.facts["prices"] = repo.facts["rates"]


# ------------------------------------------------------------------------------------------------ settings


@form("undocumented-variable", "seal")
def unset(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(**{repo.facts["seal"]: None})
    return (SETTINGS,)


@form("permission", "seal")
def open_to_all(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = f"conf/keys/{repo.facts['site']}.key"
    repo.put(path, repo.files[path][1], rng.choice((0o644, 0o640)))
    return (path,)


@form("locale", "printer")
def not_there(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(LOCALE=rng.choice(("de_AT.UTF-8", "fr_FR.UTF-8", "en_GB.utf8")))
    return (SETTINGS,)


@form("locale", "printer")
def letters_lost(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(LOCALE=rng.choice(("C", "POSIX")))
    return (SETTINGS,)


@form("zone", "clock")
def turned(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(ZONE=f"UTC{repo.facts['ahead']:+d}")
    return (SETTINGS,)


@form("zone", "clock")
def no_such_zone(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(ZONE=rng.choice(ZONES))
    return (SETTINGS,)


@form("wrong-default", "clock")
def minutes(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(LEASE=str(repo.facts["minutes"]))
    return (SETTINGS,)


@form("wrong-default", "clock")
def of_another(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(LEASE=str((repo.facts["minutes"] + rng.choice((-15, 15, 30))) * 60))
    return (SETTINGS,)


@form("port", "port")
def taken(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    free = repo.facts["free"]
    repo.busy = sorted({repo.facts["port"], *rng.sample(free[:3], 2)})
    return _moved(repo)


@form("port", "port")
def reserved(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.busy = [repo.facts["free"][0]]
    repo.change(PORT=str(rng.choice(repo.facts["reserved"])))
    return _moved(repo)


@form("port", "port")
def outside(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.change(PORT=str(rng.choice((80, 443, repo.facts["first"] - 7, repo.facts["first"] + 13))))
    return _moved(repo)


def _moved(repo: Repo) -> tuple[str, ...]:
    repo.facts["port"] = next(port for port in repo.facts["free"] if port not in repo.busy)
    return (SETTINGS,)


# ------------------------------------------------------------------------------------------------ processes, files


@form("wrong-entry", "web")
def old_page(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _entry(repo, f"web: {repo.name}.web:{rng.choice(('main', 'serve'))}\n")


@form("wrong-entry", "web")
def no_such_entry(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _entry(repo, f"web: {repo.name}.{rng.choice(('server:serve', 'api:main'))}\n")


@form("wrong-entry", "web")
def no_entry(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _entry(repo, "")


def _entry(repo: Repo, line: str) -> tuple[str, ...]:
    repo.put("Procfile", f"{line}worker: {repo.name}.worker:work\n")
    return ("Procfile",)


@form("permission", "hook")
def not_executable(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["hook"]
    repo.put(path, repo.files[path][1], 0o644)
    return (path,)


@form("line-ends", "hook")
def returns_in_hook(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["hook"]
    repo.put(path, repo.text(path).replace("\n", "\r\n"), 0o755)
    return (path,)


@form("shebang", "hook")
def interpreter(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["hook"]
    names = (
        ("/usr/local/bin/ksh", "/usr/bin/env zsh")
        if path.endswith(".sh")
        else ("/usr/bin/env python2", "/opt/python/bin/python3", "/usr/local/bin/python")
    )
    _, rest = repo.text(path).split("\n", 1)
    repo.put(path, f"#!{rng.choice(names)}\n{rest}", 0o755)
    return (path,)


@form("stale-lock", "sweep")
def dead(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.put(
        "var/run/sweep.lock",
        json.dumps({"pid": rng.randrange(900_000, 4_000_000), "started": rng.randrange(10_000, 900_000)}),
    )
    return ("var/run/sweep.lock",)


@form("stale-lock", "sweep")
def number_given_again(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.put("var/run/sweep.lock", json.dumps({"pid": 1, "started": rng.randrange(10, 90)}))
    return ("var/run/sweep.lock",)


@form("broken-link", "archive")
def link(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.links["var/archive"] = rng.choice(("../store/old", "/srv/depot/archive"))
    return ("var/archive",)


@form("broken-link", "archive")
def ring(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.links["var/archive"] = "archive"
    return ("var/archive",)


@form("broken-link", "archive")
def elsewhere(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    other = f"store/{repo.facts['site']}-{rng.randrange(10, 99)}"
    repo.put(f"{other}/{rng.getrandbits(48):012x}.txt", "kept elsewhere")
    repo.links["var/archive"] = f"../{other}"
    return ("var/archive",)


@form("poison-record", "spool")
def torn(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _poison(repo, rng, rng.choice(('{"step": "echo", "te', "")))


@form("poison-record", "spool")
def no_text(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    return _poison(repo, rng, rng.choice(('{"step": "echo"}', '["echo", "night"]')))


def _poison(repo: Repo, rng: random.Random, text: str) -> tuple[str, ...]:
    path = f"var/spool/{rng.choice((1, 3, 4, 6)):03d}.json"
    repo.put(path, text)
    repo.facts["bad"] = (path, text)
    return (path,)


# ------------------------------------------------------------------------------------------------ what cannot be mended


@hard
def sweeping(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.live = True
    return ("var/run/sweep.lock",)


@hard
def of_tomorrow(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.put(
        "var/stock.db", database(repo, 5, [*repo.facts["migrations"], f"12-{rng.choice(('pallets', 'weights'))}.sql"])
    )
    return ("var/stock.db",)


@hard
def no_set(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    wheels = repo.facts["wheels"]
    for version in ("1.2", "1.9", "1.10", "2.0", "2.1"):
        wheels["needs"][repo.facts["single"], version] = ("2.2", "3")
    write_wheels(repo, rng)
    return ("requirements.txt", "project.toml", "wheelhouse")


@hard
def no_port(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    repo.busy = list(repo.facts["free"])
    return ("conf/site.toml", SETTINGS)


@hard
def no_source(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = repo.facts["stock_file"]
    del repo.files[path], repo.files["var/stock.db"]
    return (path, SETTINGS)


@hard
def no_key(repo: Repo, rng: random.Random) -> tuple[str, ...]:
    path = f"conf/keys/{repo.facts['site']}.key"
    del repo.files[path]
    return (path, "conf/site.toml", SETTINGS)


# ------------------------------------------------------------------------------------------------ repositories


PART = {one: part for part, forms in PARTS.items() for _, one in forms}
DEALT: dict[str, tuple[Form | None, ...]] = {
    "stock": (unlisted, made_and_not_recorded, recorded_and_not_made, under_old_names, returns_in_order, marked, appended),
    "packages": (conflict, wants_newer, broken, missing, returns_in_pins, None, None),
    "prices": (fewer, western_rates, rates_case, None, None, cut, cut),
    "clock": (None, None, None, turned, no_such_zone, minutes, of_another),
    "hook": (not_executable, returns_in_hook, interpreter, interpreter, None, None, None),
    "labels": (western, None, None, None, never_made, from_older, western),
    "seal": (open_to_all, unset, unset, open_to_all, None, None, None),
    "printer": (letters_lost, letters_lost, None, None, None, not_there, not_there),
    "port": (None, None, taken, taken, reserved, outside, None),
    "archive": (None, elsewhere, elsewhere, None, ring, None, link),
    "web": (None, None, None, old_page, old_page, no_such_entry, no_entry),
    "sweep": (dead, number_given_again, number_given_again, None, None, None, None),
    "spool": (None, None, None, torn, torn, no_text, no_text),
}  # fmt: skip
"""What is broken in seven repositories, a column each: the same company on every seed, with other names and values. A form that is
missed ends many a set-up in the middle, and takes with it what else is broken there; what that is must not be luck, and neither
must be whether two such forms stand together (those of the tables and the link to itself stand apart). Two forms of the stock
(`swapped`, `other_case`) are for the starter and the other tests."""
HOOK_ENDS = (".sh", ".py")
"""In turn, since a shell's first line is another question than Python's."""
NEWER = 0
"""Column of the repository whose cheapest set would be another if wheels for a newer Python could be used."""


def broken_repos(seed: object) -> list[Repo]:
    """Seven repositories with eight defects each, no two in one part."""
    columns = zip(*DEALT.values(), strict=True)
    return [
        plant(f"{seed}:{at}", [(KIND[one], one) for one in forms if one], fits=lambda repo, at=at: _as_dealt(repo, at))
        for at, forms in enumerate(columns)
    ]


def _as_dealt(repo: Repo, at: int) -> bool:
    return repo.facts["hook"].endswith(HOOK_ENDS[at % len(HOOK_ENDS)]) and (at != NEWER or newer_is_cheaper(repo))


def newer_is_cheaper(repo: Repo) -> bool:
    """Whether who overlooks which Python a wheel wants takes another set."""
    wheels, before = repo.facts["wheels"], repo.facts.get("before", repo.facts["pins"])
    here, anywhere = (
        min(cost(each, pins, before) for pins in solutions(each)) for each in (wheels, wheels | {"modern": set()})
    )
    return bool(anywhere < here)


KIND = {one: kind for forms in PARTS.values() for kind, one in forms}


def plant(
    seed: str,
    picked: Iterable[tuple[str, Form]],
    hardly: Form | None = None,
    public: bool = False,
    fits: Callable[[Repo], bool] = lambda repo: True,
) -> Repo:
    """A repository with what is picked, drawn again until it `fits`. Raises RuntimeError."""
    for again in range(200):
        rng = stream(seed, "plant", again)
        repo = sound(f"{seed}:{again}", public)
        try:
            if hardly:
                repo.cannot = hardly(repo, rng)
            for kind, one in picked:
                repo.found.append((kind, one(repo, rng)))
            repo.facts["parts"] = [PART[one] for _, one in picked]
        except LookupError:
            continue
        if fits(repo):
            return repo
    raise RuntimeError(f"no repository for {seed}")


BESIDE = (not_there, interpreter, turned)
"""What else is broken where nothing can be done: parts that are none of `HARD`'s."""


def hard_repos(seed: object) -> list[Repo]:
    """One of each that cannot be set up, in a drawn order, with defects beside that must be left as they are."""
    names = stream(seed, "hard").sample(sorted(HARD), len(HARD))
    beside = [(KIND[one], one) for one in BESIDE]
    return [plant(f"{seed}:hard:{at}", beside, HARD[name]) for at, name in enumerate(names)]
