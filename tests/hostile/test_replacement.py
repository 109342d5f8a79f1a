"""The verifier's part in replacing a container that was lost, with the host and the bridges played by fakes."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

import grader_protocol
from grader_verifier import plugin

AGAIN = {"again": True, "bridge": "next", "fault": "candidate", "limit": "memory", "message": "It used too much."}
ENOUGH = {**AGAIN, "again": False}


class Link:
    """A bridge that answers, or is lost at once."""

    def __init__(self, lost: Exception | None = None) -> None:
        self.lost, self.closed = lost, False
        self.asked: list[dict[str, Any]] = []
        self.processes: list[Any] = []
        self.slow, self.memory_kills = "", 0
        self.memory = SimpleNamespace(peak=lambda: 7)
        self.gauges = SimpleNamespace(computed=lambda: None, throttled=lambda: 0.0, files={})

    def ask(self, **request: Any) -> tuple[dict[str, str], list[int]]:
        if self.lost:
            raise self.lost
        self.asked.append(request)
        return {"python": "3.11"}, []

    def setup(self, **fields: Any) -> dict[str, str]:
        return self.ask(op="setup", **fields)[0]

    def reset(self, burn: int) -> dict[str, Any]:
        return {"slow": self.slow, "disk_full": True}

    def close(self) -> None:
        self.closed = True


class Host:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    def ask(self, event: str, **fields: Any) -> dict[str, Any]:
        self.asked.append(fields)
        return self.answers.pop(0)

    def send(self, event: str, **fields: Any) -> None:
        self.sent.append({"event": event, **fields})


def verifier(host: Host, links: list[Link]) -> Any:
    job = plugin.ReceivedJob(
        seed=1, module="fort", call_seconds=1.0, total_seconds=2.0, reply_bytes=10, output_bytes=10, packages=[],
        trusted=[], preload=["numpy"], only=[], files={},
    )  # fmt: skip
    tokens: list[str] = []

    def connect(token: str) -> Link:
        tokens.append(token)
        return links.pop(0)

    made = plugin.HiddenTestPlugin(job, host, connect, host.ask)
    made.tokens = tokens
    return made


class Session:
    testsfailed = 0


def test_a_bridge_that_is_lost_before_the_first_test_is_replaced() -> None:
    lost, second = Link(plugin.BridgeLostError("gone")), Link()
    host = Host(AGAIN)
    made = verifier(host, [lost, second])
    made.pytest_runtestloop(Session())
    assert made.link is second
    assert made.tokens == ["", "next"]
    assert second.asked[0]["preload"] == [], "what was imported in advance may have been too much"
    assert not made.given_up


def test_a_bridge_that_is_lost_in_a_test_is_let_go_of_before_the_host_is_asked() -> None:
    first, second = Link(), Link()
    host = Host(AGAIN)
    made = verifier(host, [first, second])
    made.pytest_runtestloop(Session())
    assert made.replace_bridge("test_x.py::test_y", "no answer") == ["memory"]
    assert first.closed
    assert host.asked == [{"test": "test_x.py::test_y", "message": "no answer"}]
    assert (made.now.status, made.now.fault, made.now.message) == ("failed", "candidate", "It used too much.")


def test_a_container_that_is_lost_again_and_again_is_given_up() -> None:
    links = [Link(), *(Link(plugin.BridgeLostError("gone")) for _ in range(2))]
    host = Host(AGAIN, AGAIN, ENOUGH)
    made = verifier(host, links)
    made.pytest_runtestloop(Session())
    assert made.replace_bridge("t", "no answer") == ["memory"] * 3
    assert "again and again" in made.given_up
    assert links == []


# ------------------------------------------------------------------------------------------------ left behind, starved


ITEM = SimpleNamespace(nodeid="test_x.py::test_y", _initrequest=lambda: None)


class Used:
    """A candidate that a test has used, on a machine that starved it or did not."""

    def __init__(self, *, starved: bool) -> None:
        self.limits, self.taken = [], True
        self.time = SimpleNamespace(starved=starved, total=0.5, close=lambda: None)


def test_what_takes_too_long_to_clear_costs_a_container_and_no_verdict() -> None:
    first, second = Link(), Link()
    first.slow = "emptied"
    host = Host({"bridge": "next"})
    made = verifier(host, [first, second])
    made.pytest_runtestloop(Session())
    made.now.candidate, made.now.test = Used(starved=False), ITEM.nodeid
    made.finish(ITEM)
    assert (first.closed, made.link, made.tokens) == (True, second, ["", "next"])
    assert host.asked == [{"test": ITEM.nodeid}]
    assert second.asked[0]["preload"] == ["numpy"]
    (told,) = [event for event in host.sent if event["event"] == "test"]
    assert (told["status"], told["fault"], told["limits"]) == ("passed", None, ["disk"])


def test_clearing_away_is_on_the_candidates_clock() -> None:
    made = verifier(Host(), [Link()])
    made.pytest_runtestloop(Session())
    made.link.reset = lambda burn: time.sleep(0.05) or {"slow": ""}
    made.reset(None)
    assert 0.05 <= made.budget.used < 1.0


@pytest.mark.parametrize("starved", [True, False])
def test_a_starved_test_is_left_open_and_costs_no_time(monkeypatch: pytest.MonkeyPatch, starved: bool) -> None:
    host = Host()
    made = verifier(host, [Link()])
    made.pytest_runtestloop(Session())
    made.budget.used = 0.25

    def run(item: Any, nextitem: Any) -> None:
        made.now.candidate = Used(starved=starved)
        made.now.status, made.now.fault, made.now.message = "failed", "candidate", "TimeLimit: it did not finish"
        made.budget.used += 0.5
        made.finish(item)

    monkeypatch.setattr(plugin, "runtestprotocol", run)
    assert made.pytest_runtest_protocol(ITEM, None)
    assert made.budget.used == (0.25 if starved else pytest.approx(0.75, abs=0.1)), "what was starved is nobody's"
    (told,) = [event for event in host.sent if event["event"] == "test"]
    wanted = ("error", "infrastructure", True) if starved else ("failed", "candidate", False)
    assert (told["status"], told["fault"], told["starved"]) == wanted


def test_when_the_machine_has_kept_too_much_the_rest_is_open() -> None:
    host = Host()
    made = verifier(host, [Link()])
    made.pytest_runtestloop(Session())
    made.budget.kept = made.budget.total * grader_protocol.CEILING
    assert made.pytest_runtest_protocol(ITEM, None)
    (told,) = [event for event in host.sent if event["event"] == "test"]
    assert (told["status"], told["fault"], told["starved"]) == ("error", "infrastructure", True)
