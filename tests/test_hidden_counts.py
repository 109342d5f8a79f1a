"""A hidden test either counts, or the pack is broken and says where: nothing drops out without a word."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.authoring import hidden_lint, schema
from grader.challenge import load_pack
from grader.errors import ChallengeError
from grader.settings import PLACES
from tests import messages
from tests.small_packs import write_files, write_pack

CHALLENGES = PLACES.shipped / "challenges"
FINE = "def test_fine(candidate):\n    assert candidate.call('add', 2, 3) == 5\n"
LOST: dict[str, tuple[dict[str, str], str]] = {
    # name: files of tests/ beside test_it.py, what is said and where
    "module that skips itself": (
        {"test_x.py": "import pytest\npytest.skip('no', allow_module_level=True)\n" + FINE}, r"tests/test_x\.py:2: "
    ),
    "module that needs a package": (
        {"test_x.py": "import pytest\n\nnumpy = pytest.importorskip('numpy_that_is_not_there')\n" + FINE},
        r"tests/test_x\.py:3: ",
    ),
    "mark skip": (
        {"test_x.py": "import pytest\n@pytest.mark.skip\n" + FINE}, r"tests/test_x\.py:2: .*skip: a hidden test"
    ),
    "mark skipif": (
        {"test_x.py": "import pytest\n@pytest.mark.skipif(True, reason='x')\n" + FINE}, r"tests/test_x\.py:2: .*skipif"
    ),
    "mark xfail": (
        {"test_x.py": "import pytest\npytestmark = [pytest.mark.xfail]\n" + FINE}, r"tests/test_x\.py:[23]: .*xfail"
    ),
    "no case": (
        {"test_x.py": "import pytest\n@pytest.mark.parametrize('n', [])\ndef test_n(candidate, n):\n    pass\n"},
        r"tests/test_x\.py:2: .*(no case|empty parameter set)",
    ),
    "async": ({"test_x.py": "async " + FINE}, r"tests/test_x\.py:1: .*async def"),
    "async generator": ({"test_x.py": "async def test_a(candidate):\n    yield\n"}, r"tests/test_x\.py:[12]: .*async"),
    "yield": ({"test_x.py": "def test_y(candidate):\n    yield\n"}, "test_x.py.*yield"),
    "same name twice": ({"test_x.py": FINE + "\n" + FINE}, r"tests/test_x\.py:1: test_fine is defined again in line 4"),
    "same name twice in a class": (
        {"test_x.py": "class TestA:\n    def test_a(self):\n        pass\n    def test_a(self):\n        pass\n"},
        r"tests/test_x\.py:2: test_a is defined again in line 4",
    ),
    "folder that pytest passes over": ({"build/test_x.py": FINE}, r"tests/build/test_x\.py:1: "),
    "no test in it": ({"test_x.py": "def check_it(candidate):\n    pass\n"}, r"tests/test_x\.py:1: holds no test"),
    "class with __init__": (
        {"test_x.py": "class TestA:\n    def __init__(self):\n        pass\n    def test_a(self):\n        pass\n"},
        r"tests/test_x\.py:[12]: ",
    ),
    "class with __init__ beside a test that counts": (
        {"test_x.py": "class TestA:\n    def __init__(self):\n        1\n    def test_a(self):\n        1\n" + FINE},
        r"tests/test_x\.py:[12]: TestA ",
    ),
    "class that is switched off": (
        {"test_x.py": "class TestA:\n    __test__ = False\n    def test_a(self):\n        pass\n" + FINE},
        r"tests/test_x\.py:[12]: ",
    ),
    "conftest that makes no item of one": (
        {
            "conftest.py": "def pytest_pycollect_makeitem(name):\n    return [] if name == 'test_odd' else None\n",
            "test_x.py": "def test_odd(candidate):\n    pass\n" + FINE,
        },
        r"tests/test_x\.py:1: test_odd is a test by its name",
    ),
    "module that is switched off": ({"test_x.py": "__test__ = False\n" + FINE}, r"tests/test_x\.py:1: "),
    "conftest that leaves a file out": (
        {"conftest.py": "collect_ignore = ['test_x.py']\n", "test_x.py": FINE}, r"tests/test_x\.py:1: holds no test"
    ),
    "conftest that takes tests out": (
        {"conftest.py": "def pytest_collection_modifyitems(items):\n    del items[0]\n"},
        r"tests/test_it\.py:1: test_fine was collected and taken out",
    ),
    "conftest that deselects": (
        {
            "conftest.py": "def pytest_collection_modifyitems(config, items):\n"
            "    config.hook.pytest_deselected(items=items[:1])\n    items[:] = items[1:]\n"
        },
        r"tests/test_it\.py:1: test_fine was collected and taken out",
    ),
}  # fmt: skip
SEEN_WHEN_COLLECTED = {name for name in LOST if name.startswith(("no test", "conftest"))}
MARKS = {
    'points(n=2, group="care")': "the number comes first and without a name",
    "points(points=4)": "the number comes first and without a name",
    'points(2, "care")': "the group is named: points(2, group='care')",
    'points(2, groups="care")': "unknown argument 'groups'; did you mean 'group'?",
    'points(2, competency="x")': "unknown argument 'competency'; known: n, group",
    "points()": "the number is missing",
    "points": "the number is missing",
    'points("4")': "points('4') is not a number",
    "points(True)": "points(True) is not a number",
    "points(-1)": "is not a number from 0 on",
    "points(2, group=3)": "3 is not the name of a group",
    "points(2, group='')": "'' is not the name of a group",
    "group": "it takes one name",
    "group('a', 'b')": "it takes one name",
    "group(nam='a')": "unknown argument 'nam'; did you mean 'name'?",
    "in_order(1)": "in_order takes no arguments",
}
RIGHT = ["points(2)", "points(0.5, group='care')", "points(group='care')", "group('care')", "in_order", "points(2 * 3)"]
COLLECT = """
import sys
sys.path[0] = sys.argv[1]
import json
import pytest
from grader_verifier import plugin, serving
from grader_verifier.bridge_link import BridgeLostError

class Events:
    def send(self, event, **fields):
        print("EVENT", json.dumps({"event": event, **fields}, default=str), file=sys.stderr)

def connect(_token):
    raise BridgeLostError("there is none")

fields = {name: [] for name in ("packages", "trusted", "preload", "only")}
fields |= dict.fromkeys(("seed", "call_seconds", "total_seconds", "reply_bytes", "output_bytes"), 1)
job = plugin.ReceivedJob(module="work", files={}, **fields)
gone = {"fault": "candidate", "message": "", "limit": "", "again": False}
verifier = plugin.HiddenTestPlugin(job, Events(), connect, lambda *_, **__: gone)
sys.path.insert(0, ".")
options = ["-pno:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "--strict-markers", *serving.STRICT]
pytest.main([*options, "."], [verifier])
"""


def collected(folder: Path) -> list[dict[str, Any]]:
    """What the verifier says of the tests in `folder`, without a container: there is no candidate to ask."""
    done = subprocess.run(
        [sys.executable, "-c", COLLECT, PLACES.shipped / "sandbox"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("EVENT ")]
    assert lines, done.stdout + done.stderr
    events = [json.loads(line.removeprefix("EVENT ")) for line in lines]
    assert [messages.wrong_event(event) for event in events] == [""] * len(events)
    return events


def pack_of(tmp_path: Path, files: dict[str, str]) -> Path:
    return write_pack(tmp_path / "pack", {"test_it.py": FINE, **files})


def said(root: Path) -> str:
    return "\n".join(f"{one.outcome} {one.place}: {one.text}" for one in hidden_lint.check(load_pack(root)))


@pytest.mark.parametrize("name", LOST)
@pytest.mark.slow
def test_a_test_that_would_vanish_makes_the_pack_broken_when_it_is_graded(name: str, tmp_path: Path) -> None:
    files, words = LOST[name]
    events = collected(pack_of(tmp_path, files) / "tests")
    broken = [event for event in events if event["event"] == "broken"]
    assert broken, events
    assert re.search(words, broken[0]["message"]), broken[0]["message"]
    assert not [event for event in events if event["event"] == "test"]


@pytest.mark.parametrize("name", [name for name in LOST if name not in SEEN_WHEN_COLLECTED])
def test_a_check_without_running_anything_says_where(name: str, tmp_path: Path) -> None:
    files, words = LOST[name]

    assert re.search(words.split(": ")[0], found := said(pack_of(tmp_path, files))), found
    assert found.startswith("broken ")


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.slow
def test_a_mark_that_means_nothing_breaks_the_pack(mark: str, tmp_path: Path) -> None:
    root = pack_of(tmp_path, {"test_x.py": f"import pytest\n\n@pytest.mark.{mark}\n{FINE}"})
    (broken, *_) = [event for event in collected(root / "tests") if event["event"] == "broken"]
    assert broken["message"].startswith("tests/test_x.py:3: ")
    assert MARKS[mark] in broken["message"]
    assert MARKS[mark] in said(root)
    assert f"{root}/tests/test_x.py:3: " in said(root)


@pytest.mark.parametrize("mark", RIGHT)
def test_a_mark_that_is_right_is_taken_as_it_stands(mark: str, tmp_path: Path) -> None:
    root = pack_of(tmp_path, {"test_x.py": f"import pytest\n\n@pytest.mark.{mark}\n{FINE}"})
    events = collected(root / "tests")
    (expected,) = [event for event in events if event["event"] == "expected"]
    (test,) = [test for test in expected["tests"] if test["id"].startswith("test_x.py")]
    points = {"points(2)": 2, "points(0.5, group='care')": 0.5, "points(2 * 3)": 6}.get(mark, 1)
    assert (test["max_points"], test["group"]) == (points, "care" if "care" in mark else "x")
    assert said(root) == ""


def test_marks_of_a_class_and_a_module_hold_for_their_tests(tmp_path: Path) -> None:
    source = (
        "import pytest\npytestmark = pytest.mark.points(3, group='care')\n"
        "@pytest.mark.points(group='other')\nclass TestA:\n    def test_a(self, candidate):\n        pass\n" + FINE
    )
    root = pack_of(tmp_path, {"test_x.py": source})
    (expected,) = [event for event in collected(root / "tests") if event["event"] == "expected"]
    found = {test["id"]: (test["max_points"], test["group"]) for test in expected["tests"]}
    assert found["test_x.py::TestA::test_a"] == (3, "other")
    assert found["test_x.py::test_fine"] == (3, "care")


@pytest.mark.parametrize("name", ["extra.py", "test-extra.py", "Test_extra.py", "tests_extra.py"])
def test_a_file_that_pytest_takes_no_tests_from_is_named(name: str, tmp_path: Path) -> None:
    assert f"tests/{name}:1: test_fine is in a file" in said(pack_of(tmp_path, {name: FINE}))
    assert said(pack_of(tmp_path / "helper", {"support.py": "def test_data():\n    return 1\n"})) == ""


def test_a_test_that_returns_what_it_should_assert_is_named(tmp_path: Path) -> None:
    found = said(pack_of(tmp_path, {"test_x.py": "def test_r(candidate):\n    return candidate.call('add') == 1\n"}))
    assert "tests/test_x.py:2: test_r returns a value" in found


def test_a_test_that_skips_itself_is_worth_a_look(tmp_path: Path) -> None:
    found = said(pack_of(tmp_path, {"test_x.py": "import pytest\ndef test_r(candidate):\n    pytest.skip('no')\n"}))
    assert found.startswith("advice ")
    assert "tests/test_x.py:3: " in found


@pytest.mark.parametrize("name", sorted(path.parent.parent.name for path in CHALLENGES.glob("*/tests/conftest.py")))
@pytest.mark.slow
def test_every_shipped_pack_counts_all_its_tests(name: str, tmp_path: Path) -> None:
    root = CHALLENGES / name
    events = collected(write_files(tmp_path, load_pack(root).laid))
    assert [event for event in events if event["event"] == "broken"] == []
    (expected,) = [event for event in events if event["event"] == "expected"]
    assert len(expected["tests"]) >= 9
    assert said(root) == ""


# ------------------------------------------------------------------------------------------------ files of a pack


@pytest.mark.parametrize(
    "place", ["tests/test_x.py", "tests/world", "tests/data/notes.txt", "environment/x", "rubric.yaml"]
)
def test_a_link_in_a_pack_is_refused_with_its_name(place: str, tmp_path: Path) -> None:
    root = pack_of(tmp_path, {"data/a.txt": "a"})
    target = tmp_path / "shared"
    if place == "rubric.yaml":
        (root / place).rename(target)
    else:
        write_files(target, {"test_y.py": FINE})
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).symlink_to(target)
    with pytest.raises(ChallengeError, match=f"{place}: is a link to {target}"):
        load_pack(root)
    _, _, findings = schema.read(root)
    assert [(str(one.outcome), one.promise, one.place) for one in findings] == [("broken", "schema", str(root / place))]


def test_a_pipe_in_a_pack_and_a_test_among_installed_packages_are_refused(tmp_path: Path) -> None:
    root = pack_of(tmp_path, {"venv/test_x.py": FINE})
    os.mkfifo(root / "tests" / "pipe")
    with pytest.raises(ChallengeError) as caught:
        load_pack(root)
    assert "tests/pipe: is neither a file nor a folder" in caught.value.message
    assert "tests/venv/test_x.py: lies in tests/venv, which is left out (a virtual environment)" in caught.value.message


JUNK = [
    ".DS_Store", "Thumbs.db", "desktop.ini", "._test_it.py", "Icon\r", ".idea/x.xml", ".vscode/settings.json",
    ".test_it.py.swp", ".test_it.py.swo", "test_it.py~", "#test_it.py#", ".#test_it.py", "__pycache__/x.pyc", "x.pyc",
    ".pytest_cache/v", ".mypy_cache/x", ".ruff_cache/x", ".hypothesis/x", ".directory", ".nfs000000000abc", ".git/HEAD",
    "__MACOSX/x", ".Spotlight-V100/x",
]  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("folder", ["tests", "tests/data", "environment"])
def test_what_editors_and_systems_leave_is_no_part_of_a_pack(name: str, folder: str, tmp_path: Path) -> None:
    root = pack_of(tmp_path, {"data/a.txt": "a"})
    before = load_pack(root)
    write_files(root / folder, {name: "x"})
    assert load_pack(root) == before


def test_a_file_of_the_packs_own_counts_whatever_its_name(tmp_path: Path) -> None:
    root = pack_of(tmp_path, {})
    before = load_pack(root).digest
    for name in (".env", "~notes", "a#b", ".swp", "Venv/x.txt", "notes.swp"):
        write_files(root / "tests", {name: "x"})
        after = load_pack(root).digest
        assert after != before
        before = after


# ------------------------------------------------------------------------------------------------ whose fault


ONE = "@pytest.fixture\ndef one():\n    return 1\n"
WIDER = "@pytest.fixture(scope='session')\ndef two(one):\n    return 1\n"
FAILS = {
    "the test fails itself": ("def test_it():\n    pytest.fail('no')\n", False),
    "what should raise did not": ("def test_it():\n    with pytest.raises(ValueError):\n        pass\n", False),
    "what should warn did not": ("def test_it():\n    with pytest.warns(UserWarning):\n        pass\n", False),
    "an assertion": ("def test_it():\n    assert 1 == 2\n", False),
    "async": ("async def test_it():\n    pass\n", True),
    "a fixture is called": (f"{ONE}def test_it():\n    one()\n", True),
    "a fixture yields twice": (
        "@pytest.fixture\ndef one():\n    yield 1\n    yield 2\ndef test_it(one):\n    pass\n",
        True,
    ),
    "a scope that does not fit": (f"{ONE}{WIDER}def test_it(two):\n    pass\n", True),
}
FRAMES = """
import sys
sys.path.insert(0, sys.argv[1])
import pytest
from grader_verifier import collecting

class Told:
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None:
            print("TOLD", collecting.by_pytest(call.excinfo.traceback), file=sys.stderr)
        return (yield)

pytest.main(["-pno:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "."], [Told()])
"""


@pytest.mark.parametrize("name", FAILS)
@pytest.mark.slow
def test_what_pytest_itself_fails_is_told_from_what_a_test_asserts(name: str, tmp_path: Path) -> None:
    source, ours = FAILS[name]
    write_files(tmp_path, {"test_it.py": f"import pytest\n{source}"})
    done = subprocess.run(
        [sys.executable, "-c", FRAMES, PLACES.shipped / "sandbox"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if line.startswith("TOLD")] == [f"TOLD {ours}"], done.stdout


def test_a_helper_with_the_name_of_a_test_is_no_lost_one(tmp_path: Path) -> None:
    source = (
        "import pytest\n@pytest.fixture\ndef test_data():\n    return 1\nclass TestServer:\n    port = 1\n"
        'SOURCE = """\ndef test_in_a_text():\n    pass\n"""\n' + FINE
    )
    events = collected(pack_of(tmp_path, {"test_x.py": source}) / "tests")
    assert not [event for event in events if event["event"] == "broken"]


# ------------------------------------------------------------------------------------------------ names of files


def own_names() -> list[str]:
    """Names that the modules of ours have in the verifier, without the package they are in; less those of packages that
    the environment of these tests has, and the verifier's image has not."""
    inside = PLACES.shipped / "sandbox"
    names = {path.stem for path in inside.glob("*/**/*.py")} - {"__init__", "__main__"} | {"gateway"}
    return sorted(name for name in names if importlib.util.find_spec(name) is None)


def test_a_pack_may_name_its_files_as_ours_are_named(tmp_path: Path) -> None:
    """Each is imported as the pack's own, whatever module of that name the verifier has for itself."""
    names = own_names()
    assert {"events", "plugin", "clock", "blame", "candidate", "gateway", "records"} <= set(names)
    files = {f"{name}.py": f"WHOSE = 'the pack: {name}'\n" for name in names}
    source = "".join(f"import {name}\n" for name in names)
    source += "".join(f"def test_{name}():\n    assert {name}.WHOSE == 'the pack: {name}'\n" for name in names)
    events = collected(pack_of(tmp_path, {**files, "test_it.py": source}) / "tests")
    assert not [event for event in events if event["event"] == "broken"]
    [expected] = [event["tests"] for event in events if event["event"] == "expected"]
    assert [one["id"] for one in expected] == [f"test_it.py::test_{name}" for name in names]


@pytest.mark.parametrize("name", ["random", "statistics", "yaml", "time", "grader_verifier", "grader_tests"])
@pytest.mark.parametrize("form", ["{}.py", "{}/__init__.py"])
@pytest.mark.slow
def test_a_file_that_another_module_may_stand_for_is_told_by_its_name(name: str, form: str, tmp_path: Path) -> None:
    file = form.format(name)
    source = f"import yaml\nimport grader_tests\nimport {name}\n{FINE}"
    events = collected(pack_of(tmp_path, {file: "OURS = 1\n", "test_it.py": source}) / "tests")
    [broken] = [event["message"] for event in events if event["event"] == "broken"]
    assert broken.startswith(f"tests/{file}:1: `import {name}` may find another module"), broken


def test_a_file_that_nobody_imports_may_have_any_name(tmp_path: Path) -> None:
    events = collected(pack_of(tmp_path, {"random.py": "print('to be sent')\n", "test_it.py": FINE}) / "tests")
    assert not [event for event in events if event["event"] == "broken"]
