"""The real sandbox: two containers on one Docker engine, local or remote.

The verifier starts first, with no network but its own loopback; the candidate's container joins that network
namespace. Both are removed by the engine when they end (`AutoRemove`), the verifier ends when its standard input
closes, and the candidate's container ends when the verifier does: whatever becomes of this process, nothing stays.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from grader import scratch
from grader.errors import ChallengeError, GraderError, InfrastructureError, visible
from grader.records import Fault
from grader.sandbox import failure, images
from grader.sandbox.containers import candidate_options, verifier_options
from grader.sandbox.engine import connect, explain, observe
from grader.sandbox.janitor import labels, sweep
from grader.sandbox.protocol import Event, Job
from grader.sandbox.stream import Stream

if TYPE_CHECKING:
    from docker import APIClient

RESTARTS = 3
"""How often a candidate's container that was brought down is made anew; after that its tests fail."""
SLACK_SECONDS = 120.0
"""Wall time that hidden tests may take beside the candidate's own."""
BOOT_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""How often a candidate's container is looked at that has not been heard yet."""
REMOVAL_SECONDS = 30.0


class DockerSandbox:
    """One run in Docker. See `protocol.Sandbox`. `clock(stage, seconds)` is told how long things took; `pins` keeps the
    images the same for several runs; both containers stay on `cores` (`"0-1"`), or anywhere where that is empty."""

    def __init__(
        self,
        run_id: str,
        *,
        runtime: str = "",
        clock: Callable[[str, float], None] | None = None,
        pins: images.Pins | None = None,
        cores: str = "",
    ) -> None:
        self.run_id, self.runtime = run_id, runtime
        self._clock = clock or (lambda _stage, _seconds: None)
        self._pins, self._cores = pins or images.Pins(), cores
        self._created, self._running = threading.Event(), threading.Event()
        self._problem: GraderError | None = None
        self._engine: APIClient | None = None
        self._stream: Stream | None = None
        self._verifier = self._candidate = ""
        self._began = time.monotonic()
        self._restarts, self._token, self._connected = 0, secrets.token_hex(8), False
        self._looked = float("inf")
        self._threads: list[threading.Thread] = []
        self._closing = threading.Lock()
        self._facts: dict[str, Any] = {"images": {}}

    @property
    def _client(self) -> APIClient:
        if self._engine is None:
            raise InfrastructureError("Docker was not reached.", fix="grade doctor")
        return self._engine

    # ------------------------------------------------------------------------------------------------ protocol

    def boot(self) -> None:
        # Reached from this thread: importing the client beside other imports would only make both slower.
        try:
            self._engine = connect()
        except GraderError as problem:
            self._fail(problem)
        else:
            self._in_background(self._boot)

    def run(self, job: Job) -> Iterator[Event]:
        self._wait(self._created)
        assert self._stream is not None  # noqa: S101 - set before `_created`
        start = self._in_background(lambda: self._start_candidate(job))
        self._stream.send(job, self._token)
        deadline = time.monotonic() + job.limits.total * 2 + SLACK_SECONDS
        for event in self._stream.events(deadline, self._check):
            if event["event"] == "bridge_lost":
                start.join(BOOT_SECONDS)
                try:
                    self._stream.tell(self._after_loss(job))
                except Exception as problem:
                    raise explain(problem, retry=True) from problem
                continue
            if event["event"] == "model_request":
                self._relay(job, event)
                continue
            self._connected |= event["event"] == "connected"
            yield event
            if event["event"] in {"done", "broken"}:
                return
        self._raise_problem()
        raise self._verifier_ended(late=time.monotonic() >= deadline)

    def usable(self) -> bool:
        """Whether nothing has gone wrong since it was booted: it may have waited for its submission for long."""
        return self._problem is None and (self._stream is None or not self._stream.ended())

    def _relay(self, job: Job, event: Event) -> None:
        """Has a real model asked, where the job allows it: the verifier has no network to do so."""
        assert self._stream is not None  # noqa: S101 - it is where the event came from
        if job.relay is None:
            raise ChallengeError("The verifier asked for a real model, which this run does not allow.")
        self._stream.tell({"model_request": event["number"], "answer": job.relay(event)})

    def facts(self) -> Mapping[str, Any]:
        return dict(self._facts)

    def close(self) -> None:
        with self._closing:  # an interrupt may close while a thread of the pipeline does
            self._close()

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        while self._threads:
            self._threads.pop().join(BOOT_SECONDS)
        if self._stream is not None:  # it may have come into being while the threads were waited for
            self._stream.close()
        for name in (self._candidate, self._verifier):
            if name:
                self._in_background(partial(self._remove, name))
        while self._threads:
            self._threads.pop().join(REMOVAL_SECONDS)
        self._candidate = self._verifier = ""
        if self._engine is not None:
            self._engine.close()

    # ------------------------------------------------------------------------------------------------ steps

    def _boot(self) -> None:
        began = time.monotonic()
        self._verifier = self._create("verifier", images.verifier_recipe().tag, verifier_options())
        self._stream = Stream(self._client, self._verifier)
        self._created.set()
        self._client.start(self._verifier)
        self._running.set()
        self._clock("boot_verifier", time.monotonic() - began)
        sweep(self._client)
        scratch.sweep()

    def _start_candidate(self, job: Job) -> None:
        began = time.monotonic()
        options = candidate_options(job.limits, self._verifier, self.run_id, self.runtime, self._token)
        self._facts["limits"] = options["shown"]
        self._candidate = self._create("candidate", job.candidate_image, options)
        self._client.put_archive(self._candidate, "/submission", pack(job.files))
        self._wait(self._running)
        self._client.start(self._candidate)
        self._looked = time.monotonic()
        self._clock("start_candidate", time.monotonic() - began)

    def _create(self, role: str, image: str, options: Mapping[str, Any]) -> str:
        host = self._client.create_host_config(**options["host"], cpuset_cpus=self._cores or None)
        name = f"grader-{self.run_id}-{role}" + (f"-{self._restarts}" if self._restarts else "")
        marks, pinned = labels(self.run_id, role), self._pins.of(self._client, image)
        made = self._client.create_container(pinned, host_config=host, name=name, labels=marks, **options["container"])
        self._facts["images"][role] = {"tag": image, "id": pinned}
        return str(made["Id"])

    def _remove(self, container: str) -> None:
        """Removes it with its volumes and waits until it is gone; another remover may be faster."""
        from docker.errors import APIError, NotFound

        with contextlib.suppress(NotFound):
            try:
                self._client.remove_container(container, force=True, v=True)
            except APIError as problem:
                if problem.status_code != 409:  # 409: the engine is removing it already
                    raise
                self._client.wait(container, condition="removed", timeout=REMOVAL_SECONDS)

    # ------------------------------------------------------------------------------------------------ faults

    def _after_loss(self, job: Job) -> dict[str, Any]:
        """The candidate's container does not answer or has gone: says whose fault that is, makes sure that it is dead,
        and makes a new one. Only then does the verifier listen again, at an address that nothing old can know."""
        elapsed = time.monotonic() - self._began
        seen = observe(self._client, self._candidate, elapsed, silent=True, candidate_ran=self._connected)
        verdict = failure.candidate_container(seen)
        if verdict.fault is not Fault.CANDIDATE:
            raise InfrastructureError(verdict.sentence, fix="grade doctor, then grade again", retry=True)
        self._remove(self._candidate)
        self._restarts, self._token = self._restarts + 1, secrets.token_hex(8)
        again = self._restarts <= RESTARTS
        if again:
            self._start_candidate(job)
        told = {"fault": str(verdict.fault), "limit": verdict.limit, "message": verdict.sentence}
        return {"again": again, "bridge": self._token, **told}

    def _verifier_ended(self, *, late: bool) -> GraderError:
        assert self._stream is not None  # noqa: S101
        seen = observe(self._client, self._verifier, time.monotonic() - self._began)
        verdict = failure.verifier_container(failure.replace(seen, ended_by_us=late))
        said = visible(self._stream.errors.strip()[-600:], 600)
        sentence = verdict.sentence + (f" Its last words: {said}" if said else "")
        if verdict.fault is Fault.CHALLENGE:
            return ChallengeError(sentence, fix="grade challenge check")
        return InfrastructureError(sentence, fix="grade doctor, then grade again", retry=True)

    def _wait(self, event: threading.Event) -> None:
        if not event.wait(BOOT_SECONDS) and self._problem is None:
            raise InfrastructureError(
                f"Docker did not start a container within {BOOT_SECONDS:.0f} s.", fix="grade doctor"
            )
        self._raise_problem()

    def _fail(self, problem: GraderError) -> None:
        """Lets whoever waits in `run` go on, to meet `problem` there."""
        self._problem = self._problem or problem
        self._created.set()
        self._running.set()

    def _check(self) -> None:
        """While the verifier is silent: whether there is still something to wait for."""
        self._raise_problem()
        if not self._connected and time.monotonic() > self._looked + LOOK_SECONDS:
            self._looked = time.monotonic()
            self._look_for_candidate()

    def _look_for_candidate(self) -> None:
        """A container that is gone before its bridge was heard will not be heard. What the candidate may have caused
        is left to `_after_loss`, which gives it another container."""
        from docker.errors import NotFound

        with contextlib.suppress(NotFound):
            if self._client.inspect_container(self._candidate)["State"]["Running"]:
                return
        seen = observe(self._client, self._candidate, time.monotonic() - self._began, candidate_ran=False)
        verdict = failure.candidate_container(seen)
        if verdict.fault is not Fault.CANDIDATE and not self._connected:
            raise InfrastructureError(verdict.sentence, fix="grade doctor, then grade again", retry=True)

    def _raise_problem(self) -> None:
        if self._problem is not None:
            raise self._problem

    def _in_background(self, work: Callable[[], None]) -> threading.Thread:
        """Runs `work` in a thread; what it raises is raised by the thread that runs the job."""

        def guarded() -> None:
            try:
                work()
            except Exception as problem:
                self._fail(explain(problem, retry=True))

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread


def pack(files: Mapping[str, bytes]) -> bytes:
    """The submission as a tar that root owns and everybody may read: candidate code cannot change itself."""
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for folder in sorted({"/".join(path.split("/")[:n]) for path in files for n in range(1, path.count("/") + 1)}):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755 if content[:2] == b"#!" else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return memory.getvalue()
