"""What a worker can take: its challenges, by content, with and without its judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import secret
from grader.challenge import Challenge, digest, load_challenge
from grader.errors import GraderError
from grader.queue.job import queue_name
from grader.settings import Settings, list_challenges


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Queues that a worker listens to, and the packs behind them."""

    queues: tuple[str, ...]
    packs: Mapping[str, Path]
    """Digest of a challenge → folder of the pack."""
    broken: Mapping[str, str]
    """Challenge → why it is not offered."""
    secret: str
    """Fingerprint of the operator's secret on this machine."""


def offers(settings: Settings, folder: Path | None) -> Offers:
    """All challenges that this machine finds, as they are now. Raises UsageError where it has no usable secret."""
    key = secret.of(settings).fingerprint
    packs: dict[str, Path] = {}
    queues: dict[str, None] = {}
    broken: dict[str, str] = {}
    for name, path in sorted(list_challenges(settings, folder).items()):
        try:
            challenge = load_challenge(path)
            found = digest(challenge)
        except GraderError as problem:
            broken[name] = problem.message
            continue
        packs[found] = path.resolve()
        queues |= dict.fromkeys(queue_name(found, model, key) for model in ("", judge_model(challenge, settings)))
    return Offers(queues=tuple(queues), packs=packs, broken=broken, secret=key)


def judge_model(challenge: Challenge, settings: Settings) -> str:
    """The judge that a grading of `challenge` asks here; empty where it asks none."""
    asked = challenge.rubric.criteria and settings.judge_configured
    return settings.judge_model if asked else ""
