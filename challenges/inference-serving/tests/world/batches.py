"""Traces for the scheduler, and servers that are not as the data sheet says.

What the sheet does not say, and the profile of a server shows: above a share of its blocks rounds get slow; a prompt whose
beginning is held by a running request need not be read; by kind, requests end long before `most`, or never do; rows of an
older build tell of another machine, and requests whose client has gone away tell nothing of when they end.
"""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.batching import Case, Outcome, Physics, episode
from engine.play import play
from grader_kit import stream

from world.arrivals import FAMILIES, PUBLIC, arrivals
from world.names import KINDS, TENANTS, ids


@dataclass(frozen=True, kw_only=True)
class Machine(Physics):
    """A server as it is."""

    knee: float = 0.7
    """Share of the blocks above which rounds are slower, ..."""
    steep: float = 2.5
    """... this many times."""
    shares: bool = True

    def round_ms(self, running: int, used: int, blocks: int, read: int) -> float:
        ms = super().round_ms(running, used, blocks, read)
        return ms * self.steep if used > self.knee * blocks else ms

    def known(self, request: dict[str, Any], running: Sequence[dict[str, Any]]) -> int:
        held = any(each["prefix"] == request["prefix"] for each in running)
        return request["prefix_tokens"] if self.shares and held else 0


def machine(rng: random.Random) -> Machine:
    return Machine(
        base_ms=rng.uniform(16, 26), request_ms=rng.uniform(1.5, 2.6), token_ms=rng.uniform(0.08, 0.13),
        knee=rng.uniform(0.55, 0.85), steep=rng.uniform(2.2, 3.4),
    )  # fmt: skip


Ends = dict[str, tuple[float, float, float]]


def ends(rng: random.Random) -> Ends:
    """For each of four kinds: the share of `most` at which a request ends, from and to, and how many never do."""
    shapes = [(0.06, 0.2, 0.0), (0.95, 1.0, 1.0), (0.04, 0.12, 0.25), (0.35, 0.65, 0.0)]
    return dict(zip(rng.sample(KINDS, 4), rng.sample(shapes, 4), strict=True))


def made(rng: random.Random, shape: tuple[float, float, float], most: int) -> int:
    least, top, never = shape
    return most if rng.random() < never else max(1, round(most * rng.uniform(least, top)))


def requests(
    rng: random.Random, kinds: Ends, family: str, many: int, mean_ms: float, *, patient: bool
) -> list[dict[str, Any]]:
    """A trace. Lengths of prompts are zipf's: most are short, a few fill a third of the memory."""
    tenants, prefixes = rng.sample(TENANTS, 3), ids(rng, "p", 5)
    long = {prefix: rng.choice((160, 320, 640)) for prefix in prefixes}
    rows = []
    for name, at in zip(ids(rng, "r", many), arrivals(rng, family, many, mean_ms), strict=True):
        kind, prefix = rng.choice(sorted(kinds)), rng.choices(prefixes, (8, 4, 3, 2, 1))[0]
        own = min(2600, round(60 * rng.paretovariate(1.05)))
        most = rng.choice((128, 256, 512, 768))
        rows.append({
            "id": name, "kind": kind, "tenant": rng.choices(tenants, (5, 3, 2))[0], "prompt": long[prefix] + own,
            "prefix": prefix, "prefix_tokens": long[prefix], "most": most, "arrived": at,
            "by": round(at + (60_000 if patient else rng.uniform(1800, 5200)), 3),
            "worth": 1 if patient else rng.choice((1, 1, 2, 3, 5, 8)), "made": made(rng, kinds[kind], most),
        })  # fmt: skip
    return rows


def first_come(state: dict[str, Any]) -> dict[str, Any]:
    """Who came first is admitted first, as long as the prompt fits: the naive rule."""
    free, slots = state["server"]["free"], state["server"]["slots"] - len(state["running"])
    names = []
    for each in sorted(state["waiting"], key=lambda one: one["arrived"]):
        free -= -(-(each["prompt"] + 8) // 16)
        if free < 0 or len(names) >= slots:
            break
        names.append(each["id"])
    return {"admit": names}


def few_at_once(most: int) -> Any:
    """What was promised first, then the most worth for its tokens, but no more than `most` at once."""

    def step(state: dict[str, Any]) -> dict[str, Any]:
        promised = state.get("policy", {}).get("promise", {}).get("tenant")

        def rank(each: dict[str, Any]) -> tuple[bool, float]:
            return each["tenant"] != promised, -each["worth"] / (each["prompt"] + each["most"])

        free, slots = state["server"]["free"], min(most, state["server"]["slots"]) - len(state["running"])
        names = []
        for each in sorted(state["waiting"], key=rank):
            need = -(-(each["prompt"] + 8) // 16)
            if need <= free and len(names) < slots:
                names.append(each["id"])
                free -= need
        return {"admit": names}

    return step


NAIVE = (first_come, few_at_once(6), few_at_once(8))
"""Rules that read no profile: credit begins at the best of them."""


def run(policy: Any, cases: Sequence[Case]) -> list[Outcome]:
    """What a policy that lives in this process makes of cases."""
    return play(lambda states: [policy(state) for state in states], [episode(each) for each in cases])


def profile(rng: random.Random, now: Machine, kinds: Ends, server: dict[str, Any]) -> dict[str, Any]:
    """Rows of last week: rounds of this build and of an older one, and requests that ended, or whose client went away."""
    old = Machine(
        base_ms=now.base_ms * 1.4, request_ms=now.request_ms * 1.5, token_ms=now.token_ms * 0.6, knee=0.95, steep=1.2
    )
    rows: list[dict[str, Any]] = []
    for build, physics in (("b40", old), (server["build"], now)):
        trace = requests(rng, kinds, "poisson", 40, 110, patient=False)
        case = Case(server=server, requests=trace, aim="worth", physics=physics)
        rounds = [row for row in run(first_come, [case])[0].rounds if row["running"]]
        rows += [{"build": build} | row for row in rng.sample(rounds, min(45, len(rounds)))]
    rng.shuffle(rows)
    return {"sheet": SHEET, "server": server, "rounds": rows, "requests": ended(rng, kinds)}


SHEET = {"base_ms": 20.0, "request_ms": 2.0, "token_ms": 0.1}


def ended(rng: random.Random, kinds: Ends) -> list[dict[str, Any]]:
    rows = []
    for name in ids(rng, "r", 110):
        kind, most = rng.choice(sorted(kinds)), rng.choice((128, 256, 512, 768))
        got, gone = made(rng, kinds[kind], most), rng.random() < 0.3
        rows.append({
            "id": name, "kind": kind, "most": most, "end": "client gone" if gone else "done",
            "made": min(got, rng.randint(0, most // 3)) if gone else got,
        })  # fmt: skip
    return rows


AIMS = ("worth", "wait")


DEAR = (15.0, 25.0, 0.3, 20.0)
"""What a missing one of a promised share costs: more than most requests are worth, or next to nothing."""


def promise(rng: random.Random, trace: Sequence[dict[str, Any]], dear: float) -> dict[str, Any]:
    """The change: the tenant with the fewest requests, which are worth least from now on, has been promised a share in time.
    `dear` is what a missing one costs."""
    counted = Counter(each["tenant"] for each in trace)
    tenant = min(sorted(counted), key=counted.__getitem__)
    for each in trace:
        each["worth"] = 1 if each["tenant"] == tenant else each["worth"]
    return {"promise": {"tenant": tenant, "share": rng.choice((0.8, 0.9)), "worth": dear}}


def case(
    seed: object, name: str, aim: str, family: str, *, dear: float = 0.0, many: int = 90
) -> tuple[Case, dict[str, Any]]:
    """A case, and the profile that `learn` gets of its server."""
    rng = stream(seed, "batches", name)
    now, kinds = machine(rng), ends(rng)
    server = {"blocks": rng.randrange(380, 620), "slots": rng.choice((12, 16, 20)), "build": "b41"}
    seen = profile(rng, now, kinds, server)
    mean = rng.uniform(75, 100) if aim == "worth" else rng.uniform(240, 300)
    trace = requests(rng, kinds, family, many, mean, patient=aim == "wait")
    policy = promise(rng, trace, dear) if dear else None
    return Case(server=server, requests=trace, aim=aim, physics=now, policy=policy), seen


def kept(case: Case, out: Outcome) -> float:
    """Worth of what was done in time, less what a broken promise costs."""
    done = {name for name, how in out.ended.items() if how == "done"}
    worth = sum(each["worth"] for each in case.requests if each["id"] in done)
    promise = (case.policy or {}).get("promise")
    if not promise:
        return worth
    theirs = [each["id"] for each in case.requests if each["tenant"] == promise["tenant"]]
    short = max(0.0, promise["share"] * len(theirs) - sum(name in done for name in theirs))
    return worth - short * promise["worth"]


def cases(seed: object, name: str, aim: str, *, change: bool = False, each: int = 1, public: bool = False):
    """Cases of all families, `each` of each; each price of a promise comes equally often, with another family each time."""
    made = []
    for at, family in enumerate((PUBLIC if public else FAMILIES) * each):
        dear = DEAR[(at + at // len(FAMILIES)) % len(DEAR)] if change else 0.0
        made.append(case(seed, f"{name}:{at}", aim, family, dear=dear))
    return made
