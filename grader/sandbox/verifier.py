"""The verifier's container: trusted, with no network but its own loopback. It serves one submission after another, each
in a new process that its pid 1 forks (grader_verifier/boot.py), and ends when its standard input closes."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from grader import scratch
from grader.errors import ChallengeError, GraderError, InfrastructureError, visible
from grader.records import Fault
from grader.sandbox import failure, images
from grader.sandbox.background import Background
from grader.sandbox.containers import verifier_options
from grader.sandbox.engine import create, leave, observe, reach, source_of
from grader.sandbox.inside import agreed
from grader.sandbox.janitor import sweep
from grader.sandbox.progress import Progress
from grader.sandbox.protocol import Event, Job
from grader.sandbox.stream import Stream

if TYPE_CHECKING:
    from docker import APIClient

BOOT_SECONDS = 60.0
REMOVAL_SECONDS = 30.0
LEAVES_SECONDS = 0.5
"""How long a container may take to go by itself."""
USABLE_SECONDS = 3600.0
"""Older ones are made anew: long before another machine's grader may take their containers for forgotten."""
Clock = Callable[[str, float], None]


class Verifier:
    """One container. `boot` starts it in the background, `serve` gives it one submission at a time, `close` removes it.
    `pins` keeps the images the same for several runs; it stays on `cores` (`"0-1"`), or anywhere where these are empty,
    and so do the candidates' containers that it serves."""

    def __init__(self, *, pins: images.Pins | None = None, cores: str = "", base_image: str = "") -> None:
        self.pins, self.cores, self.base_image = pins or images.Pins(), cores, base_image
        self.container = ""
        self.image: Mapping[str, str] = {}
        self.names = ""
        """Where the engine keeps the candidate's /etc/hosts; empty where that is the engine's own matter."""
        self.served = 0
        self._background = Background()
        self._leaving = Background()
        """Removes the candidates' containers that it served."""
        self._created = self._background.event()
        self._engine: APIClient | None = None
        self._stream: Stream | None = None
        self._clean = True
        self._booted = 0.0
        self._closing = threading.Lock()

    @property
    def client(self) -> APIClient:
        """The connection to its engine. Raises InfrastructureError before `boot`."""
        if self._engine is None:
            raise InfrastructureError("Docker was not reached.", fix="grade doctor")
        return self._engine

    def boot(self, run_id: str = "", clock: Clock = lambda _stage, _seconds: None) -> None:
        """Starts it, unless that was done before. `run_id` is the first run that it is for. What goes wrong is raised
        by `created`."""
        if self._booted:
            return
        self._booted = time.monotonic()
        # Reached from this thread: importing the client beside other imports would only make both slower.
        try:
            self._engine = reach()
        except GraderError as problem:
            self._background.fail(problem)
        else:
            self._background.start(partial(self._boot, run_id or secrets.token_hex(6), clock))

    def _boot(self, run_id: str, clock: Clock) -> None:
        tag = images.verifier_recipe(self.base_image).tag
        pinned = self.pins.of(self.client, tag)
        self.image = {"tag": tag, "id": pinned}
        self.container = create(self.client, run_id, "verifier", pinned, verifier_options(), cores=self.cores)
        self._stream = Stream(self.client, self.container)
        self.names = source_of(self.client, self.container, agreed.NAMES)
        self._created.set()
        self.client.start(self.container)
        clock("boot_verifier", time.monotonic() - self._booted)
        sweep(self.client)
        scratch.sweep()

    def created(self) -> str:
        """Waits until its container has been made, which then may be joined; its id. Raises what went wrong."""
        self._background.wait(self._created, BOOT_SECONDS)
        return self.container

    def serve(self, job: Job, bridge: str, deadline: float, check: Callable[[], None]) -> Iterator[Event]:
        """Hands `job` over, with the token of the bridge's address, and gives what the verifier says: `done` or
        `broken` is the last. `check` is called now and then while it is silent, and may raise. Raises GraderError where
        it ended before, or where `deadline` (monotonic) has passed."""
        began = time.monotonic()
        stream = self._attached
        self._clean = False
        for event in stream.events(min(deadline, began + BOOT_SECONDS), partial(self._checked, check)):
            if event["event"] == "ready":
                break
        else:
            raise self._problem(self._verdict(began))
        # Files of a submission lie where the container before could see them, were it not gone.
        if not self._leaving.join(REMOVAL_SECONDS):
            raise InfrastructureError("Docker did not remove the container before.", fix="grade doctor", retry=True)
        self._leaving.check()
        stream.send(job, bridge)
        progress = Progress()
        for event in stream.events(deadline, partial(self._checked, check)):
            if not progress.hear(event):
                continue
            if event["event"] in {"done", "broken"}:
                self.served += 1
                self._clean = event["event"] == "done"
                yield event
                return
            yield event
        verdict = self._verdict(began, late=time.monotonic() >= deadline, in_hand=bool(progress.in_hand))
        if verdict.fault is not Fault.CANDIDATE:
            raise self._problem(verdict)
        yield from progress.ended_by_the_candidate(verdict)

    def tell(self, message: Mapping[str, Any]) -> None:
        """A word to the process that serves the present job."""
        self._attached.tell(message)

    def dismiss(self, candidate: str) -> None:
        """Removes the container of a candidate, in the background: the next submission, and `close`, wait for it."""
        self._leaving.start(partial(leave, self.client, candidate, LEAVES_SECONDS, REMOVAL_SECONDS))

    def usable(self) -> bool:
        """Whether it can serve another submission: the last one ended well, and it is there."""
        young = not self._booted or time.monotonic() - self._booted < USABLE_SECONDS
        gone = self._stream is not None and self._stream.ended()
        return young and self._clean and not gone and not (self._background.problem or self._leaving.problem)

    def close(self) -> None:
        """Ends and removes it, and waits until it is gone. May be called more than once, from several threads."""
        with self._closing:
            self._clean = False
            self._hang_up()
            self._background.join(BOOT_SECONDS)
            self._hang_up()  # it may have come into being while the threads were waited for
            if self.container:
                self.dismiss(self.container)
            self._leaving.join(REMOVAL_SECONDS)
            self.container = ""
            if self._engine is not None:
                self._engine.close()

    def hang_up(self) -> None:
        """Closes its standard input: it ends, and the candidate's container after it."""
        with self._closing:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def _attached(self) -> Stream:
        self.created()
        assert self._stream is not None  # noqa: S101 - set before `_created`
        return self._stream

    def _checked(self, check: Callable[[], None]) -> None:
        self._background.check()
        check()

    def _verdict(self, began: float, *, late: bool = False, in_hand: bool = False) -> failure.ContainerFault:
        """Whose doing it is that it ended."""
        self._background.check()
        seen = observe(self.client, self.container, time.monotonic() - began)
        return failure.verifier_container(failure.replace(seen, ended_by_us=late, in_hand=in_hand))

    def _problem(self, verdict: failure.ContainerFault) -> GraderError:
        """Its last line is told and no more: what comes before quotes hidden tests, and a candidate may read this."""
        said = visible("".join(self._attached.errors.strip().splitlines()[-1:]), 300)
        sentence = verdict.sentence + (f" Its last words: {said}" if said else "")
        if verdict.fault is Fault.CHALLENGE:
            return ChallengeError(sentence, fix="grade challenge check")
        return InfrastructureError(sentence, fix="grade doctor, then grade again", retry=True)
