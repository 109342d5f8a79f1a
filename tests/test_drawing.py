"""The order in which hidden tests run and ask: drawn by the seed, the same again, kept where it means something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader_bridge import clearing
from grader_verifier import candidate, drawing

TWO_MODULES = {
    "test_a.py": "import pytest\n"
    "@pytest.fixture(scope='module')\ndef costly():\n    yield 1\n"
    + "".join(f"def test_{n}(costly): pass\n" for n in range(8))
    + "class TestSteps:\n    pytestmark = pytest.mark.in_order\n"
    + "".join(f"    def test_step_{n}(self): pass\n" for n in range(8)),
    "test_b.py": "import pytest\npytestmark = pytest.mark.in_order\n"
    + "".join(f"def test_{n}(): pass\n" for n in range(8)),
    "sub/test_c.py": "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_it(n): pass\n",
}


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[pytest.Item]:
    for name, text in TWO_MODULES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found: list[pytest.Item] = []

    class Keep:
        def pytest_configure(self, config: pytest.Config) -> None:
            config.addinivalue_line("markers", "in_order: …")

        def pytest_collection_finish(self, session: pytest.Session) -> None:
            found.extend(session.items)

    options = [
        "--collect-only",
        "--import-mode=importlib",
        "-pno:cacheprovider",
        "-pno:terminal",
        "-c",
        "/dev/null",
        "--rootdir",
        str(tmp_path),
    ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytest.main([*options, "."], [Keep()])
    return found


def names(items: list[pytest.Item]) -> list[str]:
    return [item.nodeid for item in items]


def test_tests_run_in_an_order_that_the_seed_draws(collected: list[pytest.Item]) -> None:
    assert len(collected) == 30
    orders = {tuple(names(drawing.tests(collected, seed))) for seed in range(20)}
    assert len(orders) == 20
    assert {frozenset(order) for order in orders} == {frozenset(names(collected))}
    assert names(drawing.tests(collected, 3)) == names(drawing.tests(collected, 3))
    assert len({order[0] for order in orders}) > 5


@pytest.mark.parametrize("block", ["test_a.py", "test_a.py::TestSteps", "test_b.py", "sub/test_c.py"])
@pytest.mark.slow
def test_a_module_and_a_class_stay_together_so_that_their_fixtures_are_made_once(
    collected: list[pytest.Item], block: str
) -> None:
    for seed in range(20):
        inside_ = [name.startswith(f"{block}::") for name in names(drawing.tests(collected, seed))]
        first = inside_.index(True)
        assert all(inside_[first : first + sum(inside_)])


@pytest.mark.parametrize("block", ["test_a.py::TestSteps::", "test_b.py::"])
@pytest.mark.slow
def test_what_is_marked_in_order_keeps_its_order(collected: list[pytest.Item], block: str) -> None:
    written = [name for name in names(collected) if name.startswith(block)]
    assert len(written) == 8
    for seed in range(20):
        assert [name for name in names(drawing.tests(collected, seed)) if name.startswith(block)] == written


# ------------------------------------------------------------------------------------------------ what a test asks


Map = Callable[..., list[Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Map, list[dict[str, Any]]]]:
    """A candidate that doubles, without a container: its `map`, and the requests that reach it."""

    def make(test: str) -> tuple[Map, list[dict[str, Any]]]:
        rng = drawing.stream(7, f"asked:{test}")
        link = candidate.Link(SimpleNamespace(settimeout=lambda _: None))
        made = candidate.Candidate(link, candidate.Files({}), candidate.TimeBudget(1.0, 9.0), "work", 1000, 1000, rng)
        seen: list[dict[str, Any]] = []

        def exchange(requests: list[dict[str, Any]], _limit: float | None) -> list[Any]:
            seen.extend(requests)
            values = [request["args"][0]["value"] for request in requests]
            made.time._each = [float(value) for value in values]
            return [candidate.CandidateError("ValueError", "13") if value == 13 else 2 * value for value in values]

        made._exchange = exchange
        return made.map, seen

    return make


def arguments(requests: list[dict[str, Any]]) -> list[Any]:
    return [request["args"][0]["value"] for request in requests]


def test_a_list_is_asked_in_a_drawn_order_and_answered_in_its_own(
    asked: Callable[[str], tuple[Map, list[Any]]],
) -> None:
    items = [n for n in range(40) if n != 13]
    ask, seen = asked("test_x")
    assert ask("double", iter(items)) == [2 * n for n in items]
    assert ask.__self__.last_seconds == [float(n) for n in items]  # type: ignore[attr-defined]
    assert arguments(seen) != items
    assert sorted(arguments(seen)) == items
    assert [request["id"] for request in seen] == list(range(1, 40)), "the number of a request says where it stood"


def test_two_tests_and_two_calls_draw_apart(asked: Callable[[str], tuple[Map, list[Any]]]) -> None:
    items = list(range(10))
    (first, one), (second, two), (again, three) = asked("test_x"), asked("test_y"), asked("test_x")
    for ask in (first, first, second, again):
        ask("double", items)
    orders = [arguments(one)[:10], arguments(one)[10:], arguments(two)]
    assert len({tuple(order) for order in orders}) == 3
    assert arguments(three) == orders[0], "a repeated run asks as before"


def test_where_the_order_means_something_it_is_kept(asked: Callable[[str], tuple[Map, list[Any]]]) -> None:
    ask, seen = asked("test_x")
    ask("double", list(range(20)), in_order=True, errors="return")
    assert arguments(seen) == list(range(20))


def test_an_error_stands_where_its_item_does(asked: Callable[[str], tuple[Map, list[Any]]]) -> None:
    ask, _ = asked("test_x")
    results = ask("double", [12, 13, 14], errors="return")
    assert (results[0], results[2]) == (24, 28)
    assert type(results[1]).__name__ == "CandidateError"


def test_rows_are_arguments_and_are_asked_as_a_list_is(asked: Callable[[str], tuple[Map, list[Any]]]) -> None:
    (ask, one), (again, two) = asked("test_x"), asked("test_x")
    rows = ask.__self__.starmap("double", [(n, "more") for n in range(9)])  # type: ignore[attr-defined]
    assert rows == [2 * n for n in range(9)]
    assert [[value["value"] for value in request["args"]] for request in one] == [[n, "more"] for n in arguments(one)]
    again("double", range(9))
    assert arguments(two) == arguments(one), "the order is the one that map draws"


def test_what_becomes_of_errors_is_one_of_two_things(asked: Callable[[str], tuple[Map, list[Any]]]) -> None:
    ask, seen = asked("test_x")
    with pytest.raises(ValueError, match="'raise' or 'return', not 'ignore'"):
        ask("double", [1], errors="ignore")
    assert not seen


def test_what_was_not_asked_any_more_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert candidate.put_back([0.2, 0.1], [2, 0, 1]) == [0.1, 0.2]
    assert candidate.put_back([], [2, 0, 1]) == []


# ------------------------------------------------------------------------------------------------ numbers


def test_numbers_of_processes_go_by(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[SimpleNamespace] = []
    start = clearing._thread.start_new_thread
    monkeypatch.setattr(
        clearing._thread, "start_new_thread", lambda run, args: started.append(SimpleNamespace(id=start(run, args)))
    )
    clearing.use_up_numbers(9)
    assert len(started) == 9
    monkeypatch.setattr(clearing._thread, "start_new_thread", _no_room)
    clearing.use_up_numbers(9)


def _no_room(*_: object) -> None:
    raise RuntimeError("can't start new thread")
