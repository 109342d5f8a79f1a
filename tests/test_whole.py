"""What `make test` makes of failures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.units import unit_of

pytestmark = pytest.mark.slow  # each starts pytest, some twice
HERE = Path(__file__).parent
TESTS = """
import pathlib, pytest

@pytest.mark.parametrize("n", range({bad}))
def test_bad(n): assert False

@pytest.mark.parametrize("n", range({hurried}))
def test_hurried(n):
    seen = pathlib.Path(__file__).with_name(f"seen-{{n}}")
    before, _ = seen.exists(), seen.touch()
    assert before

def test_good(): pass
"""


@pytest.mark.parametrize(
    ("bad", "hurried", "code", "runs"),
    [(0, 0, 0, 1), (0, 3, 0, 2), (1, 0, 1, 2), (1, 1, 1, 2), (0, 4, 1, 1), (5, 0, 1, 1)],
)
def test_a_few_that_fail_beside_others_get_one_chance_alone_and_are_named(
    bad: int, hurried: int, code: int, runs: int, tmp_path: Path
) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(HERE / "whole.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_it.py").write_text(TESTS.format(bad=bad, hurried=hurried))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    bare["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # these tests use none, and loading them takes most of their time
    ended = subprocess.run(
        [sys.executable, "tests/whole.py", "tests"],
        cwd=tmp_path, env=bare, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == code, ended.stdout
    assert ended.stdout.count("test session starts") == runs
    told = "Each of these failed beside others" in ended.stdout
    assert told is (code == 0 and hurried > 0)
    assert not told or f"test_hurried[{hurried - 1}]" in ended.stdout.rpartition("Each of these")[2]


def test_what_is_made_once_for_a_file_or_a_group_is_made_in_one_process() -> None:
    assert unit_of("tests/test_labels.py") == "tests/test_labels.py"
    assert unit_of("tests/test_queue.py") == unit_of("tests/test_queue_places.py") == "queue"
    assert unit_of("tests/test_wire.py") == ""


def test_two_processes_share_no_unit() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ["-p", "xdist", "-p", "pytest_timeout"]
    shared = ["-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "-v"]
    command = [sys.executable, "-m", "pytest", *plugins, *shared]
    done = subprocess.run(
        [*command, "tests/test_loop_post.py"],
        cwd=HERE.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert len(set(re.findall(r"^\[(gw\d)\] .* PASSED", done.stdout, re.MULTILINE))) == 1
