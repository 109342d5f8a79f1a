"""Files are written whole or not at all."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import files
from grader.errors import InfrastructureError


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process may grow beyond 64 kB, which looks like a full disk to whoever writes one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_is_read_with_a_bound_is_a_file_with_an_end(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)
    assert files.read(tmp_path / "file", 10) == b"x" * 11
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match="no regular file"):
            files.read(tmp_path / name, 10)


def test_text_and_bytes_are_written_and_folders_made(tmp_path: Path) -> None:
    files.write(tmp_path / "a" / "b" / "text", "ä\n")
    files.write(tmp_path / "bytes", b"\x00", durable=True)
    assert (tmp_path / "a" / "b" / "text").read_bytes() == "ä\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "bytes"]


def test_a_file_gets_the_permissions_that_any_new_file_gets(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "a", "x")
        assert oct((tmp_path / "a").stat().st_mode & 0o777) == "0o640"
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


@pytest.mark.usefixtures("small_disk")
def test_on_a_full_disk_the_old_file_stays_and_no_half_of_the_new(tmp_path: Path) -> None:
    files.write(tmp_path / "grade.json", "old")
    with pytest.raises(InfrastructureError, match="cannot be written") as caught:
        files.write(tmp_path / "grade.json", b"x" * 200_000)
    assert (tmp_path / "grade.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["grade.json"]
    assert "--out" in caught.value.fix


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "report.html").symlink_to(tmp_path / "precious")
    files.write(tmp_path / "report.html", "new")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "report.html").is_symlink()


@pytest.mark.parametrize("place", ["file/below", "/dev/null/x", "/proc/x/y"])
def test_a_place_that_cannot_be_written_is_infrastructure(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        files.write(tmp_path / place, "x")


def test_whoever_looks_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path, over = tmp_path / "grade.json", threading.Event()
    contents = ["a" * 50_000, "b" * 50_000]
    files.write(path, contents[0])

    def write() -> None:
        for number in range(100):
            files.write(path, contents[number % 2])
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        assert path.read_text() in contents
    writer.join()


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".grade.json.x1.part", "notes.part", ".hidden", "grade.json"):
        (tmp_path / name).write_text("x")
    files.remove_partial(tmp_path)
    files.remove_partial(tmp_path / "nothing")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "grade.json", "notes.part"]


@pytest.mark.parametrize("place", ["", "new/deep/er", "file", "file/below", "/dev/null/x"])
def test_whether_a_folder_can_be_written_is_known_before_and_makes_nothing(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    before = sorted(tmp_path.rglob("*"))
    if place in {"", "new/deep/er"}:
        files.check_writable(tmp_path / place)
    else:
        with pytest.raises(InfrastructureError, match="cannot be written"):
            files.check_writable(tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before
