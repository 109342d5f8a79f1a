"""What says who is who is its owner's alone from the first moment; and a store that was merely found is believed only
where this operator's grader made it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import files, secret
from grader.cli.batch import _check_store
from grader.cli.reviewed import _of_batch, _url
from grader.doctor import _privacy
from grader.errors import UsageError
from grader.judge.cache import Cache
from grader.settings import PLACES, Settings
from grader.store import open_store
from grader.store.candidates import write_list
from grader.store.vouched import check, is_ours
from tests.shell import run_here
from tests.store_fixtures import result


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(*paths: Path) -> set[str]:
    return {f"{path.stat().st_mode & 0o777:o}" for path in paths}


def keys() -> list[secret.Secret]:
    return secret.known(Settings.read())


# ------------------------------------------------------------------------------------------------ for its owner only


def test_a_store_and_what_it_keeps_beside_itself_are_their_owners_alone(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'grader.db'}"):
        made = sorted(tmp_path.iterdir())
        assert [path.name for path in made] == ["grader.db", "grader.db-shm", "grader.db-wal"]
        assert rights(*made) == {"600"}


def test_a_store_by_a_link_that_leads_to_nothing_yet_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "grader.db").symlink_to(tmp_path / "real.db")
    open_store(f"sqlite:///{tmp_path / 'grader.db'}").close()
    assert rights(tmp_path / "real.db") == {"600"}


def test_a_store_that_was_there_keeps_its_rights_and_the_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(PLACES, "cache", tmp_path / "cache")
    assert _privacy(Settings()).found, "nothing is there"
    open_store("sqlite:///grader.db").close()
    Path("work.review.db").touch(0o600)
    assert _privacy(Settings()).found
    Path("grader.db").chmod(0o644)
    Path("work.review.db").chmod(0o640)
    open_store("sqlite:///grader.db").close()
    finding = _privacy(Settings())
    assert (finding.found, finding.needed, finding.otherwise) == (False, False, "open")
    assert finding.fix == "chmod go= grader.db work.review.db"
    os.system(finding.fix)  # noqa: S605 - as the operator would
    assert _privacy(Settings()).found


def test_the_judges_replies_and_the_list_of_names_are_their_owners_alone(tmp_path: Path) -> None:
    Cache(tmp_path / "judge")
    write_list(tmp_path / "candidates.csv", [])
    assert rights(*(tmp_path / "judge").iterdir(), tmp_path / "candidates.csv") == {"600"}


def test_what_is_written_in_private_is_so_at_every_moment_and_the_rest_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda old, new: (seen.append(rights(Path(old))), replace(old, new)))
    files.write(tmp_path / "a", "x", private=True)
    files.write(tmp_path / "b", "x")
    assert seen == [{"600"}, {"644"}]


def test_an_export_with_names_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["--out", "blind.csv"], ["--reveal", "--out", "names.csv"]):
        assert run_here("export", "--csv", *words, "--store", "sqlite:///grader.db").code == 0
    assert (rights(Path("blind.csv")), rights(Path("names.csv"))) == ({"644"}, {"600"})


# ------------------------------------------------------------------------------------------------ made by whom


def forged(path: Path) -> Path:
    """A store with everything in it, made by somebody with another secret."""
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as database:
        database.execute("pragma user_version = 7")
        database.execute("pragma journal_mode = delete")
    database.close()
    return path


def graded(folder: Path) -> Path:
    """An output folder."""
    folder.mkdir()
    (folder / "grade.json").write_text(json.dumps(result()))
    return folder


def test_a_store_of_ours_is_known_before_sqlite_reads_a_byte_of_it(tmp_path: Path) -> None:
    path = tmp_path / "grader.db"
    with open_store(f"sqlite:///{path}"):
        assert is_ours(path, keys()), "also while it is in use"
    assert is_ours(path, keys())
    assert not is_ours(path, [secret.Secret(value=b"another", source="")])
    assert not is_ours(forged(tmp_path / "theirs.db"), keys())
    for name, content in {"empty": b"", "short": b"SQLite format 3\0", "text": b"x" * 200}.items():
        (tmp_path / name).write_bytes(content)
        assert not is_ours(tmp_path / name, keys())


def test_a_store_stays_ours_when_the_secret_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_SECRET")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    open_store(f"sqlite:///{tmp_path / 'grader.db'}").close()
    secret.rotate(Settings.read())
    assert is_ours(tmp_path / "grader.db", keys())


def test_a_batch_believes_no_store_that_came_with_the_submissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in" / "work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    doubtful = Settings.read("in")
    _check_store("", doubtful)  # none there: it will be made
    open_store("sqlite:///grader.db").close()
    _check_store("", doubtful)  # made here before
    forged(tmp_path / "grader.db")
    with pytest.raises(UsageError, match="lies in the working folder, and may have come with it") as refused:
        _check_store("", doubtful)
    assert "--store sqlite:///grader.db" in refused.value.fix
    _check_store("sqlite:///grader.db", doubtful)  # the operator says so
    _check_store("", Settings.read())  # nothing of a candidate's is near


def test_the_command_says_so_and_grades_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "work").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    forged(tmp_path / "grader.db")
    outcome = run_here("batch", "in", "-c", "rag-triage")
    assert outcome.code == 2
    assert "is not opened, because what is graded lies in the working folder, and may have come with it" in outcome.err
    assert not (tmp_path / "grades-in").exists()


def test_reviews_that_were_found_beside_a_result_are_believed_only_where_they_are_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = graded(tmp_path / "grade-work")
    forged(tmp_path / "grade-work.review.db")
    with pytest.raises(UsageError, match="not made with your secret"):
        _url(folder, "", begin=True)
    assert _url(folder, "sqlite:///mine.db", begin=True) == "sqlite:///mine.db"

    (tmp_path / "grade-work.review.url").write_text(f"sqlite:///{tmp_path / 'grade-work.review.db'}\n")
    with pytest.raises(UsageError, match="not made with your secret"):
        _url(folder, "", begin=True)


def test_a_store_near_a_result_is_not_looked_into_where_it_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = graded(tmp_path / "grade-work")
    forged(tmp_path / "grader.db")
    before = (tmp_path / "grader.db").read_bytes()
    assert _of_batch(folder, Settings.read()) is None
    assert "was not looked into" in capsys.readouterr().err
    assert (tmp_path / "grader.db").read_bytes() == before


def test_a_copy_of_the_store_is_ours_too(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'grader.db'}").close()
    shutil.copy(tmp_path / "grader.db", tmp_path / "moved.db")
    check(tmp_path / "moved.db", Settings.read())


OPENING = (
    ("history",), ("show", "ABCDEF"), ("export", "--csv"), ("purge", "--older-than", "1d"), ("db", "check"),
    ("db", "upgrade"), ("db", "backup", "x.bak"), ("people", "list"), ("people", "ask"), ("people", "anchor", "R1"),
    ("queue",), ("worker",), ("serve",), ("hire", "stage", "K7", "onsite"), ("assess", "R1", "--rater", "ann"),
    ("reveal", "R1"), ("decide", "R1", "advance", "--by", "ann", "--why", "good"),
)  # fmt: skip


def of_another(path: Path) -> Path:
    """A store that is made by somebody else, with another secret."""
    open_store(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[60:64] = b"\1\2\3\4"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_no_command_opens_a_store_that_it_merely_found_and_that_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    before = of_another(tmp_path / "grader.db").read_bytes()
    outcome = run_here(*words)
    assert outcome.code == 2, outcome.out
    assert "The store grader.db is not opened, because it was not made with your secret." in outcome.err
    assert (tmp_path / "grader.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grader.db"]


def test_a_store_that_only_the_working_folder_names_is_opened_where_it_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has looked into a candidate's folder with `cd` has named nothing by that."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (here / "grader.toml").write_text('store = "sqlite:///kept.db"')
    assert run_here("history").code == 0
    before = of_another(here / "kept.db").read_bytes()
    (tmp_path / "w" / "ann").mkdir(parents=True)
    (tmp_path / "w" / "ann" / "triage.py").write_text("x = 1")
    for words in (*OPENING, ("batch", "../w", "--challenge", "rag-triage"), ("calibrate", "rag-triage", "--status")):
        outcome = run_here(*words)
        assert outcome.code == 2, (words, outcome.out)
        assert "The store kept.db is not opened, because it was not made with your secret." in outcome.err, words
    assert (here / "kept.db").read_bytes() == before
    monkeypatch.setenv("GRADER_TRUSTED", str(here))
    assert run_here("history").code == 0
    monkeypatch.delenv("GRADER_TRUSTED")
    monkeypatch.setenv("GRADER_STORE", "sqlite:///kept.db")
    assert run_here("history").code == 0


def test_a_password_goes_to_no_server_that_only_the_working_folder_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grader.toml").write_text('store = "postgresql://127.0.0.1:1/theirs"')
    monkeypatch.setenv("PGPASSWORD", "mine")
    outcome = run_here("history")
    assert outcome.code == 2
    assert "the password in PGPASSWORD would go to it" in outcome.err
    monkeypatch.delenv("PGPASSWORD")
    assert run_here("history").code == 5, "asked, and not there"


@pytest.mark.parametrize("side", ["-journal", "-wal", "-shm"])
def test_what_was_laid_beside_a_store_of_ours_is_not_read_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///grader.db").close()
    beside = tmp_path / f"grader.db{side}"
    beside.write_bytes(b"forged" * 100)
    beside.chmod(0o644)
    outcome = run_here("history")
    assert outcome.code == 2
    assert f"because grader.db{side} beside it is not of its making" in outcome.err
    assert beside.read_bytes() == b"forged" * 100

    beside.unlink()
    beside.symlink_to("elsewhere")
    assert "is not of its making" in run_here("history").err
    beside.unlink()
    assert run_here("history").code == 0


def test_no_store_of_ours_has_a_journal_to_be_written_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///grader.db").close()
    beside = tmp_path / "grader.db-journal"
    beside.write_bytes(b"forged")
    beside.chmod(0o600)
    outcome = run_here("history")
    assert outcome.code == 2
    assert "a store of ours never leaves one" in outcome.err


def test_a_store_that_a_link_leads_to_is_opened_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///mine.db").close()
    (tmp_path / "grader.db").symlink_to("mine.db")
    outcome = run_here("history")
    assert outcome.code == 2
    assert "because it is a link to mine.db" in outcome.err
    assert run_here("history", "--store", "sqlite:///grader.db").code == 0


def test_no_store_is_begun_beside_the_log_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grader.db-wal").write_bytes(b"forged")
    outcome = run_here("history")
    assert outcome.code == 2
    assert "grader.db-wal lies there already, of a store that is not there" in outcome.err
    assert not (tmp_path / "grader.db").exists()


def test_a_store_of_ours_is_opened_while_another_command_has_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store("sqlite:///grader.db") as store:
        assert store.counts()
        assert run_here("history").code == 0
