"""What all tests use: drawing questions about the tasks of a round, asking them, and crediting what was found out."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader_kit import problem_of, share, stream, unusable
from world.frame import KINDS, Template, drawn, same, truth
from world.rounds import number_of, tasks

LARGEST = 2_000
EXAMPLES = {"plain": 8, "common": 12, "rare": 10}
PRINCIPLE = {"plain": 8, "common": 6, "deep": 14}
SECOND = {"plain": 8, "follow": 12, "still": 8}
ALONE = 1 / 3
"""What is earned of a sentence and of the second envelope by who has not found what many examples show."""
"""Questions by kind. Those to which nothing matters are asked beside all others: who changed what was right loses both."""
Metric = Callable[..., float]


class Work:
    """The candidate's `answer`, and the tasks that its `round.json` names."""

    def __init__(self, candidate: Any, seed: Any) -> None:
        self.candidate, self.seed = candidate, seed
        self.tasks = tasks(number_of(candidate.files.json("round.json", most=LARGEST)))
        self.problems: list[str] = []
        """What was wrong with each reply of this test, "" for nothing."""

    def examples(self, family: str, metric: Metric) -> None:
        """What examples show often, and what they show seldom."""
        for task, right in self.asked(family, EXAMPLES):
            for kind in ("common", "rare"):
                metric(f"{task.id}/{kind}", right[kind] * right["plain"], floor=0.1, target=1.0)
        self.usable()

    def principle(self, family: str, metric: Metric) -> None:
        """What no answered example shows, and follows from a sentence of the task."""
        for task, right in self.asked(family, PRINCIPLE):
            looked = ALONE + (1 - ALONE) * right["common"]
            metric(f"{task.id}/principle", right["deep"] * right["plain"] * looked, floor=0.1, target=1.0)
        self.usable()

    def second(self, family: str, metric: Metric) -> None:
        """What the second envelope changed; what was found before still holds."""
        for task, right in self.asked(family, SECOND):
            looked = ALONE + (1 - ALONE) * right["still"]
            metric(f"{task.id}/second", right["follow"] * right["plain"] * looked, floor=0.1, target=1.0)
        self.usable()

    def usable(self) -> None:
        """Says which replies were none; a test in which all were is lost."""
        told = unusable(self.problems)
        assert not all(self.problems), f"No reply was usable.{told}"
        print(told.strip())

    def asked(self, family: str, counts: Mapping[str, int]) -> list[tuple[Template, Mapping[str, float]]]:
        """Each task of the family with the share of right answers by kind."""
        made = [
            (task, kind, drawn(task, stream(self.seed, task.id, kind, at), kind))
            for task in self.tasks[family] for kind, count in counts.items() for at in range(count)
        ]  # fmt: skip
        asked = [{"task": task.id, "part": KINDS[kind][0], "question": q} for task, kind, q in made]
        replies = self.candidate.map("answer", asked, errors="return")
        self.problems += [problem_of(reply, lambda _: "") for reply in replies]
        right = [
            (task.id, kind, same(truth(task, q, kind), reply))
            for (task, kind, q), reply in zip(made, replies, strict=True)
        ]
        return [
            (
                task,
                {kind: share(good for name, each, good in right if (name, each) == (task.id, kind)) for kind in counts},
            )
            for task in self.tasks[family]
        ]
