"""What a calibration is bound to: everything that decides a judge's answer, part by part, as digests."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from grader.canonical import key_of
from grader.judge.client import sampling
from grader.judge.config import JudgeConfig

if TYPE_CHECKING:
    from grader.challenge.rubric import Criterion, GateSettings

PARTS = {
    "criterion": "the criterion's question, anchors or evidence",
    "prompt": "the judge's prompt",
    "sanitiser": "what is done to the files before the judge reads them",
    "parser": "how replies and quotes are checked",
    "model": "the judge's model",
    "endpoint": "the judge's endpoint",
    "sampling": "the judge's sampling or token limits",
    "gate": "the rubric's limits for the gate",
    "labels": "the labelled items or their ratings",
}
"""Part → what has changed when its digest has, as a phrase."""
_SOURCES = {
    "prompt": ("judge/prompt.py", "judge/claimed.py"),
    "sanitiser": (
        *("judge/documents.py", "judge/reading.py", "submission/sanitise.py", "submission/code.py"),
        "challenge/named_files.py",
        *(f"submission/speech/{name}.py" for name in ("detect", "disguise", "languages", "letters", "phrases")),
        *("submission/redact.py", "submission/person.py", "submission/known_words.py", "submission/said.py"),
        *("submission/traces.py", "submission/shares.py"),
        "unseen.py",
    ),
    "parser": ("judge/reply.py", "judge/evidence.py", "judge/votes.py"),
}


def model_of(criterion: Criterion, config: JudgeConfig) -> str:
    """The model that judges `criterion`: its own, else the configured one."""
    return criterion.model or config.model


def parts(criterion: Criterion, config: JudgeConfig, gate: GateSettings) -> dict[str, str]:
    """Part → digest, or the value itself where it is short and harmless. Without `labels`, which the pack holds."""
    return {
        "criterion": _digest([criterion.question, criterion.levels, criterion.evidence]),
        **{name: _sources(files) for name, files in _SOURCES.items()},
        "model": model_of(criterion, config),
        "endpoint": config.endpoint,
        "sampling": _digest([sampling(config), config.repeats, config.file_tokens, config.criterion_tokens]),
        "gate": _digest(gate.model_dump()),
    }


def judge_of(criterion: Criterion, config: JudgeConfig, gate: GateSettings) -> str:
    """A digest of the judge of `criterion`: another one where anything that decides its answer is."""
    return _digest({name: value for name, value in parts(criterion, config, gate).items() if name != "gate"})


def _digest(value: Any) -> str:
    return key_of({"": value})[:16]


@cache
def _sources(files: Iterable[str]) -> str:
    """Digest of modules' own text: whatever changes there may change what the judge sees or how it is read."""
    package = resources.files("grader")
    return _digest([(package / name).read_text(encoding="utf-8") for name in files])
