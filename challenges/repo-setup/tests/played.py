"""All that a hand-in's setup.sh is tried on, once for all tests."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from support import Ended, Tried, Yard, found_f1, wiped
from world.change import changed_repos
from world.draw import Repo, stream
from world.kinds import broken_repos, hard_repos


@dataclass(kw_only=True)
class Play:
    """One repository: how the set-up ended, what works afterwards, and after a second set-up or one after a wipe."""

    repo: Repo
    ended: Ended
    tried: Tried
    again: Tried | None = None
    again_code: int = 0
    fresh: Tried | None = None


TWICE = (2, 6)
"""Which repositories are set up a second time: one whose tables were made by half, and one in which a second time doubles rows."""
WIPED = (0, 3)
"""Which are set up after a wipe: an order that lacks a migration, and old names, of which nothing is left then but the files."""


def repos(seed: object) -> tuple[list[Repo], list[Repo], list[Repo]]:
    return broken_repos(seed), hard_repos(seed), changed_repos(seed)


class Played:
    """What came of each repository of this seed. Made by whichever test is first."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.seed = yard.seed
        self.made: dict[str, Any] = {}
        self.repos = repos(yard.seed)

    def broken(self) -> list[Play]:
        return self.kept("broken", lambda: [self.play(repo, at) for at, repo in enumerate(self.repos[0])])

    def hard(self) -> list[tuple[Repo, Ended]]:
        return self.kept("hard", lambda: [(repo, self.yard.set_up(repo)) for repo in self.repos[1]])

    def changed(self) -> list[Play]:
        return self.kept("changed", lambda: [self.play(repo, -1) for repo in self.repos[2]])

    def kept(self, name: str, make: Any) -> Any:
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]

    def play(self, repo: Repo, at: int) -> Play:
        nonce = lambda word: f"n{stream(repo.seed, 'nonce', word).getrandbits(48):012x}"  # noqa: E731
        ended = self.yard.set_up(repo)
        tried, after = self.yard.attempt(repo, ended, nonce("first"))
        play = Play(repo=repo, ended=ended, tried=tried)
        repo.facts["kept"] += tried.parts["archive"]
        if at in TWICE:
            second = self.yard.set_up(repo, after)
            play.again, play.again_code = self.yard.attempt(repo, second, nonce("second"), whole=False)[0], second.code
        elif at in WIPED:
            third = self.yard.set_up(repo, wiped(after))
            play.fresh = self.yard.attempt(repo, third, nonce("third"), whole=False)[0]
        return play


def mended(plays: list[Play]) -> dict[str, list[bool]]:
    """Kind → for each defect of that kind, whether its part of the app works."""
    made = defaultdict(list)
    for play in plays:
        for (kind, _), part in zip(play.repo.found, play.repo.facts["parts"], strict=True):
            made[kind].append(play.tried.parts[part])
    return made


def spoilt(plays: list[Play]) -> tuple[int, int]:
    """Parts that were sound and are not, and sound parts in all."""
    sound = [ok for play in plays for part, ok in play.tried.parts.items() if part not in play.repo.facts["parts"]]
    return sound.count(False), len(sound)


def kept(plays: list[Play]) -> tuple[int, int]:
    """Things that nobody can enter again, where the app can show them and there were any: those still there, and all."""
    shown = [(name, ok) for play in plays for name, ok in play.tried.kept.items() if name in at_stake(play.repo)]
    return sum(ok for _, ok in shown), len(shown)


def at_stake(repo: Repo) -> set[str]:
    """What could be lost by mending what is broken there."""
    kinds = {kind for kind, _ in repo.found}
    stakes = {"jobs"} if "stock" in repo.facts["parts"] else set()
    if "var/stock.db" in repo.files and "stock" in repo.facts["parts"]:
        stakes.add("hand-stock")
    if "half-written-cache" in kinds:
        stakes.add("hand-price")
    if "poison-record" in kinds:
        stakes.add("record")
    return stakes | ({"archive"} if "broken-link" in kinds else set())


def f1(plays: list[Play]) -> float:
    counts = [found_f1(play.repo, play.ended.diagnosis) for play in plays]
    right, said, true = (sum(each) for each in zip(*counts, strict=True))
    return 2 * right / (said + true) if said + true else 0.0


def true_share(plays: list[Play]) -> float:
    """Share of what the set-ups' diagnoses name that is there; 0 where they name nothing."""
    counts = [found_f1(play.repo, play.ended.diagnosis) for play in plays]
    right, said, _ = (sum(each) for each in zip(*counts, strict=True))
    return right / said if said else 0.0
