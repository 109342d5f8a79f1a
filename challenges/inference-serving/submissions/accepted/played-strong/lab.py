"""Plays the practice episodes with the physics that their profiles show, not with the vendor's. `python3 lab.py step|route|policy`; knobs are environment variables."""

import os
import random
import sys
from dataclasses import dataclass

import fit
import serve
from sim import batching, routing
from sim.measures import percentile
from sim.play import play
from sim.practice import Claims, rows


CLIFF = float(os.environ.get("CLIFF", "0.5"))
"""Where the limit of the servers really is, between the highest use that was quick and the lowest that was slow: rows do not tell."""


@dataclass(frozen=True, kw_only=True)
class Real(batching.Physics):
    factor: float = 1.0
    share: float = 1.0

    def round_ms(self, running, used, blocks, read):
        return super().round_ms(running, used, blocks, read) * (self.factor if used > self.share * blocks else 1.0)

    def known(self, request, running):
        return request["prefix_tokens"] if any(r["prefix"] == request["prefix"] for r in running if r["id"] != request["id"]) else 0


def real(notes):
    return Real(base_ms=notes["base"], request_ms=notes["request"], token_ms=notes["token"], factor=notes["factor"], share=notes["low"] + CLIFF * (notes["high"] - notes["low"]))


@dataclass(frozen=True)
class World(Claims):
    notes: dict

    def attempt(self, model, request, now):
        for begins, ends, how in self.outages.get(model, ()):
            if begins <= now < ends:
                return how, 350.0
        k, dice = self.notes["models"][model], random.Random(f"{model}:{request['id']}:{now:.0f}")
        if dice.random() < 0.02:
            return "error", 350.0
        return "answer", (k["base"] + k["token"] * request["tokens"]) * 2.718281828 ** dice.gauss(0, 0.28)

    def right(self, model, request):
        return fit.right(self.notes, model, request["kind"], request["hint"])

    def bill(self, model, request, how):
        k = self.notes["models"][model]
        if how == "error" or (how == "gives up" and k["billed"] < 0.5):
            return 0.0
        return fit.bill(self.notes, model, self.models[model]["price"], request["tokens"])


def step():
    cases = []
    for row in rows("step"):
        notes = serve.learn({"for": "step", **row["profile"]})
        cases.append(batching.Case(server=row["server"], requests=row["requests"], aim=row["aim"], physics=real(notes), notes=notes, policy=row.get("policy")))
    sums = [0, 0, 0, 0]
    for case, out in zip(cases, play(lambda states: [serve.step(s) for s in states], [batching.episode(c) for c in cases])):
        done = [r for r in case.requests if out.ended[r["id"]] == "done"]
        waits = [out.first.get(r["id"], r["by"]) - r["arrived"] for r in case.requests]
        kept, whole = sum(r["worth"] for r in done), sum(r["worth"] for r in case.requests)
        over = sum(r["used"] > case.physics.share * case.server["blocks"] for r in out.rounds) / max(1, len(out.rounds))
        if case.aim == "worth":
            sums[0], sums[1] = sums[0] + kept, sums[1] + whole
        sums[2], sums[3] = sums[2] + over * len(out.rounds), sums[3] + len(out.rounds)
        print(f"step {case.aim:5} worth {kept} of {whole}, done {len(done)} of {len(case.requests)}, p95 first token {percentile(waits, 0.95):.0f} ms, rounds {len(out.rounds)},"
              f" beyond the limit {over:.1%}, ends at {sum(r['ms'] for r in out.rounds):.0f}", f"promise {promise(case, out)}" if case.policy else "", f"WRONG {len(out.wrong)} {out.wrong[:1]}" if out.wrong else "")
    print(f"step sum (aim worth) {sums[0]} of {sums[1]}, rounds beyond the limit {sums[2] / sums[3]:.1%} of {sums[3]:.0f}")


def promise(case, out):
    p = case.policy["promise"]
    own = [r for r in case.requests if r["tenant"] == p["tenant"]]
    return f"{sum(out.ended[r['id']] == 'done' for r in own)} of {len(own)}, {p['share']:.0%} promised"


def route():
    cases = []
    for row in rows("route"):
        notes = serve.learn({"for": "route", **row["profile"]})
        models = {m["id"]: {**m, **row["claims"][m["id"]]} for m in row["models"]}
        cases.append(routing.Case(models=row["models"], requests=row["requests"], cap=row["cap"], over=row["over"], ends=row["ends"], expected=row["expected"],
                                  world=World(models, row["outages"], notes), notes=notes, policy=row.get("policy")))
    total = 0.0
    for case, out in zip(cases, play(lambda states: [serve.route(s) for s in states], [routing.episode(c) for c in cases])):
        whole = sum(r["worth"] for r in case.requests)
        total += out.net(case) / whole
        ended = [sum(v == k for v in out.ended.values()) for k in ("answered", "refused", "late")]
        print(f"route net {out.net(case):.1f} of {whole}, EUR {out.spent:.1f} of {case.cap:.1f}, breaches {out.breaches:.1f}, answered/refused/late {ended}, calls {out.calls}", f"WRONG {out.wrong[:1]}" if out.wrong else "")
    print(f"route mean share {total / len(cases):.4f}")


def policy():
    """Episodes with a policy, heeded and not heeded (the functions do not see it; it counts all the same)."""
    from sim import caching
    from sim.practice import look_case

    for heed in (True, False):
        def hide(states):
            return states if heed else [{k: v for k, v in s.items() if k != "policy"} for s in states]

        for row in rows("look"):
            if row.get("policy"):
                case = look_case(row, serve.learn({"for": "look", **row["profile"]}))
                out = play(lambda states: [serve.look(s) for s in hide(states)], [caching.episode(case)])[0]
                print(f"heeded {heed}: apart: {out.hits} hits, {out.bad} not allowed or wrong")
        for row in rows("step"):
            if row.get("policy"):
                notes = serve.learn({"for": "step", **row["profile"]})
                case = batching.Case(server=row["server"], requests=row["requests"], aim=row["aim"], physics=real(notes), notes=notes, policy=row["policy"])
                out = play(lambda states: [serve.step(s) for s in hide(states)], [batching.episode(case)])[0]
                print(f"heeded {heed}: promise: {promise(case, out)}, worth {sum(r['worth'] for r in case.requests if out.ended[r['id']] == 'done')}")
        for row in rows("route"):
            if row.get("policy"):
                notes = serve.learn({"for": "route", **row["profile"]})
                models = {m["id"]: {**m, **row["claims"][m["id"]]} for m in row["models"]}
                case = routing.Case(models=row["models"], requests=row["requests"], cap=row["cap"], over=row["over"], ends=row["ends"], expected=row["expected"],
                                    world=World(models, row["outages"], notes), notes=notes, policy=row["policy"])
                out = play(lambda states: [serve.route(s) for s in hide(states)], [routing.episode(case)])[0]
                print(f"heeded {heed}: keep, answer: net {out.net(case):.1f}, of which breaches took {out.breaches:.1f}")


if __name__ == "__main__":
    {"step": step, "route": route, "policy": policy}[sys.argv[1]]()
