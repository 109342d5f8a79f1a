"""What lies at the top of a batch's folder and is neither a file nor a folder is a candidate's make, or nobody's: it is
refused with a sentence, never followed, and never the machine's fault."""

from __future__ import annotations

import os
import socket
import subprocess
import tarfile
from pathlib import Path

import pytest

from grader.batch.attempts import BatchOutcome
from grader.batch.entries import BatchEntry, from_folder, from_manifest, missing
from grader.batch.finished import load
from grader.batch.runner import Batch, BatchPlan
from grader.errors import RefusedError
from grader.queue import places
from grader.settings import Settings
from grader.submission import read_submission
from tests.batch_fixtures import ALL, Quiet, Scripted, plan, submissions


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A submission outside of the batch's folder that would pass."""
    return submissions(tmp_path / "elsewhere", {"work": ALL, "work.zip": ALL})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return submissions(tmp_path / "in", {"honest": ALL})


def graded(plan: BatchPlan) -> tuple[dict[str, BatchOutcome], list[str]]:
    """Outcomes by name, and which submissions got as far as the hidden tests."""
    ran: list[str] = []
    batch = Batch(plan, Settings(), Quiet(), make_sandbox=lambda run: Scripted(run, {}, ran))
    outcomes = batch.run()
    batch.close()
    return {outcome.entry.name: outcome for outcome in outcomes}, ran


def put_link(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere / "work")


def put_link_to_archive(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere / "work.zip")


def put_dangling(place: Path, elsewhere: Path) -> None:
    place.symlink_to(elsewhere / "nowhere")


def put_loop(place: Path, _elsewhere: Path) -> None:
    place.symlink_to(place)


def put_root(place: Path, _elsewhere: Path) -> None:
    place.symlink_to("/")


def put_fifo(place: Path, _elsewhere: Path) -> None:
    os.mkfifo(place)


def put_socket(place: Path, _elsewhere: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(place.parent)  # a socket's path is at most 108 bytes long
        try:
            listener.bind(place.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (put_link, "a symbolic link"),
        (put_link_to_archive, "a symbolic link"),
        (put_dangling, "a symbolic link"),
        (put_loop, "a symbolic link"),
        (put_root, "a symbolic link"),
        (put_fifo, "a named pipe"),
        (put_socket, "a socket"),
    ],
)
@pytest.mark.parametrize("name", ["mallory", "mallory.zip", "mallory.md"])
def test_it_is_refused_once_and_the_others_go_on(
    tmp_path: Path, folder: Path, elsewhere: Path, put: object, what: str, name: str
) -> None:
    put(folder / name, elsewhere)  # type: ignore[operator]
    outcomes, ran = graded(plan(folder, tmp_path / "out"))
    mallory = outcomes["mallory" if name.endswith(".zip") else name]
    assert (outcomes["honest"].state, mallory.state, mallory.attempts) == ("graded", "refused", 1)
    assert what in mallory.reason
    assert "Put the files themselves in its place" in mallory.reason
    assert ran == ["honest"]
    again, ran = graded(plan(folder, tmp_path / "out"))
    assert [outcome.attempts for outcome in again.values()] == [0, 0], "nothing is tried a second time"
    assert ran == []


def test_a_link_to_what_the_grader_writes_does_not_drop_out_without_a_word(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out"
    graded(plan(folder, out))
    (folder / "to-out").symlink_to(out)
    (folder / "to-mine").symlink_to(out / "to-mine")
    (folder / "to-result").symlink_to(out / "honest")
    (folder / "store.db").symlink_to(tmp_path / "grader.db")
    outcomes, _ = graded(plan(folder, out))
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "honest": "graded",
        "store.db": "refused",
        "to-mine": "refused",
        "to-out": "refused",
        "to-result": "refused",
    }
    assert load(out / "honest").status == "graded"  # type: ignore[union-attr]


def test_where_the_operators_own_output_folder_is_a_link_it_is_no_submission(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "disk").mkdir()
    (folder / "grades").symlink_to(tmp_path / "disk")
    assert [entry.name for entry in from_folder(folder, folder / "grades").entries] == ["honest"]


def test_a_link_is_no_reason_to_doubt_where_the_operator_stands(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.cli.batch import _found

    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "grader.toml").write_text('judge_model = "house-model"\n')
    monkeypatch.chdir(tmp_path / "desk")
    (folder / "mallory").symlink_to("/")
    _, settings = _found(folder, None, tmp_path / "out", "")
    assert settings.judge_model == "house-model"


def test_names_of_a_manifest_lead_out_by_no_link_and_whole_paths_are_the_operators(
    tmp_path: Path, folder: Path, elsewhere: Path
) -> None:
    (folder / "door").symlink_to(elsewhere)
    (folder / "mallory").symlink_to(elsewhere / "work")
    (tmp_path / "mine").symlink_to(elsewhere / "work.zip")
    rows = ["path", "honest", "door/work", "door/work.zip", "mallory", str(tmp_path / "mine")]
    (folder / "list.csv").write_text("\n".join(rows) + "\n")
    entries = from_manifest(folder / "list.csv").entries
    outcomes, _ = graded(plan(folder, tmp_path / "out", entries=entries))
    assert [outcome.state for outcome in outcomes.values()] == ["graded", "refused", "refused", "refused", "graded"]
    assert "A folder on the way to the submission is a symbolic link" in outcomes["work"].reason


def test_a_name_that_looks_like_an_address_is_no_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    os.mkfifo("me@evil.example:work")
    Path("submission_metadata.yml").write_text("'me@worse.example:work':\n  ':submitters': [{':name': Me}]\n")
    found = from_folder(Path(), Path("out"))
    assert [entry.remote for entry in found.entries] == [False, False, False]
    assert [entry.source for entry in missing(found.entries)] == ["me@worse.example:work"]
    with pytest.raises(RefusedError, match="a named pipe"):
        read_submission("me@evil.example:work", found_in=".")


def git(*words: object) -> None:
    own = {"PATH": os.environ["PATH"], "HOME": "/", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *map(str, words)], env=own, check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of the operator's, with a file that nobody sent."""
    git("init", "--quiet", "-b", "main", tmp_path / "own")
    (tmp_path / "own" / "secret.txt").write_text("mine")
    git("-C", tmp_path / "own", "add", ".")
    git("-C", tmp_path / "own", "commit", "--quiet", "-m", "x")
    return tmp_path / "own"


def test_a_folder_made_like_a_repository_reads_no_other_repository(tmp_path: Path, repository: Path) -> None:
    forged = tmp_path / "forged"
    git("clone", "--quiet", "--bare", "--no-local", repository, tmp_path / "plain.git")
    assert "secret.txt" in read_submission(tmp_path / "plain.git").files, "a bare repository alone is a submission"

    git("clone", "--quiet", "--bare", "--shared", repository, forged)
    with pytest.raises(RefusedError, match=r"alternates.*names another repository"):
        read_submission(forged)
    (forged / "objects" / "info" / "alternates").unlink()
    os.rename(forged / "objects", tmp_path / "gone")
    (forged / "objects").symlink_to(repository / ".git" / "objects")
    with pytest.raises(RefusedError, match="is a symbolic link"):
        read_submission(forged)
    assert "secret.txt" in read_submission(f"{forged}#main").files, "who names a commit says that it is a repository"


def test_what_the_operator_names_may_be_a_link(tmp_path: Path, elsewhere: Path) -> None:
    for name in ("work", "work.zip"):
        (tmp_path / name).symlink_to(elsewhere / name)
        assert list(read_submission(tmp_path / name).files) == ["sums.py"]


def test_a_folder_that_the_operator_names_by_a_link_is_brought_to_the_queue_whole(
    tmp_path: Path, elsewhere: Path
) -> None:
    (tmp_path / "mine").symlink_to(elsewhere / "work")
    with tarfile.open(places.share(str(tmp_path / "mine"), str(tmp_path / "shared"), "mine")) as archive:
        assert [member.name for member in archive if member.isfile()] == ["./sums.py"]


def test_an_entry_says_by_itself_why_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to("/etc")
    entry = BatchEntry(name="x", source=str(tmp_path / "x"), candidate="", found_in=str(tmp_path))
    assert isinstance(entry.unfit, RefusedError)
    assert BatchEntry(name="x", source=str(tmp_path / "x"), candidate="").unfit is None
