"""One grading: what is asked for, and what it knows and has taken while it is under way."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.report.write import Pages, check_out
from grader.settings import Settings

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.records import Closed, Submission
    from grader.sandbox.protocol import Sandbox
    from grader.secret import Secret

Say = Callable[[str], None]
ClosedGates = Callable[[str], "Mapping[str, Closed]"]
"""A calibration's id → the criteria whose gate falling agreement has closed since, as the store has it."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be graded, against what, and where the result goes."""

    source: str
    challenge: Pack | Path
    """The pack, or its folder where it is still to be read: whoever grades many reads it once."""
    out: Path
    judge: bool = True
    only: tuple[str, ...] = ()
    """Parts of test ids, to run only those: for authors. The grade says so."""
    pages: Pages = field(default_factory=Pages)
    fetch_first: bool = False
    """Whether the packages that the submission lists are fetched before a sandbox is asked for, since that may be
    waited for and fetching takes long. Otherwise the containers boot meanwhile."""
    own: tuple[Path, ...] = ()
    """Files of the operator's, as the store, that are not the candidate's where they lie in the submission."""
    round: str = ""
    """The round of the challenge that the candidate was given; what was handed in is held against it."""
    found_in: str = ""
    """The folder in which the source was only found: no link leads from there to what is graded. Empty where the
    operator named the source itself."""

    def check_out(self) -> None:
        """Checks the output folder, and against what is graded where that will be read at all. Raises UsageError,
        InfrastructureError."""
        check_out(self.out, "" if self.found_in and self._unfit() else self.source)

    def _unfit(self) -> bool:
        from grader.submission.folder import unfit

        return bool(unfit(self.source, self.found_in))

    @property
    def folder(self) -> Path:
        """The pack's folder."""
        return self.challenge if isinstance(self.challenge, Path) else self.challenge.root


@dataclass
class Run:
    """One grading under way: its id, its clock, what has been read, and who is told about progress."""

    request: Request
    settings: Settings
    say: Say
    progress: Callable[[int, int], None] = lambda _done, _all: None
    judge_lane: contextlib.AbstractContextManager[object] = field(default_factory=contextlib.nullcontext)
    """Entered for each call of the judge, from several threads: where runs share what an endpoint bears."""
    closed_gates: ClosedGates = lambda _calibration: {}
    secret: Secret | None = None
    """Keys the seed; the operator's where None."""
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    timings: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    submission: Submission | None = None
    """Once it has been read: a page that says why there is no grade says of what."""
    _pack: Pack | None = None

    def pack(self) -> Pack:
        """The pack; read when first asked for, and the same to the end. Raises ChallengeError."""
        if self._pack is None and isinstance(self.request.challenge, Path):
            from grader.challenge import load_pack

            self._pack = load_pack(self.request.challenge)
        return self._pack or self.request.challenge  # type: ignore[return-value] # no Path, else it has been read

    def key(self) -> Secret:
        """The secret that keys this run's seed, the same to its end. Raises UsageError where there can be none."""
        if self.secret is None:
            from grader.secret import of

            self.secret = of(self.settings)
        return self.secret

    def seed(self, submission: Submission) -> int:
        """What the hidden tests draw their data from. Raises ChallengeError, UsageError."""
        return self.key().seed(self.pack().digest, submission.digest)

    def took(self, stage: str, seconds: float) -> None:
        self.timings[stage] = round(self.timings.get(stage, 0.0) + seconds, 4)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.took(name, time.monotonic() - began)


MakeSandbox = Callable[[Run], "Sandbox"]


def docker_sandbox(run: Run) -> Sandbox:
    """The sandbox that `grade` uses."""
    from grader.sandbox.docker import DockerSandbox

    return DockerSandbox(run.id, runtime=run.settings.runtime, base_image=run.settings.base_image, clock=run.took)
