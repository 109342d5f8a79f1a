"""Temporary folders go with their process, however it ended, and locks keep processes apart."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader import scratch

HOLD = """
import sys, tempfile
from grader import scratch
tempfile.tempdir = sys.argv[1]
with scratch.folder("build") as folder:
    (folder / "half").write_text("x")
    print(folder.name, flush=True)
    sys.stdin.read()
"""


def test_a_folder_of_a_killed_process_goes_at_the_next_start_and_a_living_ones_stays(tmp_path: Path) -> None:
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    names = [holder.stdout.readline().strip() for holder in holders if holder.stdout]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    holders[0].kill()
    holders[0].communicate()
    assert scratch.sweep(tmp_path, older_than=0) == names[:1]
    assert (tmp_path / names[1] / "half").exists()
    holders[1].communicate("")
    assert list(tmp_path.iterdir()) == []


def test_a_young_folder_is_left_for_its_owner_has_perhaps_not_locked_it_yet(tmp_path: Path) -> None:
    (tmp_path / "grader-pip-abcd1234").mkdir()
    assert scratch.sweep(tmp_path, older_than=60) == []
    assert scratch.sweep(tmp_path, older_than=0) == ["grader-pip-abcd1234"]


@pytest.mark.parametrize("name", ["grader-mine-abcd1234", "grader-pip-../x", "my-grader-pip-x", "grader-pip-Ä"])
def test_what_is_not_named_by_us_is_not_touched(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(parents=True)
    assert scratch.sweep(tmp_path, older_than=0) == []


def test_a_link_is_not_followed_and_a_file_not_taken_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "grader-git-link0000").symlink_to(tmp_path / "precious")
    (tmp_path / "grader-git-file0000").write_text("x")
    assert scratch.sweep(tmp_path, older_than=0) == []
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_not_touched(tmp_path: Path) -> None:
    theirs = tmp_path / "grader-git-theirs00"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    assert scratch.sweep(tmp_path, older_than=0) == []


def test_one_at_a_time_is_within_a_lock(tmp_path: Path) -> None:
    inside, most = [], []

    def work() -> None:
        with scratch.alone(tmp_path / "locks" / "one"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


def test_where_no_lock_can_be_made_the_work_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with scratch.alone(tmp_path / "file" / "lock"):
        done = True
    assert done
