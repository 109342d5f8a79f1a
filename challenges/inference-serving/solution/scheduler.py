"""The batching step: what a server is really like, and what to admit next."""

from __future__ import annotations

import math
from bisect import bisect_right

from fitting import fit, off

STRIDE, BLOCK = 8, 16
USUAL = 1.25
"""A round is so much longer than its requests say, since others are read in it."""


def learn(profile: dict) -> dict:
    """How long rounds of this build take, where they get slow, and when requests end, by kind."""
    build, blocks = profile["server"]["build"], profile["server"]["blocks"]
    rows = [row for row in profile["rounds"] if row["build"] == build]
    best = None
    for reuse in (0, 1):
        points = [[1.0, row["running"], row["read"] - reuse * row["reused"]] for row in rows]
        for knee in [each / 20 for each in range(9, 21)]:
            for steep in ((1.5, 2.0, 2.4, 2.8, 3.2, 3.6) if knee < 1 else [1.0]):
                flat = [row["ms"] / (steep if row["used"] > knee * blocks else 1) for row in rows]
                found = fit(points, flat)
                error = off(points, flat, found)
                if best is None or error < best[0]:
                    best = (error, found, knee, steep, reuse)
    _, (base, request, token), knee, steep, reuse = best
    return {
        "base": base, "request": request, "token": token, "knee": knee, "steep": steep, "reuse": reuse,
        "ends": shares(profile["requests"]),
    }  # fmt: skip


def shares(rows: list[dict]) -> dict:
    """Shares of `most` at which requests ended, by kind. A request whose client went away did not end."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row["end"] == "done":
            found.setdefault(row["kind"], []).append(round(row["made"] / row["most"], 3))
    return {kind: sorted(each) for kind, each in found.items()}


def left(request: dict, notes: dict) -> float:
    """Tokens that a request will probably still make."""
    got, most = request.get("got", 0), request["most"]
    shares = notes["ends"].get(request["kind"], [1.0])
    later = shares[bisect_right(shares, got / most) :]
    return max(1.0, most * sum(later) / len(later) - got) if later else most - got


class Room:
    """What is left of the server while requests are chosen."""

    def __init__(self, state: dict) -> None:
        self.state, self.notes = state, state["notes"]
        server = state["server"]
        self.blocks, self.free, self.slots = server["blocks"], server["free"], server["slots"] - len(state["running"])
        self.limit = self.notes["knee"] * self.blocks
        self.running = list(state["running"])
        self.booked = sum(self.peak(each) for each in self.running)
        self.round = self.notes["base"] + self.notes["request"] * (len(self.running) + 1)

    def peak(self, request: dict) -> float:
        """Blocks that a request will hold at its end."""
        return (request["prompt"] + request.get("got", 0) + left(request, self.notes) + STRIDE) / BLOCK

    def read_ms(self, request: dict) -> float:
        held = self.notes["reuse"] and any(each["prefix"] == request["prefix"] for each in self.running)
        return self.notes["token"] * (request["prompt"] - (request["prefix_tokens"] if held else 0))

    def takes(self, request: dict) -> float:
        """Milliseconds until a request would be done."""
        rounds = math.ceil(left(request, self.notes) / STRIDE)
        return self.read_ms(request) + rounds * self.round * USUAL

    def price(self, request: dict) -> float:
        """Milliseconds of the whole server that a request takes up."""
        rounds = math.ceil(left(request, self.notes) / STRIDE)
        part = self.peak(request) / max(1.0, self.limit)
        return self.read_ms(request) + rounds * (self.notes["request"] + self.notes["base"] * part)

    def admit(self, request: dict) -> bool:
        """Whether there is room, which is taken then."""
        need = math.ceil((request["prompt"] + STRIDE) / BLOCK)
        if self.slots < 1 or need > self.free:
            return False
        if self.running and self.booked + self.peak(request) > self.limit:
            return False
        self.slots, self.free = self.slots - 1, self.free - need
        self.booked += self.peak(request)
        self.running.append(request)
        return True


def worth(request: dict, state: dict) -> float:
    """What a request is worth, with what was promised to its tenant."""
    promise = state.get("policy", {}).get("promise")
    extra = promise["worth"] if promise and promise["tenant"] == request["tenant"] else 0
    return request["worth"] + extra


def step(state: dict) -> dict:
    """What to admit before the next round, and what to throw out."""
    room = Room(state)
    if state["aim"] == "wait":
        order = sorted(state["waiting"], key=lambda each: (each["prompt"], each["arrived"]))
        return {"admit": [each["id"] for each in order if room.admit(each)]}
    hopeful = [each for each in state["waiting"] if state["now"] + room.takes(each) <= each["by"]]
    order = sorted(hopeful, key=lambda each: -worth(each, state) / room.price(each))
    chosen = [each["id"] for each in order if room.admit(each)]
    if not room.running and state["waiting"]:
        chosen = [each["id"] for each in sorted(state["waiting"], key=room.takes) if room.admit(each)][:1]
    return {"admit": chosen}
