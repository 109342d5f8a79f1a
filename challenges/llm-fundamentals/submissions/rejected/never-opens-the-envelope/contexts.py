"""Which items go into a context: for each length of the kept beginning, a knapsack over calls with their results."""

from __future__ import annotations


def pack(asked: dict) -> list[str]:
    found = [Plan(asked, cut).best() for cut in range(len(asked["cached"]) + 1)]
    return max((each for each in found if each is not None), key=lambda each: each[0])[1]


class Plan:
    """The best choice that begins with the first `cut` items of what was sent last."""

    def __init__(self, asked: dict, cut: int) -> None:
        self.asked, self.start = asked, asked["cached"][:cut]
        self.room = asked["budget"]

    def best(self) -> tuple[float, list[str]] | None:
        items = self.asked["items"]
        places = {item["id"]: at for at, item in enumerate(items)}
        last = places[self.start[-1]] if self.start else -1
        total, left, open_ = 0.0, self.room, []
        for at, item in enumerate(items):
            if item["id"] in self.start:
                total += self.sent(item, item["needs"] in (None, *self.start), self.asked["cached_price"])
                left -= self.size(item)
            elif at < last:
                total += self.left_out(item)
            else:
                open_.append(item)
        if left < 0:
            return None
        states = {left: (total, list(self.start))}
        names = {item["id"] for item in open_}
        for head in open_:
            if head["needs"] not in names:
                states = self.group(states, head, [item for item in open_ if item["needs"] == head["id"]])
        return max(states.values(), key=lambda each: each[0])

    def group(self, states: dict, head: dict, rest: list[dict]) -> dict:
        """`head` left out or sent, and then each of those that need it."""
        ready = head["needs"] in (None, *self.start)
        without, taken = {}, {}
        for left, (total, chosen) in states.items():
            better(without, left, total + self.left_out(head), chosen)
            if left >= self.size(head):
                value = self.sent(head, ready, self.asked["price"])
                better(taken, left - self.size(head), total + value, [*chosen, head["id"]])
        for item in rest:
            without, taken = self.choose(without, item, False), self.choose(taken, item, True)
        for left, (total, chosen) in taken.items():
            better(without, left, total, chosen)
        return without

    def choose(self, states: dict, item: dict, ready: bool) -> dict:
        made: dict = {}
        for left, (total, chosen) in states.items():
            better(made, left, total + self.left_out(item), chosen)
            if left >= self.size(item):
                value = self.sent(item, ready, self.asked["price"])
                better(made, left - self.size(item), total + value, [*chosen, item["id"]])
        return made

    def size(self, item: dict) -> int:
        return item["tokens"]

    def sent(self, item: dict, ready: bool, price: float) -> float:
        return item["worth"] * ready - item["tokens"] * price - self.asked["breach"]["forget"] * item["forget"]

    def left_out(self, item: dict) -> float:
        return -self.asked["breach"]["keep"] * item["keep"]


def better(states: dict, left: int, total: float, chosen: list[str]) -> None:
    if left not in states or states[left][0] < total:
        states[left] = (total, chosen)
