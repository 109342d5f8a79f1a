"""The real sandbox: two containers on one Docker engine, local or remote.

Each has no network but a loopback of its own. They meet in a folder that the candidate's container can neither list nor
write to; hidden tests reach the submission through what its bridge hands over there. Both are removed by the engine
when they end (`AutoRemove`), the verifier ends when its standard input closes, and the candidate's container ends when
the process of the verifier that serves it does: whatever becomes of this process, nothing stays.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from grader.errors import ChallengeError, InfrastructureError
from grader.records import Fault
from grader.sandbox import failure
from grader.sandbox.background import Background
from grader.sandbox.containers import candidate_options
from grader.sandbox.engine import MISSING, create, explain, observe, remove, status
from grader.sandbox.inside import agreed
from grader.sandbox.protocol import Event, Job
from grader.sandbox.verifier import BOOT_SECONDS, REMOVAL_SECONDS, Clock, Verifier

if TYPE_CHECKING:
    from docker import APIClient

RESTARTS = 3
"""How often a candidate's container that was brought down is made anew; after that its tests fail."""
SLACK_SECONDS = 120.0
"""Wall time that hidden tests may take beside the candidate's own."""
REPLACEMENTS = 2.0
"""Times the candidate's own time: what it takes to replace containers that took too long to clear away. Each has cost a
second of the candidate's own before."""
LOOK_SECONDS = 2.0
"""How often a candidate's container is looked at that has not been heard yet."""


def longest(total: float, ceiling: float = 0.0) -> float:
    """Seconds of wall time in which a run is over, if each part keeps to its own limit: `total` of the candidate's own
    time on a machine that starves it, containers that are lost or replaced, and the hidden tests' own work."""
    return total * ((ceiling or agreed.CEILING) + REPLACEMENTS) + (RESTARTS + 1) * agreed.ANSWER_SECONDS + SLACK_SECONDS


class DockerSandbox:
    """One run in Docker. See `protocol.Sandbox`. `clock(stage, seconds)` is told how long things took. A `verifier`
    that is lent goes on when the run is over; without one, the run has its own."""

    def __init__(
        self,
        run_id: str,
        *,
        runtime: str = "",
        base_image: str = "",
        clock: Clock = lambda _stage, _seconds: None,
        verifier: Verifier | None = None,
    ) -> None:
        self.run_id, self.runtime = run_id, runtime
        self._clock = clock
        self._verifier, self._own = verifier or Verifier(base_image=base_image), verifier is None
        self._background = Background()
        self._candidate = ""
        self._began = time.monotonic()
        self._losses, self._restarts = 0, 0
        self._token, self._connected = secrets.token_hex(16), False
        self._looked = float("inf")
        self._closing = threading.Lock()
        self._closed = False
        self._facts: dict[str, Any] = {"images": {}}

    @property
    def _client(self) -> APIClient:
        return self._verifier.client

    # ------------------------------------------------------------------------------------------------ protocol

    def boot(self) -> None:
        self._verifier.boot(self.run_id, self._clock)

    def run(self, job: Job) -> Iterator[Event]:
        """The candidate's container is made at once, and not when the first event is asked for."""
        return self._events(job, self._background.start(partial(self._begin, job)))

    def _begin(self, job: Job) -> None:
        self._verifier.created()
        self._start_candidate(job)

    def _events(self, job: Job, start: threading.Thread) -> Iterator[Event]:
        self._verifier.created()
        self._facts["images"]["verifier"] = self._verifier.image
        self._facts["verifier_served_before"] = self._verifier.served
        deadline = time.monotonic() + longest(job.limits.total, job.limits.ceiling)
        for event in self._verifier.serve(job, self._token, deadline, partial(self._check, job)):
            if event["event"] in {"bridge_lost", "bridge_slow"}:
                start.join(BOOT_SECONDS)
                replaced = self._after_loss if event["event"] == "bridge_lost" else self._renewed
                try:
                    self._verifier.tell(replaced(job))
                except Exception as problem:
                    raise explain(problem, retry=True) from problem
            elif event["event"] == "model_request":
                self._relay(job, event)
            else:
                self._connected |= event["event"] == "connected"
                yield event

    def facts(self) -> Mapping[str, Any]:
        return dict(self._facts)

    def close(self) -> None:
        """Removes the candidate's container, and a verifier that is the run's own or of no use any more. One that goes
        on sees to it that the container is gone before it serves another submission."""
        with self._closing:  # an interrupt may close while a thread of the pipeline does
            if self._closed:  # and a verifier that is lent may serve another by now
                return
            self._closed = True
            ends = self._own or not self._verifier.usable()
            if ends:
                self._verifier.hang_up()  # the candidate's container ends with it, and need not be ended by us
            self._background.join(BOOT_SECONDS)
            if self._candidate:
                self._verifier.dismiss(self._candidate)
                self._candidate = ""
            if ends:
                self._verifier.close()

    # ------------------------------------------------------------------------------------------------ steps

    def _start_candidate(self, job: Job) -> None:
        began = time.monotonic()
        lent, names = self._verifier.container, self._verifier.names
        options = candidate_options(job.limits, lent, self.run_id, self.runtime, self._token, names)
        self._facts["limits"] = options["shown"]
        image = self._verifier.pins.of(self._client, job.candidate_image)
        self._facts["images"]["candidate"] = {"tag": job.candidate_image, "id": image}
        try:
            self._candidate = create(
                self._client,
                self.run_id,
                "candidate",
                image,
                options,
                cores=self._verifier.cores,
                again=self._restarts,
            )
            self._client.start(self._candidate)
        except Exception as problem:
            if not names or not status(problem):
                raise
            self._without_names(job)
        self._looked = time.monotonic()
        self._clock("start_candidate", time.monotonic() - began)

    def _without_names(self, job: Job) -> None:
        """In place of a container whose /etc/hosts could not be mounted, or in which localhost is no name: one whose
        network the engine makes, which takes longer. So are the next."""
        if self._candidate:
            remove(self._client, self._candidate, REMOVAL_SECONDS)
        self._verifier.names, self._restarts = "", self._restarts + 1
        self._start_candidate(job)

    def _relay(self, job: Job, event: Event) -> None:
        """Has a real model asked, where the job allows it: the verifier has no network to do so."""
        if job.relay is None:
            raise ChallengeError("The verifier asked for a real model, which this run does not allow.")
        self._verifier.tell({"model_request": event["number"], "answer": job.relay(event)})

    # ------------------------------------------------------------------------------------------------ faults

    def _after_loss(self, job: Job) -> agreed.Answer:
        """The candidate's container does not answer or has gone: says whose fault that is, makes sure that it is dead,
        and makes a new one. Only then does the verifier listen again, at an address that nothing old can know."""
        elapsed = time.monotonic() - self._began
        seen = observe(self._client, self._candidate, elapsed, silent=True, candidate_ran=self._connected)
        verdict = failure.candidate_container(seen)
        if verdict.fault is not Fault.CANDIDATE:
            raise InfrastructureError(verdict.sentence, fix="grade doctor, then grade again", retry=True)
        self._losses += 1
        again = self._losses <= RESTARTS
        bridge = self._renewed(job, start=again)["bridge"]
        limit, message = verdict.limit, verdict.sentence
        return {"again": again, "bridge": bridge, "fault": "candidate", "limit": limit, "message": message}

    def _renewed(self, job: Job, *, start: bool = True) -> agreed.Answer:
        """Removes the candidate's container, and starts another in its place. The address of its bridge."""
        remove(self._client, self._candidate, REMOVAL_SECONDS)
        self._restarts, self._token = self._restarts + 1, secrets.token_hex(16)
        if start:
            self._start_candidate(job)
        return {"bridge": self._token}

    def _check(self, job: Job) -> None:
        """While the verifier is silent: whether there is still something to wait for."""
        self._background.check()
        if not self._connected and time.monotonic() > self._looked + LOOK_SECONDS:
            self._looked = time.monotonic()
            self._look_for_candidate(job)

    def _look_for_candidate(self, job: Job) -> None:
        """A container that is gone before its bridge was heard will not be heard. What the candidate may have caused
        is left to `_after_loss`, which gives it another container."""
        try:
            if self._client.inspect_container(self._candidate)["State"]["Running"]:
                return
        except Exception as problem:
            if status(problem) != MISSING:
                raise
        seen = observe(self._client, self._candidate, time.monotonic() - self._began, candidate_ran=False)
        if seen.exit_code == agreed.EXIT_NETWORK and self._verifier.names and not self._connected:
            self._without_names(job)
            return
        verdict = failure.candidate_container(seen)
        if verdict.fault is not Fault.CANDIDATE and not self._connected:
            raise InfrastructureError(verdict.sentence, fix="grade doctor, then grade again", retry=True)
