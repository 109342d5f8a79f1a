"""Prints the figures of REPORT.md: python measure.py rounds | ends | calls | audits | canaries | sigmas."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cache
import replay
import rollout
import router
import scheduler

DATA = Path(__file__).resolve().parent / "data"


def rows(name: str) -> list[dict]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def rounds() -> None:
    """What rounds take, against the sheet: 20 + 2 a request + 0.1 a token."""
    for at, row in enumerate(rows("step")):
        notes = scheduler.learn(row["profile"])
        here = [one for one in row["profile"]["rounds"] if one["build"] == row["server"]["build"]]
        print(
            f"server {at}: {notes['base']:.1f} + {notes['request']:.2f} a request + {notes['token']:.3f} a token that is not reused,"
            f" times {notes['steep']} above {notes['knee']:.0%} of the blocks; {len(here)} rounds of this build of {len(row['profile']['rounds'])}"
        )


def ends() -> None:
    """Shares of `most` at which requests end, by kind, on the first server."""
    profile = rows("step")[0]["profile"]
    gone = sum(one["end"] != "done" for one in profile["requests"])
    print(f"{gone} of {len(profile['requests'])} rows are of clients that went away")
    for kind, shares in scheduler.shares(profile["requests"]).items():
        print(f"{kind}: from {shares[0]:.2f} over {shares[len(shares) // 2]:.2f} to {shares[-1]:.2f}, {len(shares)} requests")


def calls() -> None:
    """What calls cost and how hints turn out, in the first gateway."""
    profile = rows("route")[0]["profile"]
    for name, notes in router.learn(profile)["models"].items():
        kinds = ", ".join(f"{kind} {mean:.2f} {slope:+.2f}" for kind, (mean, _, slope) in notes["right"].items())
        print(f"{name}: at least {notes['least']:.0f} tokens billed, given up is billed: {notes['up']}; right and slope in the hint: {kinds}")


def audits() -> None:
    """What audits show that answers do not depend on, at each desk."""
    for at, row in enumerate(rows("look")):
        seen = row["profile"]["audits"]
        auto = [one for one in seen if one["by"] == "auto"]
        split = all(one["serves"] == (one["similarity"] >= 0.62) for one in auto)
        near = [one for one in seen if one["by"] != "auto" and one["similarity"] >= 0.62]
        wrong = sum(not one["serves"] for one in near)
        print(f"desk {at}: {len(auto)} of {len(seen)} audits by auto, all as similarity from 0.62 on: {split}; by people {wrong} of {len(near)} such do not serve")
        print(f"  does not matter: {', '.join(each for each in cache.learn(row['profile'])['fine'] if '|' not in each)}")


def canaries() -> None:
    """How much worse each canary is, and what all verdicts cost beside always waiting."""
    cost = waits = raw = 0.0
    for case in rows("canaries"):
        turned = case.pop("turned_out")
        gap, error = rollout.worse(case)
        prices = {"wait": case["costs"]["wait"], "promote": case["costs"]["bad_promoted"] * (turned == "bad"),
                  "roll_back": case["costs"]["good_rolled_back"] * (turned != "bad")}  # fmt: skip
        said = rollout.verdict(case)
        cost, waits = cost + prices[said], waits + prices["wait"]
        means = [[r["ms"] for r in case[side] if r["ms"]] for side in ("baseline", "canary")]
        naive = "roll_back" if sum(means[1]) / len(means[1]) > 1.1 * sum(means[0]) / len(means[0]) else "promote"
        raw += prices[naive]
        print(f"{gap:+.3f} ({error:.3f}) {said}, turned out {turned}")
    print(f"cost {cost:.0f}; always waiting {waits:.0f}; by means {raw:.0f}")


def sigmas() -> None:
    """What the threshold for figures that shake moves, on both replays together."""
    for sigmas in (1.5, 2.0, 2.5, 3.0, 3.6, 4.5, 6.0, 8.0):
        replay.SIGMAS = sigmas
        hit = named = there = 0
        for case in rows("replays"):
            changed, said = set(case["changed"]), set(replay.differs(case))
            hit, named, there = hit + len(said & changed), named + len(said), there + len(changed)
        print(f"{sigmas}: {named - hit} of {named} named in vain, {there - hit} of {there} missed")


WHAT = {each.__name__: each for each in (rounds, ends, calls, audits, canaries, sigmas)}

if __name__ == "__main__":
    WHAT[sys.argv[1]]() if sys.argv[1:] and sys.argv[1] in WHAT else sys.exit(__doc__)
