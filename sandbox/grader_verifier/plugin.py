"""The pytest plugin of the verifier: fixtures for hidden tests, and what becomes of each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

from grader_verifier import collecting, drawing
from grader_verifier.blame import CandidateError, TestOverrunError, whose
from grader_verifier.bounds import Bounds
from grader_verifier.bridge_link import BridgeLostError, Capture, Link, NoProcessError, Process, SlowResetError
from grader_verifier.candidate import Candidate
from grader_verifier.clock import Clock, TimeBudget
from grader_verifier.events import Events, cut
from grader_verifier.marks import group, points, title
from grader_verifier.observed import Observed, ReceivedJob, finite, forget, place

if TYPE_CHECKING:
    from _pytest._code import TracebackEntry

    from grader_protocol import Answer
    from grader_verifier.gateway.control import Model
    from grader_verifier.gateway.live import AskHost
    from grader_verifier.gateway.process import Gateway

SHOWN = 20
"""Most problems of a pack's tests that are told at once."""


class HiddenTestPlugin:
    """Runs in the pytest process. `connect` is called first after the list of tests has been fixed."""

    def __init__(
        self,
        job: ReceivedJob,
        events: Events,
        connect: Callable[[str], Link],
        ask_host: Callable[..., Answer],
        ask_model: AskHost | None = None,
    ) -> None:
        self.job, self.events = job, events
        self.connect, self.ask_host = connect, ask_host
        self.budget = TimeBudget(job.call_seconds, job.total_seconds, lambda: events.send("sleeps"), job.ceiling)
        self.link: Link | None = None
        self.now = Observed()
        self.numbers = drawing.stream(job.seed, "numbers")
        self.resources: dict[str, float] = {}
        self.given_up = ""
        self.skipped: list[str] = []
        """Modules that skipped themselves."""
        self.gateway = start_gateway(job, ask_model)
        self.bounds = Bounds(lambda: self.link is not None and self.link.asking.locked())

    # ------------------------------------------------------------------------------------------------ the list

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n, group=…): what the test is worth, and where it belongs")
        config.addinivalue_line("markers", "group(name): the group of a module's tests")
        config.addinivalue_line("markers", "in_order: the tests of this module or class run in the order they stand in")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.events.send("broken", message=cut(f"{report.nodeid}: {report.longreprtext}"))
        elif report.skipped:
            self.skipped.append(collecting.skipped_module(report))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        before = list(items)
        yield
        self.check(items, [item for item in before if item not in items])
        if self.job.only:
            items[:] = [item for item in items if any(wanted in item.nodeid for wanted in self.job.only)]

    def check(self, items: list[pytest.Item], taken_out: list[pytest.Item]) -> None:
        """Says what keeps a test from counting. Raises UsageError where anything does."""
        found = collecting.problems(items, taken_out, os.getcwd(), self.skipped)
        if found:
            more = f"\nand {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            self.events.send("broken", message=cut("\n".join(found[:SHOWN]) + more))
            raise pytest.UsageError(found[0])

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
        reply = link.setup(packages=self.job.packages, trusted=self.job.trusted, preload=preload, env=env)
        self.resources = {}
        self.events.send("connected", python=reply["python"])

    @property
    def reached(self) -> Link:
        """The candidate's container. No test runs before there is one."""
        assert self.link is not None  # noqa: S101
        return self.link

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

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """One test. What this machine was too busy to judge costs the candidate nothing of its time."""
        used = self.budget.used
        self.now = Observed(test=item.nodeid)
        self.bounds.begin()
        if self.gateway:
            self.gateway.reset()
            self.budget.used += self.gateway.lost_seconds
            self.gateway.lost_seconds = 0.0
        if self.given_up:
            self.not_run(item, self.given_up, [])
        elif self.budget.left <= 0:
            self.not_run(item, f"the tests before it used up the whole run's {self.budget.total:g} s", ["total"])
        elif self.bounds.used_up:
            self.not_run(item, "what it gave took the tests before it all the time that they have", ["total"])
        elif self.budget.starved:
            self.leave_open()
            self.report(item, [], [], None)
        else:
            runtestprotocol(item, nextitem=nextitem)
        if self.now.starved:
            self.budget.used = used
        return True

    def leave_open(self) -> None:
        """This machine was too busy for the test to be judged: nobody's fault that runs in it."""
        self.now.status, self.now.fault = "error", "infrastructure"
        self.now.message = "This machine was too busy: it kept the processors from the submission for most of the time."

    def not_run(self, item: pytest.Item, why: str, limits: list[str]) -> None:
        self.now.status, self.now.fault, self.now.message = "not_run", "candidate", f"Not run: {why}."
        self.report(item, [], limits, None)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        with self.bounds.within():
            yield

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        with self.bounds.within():
            yield

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, None, None]:
        with self.bounds.within():
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is not None and self.now.status == "passed":
            self.judge(call.excinfo.value, call.excinfo.traceback)
        if call.when == "teardown":
            self.finish(item)
        return report

    def judge(self, problem: BaseException, entries: Sequence[TracebackEntry]) -> None:
        taken = self.now.candidate is not None and self.now.candidate.taken
        blame = whose(problem, place(entries), taken=taken, by_pytest=collecting.by_pytest(entries))
        self.now.status, self.now.fault, self.now.message = blame.status, blame.fault, cut(blame.message)
        self.now.stumbled = blame.stumbled
        if isinstance(problem, MemoryError | TestOverrunError):
            forget(problem)

    def finish(self, item: pytest.Item) -> None:
        """Ends all that the test started, and reports it. A container that was lost is the host's to explain."""
        candidate = self.now.candidate
        if candidate:
            candidate.time.close()
            if candidate.taken:
                self.bounds.charge()
        if self.now.starved:
            self.leave_open()
        try:
            self.clear()
        except BridgeLostError as lost:
            self.now.hit += self.replace_bridge(item.nodeid, str(lost))
        if self.gateway and self.gateway.problem and self.now.fault != "infrastructure":
            self.now.status, self.now.fault, self.now.stumbled = "failed", "candidate", True
            self.now.message = cut(f"What the submission asked made the model's script stumble: {self.gateway.problem}")
        self.report(item, self.now.ended, self.now.hit, self.now.peak)

    def clear(self) -> Link:
        """Clears away what the test has started and written so far, and keeps what was seen of it. Raises
        BridgeLostError."""
        now, link = self.now, self.reached
        now.ended += link.processes
        if now.candidate:
            now.peak = max((peak for peak in (now.peak, link.memory.peak()) if peak is not None), default=None)
        now.hit += self.reset(now.candidate)
        return self.reached

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
            seconds=round(candidate.time.total, 6) if candidate else 0.0,
            metrics=now.metrics,
            limits=sorted({*limits, *(["output"] if dropped else [])}),
            stdout=stdout.text,
            stderr=stderr.text,
            dropped_bytes=dropped,
            peak_memory=peak,
            used=candidate is not None,
            starved=now.fault == "infrastructure" and (now.starved or self.budget.starved),
            model_calls=self.gateway.trace() if self.gateway else [],
        )

    def reset(self, candidate: Candidate | None) -> list[str]:
        """Limits that were hit in the test, by the candidate's calls and by the counts of the container."""
        link, before, before_kills = self.reached, self.resources, self.reached.memory_kills
        clock = Clock(link.gauges)
        clock.start(link.gauges.files.get("schedstat"))
        try:
            counts = link.reset(burn=self.numbers.randrange(drawing.MOST_NUMBERS))
        except SlowResetError as slow:
            counts = slow.reply
        self.budget.used += clock.stop()  # who leaves much behind pays for its removal
        hit = list(candidate.limits) if candidate else []
        if link.memory_kills > before_kills:
            hit.append("memory")
        if counts.get("process_refusals", 0) > before.get("process_refusals", 0):
            hit.append("processes")
        if counts.get("disk_full"):
            hit.append("disk")
        self.resources = {key: float(value) for key, value in counts.items() if key not in {"slow", "disk_full"}}
        if counts.get("slow"):
            self.renew()
        return hit

    def renew(self) -> None:
        """A fresh container in the place of one that takes too long to clear. The verdict on the test stands."""
        self.reached.close()
        answer = self.ask_host("bridge_slow", test=self.now.test)
        self.setup(self.connect(answer["bridge"]), self.job.preload)

    # ------------------------------------------------------------------------------------------------ fixtures

    @pytest.fixture
    def candidate(self) -> Candidate:
        """The candidate's work; see candidate.py."""
        if self.now.candidate is None:
            self.now.candidate = Candidate(
                self.reached,
                self.job.files,
                self.budget,
                self.job.module,
                self.job.reply_bytes,
                self.job.output_bytes,
                drawing.stream(self.job.seed, f"asked:{self.now.test}"),
                lambda: self.events.send("in_hand", test=self.now.test),
                self.clear,
            )
        return self.now.candidate

    @pytest.fixture
    def metric(self) -> Callable[..., float]:
        """`metric(name, value, floor=, target=, unit="")`: partial credit, 0 at the floor, 1 at the target."""
        return self.record_metric

    def record_metric(self, name: str, value: float, *, floor: float, target: float, unit: str = "") -> float:
        value, floor, target = (finite(name, number) for number in (value, floor, target))
        if floor == target:
            raise ValueError(f"metric {name}: floor is not target")
        self.now.metrics.append({"name": name, "value": value, "floor": floor, "target": target, "unit": unit})
        return min(1.0, max(0.0, (value - floor) / (target - floor)))

    @pytest.fixture
    def model(self) -> Model:
        """The scripted, metered model; see gateway/control.py."""
        if self.gateway is None:
            raise pytest.UsageError("a test asks for the model, and the pack has no model.yaml")
        from grader_verifier.gateway.control import Model

        return Model(self.gateway)

    @pytest.fixture
    def seed(self) -> int:
        """A number of this submission's own, the same on a re-run: `random.Random(seed)`."""
        return self.job.seed


def start_gateway(job: ReceivedJob, ask_model: AskHost | None = None) -> Gateway | None:
    """The model endpoint, which listens once there is a candidate's network; None for a pack without one."""
    if job.model is None:
        return None
    from grader_verifier.gateway.process import Gateway

    return Gateway(job.model, job.seed, ask_model)
