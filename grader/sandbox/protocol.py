"""What the rest of the grader asks of a sandbox. Implemented by `docker.DockerSandbox` and, for tests of the stages
above, by `grader.testing.ScriptedSandbox`; one contract suite runs against both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Event = Mapping[str, Any]
"""What a verifier says: `{"event": …}` with "expected", "connected", "sleeps", "test", "bridge_lost", "bridge_slow",
"model_request", "broken" or "done"; see sandbox/grader_protocol.py."""


LITTLE = 256
"""`CandidateLimits.shares` of what others go before: a quarter of what every other container has."""


@dataclass(frozen=True, kw_only=True)
class CandidateLimits:
    """Limits of the candidate's container. Bytes, seconds of the candidate's own time, cores."""

    cpus: float = 1.0
    memory: int = 512_000_000
    processes: int = 64
    disk: int = 64_000_000
    call: float = 10.0
    total: float = 120.0
    reply: int = 1 << 20
    output: int = 1 << 16
    open_files: int = 512
    shares: int = 0
    """Weight on the processors, of 1024, where there are fewer of these than are wanted; 0: as all other containers."""
    ceiling: float = 0.0
    """Times `total`: how long all may take on this machine's clock, where it keeps processors from the candidate; 0: as
    long as hidden tests may."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One submission to run the hidden tests against."""

    tests: Mapping[str, bytes] = field(repr=False)
    """Files of the pack's `tests/`; they go into the verifier and nowhere else."""
    files: Mapping[str, bytes] = field(repr=False)
    """The submission."""
    module: str
    seed: int
    limits: CandidateLimits
    candidate_image: str
    preload: tuple[str, ...] = ()
    """Packages of the environment that the submission imports."""
    model: Mapping[str, Any] | None = None
    """How the scripted model behaves (`grader.challenge.model`); None for a pack without one."""
    only: tuple[str, ...] = ()
    """Parts of test ids; when given, only these tests run."""
    relay: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = field(default=None, repr=False)
    """Asks a real model in the verifier's stead; only ever set for an author's own trial (`grade challenge play`)."""


class Sandbox(Protocol):
    """One run. `boot`, `run` and `close` are called once, in this order; `close` whatever happened before."""

    def boot(self) -> None:
        """Starts what does not depend on the submission, in the background. Errors surface in `run`."""

    def run(self, job: Job) -> Iterator[Event]:
        """The events of the run, in order: `expected` first, each expected test at most once, `done` last unless the
        pack is broken. What they wait for may be started before the first is asked for. Asking for them raises
        InfrastructureError when the run could not be carried out."""

    def facts(self) -> Mapping[str, Any]:
        """What the run rested on: digests of images, version and kind of engine, limits."""

    def close(self) -> None:
        """Removes everything that was started, and waits until it is gone. May be called more than once."""
