"""model.yaml: how the scripted model of a pack behaves. Checked here; the verifier gets it as plain data."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from grader.challenge import cassette, strict_yaml
from grader.challenge.kept import kept
from grader.challenge.record import NOT_READ, Record, named
from grader.errors import ChallengeError, visible

if TYPE_CHECKING:
    from pydantic import Field

    from grader.challenge.schema import Number, Share

Role = Literal["", "system", "user", "assistant", "tool"]
FaultKind = Literal[
    "rate_limit", "quota", "server_error", "overloaded", "stall", "drop", "truncate", "malformed_json", "wrong_tool",
    "wrong_arguments", "refusal", "empty",
]  # fmt: skip
_NAME = re.compile(r"\{(\w+)\}")
_ALWAYS = frozenset({"user", "last"})


@dataclass(frozen=True, kw_only=True)
class Price(Record):
    """US dollars per million tokens."""

    input: Annotated[Number, Field(ge=0)] = 0.0
    """Of the prompt."""
    output: Annotated[Number, Field(ge=0)] = 0.0
    """Of the answer."""


@dataclass(frozen=True, kw_only=True)
class Latency(Record):
    """Seconds on the model's clock: until the first token, and for each token of the answer."""

    first: Annotated[Number, Field(ge=0, le=600)] = 0.0
    """Until the first token."""
    per_token: Annotated[Number, Field(ge=0, le=10)] = 0.0
    """For each token of the answer."""


@dataclass(frozen=True, kw_only=True)
class Failures(Record):
    """Shares of the reader's answers that fail in a way that models fail in. Rules and scripts are not spoiled."""

    refusal: Share = 0.0
    """It declines."""
    malformed_json: Share = 0.0
    """JSON that does not parse."""
    wrong_tool: Share = 0.0
    """A call of another tool than fits."""
    wrong_arguments: Share = 0.0
    """A call whose arguments do not fit."""


@dataclass(frozen=True, kw_only=True)
class RateLimits(Record):
    """What the rate-limit headers say; only faults enforce anything."""

    requests: Annotated[int, Field(ge=1)] = 500
    """Requests, as the header grants them."""
    tokens: Annotated[int, Field(ge=1)] = 200_000
    """Tokens, as the header grants them."""


@dataclass(frozen=True, kw_only=True)
class ScriptedModel(Record):
    """One model that candidates may name."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.:-]*$", max_length=64)]
    """What requests name."""
    kind: Literal["chat", "embedding"] = "chat"
    """What it answers with: text, or vectors."""
    context_window: Annotated[int, Field(ge=50, le=2_000_000)] = 8000
    """Tokens of a prompt; see `overflow`."""
    overflow: Literal["forget", "error"] = "forget"
    """What becomes of a prompt beyond the window: the oldest is forgotten, or the request is refused."""
    max_output: Annotated[int, Field(ge=1, le=20_000)] = 1000
    """Tokens of one answer."""
    dimensions: Annotated[int, Field(ge=8, le=1024)] = 256
    """Of an embedding."""
    price: Price = Price()
    """US dollars per million tokens."""
    latency: Latency = Latency()
    """Seconds on its clock."""
    drift: Share = 0.0
    """Chance, at temperature 1, that the reader takes its second choice."""
    failures: Failures = Failures()
    """Shares of the reader's answers that fail."""
    limits: RateLimits = RateLimits()
    """What its rate-limit headers say."""


@dataclass(frozen=True, kw_only=True)
class Reader(Record):
    """The simulated reader: what it does when the context lacks the answer, and what misleads it."""

    threshold: Share = 0.4
    """Score of the best sentence (share of the question's content words) under which the answer is not there."""
    unknown: str = "I don't know."
    """What it says where the answer is not there and the prompt asks it to say so."""
    obeys: Share = 1.0
    """How often it says so where the prompt asks it to, instead of making something up."""
    inventions: Annotated[list[str], Field(min_length=1)] = field(
        default_factory=lambda: [
            "Yes, {topic} is included in every plan at no extra charge.",
            "The usual time for {topic} is 30 days.",
            "Contact the sales team about {topic}; they confirm it within one hour.",
        ]
    )
    """What it makes up instead; `{topic}` stands for what was asked about."""
    cues: list[str] = field(default_factory=list)
    """Further phrases that begin an injected instruction, beside the built-in ones."""
    labels: dict[str, list[str]] = field(default_factory=dict)
    """A value of an enum → words of a question that speak for it."""

    def __post_init__(self) -> None:
        if any(cue != cue.casefold() or not cue.strip() for cue in self.cues):
            raise ValueError("cues are written in lower case and not empty")


@dataclass(frozen=True, kw_only=True)
class When(Record):
    """What a request looks like; all that is given must fit. Of a list of patterns, one must be found."""

    model: str = ""
    """The model that is asked."""
    last: Role = ""
    """Role of the last message."""
    says: list[str] = field(default_factory=list)
    """Patterns for the last message."""
    user_says: list[str] = field(default_factory=list)
    """Patterns for the last message of the user."""
    system_says: list[str] = field(default_factory=list)
    """Patterns for the last message of the system."""
    tool_says: list[str] = field(default_factory=list)
    """Patterns for the last message of that role."""
    offers: list[str] = field(default_factory=list)
    """Tools that are offered."""
    called: list[str] = field(default_factory=list)
    """Tools that the model has called in this conversation."""
    not_called: list[str] = field(default_factory=list)
    """Tools that the model has called in this conversation, or has not."""

    def names(self) -> set[str]:
        """What is captured, whichever pattern of a list is found."""
        lists = (self.says, self.user_says, self.system_says, self.tool_says)
        return {name for patterns in lists if patterns for name in set.intersection(*map(_names, patterns))}

    def __post_init__(self) -> None:
        for pattern in (*self.says, *self.user_says, *self.system_says, *self.tool_says):
            found = _NAME.findall(pattern)
            if not _NAME.sub("", pattern).strip():
                raise ValueError(f"the pattern {pattern!r} has no words of its own")
            if len(found) != len(set(found)) or not all(name.isidentifier() for name in found):
                raise ValueError(f"the pattern {pattern!r}: a name is a word, and stands once")


@dataclass(frozen=True, kw_only=True)
class Call(Record):
    """A tool call that a rule makes."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    """Of the tool."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """As JSON."""


@dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """When a request looks like `when`, the model says one of reply, json, calls or refusal (a reply may stand beside
    calls). `{name}` stands for what a pattern captured; `{user}` and `{last}` for those messages."""

    name: str = ""
    """For readers and for messages."""
    when: When = When()
    """The requests that it answers."""
    reply: str = ""
    """A text."""
    json_: dict[str, Any] | None = field(default=None, metadata=named("json"))
    """An object, sent as text."""
    calls: list[Call] = field(default_factory=list)
    """Of tools."""
    refusal: str = ""
    """It declines with this text."""
    times: Annotated[int, Field(ge=0)] = 0
    """How often in a test; 0: always."""

    def __post_init__(self) -> None:
        said = [bool(self.calls) or bool(self.reply), self.json_ is not None, bool(self.refusal)]
        if sum(said) != 1:
            raise ValueError("a rule has one of reply, json, calls or refusal")
        unknown = sorted(_names(self.model_dump_json(exclude={"when", "name"})) - self.when.names() - _ALWAYS)
        if unknown:
            raise ValueError(f"{{{unknown[0]}}} is captured by no pattern of this rule, or not by each of a list")


@dataclass(frozen=True, kw_only=True)
class ScheduledFault(Record):
    """A fault that strikes in every test, on schedule. Seconds are real ones."""

    kind: FaultKind
    """What happens."""
    after: Annotated[int, Field(ge=0)] = 0
    """Requests that go well first."""
    times: Annotated[int | None, Field(ge=1)] = 1
    """null: every request."""
    retry_after: Annotated[Number, Field(ge=0, le=3600)] = 1.0
    """What the header says."""
    seconds: Annotated[Number, Field(gt=0, le=600)] = 30.0
    """How long a `stall` lasts."""
    model: str = ""
    """Of this model only; of all where it is empty."""
    endpoint: Literal["", "chat", "responses", "embeddings"] = ""
    """Of this endpoint only; of all where it is empty."""
    contains: str = ""
    """Only requests that hold this text."""


@dataclass(frozen=True, kw_only=True)
class RealModel(Record):
    """Answers of a real model, recorded with `grade challenge play --live`, come before the scripted model's."""

    cassette: Annotated[str, Field(min_length=1, pattern=r"^[^/\\]")]
    """A file of the pack. What it does not hold is answered by the scripted model."""


@dataclass(frozen=True, kw_only=True)
class ModelFile(Record):
    """model.yaml as it was read."""

    version_of_schema: Annotated[int, Field(ge=1, le=1)] = field(metadata=named("schema"))
    """Of this file; 1."""
    speed: Annotated[Number, Field(ge=1, le=1000)] = 20.0
    """How many seconds of the model's clock pass in a real one while a request is open."""
    models: Annotated[list[ScriptedModel], Field(min_length=1)]
    """Those that candidates may name."""
    reader: Reader = Reader()
    """What answers where no rule fits."""
    rules: list[Rule] = field(default_factory=list)
    """The first that fits answers."""
    faults: list[ScheduledFault] = field(default_factory=list)
    """What goes wrong in every test."""
    live: RealModel | None = None
    """Recorded answers of a real model."""
    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False, metadata=NOT_READ)
    """What the cassette holds, by the digest of the request."""
    cassette_digest: str = field(default="", metadata=NOT_READ)
    """SHA-256 of the cassette that gradings replay, in hexadecimal; empty where there is none."""

    def __post_init__(self) -> None:
        ids = [model.id for model in self.models]
        if len(ids) != len(set(ids)):
            raise ValueError("models: an id stands twice")
        named = [rule.when.model for rule in self.rules] + [fault.model for fault in self.faults]
        unknown = [name for name in named if name and name not in ids]
        if unknown:
            raise ValueError(f"there is no model {unknown[0]!r}; models are {', '.join(ids)}")

    def as_data(self) -> dict[str, Any]:
        """All settings with their defaults, as the verifier gets them."""
        live = {"answers": self.answers, "asks": False} if self.live else None
        return self.model_dump(by_alias=True) | {"live": live}

    def with_cassette(self, raw: bytes, path: Path) -> ModelFile:
        """The same, with what the cassette at `path` holds. Raises ChallengeError."""
        answers = kept("cassette", [raw], lambda: cassette.parse(raw, path))
        return replace(self, answers=answers, cassette_digest=hashlib.sha256(raw).hexdigest())

    @property
    def recorded(self) -> int:
        """How many answers of a real model may be replayed in gradings."""
        return len(self.answers)


def load_model(root: Path) -> ModelFile | None:
    """The model of the pack in `root`; None where it has no model.yaml. Raises ChallengeError with file and line."""
    path = root / "model.yaml"
    return read_model(strict_yaml.read(path), root) if path.exists() else None


def read_model(raw: bytes, root: Path) -> ModelFile:
    """As `load_model`, for the bytes of the model.yaml in `root`; its cassette is read here, once."""
    path = root / "model.yaml"
    model = kept("model", [raw], lambda: _checked(raw, str(path)))
    if model.live is None:
        return model
    tape = root / model.live.cassette
    strict_yaml.check_no_link(tape)
    if not tape.resolve().is_relative_to(root.resolve()):
        raise ChallengeError(f"{path}: live.cassette leads out of the pack.")
    if tape.is_symlink():
        raise ChallengeError(f"{tape}: is a link to {visible(os.readlink(tape))}. Put the file itself there.")
    return model.with_cassette(cassette.read_bytes(tape), tape)


def _checked(raw: bytes, name: str) -> ModelFile:
    data, lines = strict_yaml.loads(raw, name)
    return strict_yaml.validate(ModelFile, data, lines, name)


def provenance(model: ModelFile | None, calls: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """Marks a grade that may rest on answers of a real model which were recorded before; empty for any other."""
    if model is None or not model.cassette_digest:
        return {}
    used = sum(call.get("source") == "cassette" for call in calls)
    return {"model_cassette": {"sha256": model.cassette_digest, "answers": model.recorded, "replayed": used}}


def _names(text: str) -> set[str]:
    return set(_NAME.findall(text))
