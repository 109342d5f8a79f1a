"""The model of a cassette's lines (cassette.py)."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, TypeAdapter

from grader.challenge.strict import Strict


class SpokenCall(Strict):
    """A tool call; `arguments` is text as the model wrote it."""

    name: str
    arguments: str


class Spoken(Strict):
    """One choice of an answer."""

    text: str
    tool_calls: list[SpokenCall]
    refusal: str
    finish: Literal["stop", "length", "tool_calls"]


class RecordedAnswer(Strict):
    """What was answered to the request with this digest. Seconds and US dollars as they were when it was asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    asked: str
    """The model's name at the endpoint."""
    replies: list[Spoken] = Field(min_length=1)
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    seconds: float = Field(ge=0)
    cost: float = Field(ge=0)


ENTRY = TypeAdapter(RecordedAnswer)
