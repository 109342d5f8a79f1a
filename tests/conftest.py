"""What many tests need: the small packs, a way to grade as a person does, and images that are there."""

from __future__ import annotations

import fcntl
import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.units import unit
from tests.weights import SECONDS, TOO_SLOW

if TYPE_CHECKING:
    from tests.store_fixtures import Cluster

_CONFIGURATION = tempfile.TemporaryDirectory(prefix="grader-tests-")
os.environ["XDG_CONFIG_HOME"] = _CONFIGURATION.name  # nothing of whoever runs the tests, and nothing left with them
os.environ["GRADER_SECRET"] = "the same for all tests, so that a failure comes again"
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")
PACKS = Path(__file__).parent / "packs"
OWN_SETTINGS = (
    "OPENAI_BASE_URL", "OPENAI_API_KEY", "GRADER_JUDGE_MODEL", "GRADER_CHALLENGES", "GRADER_STORE", "GRADER_RUNTIME",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OWN_SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _new_stores_are_copies() -> Iterator[None]:
    from tests.templates import copied

    with copied():
        yield


@pytest.fixture(scope="session")
def sums() -> Path:
    """The pack that tests the grader itself; its solution is in `solution/`."""
    return PACKS / "sums"


@pytest.fixture(scope="session")
def probe() -> Path:
    """The pack whose tests reach every limit."""
    return PACKS / "probe"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One for all tests of this process; each takes a `database()` of its own. Who ends it has an `own_postgres`."""
    from tests.store_fixtures import cluster

    with cluster() as started:
        yield started


@pytest.fixture(scope="session")
def images(sums: Path) -> None:
    """Makes the sandbox images where they are missing: once, though several processes test at the same time."""
    from grader.doctor import mend
    from grader.settings import Settings

    with open(Path(tempfile.gettempdir()) / "grader-tests.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mend(Settings(), lambda _text: None, [str(sums)])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests stay to the end: nothing is gained by looking through them for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.units import Units

    return Units(config, log)


POSTGRES = {"postgres", "own_postgres"}
"""Fixtures that are a Postgres: the one of all tests, and one of a module that ends it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs Postgres: by its fixtures, or by the variant that a fixture asks for it in; and what took long
    when all were run. The longest come first."""
    items.sort(key=lambda item: -SECONDS.get(unit(item.nodeid), 0))
    for item in items:
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        variants = {value for value in params if isinstance(value, str)}  # others may be arrays, and compare as such
        if POSTGRES.intersection(getattr(item, "fixturenames", ())) or "postgres" in variants:
            item.add_marker("postgres")
        if item.nodeid in TOO_SLOW:
            item.add_marker("slow")
