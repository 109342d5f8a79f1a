"""One criterion, asked k times: each answer a vote with checked evidence, the median of their levels."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.judge import evidence, prompt, reply
from grader.judge.budget import Usage, total
from grader.judge.client import Client, NoAnswerError
from grader.judge.documents import Selection
from grader.records import Evidence
from grader.submission.code import is_about_code

if TYPE_CHECKING:
    from grader.challenge.rubric import Criterion


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One answer. `level` None: there is none that can count, for `reason`."""

    level: int | None
    said: int | None = None
    """The level that the judge named, whatever became of its evidence."""
    reason: str = ""
    rationale: str = ""
    evidence: tuple[Evidence, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    mode: str = ""
    """How it was asked for; empty where no usable answer came."""
    system_fingerprint: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What k votes say together. `spread` is the highest level less the lowest."""

    level: int | None
    reason: str
    votes: tuple[Vote, ...]
    chosen: Vote | None
    """The vote whose rationale and evidence stand for the level."""

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(vote.level for vote in self.votes if vote.level is not None)

    @property
    def spread(self) -> int:
        return max(self.levels) - min(self.levels) if self.levels else 0

    @property
    def unanswered(self) -> bool:
        """Whether there is no level because the judge gave no usable answer: asked again, it may."""
        return self.level is None and any(not vote.mode for vote in self.votes)

    @property
    def usage(self) -> Usage:
        return total(vote.usage for vote in self.votes)

    @property
    def dropped(self) -> dict[str, int]:
        return dict(sum((Counter(vote.dropped) for vote in self.votes), Counter()))

    @property
    def seconds(self) -> float:
        """Of the slowest answer: they are asked for at the same time."""
        return max((vote.seconds for vote in self.votes), default=0.0)


def vote(
    client: Client,
    model: str,
    criterion: Criterion,
    selection: Selection,
    *,
    repeat: int,
    bare: bool = False,
    rider: str = "",
) -> Vote:
    """Asks once. Any failure is a vote without a level, with its reason; never a low level."""

    def build(nonce: str) -> prompt.Prompt:
        return prompt.build(criterion, selection, nonce, bare=bare)

    try:
        answer = client.ask(model, build, repeat=repeat, rider=rider)
    except NoAnswerError as problem:
        return Vote(level=None, reason=problem.reason, usage=problem.usage)
    said = reply.read(answer.text, prompt.choices(criterion))
    checked = evidence.check(said.evidence, selection.views, about_code=is_about_code(criterion.evidence))
    level, reason = said.level, ""
    if said.level is None:
        reason = "the judge says that the files do not allow a decision"
    elif said.level > min(criterion.levels) and not checked.evidence and not bare:
        level, reason = None, "no quote that the judge gave for its level was found in the files"
    return Vote(
        level=level,
        said=said.level,
        reason=reason,
        rationale=said.rationale,
        evidence=checked.evidence,
        dropped=checked.dropped,
        usage=answer.usage,
        seconds=answer.seconds,
        mode=answer.mode,
        system_fingerprint=answer.system_fingerprint,
    )


def settle(votes: Sequence[Vote]) -> Judgement:
    """The median level of `votes`, the lower one of two; no level when more than half of the votes have none."""
    levels = [vote.level for vote in votes if vote.level is not None]
    if not votes or 2 * len(levels) <= len(votes):
        why = Counter(vote.reason for vote in votes if vote.level is None).most_common(1)
        return Judgement(level=None, reason=why[0][0] if why else "it was not asked", votes=tuple(votes), chosen=None)
    level = statistics.median_low(levels)
    chosen = max((vote for vote in votes if vote.level == level), key=lambda vote: len(vote.evidence))
    return Judgement(level=level, reason="", votes=tuple(votes), chosen=chosen)
