"""The pytest plugin of the verifier: fixtures for hidden tests, and what becomes of each test."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import drawing
import pytest
from blame import CandidateError, whose
from bridge_link import BridgeLostError, Capture, Link, NoProcessError, Process
from candidate import Budget, Candidate
from events import Events, cut

if TYPE_CHECKING:
    from _pytest._code import TracebackEntry


@dataclass(frozen=True)
class Job:
    """What the host sent: limits of the run, the seed, and the submission as data."""

    seed: int
    module: str
    call_seconds: float
    total_seconds: float
    reply_bytes: int
    output_bytes: int
    packages: list[str]
    trusted: list[str]
    preload: list[str]
    only: list[str]
    files: dict[str, bytes]
    model: dict | None = None
    """model.yaml as the host checked it; None where the pack has none."""


@dataclass
class Observed:
    """What is being observed of the test that runs now."""

    test: str = ""
    status: str = "passed"
    message: str = ""
    fault: str | None = None
    stumbled: bool = False
    metrics: list[dict[str, object]] = field(default_factory=list)
    candidate: Candidate | None = None


class Verifier:
    """Runs in the pytest process. `wait_for_bridge` is called once, after the list of tests has been fixed."""

    def __init__(self, job: Job, events: Events, connect, ask_host, ask_model=None) -> None:
        self.job, self.events = job, events
        self.connect, self.ask_host = connect, ask_host
        self.budget = Budget(job.call_seconds, job.total_seconds)
        self.link: Link | None = None
        self.now = Observed()
        self.numbers = drawing.stream(job.seed, "numbers")
        self.resources: dict[str, float] = {}
        self.given_up = ""
        self.gateway = start_gateway(job, ask_model)

    # ------------------------------------------------------------------------------------------------ the list

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n, group=…): what the test is worth, and where it belongs")
        config.addinivalue_line("markers", "group(name): the group of a module's tests")
        config.addinivalue_line("markers", "in_order: the tests of this module or class run in the order they stand in")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.events.send("broken", message=cut(f"{report.nodeid}: {report.longreprtext}"))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.job.only:
            items[:] = [item for item in items if any(wanted in item.nodeid for wanted in self.job.only)]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The set of expected tests is fixed here; no candidate code has run, and none can before `setup` below."""
        try:
            tests = [
                {"id": item.nodeid, "group": group(item), "max_points": points(item), "title": title(item)}
                for item in session.items
            ]
        except (pytest.UsageError, ValueError, TypeError) as problem:
            self.events.send("broken", message=cut(str(problem)))
            raise
        if not tests and not session.testsfailed:
            of = f" whose id holds {' or '.join(self.job.only)}" if self.job.only else ""
            self.events.send("broken", message=f"there is no test{of}")
        self.events.send("expected", tests=tests)
        session.items[:] = drawing.tests(session.items, self.job.seed)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        if session.testsfailed:
            raise session.Interrupted("the hidden tests cannot be collected")
        try:
            self.setup(self.connect(""), self.job.preload)
        except BridgeLostError as lost:
            self.replace_bridge("", str(lost))

    def pytest_internalerror(self, excrepr: object) -> None:
        self.events.send("broken", message=cut(str(excrepr)))

    def setup(self, link: Link, preload: list[str]) -> None:
        self.link = link
        env = self.gateway.listen() if self.gateway else {}
        reply, _ = link.ask(op="setup", packages=self.job.packages, trusted=self.job.trusted, preload=preload, env=env)
        self.events.send("connected", python=reply["python"])

    def socket(self, family: int, kind: int, protocol: int) -> int | None:
        """A socket in the candidate's network; see candidate_network.py."""
        if self.link is None:
            return None
        try:
            reply, ends = self.link.ask(op="socket", family=family, type=kind, proto=protocol)
        except NoProcessError as problem:
            raise CandidateError("ProcessLimit", f"a socket could not be made: {problem}", limit="processes") from None
        if not ends:
            raise OSError(reply["errno"], os.strerror(reply["errno"]))
        os.set_inheritable(ends[0], False)
        return ends[0]

    # ------------------------------------------------------------------------------------------------ one test

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        self.now = Observed(test=item.nodeid)
        if self.gateway:
            self.gateway.reset()
        if self.given_up:
            self.not_run(item, self.given_up, [])
        elif self.budget.left <= 0:
            self.not_run(item, f"the tests before it used up the whole run's {self.budget.total:g} s", ["total"])
        else:
            return None
        return True

    def not_run(self, item: pytest.Item, why: str, limits: list[str]) -> None:
        self.now.status, self.now.fault, self.now.message = "not_run", "candidate", f"Not run: {why}."
        self.report(item, [], limits, None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo):
        report = yield
        if call.excinfo is not None and self.now.status == "passed":
            self.judge(call.excinfo.value, place(call.excinfo.traceback))
        if call.when == "teardown":
            self.finish(item)
        return report

    def judge(self, problem: BaseException, place: str) -> None:
        candidate = self.now.candidate
        blame = whose(problem, place, taken=candidate is not None and candidate.taken)
        self.now.status, self.now.fault, self.now.message = blame.status, blame.fault, cut(blame.message)
        self.now.stumbled = blame.stumbled

    def finish(self, item: pytest.Item) -> None:
        """Ends all that the test started, and reports it. A container that was lost is the host's to explain."""
        candidate = self.now.candidate
        processes = list(self.link.processes) if self.link else []
        peak, hit = 0, []
        try:
            peak = candidate.peak_memory() if candidate else 0
            hit = self.reset(candidate)
        except BridgeLostError as lost:
            hit = self.replace_bridge(item.nodeid, str(lost))
        if self.gateway and self.gateway.service.meter.problem and self.now.fault != "infrastructure":
            self.now.status, self.now.fault = "error", "challenge"
            self.now.message = cut(f"The model could not be asked: {self.gateway.service.meter.problem}")
        peaks = [process.ended["peak_memory"] for process in processes if process.ended]
        self.report(item, processes, hit, max([*peaks, peak]) or None)

    def replace_bridge(self, test: str, problem: str) -> list[str]:
        """Asks the host what became of the candidate's container, until there is a new one or it has had enough. It
        answers when the old one is dead for certain. Nothing is imported in advance any more: that may have been it."""
        limits: list[str] = []
        while True:
            if self.link:
                self.link.close()
            answer = self.ask_host("bridge_lost", test=test, message=cut(problem))
            self.now.status, self.now.fault, self.now.message = "failed", answer["fault"], answer["message"]
            limits += [answer["limit"]] if answer["limit"] else []
            if not answer["again"]:
                self.given_up = "the candidate's container was brought down again and again"
                return limits
            try:
                self.setup(self.connect(answer["bridge"]), [])
            except BridgeLostError as lost:
                problem = str(lost)
            else:
                return limits

    def report(self, item: pytest.Item, processes: list[Process], limits: list[str], peak: int | None) -> None:
        now, candidate = self.now, self.now.candidate
        stdout, stderr = (Capture(self.job.output_bytes) for _ in range(2))
        for process in processes:
            stdout.append(process.stdout)
            stderr.append(process.stderr)
        dropped = stdout.dropped + stderr.dropped
        self.events.send(
            "test",
            id=item.nodeid,
            status=now.status,
            message=now.message,
            fault=now.fault,
            stumbled=now.stumbled,
            seconds=round(candidate.total_seconds, 6) if candidate else 0.0,
            metrics=now.metrics,
            limits=sorted({*limits, *(["output"] if dropped else [])}),
            stdout=stdout.text,
            stderr=stderr.text,
            dropped_bytes=dropped,
            peak_memory=peak,
            used=candidate is not None,
            model_calls=self.gateway.service.meter.trace() if self.gateway else [],
        )

    def reset(self, candidate: Candidate | None) -> list[str]:
        """Limits that were hit in the test, by the candidate's calls and by the counts of the container."""
        before, kills = self.resources, self.link.memory_kills
        counts = self.link.reset(burn=self.numbers.randrange(drawing.MOST_NUMBERS))
        hit = list(candidate.limits) if candidate else []
        if counts.get("memory_kills", 0) > kills:
            hit.append("memory")
        if counts.get("process_refusals", 0) > before.get("process_refusals", 0):
            hit.append("processes")
        if counts.get("disk_full"):
            hit.append("disk")
        self.resources = {key: float(value) for key, value in counts.items() if key not in {"killed", "disk_full"}}
        return hit

    # ------------------------------------------------------------------------------------------------ fixtures

    @pytest.fixture
    def candidate(self) -> Candidate:
        """The candidate's work; see candidate.py."""
        if self.now.candidate is None:
            self.now.candidate = Candidate(
                self.link,
                self.job.files,
                self.budget,
                self.job.module,
                self.job.reply_bytes,
                self.job.output_bytes,
                drawing.stream(self.job.seed, f"asked:{self.now.test}"),
            )
        return self.now.candidate

    @pytest.fixture
    def metric(self):
        """`metric(name, value, floor=, target=, unit="")`: partial credit, 0 at the floor, 1 at the target."""
        return self.record_metric

    def record_metric(self, name: str, value: float, *, floor: float, target: float, unit: str = "") -> float:
        value, floor, target = (finite(name, number) for number in (value, floor, target))
        if floor == target:
            raise ValueError(f"metric {name}: floor is not target")
        self.now.metrics.append({"name": name, "value": value, "floor": floor, "target": target, "unit": unit})
        return min(1.0, max(0.0, (value - floor) / (target - floor)))

    @pytest.fixture
    def model(self):
        """The scripted, metered model; see gateway/control.py."""
        if self.gateway is None:
            raise pytest.UsageError("a test asks for the model, and the pack has no model.yaml")
        from gateway.control import Model

        return Model(self.gateway.service)

    @pytest.fixture
    def seed(self) -> int:
        """A number of this submission's own, the same on a re-run: `random.Random(seed)`."""
        return self.job.seed


def start_gateway(job: Job, ask_model=None):
    """The model endpoint, which listens once there is a candidate's network; None for a pack without one."""
    if job.model is None:
        return None
    from gateway.server import Gateway

    return Gateway(job.model, job.seed, ask_model)


def place(entries: Sequence[TracebackEntry]) -> str:
    """`test_it.py:12 in test_it`: the innermost line of the pack's own, for the challenge's author."""
    here = os.getcwd()
    own = [entry for entry in entries if str(entry.path).startswith(f"{here}/")] or entries[-1:]
    return f"{os.path.relpath(own[-1].path, here)}:{own[-1].lineno + 1} in {own[-1].name}" if own else "nowhere"


def finite(name: str, value: float) -> float:
    """`value` as a double. Raises CandidateError: what a hidden test measures comes from the candidate, and so does
    what is no finite number."""
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise CandidateError("BadValue", f"what was measured as {name} is no finite number")
    return number


def points(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    value = float(marker.args[0]) if marker and marker.args else 1.0
    if not 0 <= value < 1e6:
        raise pytest.UsageError(f"{item.nodeid}: points({value}) is not a number from 0 on")
    return value


def group(item: pytest.Item) -> str:
    """From `points(…, group=)`, else `group(…)`, nearest first; else the test file's name."""
    for marker in item.iter_markers("points"):
        if "group" in marker.kwargs:
            return str(marker.kwargs["group"])
    marker = item.get_closest_marker("group")
    return str(marker.args[0]) if marker else item.path.stem.removeprefix("test_")


def title(item: pytest.Item) -> str:
    text = inspect.getdoc(getattr(item, "obj", None)) or ""
    return cut(text.partition("\n")[0], 200)
