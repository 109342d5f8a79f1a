"""The submission, compiled once for all of its processes: what they find of it, and what nobody can do to it."""

from __future__ import annotations

import fcntl
import marshal
import mmap
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.grading.observed import collect
from grader.sandbox.docker import DockerSandbox
from grader_bridge import compiled
from tests.sandbox_jobs import job

SANDBOX = Path(compiled.__file__).parent.parent
PADDING = "# what makes it worth while\n" * 300
IN_A_PROCESS = """import sys
sys.path.insert(0, {sandbox!r})
from grader_bridge import compiled
"""


@pytest.fixture
def end() -> Iterator[int]:
    made = compiled.file()
    yield made
    os.close(made)


def in_a_process(code: str, end: int) -> subprocess.CompletedProcess[str]:
    """Limits are set in it, and finders of modules, that no test is to have."""
    whole = IN_A_PROCESS.format(sandbox=str(SANDBOX)) + code
    return subprocess.run([sys.executable, "-c", whole], pass_fds=[end], capture_output=True, text=True, check=False)


def test_what_is_compiled_is_what_is_imported_and_the_rest_is_compiled_as_ever(tmp_path: Path, end: int) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "__init__.py").write_text("from part.inner import SEEN\n")
    (tmp_path / "part" / "inner.py").write_text("SEEN = __file__\n")
    (tmp_path / "warned.py").write_text("SAME = 1 is 1\n")
    (tmp_path / "broken.py").write_text("def f(:\n")
    paths = sorted(str(path) for path in tmp_path.rglob("*.py"))
    wrote = in_a_process(f"compiled.write({paths!r}, {end})", end)
    assert wrote.returncode == 0, wrote.stderr
    assert compiled.sealed(end)
    content = compiled.read(end)
    made = marshal.loads(content)  # noqa: S302 - our own
    assert set(made) == {str(tmp_path / "part" / name) for name in ("__init__.py", "inner.py")}
    for path in tmp_path.rglob("i*.py"):
        path.write_text("raise SystemExit('it was compiled again')\n")
    imported = in_a_process(
        f"sys.path.insert(0, {str(tmp_path)!r})\ncompiled.lay_out(compiled.read({end}))\n"
        "import part, warned\nprint(part.SEEN, warned.SAME)\nimport broken\n", end,
    )  # fmt: skip
    assert imported.stdout.split() == [str(tmp_path / "part" / "inner.py"), "True"]
    assert "SyntaxWarning" in imported.stderr
    assert "SyntaxError" in imported.stderr


@pytest.mark.parametrize("content", [b"no marshal", marshal.dumps([1]), marshal.dumps({1: None}), b""])
def test_what_is_no_such_content_is_passed_over(content: bytes, end: int) -> None:
    assert in_a_process(f"compiled.lay_out({content!r})", end).returncode == 0


def test_a_sealed_file_is_changed_by_nobody(end: int) -> None:
    os.write(end, b"whole")
    assert compiled.sealed(end)
    for change in (lambda: os.pwrite(end, b"other", 0), lambda: os.ftruncate(end, 0), lambda: os.ftruncate(end, 99)):
        with pytest.raises(PermissionError):
            change()
    with pytest.raises(PermissionError):
        fcntl.fcntl(end, fcntl.F_ADD_SEALS, 0)
    with pytest.raises(PermissionError):
        mmap.mmap(end, 0, mmap.MAP_SHARED, mmap.PROT_WRITE)
    assert compiled.read(end) == b"whole"


def test_a_file_that_somebody_could_still_change_is_not_used(end: int) -> None:
    os.write(end, b"whole")
    with mmap.mmap(end, 0):
        assert not compiled.sealed(end)
    assert compiled.sealed(end)


def test_an_empty_file_is_not_used(end: int) -> None:
    assert not compiled.sealed(end)


def test_few_lines_and_very_many_are_left_to_each_process(tmp_path: Path) -> None:
    source = tmp_path / "one.py"
    for size, worth in ((compiled.LEAST_BYTES - 1, 0), (compiled.LEAST_BYTES, 1), (compiled.MOST_BYTES + 1, 0)):
        source.write_bytes(b"#" * size)
        (tmp_path / "a_link.py").unlink(missing_ok=True)
        (tmp_path / "a_link.py").symlink_to("/etc/passwd")
        assert len(compiled.sources(str(tmp_path))) == worth


# ------------------------------------------------------------------------------------------------ in containers

WORK = """
import glob, os

def loader():
    return type(__spec__.loader).__name__

def writable():
    "Files in memory that this process could reach."
    found = []
    for place in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if "memfd" in os.readlink(place):
                found.append(place)
        except OSError:
            pass
    return found

def add(a, b):
    return a + b
"""
TESTS = """
def test_it(candidate):
    assert candidate.call("add", 1, 2) == 3
    assert candidate.call("loader") == {loader!r}

def test_again(candidate):
    assert candidate.call("writable") == []
    assert candidate.call("add", 1, 2) == 3
"""
ENDS_THE_COMPILER = {
    "huge constants": "x = " + "+".join(f"'{n}' * 4000" for n in range(30)) + "\n" + "y = ((0,) * 250,) * 250\n" * 400,
    "deep nesting": "x = " + "-" * 200_000 + "1\n",
    "deep attributes": "x = a" + ".b" * 200_000 + "\n",
}


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_submission_runs_compiled_and_reaches_nothing_of_that() -> None:
    assert seen({"work.py": WORK + PADDING}, "Loader") == ["passed", "passed"]


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("attack", ENDS_THE_COMPILER)
def test_what_a_compiler_cannot_bear_costs_nothing_where_nobody_imports_it(attack: str) -> None:
    """Whether the compiler's process dies of it is the interpreter's matter; no test does, and no limit is hit."""
    files = {"work.py": WORK.replace("type(__spec__.loader).__name__", "''") + PADDING}
    assert seen(files | {"a_part.py": ENDS_THE_COMPILER[attack]}, "") == ["passed", "passed"]


def seen(files: dict[str, str], loader: str) -> list[str]:
    asked = replace(job(TESTS.format(loader=loader)), files={name: content.encode() for name, content in files.items()})
    sandbox = DockerSandbox(secrets.token_hex(6))
    try:
        sandbox.boot()
        found = collect(sandbox.run(asked))
    finally:
        sandbox.close()
    assert found.limits_hit == ()
    return [test.status.value for test in found.tests]
