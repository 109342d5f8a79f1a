"""What a worker can take: its challenges, by content, with and without its judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import secret
from grader.challenge import Pack, load_pack
from grader.errors import GraderError
from grader.queue.job import queue_name
from grader.settings import Settings, list_challenges


@dataclass(frozen=True, kw_only=True)
class Offers:
    """Queues that a worker listens to, and the packs behind them."""

    queues: tuple[str, ...]
    packs: Mapping[str, Pack]
    """Digest → pack, as it was read."""
    broken: Mapping[str, str]
    """Pack → why it is not offered."""
    secret: str
    """Fingerprint of the operator's secret on this machine."""


def offers(settings: Settings, folder: Path | None) -> Offers:
    """All challenges that this machine finds, as they are now. Raises UsageError where it has no usable secret."""
    key = secret.of(settings).fingerprint
    packs: dict[str, Pack] = {}
    queues: dict[str, None] = {}
    broken: dict[str, str] = {}
    for name, path in sorted(list_challenges(settings, folder).items()):
        try:
            pack = load_pack(path.resolve())
        except GraderError as problem:
            broken[name] = problem.message
            continue
        packs[pack.digest] = pack
        queues |= dict.fromkeys(queue_name(pack.digest, model, key) for model in ("", judge_model(pack, settings)))
    return Offers(queues=tuple(queues), packs=packs, broken=broken, secret=key)


def judge_model(challenge: Pack, settings: Settings) -> str:
    """The judge that a grading of `challenge` asks here; empty where it asks none."""
    asked = challenge.rubric.criteria and settings.judge_configured
    return settings.judge_model if asked else ""
