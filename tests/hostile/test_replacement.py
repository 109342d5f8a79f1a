"""The verifier's part in replacing a container that was lost, with the host and the bridges played by fakes."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "sandbox" / "verifier"
MODULES = ("plugin", "bridge_link", "candidate", "events", "wire")
AGAIN = {"again": True, "bridge": "next", "fault": "candidate", "limit": "memory", "message": "It used too much."}
ENOUGH = {**AGAIN, "again": False}


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    import plugin  # type: ignore[import-not-found]

    return plugin  # type: ignore[no-any-return]


class Link:
    """A bridge that answers, or is lost at once."""

    def __init__(self, lost: Exception | None = None) -> None:
        self.lost, self.closed = lost, False
        self.asked: list[dict[str, Any]] = []
        self.processes: list[Any] = []

    def ask(self, **request: Any) -> tuple[dict[str, str], list[int]]:
        if self.lost:
            raise self.lost
        self.asked.append(request)
        return {"python": "3.11"}, []

    def close(self) -> None:
        self.closed = True


class Host:
    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def ask(self, event: str, **fields: Any) -> dict[str, Any]:
        self.asked.append(fields)
        return self.answers.pop(0)

    def send(self, event: str, **fields: Any) -> None:
        pass


def verifier(plugin: ModuleType, host: Host, links: list[Link]) -> Any:
    job = plugin.Job(
        seed=1, module="fort", call_seconds=1.0, total_seconds=2.0, reply_bytes=10, output_bytes=10, packages=[],
        trusted=[], preload=["numpy"], only=[], files={},
    )  # fmt: skip
    tokens: list[str] = []

    def connect(token: str) -> Link:
        tokens.append(token)
        return links.pop(0)

    made = plugin.Verifier(job, host, connect, host.ask)
    made.tokens = tokens
    return made


class Session:
    testsfailed = 0


def test_a_bridge_that_is_lost_before_the_first_test_is_replaced(plugin: ModuleType) -> None:
    lost, second = Link(plugin.BridgeLostError("gone")), Link()
    host = Host(AGAIN)
    made = verifier(plugin, host, [lost, second])
    made.pytest_runtestloop(Session())
    assert made.link is second
    assert made.tokens == ["", "next"]
    assert second.asked[0]["preload"] == [], "what was imported in advance may have been too much"
    assert not made.given_up


def test_a_bridge_that_is_lost_in_a_test_is_let_go_of_before_the_host_is_asked(plugin: ModuleType) -> None:
    first, second = Link(), Link()
    host = Host(AGAIN)
    made = verifier(plugin, host, [first, second])
    made.pytest_runtestloop(Session())
    assert made.replace_bridge("test_x.py::test_y", "no answer") == ["memory"]
    assert first.closed
    assert host.asked == [{"test": "test_x.py::test_y", "message": "no answer"}]
    assert (made.now.status, made.now.fault, made.now.message) == ("failed", "candidate", "It used too much.")


def test_a_container_that_is_lost_again_and_again_is_given_up(plugin: ModuleType) -> None:
    links = [Link(), *(Link(plugin.BridgeLostError("gone")) for _ in range(2))]
    host = Host(AGAIN, AGAIN, ENOUGH)
    made = verifier(plugin, host, links)
    made.pytest_runtestloop(Session())
    assert made.replace_bridge("t", "no answer") == ["memory"] * 3
    assert "again and again" in made.given_up
    assert links == []
