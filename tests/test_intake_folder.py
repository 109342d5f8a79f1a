"""A folder as a submission: no link is followed, nothing but plain files is read."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RefusedError, UsageError
from grader.submission import IntakeLimits, read_submission
from grader.submission.folder import FolderSource
from grader.submission.limits import Meter
from tests.fuzz.archives import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def test_a_folder_is_read(folder: Path) -> None:
    assert read_submission(folder).files == FILES
    assert list(read_submission(folder).files) == sorted(FILES)


def add_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "link to a file": (lambda root: (root / "l.py").symlink_to("/etc/passwd"), "'l.py' is a symbolic link"),
    "link to a folder": (lambda root: (root / "src/l").symlink_to("/etc"), "'src/l' is a symbolic link"),
    "link to nothing": (lambda root: (root / "l").symlink_to("nowhere"), "'l' is a symbolic link"),
    "named pipe": (lambda root: os.mkfifo(root / "p"), "'p' is a named pipe"),
    "socket": (lambda root: add_socket(root / "s"), "'s' is a socket"),
    "backslash": (lambda root: (root / "a\\b").touch(), "has a backslash"),
    "newline": (lambda root: (root / "a\nb").touch(), r"'a\nb' has the invisible character"),
    "not UTF-8": (lambda root: Path(os.fsdecode(os.fsencode(root) + b"/\xff")).touch(), "not valid UTF-8"),
    "another case": (lambda root: (root / "Triage.py").touch(), "only in upper and lower case"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_folder_is_refused_with_a_sentence(case: str, folder: Path) -> None:
    make, sentence = HOSTILE[case]
    make(folder)
    with pytest.raises(RefusedError) as caught:
        read_submission(folder)
    assert sentence in caught.value.message
    assert caught.value.message.isprintable()


def test_links_in_left_out_parts_do_no_harm(folder: Path) -> None:
    (folder / "env/bin").mkdir(parents=True)
    (folder / "env/pyvenv.cfg").touch()
    (folder / "env/bin/python").symlink_to("/usr/bin/python3")
    (folder / "env/lib64").symlink_to("lib")
    submission = read_submission(folder)
    assert submission.files == FILES
    assert [(part.path, part.files, part.reason) for part in submission.left_out] == [
        ("env", 3, "a virtual environment")
    ]


@pytest.mark.parametrize("path", ["triage.py", "src/pkg/data.json"])
def test_a_link_put_in_place_of_a_listed_file_or_folder_is_not_followed(
    path: str, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret" / "pkg"
    secret.mkdir(parents=True)
    (secret / "data.json").write_text("secret")
    source = FolderSource(folder)
    wanted = [entry for entry in source.entries() if entry.path == path]
    first = folder / path.split("/")[0]
    first.rename(tmp_path / "moved")
    first.symlink_to(tmp_path / "secret" if first.suffix == "" else secret / "data.json")
    with pytest.raises(RefusedError, match="changed while it was read"):
        list(source.contents(wanted, Meter(IntakeLimits())))


def test_a_pipe_put_in_place_of_a_listed_file_is_not_waited_for(folder: Path) -> None:
    source = FolderSource(folder)
    wanted = [entry for entry in source.entries() if entry.path == "triage.py"]
    (folder / "triage.py").unlink()
    os.mkfifo(folder / "triage.py")
    with pytest.raises(RefusedError, match=r"'triage\.py' changed while it was read"):
        list(source.contents(wanted, Meter(IntakeLimits())))


def test_a_file_that_grows_while_it_is_read_hits_the_limit(folder: Path) -> None:
    source = FolderSource(folder)
    wanted = [entry for entry in source.entries() if entry.path == "triage.py"]
    (folder / "triage.py").write_bytes(bytes(5_000))
    with pytest.raises(RefusedError, match=r"'triage\.py' is larger than a file may be \(2 kB\)"):
        list(source.contents(wanted, Meter(IntakeLimits(max_file_bytes=2_000))))


def test_files_that_vanish_are_reported(folder: Path) -> None:
    source = FolderSource(folder)
    listed = source.entries()
    next(listed)
    for path in ("src/pkg/data.json", "src/pkg/empty.txt"):
        (folder / path).unlink()
    (folder / "src/pkg").rmdir()
    (folder / "src").rename(folder.parent / "gone")
    with pytest.raises(RefusedError, match=r"'src(/pkg)?' changed while it was read"):
        list(listed)


def test_a_source_that_is_no_file_or_folder_is_a_usage_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is neither a file, a folder nor a repository"):
        read_submission(tmp_path / "pipe")
