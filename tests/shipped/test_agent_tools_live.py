"""The live tools of agent-tools do what its log shows, and the log alone is enough to find it. No Docker."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.challenge import load_pack
from tests.small_packs import write_files

PACK = Path(__file__).resolve().parents[2] / "challenges" / "agent-tools"
pytestmark = pytest.mark.packs
NAMES = ("engine", "world", "support")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package of the hidden tests: other packs have a `world`, too, so it is taken out again afterwards."""
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in NAMES}
    place = str(write_files(tmp_path_factory.mktemp("hidden"), load_pack(PACK).laid))
    sys.path.insert(0, place)
    import world

    yield world
    sys.path.remove(place)
    for name in [name for name in sys.modules if name.partition(".")[0] in NAMES]:
        del sys.modules[name]
    sys.modules.update(before)


class Desk:
    """A live shop with one order, and calls to its tools."""

    def __init__(self, world: Any, *faults: str, status: str = "delivered", **order: Any) -> None:
        shop = world.live_shop(3, "data")
        self.order = shop.order(shop.customer(), status, **order)["order_id"]
        world.dated(shop)
        tool = "cancel_order" if status == "processing" else "refund"
        self.backend = world.Live(tools=shop.tools, orders=shop.orders, faults={"c": {tool: list(faults)}})

    def call(self, tool: str, key: str | None = None, wait: int = 0, **more: Any) -> Any:
        arguments = {"order_id": self.order, **more}
        return self.backend.perform("c", {"tool": tool, "arguments": arguments, "idempotency_key": key, "wait": wait})

    def pay(self, key: str = "key-number-1", wait: int = 0) -> Any:
        return self.call("refund", key, wait, amount_cents=100, reason="asked")

    def refunded(self, wait: int = 0) -> int:
        return int(self.call("get_order", wait=wait)["content"]["refunded_cents"])


def test_an_order_is_shown_as_it_was_until_some_time_after_a_change(world: Any) -> None:
    desk = Desk(world)
    assert desk.pay()["ok"]
    assert [desk.refunded(), desk.refunded(38), desk.refunded()] == [0, 0, 100]


def test_a_key_is_forgotten_after_a_while_and_not_before(world: Any) -> None:
    desk = Desk(world)
    assert [desk.pay()["ok"], desk.pay(wait=149)["ok"]] == [True, True]
    assert len(desk.backend.effects) == 1
    assert desk.pay()["ok"]
    assert len(desk.backend.effects) == 2


def test_what_is_only_said_to_be_done_is_said_again_under_its_key_and_done_under_another(world: Any) -> None:
    desk = Desk(world, "silent")
    assert [desk.pay()["ok"], desk.pay(wait=60)["ok"]] == [True, True]
    assert (desk.refunded(60), desk.backend.effects) == (0, [])
    assert desk.pay("key-number-2")["ok"]
    assert desk.refunded(60) == 100


def test_a_cancellation_that_comes_too_late_says_done_and_the_order_is_sent(world: Any) -> None:
    desk = Desk(world, "gone", status="processing")
    assert desk.call("cancel_order", "key-number-1")["ok"]
    assert [desk.call("get_order", wait=wait)["content"]["status"] for wait in (0, 60)] == ["processing", "shipped"]
    assert desk.call("cancel_order", "key-number-2")["error"]["code"] == "conflict"
    assert desk.backend.effects == []


def test_changes_ask_for_minutes_and_time_runs_while_something_else_is_called(world: Any) -> None:
    desk = Desk(world, "busy:2")
    assert desk.pay()["error"]["retry_after"] == 2
    assert desk.pay(wait=2)["error"]["code"] == "rate_limited"
    assert desk.backend.early["c"] == 1
    desk.refunded(100)
    assert desk.pay(wait=20)["ok"]


def test_reads_ask_for_seconds(world: Any) -> None:
    desk = Desk(world)
    desk.backend.faults["c"]["get_order"] = ["rate_limited"]
    wait = desk.call("get_order")["error"]["retry_after"]
    assert desk.call("get_order", wait=wait)["ok"]


@pytest.mark.parametrize(("day", "factor"), [("2030-11-18", 10), ("2030-11-19", 1), ("2031-01-05", 1)])
def test_sums_of_orders_from_before_a_day_are_shown_in_another_unit(world: Any, day: str, factor: int) -> None:
    desk = Desk(world, placed_on=day)
    total = desk.backend.orders[desk.order]["total_cents"]
    assert desk.call("get_order")["content"]["total_cents"] == factor * total
    desk.pay()
    assert desk.refunded(60) == factor * 100


def test_faults_of_one_list_befall_each_case_that_has_it(world: Any) -> None:
    shared = ["silent"]
    shop = world.live_shop(4, "data")
    orders = [shop.order(shop.customer())["order_id"] for _ in range(2)]
    faults = {order: {"refund": shared} for order in orders}
    backend = world.Live(tools=shop.tools, orders=shop.orders, faults=faults)
    for order in orders:
        arguments = {"order_id": order, "amount_cents": 100, "reason": "asked"}
        backend.perform(order, {"tool": "refund", "arguments": arguments, "idempotency_key": f"key-{order}"})
    assert backend.effects == []


# ---------------------------------------------------------------------------------------------- the log


def test_the_public_log_and_books_are_what_the_generator_writes(world: Any) -> None:
    for name, text in world.written("public sample").items():
        assert (PACK / "starter" / "data" / name).read_text("utf-8") == text


def test_another_seed_gives_other_cases_of_the_same_tools(world: Any, tmp_path: Path) -> None:
    assert world.written(1) != world.written(2)
    assert {"data/sample.json", "data/log.jsonl", "data/books.csv"} == set(world.fresh(5))
    assert found(world.fresh(5), tmp_path)[-1].startswith("total is 10 × what was paid")


def test_each_quirk_is_found_in_the_public_log_and_its_bounds_are_narrow(tmp_path: Path) -> None:
    """What the reference's script reads out of the log, without knowing the tools."""
    data = {f"data/{name}": (PACK / "starter/data" / name).read_text("utf-8") for name in ("log.jsonl", "books.csv")}
    lines = found(data, tmp_path)
    assert lines[1:] == [
        "refund: 137 first answers `done`, 32 of them not in the books, 0 dispatched instead",
        "cancel_order: 73 first answers `done`, 13 of them not in the books, 22 dispatched instead",
        (
            "reads after a booking: 66 show the order as before, the latest after 40 s; "
            "194 show it, the earliest after 41 s"
        ),
        (
            "a refund's key again: 31 times nothing more, the latest after 148 s; "
            "31 times paid again, the earliest after 153 s"
        ),
        "after `retry_after` N: refused up to 31.5 × N seconds, taken from 67.2 × N seconds on",
        "total is 1 × what was paid: 99 orders, placed 2030-11-19 to 2031-02-19",
        "total is 10 × what was paid: 201 orders, placed 2030-05-11 to 2030-11-18",
    ]


def found(data: dict[str, str], folder: Path) -> list[str]:
    write_files(folder, {name: text.encode() for name, text in data.items()})
    shutil.copy(PACK / "solution" / "evidence.py", folder)
    done = subprocess.run([sys.executable, "evidence.py"], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_nothing_in_the_starter_names_what_the_live_tools_do(world: Any) -> None:
    """Their figures and the words for them stand in hidden files only."""
    texts = [
        path.read_text("utf-8")
        for path in PACK.glob("starter/**/*")
        if path.is_file() and path.suffix in (".py", ".md")
    ]
    texts.append((PACK / "instruction.md").read_text("utf-8"))
    for text in texts:
        assert not [word for word in (world.CHANGED, "tenth", "stale", "silent", "minutes after") if word in text]
    calls = [json.loads(line) for line in (PACK / "starter/data/log.jsonl").read_text("utf-8").splitlines()]
    assert {call["tool"] for call in calls} == {"get_order", "refund", "cancel_order"}
