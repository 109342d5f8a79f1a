"""A signed result: any change, anywhere, is caught."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import cli
from grader.errors import UsageError
from grader.grading import signing
from grader.records import VerifierResult
from grader.report.write import write_grade
from grader.result import evidence
from grader.submission import make_submission
from tests import report_fixtures as saved

EVIDENCE = ("challenge.json", "submission.zip", "verifier.json")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    signing.new_key(path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    evidence.save(folder, saved.challenge(), make_submission({"a.py": b""}), VerifierResult(expected=(), tests=()))
    graded = replace(saved.accepted(), submission={"digest": make_submission({"a.py": b""}).digest}, objective=None)
    about = {"id": saved.challenge().id, "version": saved.challenge().version}
    write_grade(folder, replace(graded, challenge=about))
    return folder


@pytest.fixture
def signed(out: Path, key: Path) -> tuple[Path, str]:
    private = signing.load_private(key.read_text())
    signing.sign(out, private)
    return out, signing.public_text(private.public_key())


def test_what_was_signed_is_verified(signed: tuple[Path, str]) -> None:
    out, public = signed
    found = signing.verify(out, signing.load_public(public))
    assert set(found.files) == {"grade.json", *(f"evidence/{name}" for name in EVIDENCE)}


@pytest.mark.parametrize("name", ["evidence/verifier.json", "signature.json"])
def test_a_change_of_any_byte_is_caught(signed: tuple[Path, str], name: str) -> None:
    out, public = signed
    before = (out / name).read_bytes()
    for at in range(len(before)):
        changed = bytes([before[at] ^ 1])
        (out / name).write_bytes(before[:at] + changed + before[at + 1 :])
        with pytest.raises(signing.TamperedError):
            signing.verify(out, signing.load_public(public))


def test_an_added_a_missing_and_a_linked_file_are_caught(signed: tuple[Path, str]) -> None:
    out, public = signed
    trusted = signing.load_public(public)
    (out / "extra.txt").write_text("x")
    with pytest.raises(signing.TamperedError, match=r"extra\.txt was added"):
        signing.verify(out, trusted)
    (out / "extra.txt").unlink()
    (out / "evidence" / "verifier.json").unlink()
    with pytest.raises(signing.TamperedError, match="is missing"):
        signing.verify(out, trusted)
    (out / "evidence" / "verifier.json").symlink_to("/etc/hostname")
    with pytest.raises(signing.TamperedError, match="is a link"):
        signing.verify(out, trusted)


def test_what_is_no_plain_file_is_caught(signed: tuple[Path, str], key: Path) -> None:
    """A named pipe, a socket, a folder: none of them has a digest, and none of them may be there."""
    out, public = signed
    made = [out / "fifo", out / "socket", out / "folder", out / "evidence" / "fifo"]
    os.mkfifo(made[0])
    for path in made:
        if path.name == "fifo" and not path.exists():
            os.mkfifo(path)
        elif path.name == "socket":
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(os.path.relpath(path))
        elif path.name == "folder":
            path.mkdir()
        with pytest.raises(signing.TamperedError, match=f"{path.name} is .* added"):
            signing.verify(out, signing.load_public(public))
        with pytest.raises(UsageError, match="added"):
            signing.sign(out, signing.load_private(key.read_text()))
        path.rmdir() if path.is_dir() else path.unlink()
    assert signing.verify(out, signing.load_public(public)).files


def test_a_pipe_in_the_place_of_the_signature_is_not_waited_for(signed: tuple[Path, str]) -> None:
    out, public = signed
    (out / "signature.json").unlink()
    os.mkfifo(out / "signature.json")
    with pytest.raises(signing.TamperedError, match="no plain file"):
        signing.verify(out, signing.load_public(public))


def test_another_key_is_not_trusted(signed: tuple[Path, str], tmp_path: Path) -> None:
    other = signing.new_key(tmp_path / "other.pem")
    with pytest.raises(signing.TamperedError, match="not made with the given key"):
        signing.verify(signed[0], signing.load_public(other))


def test_a_key_is_readable_by_its_owner_only_and_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError):
        signing.new_key(key)


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:AAAA", "rsa:AAAA", "ed25519:not base64!"])
def test_what_is_no_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UsageError):
        signing.load_public(text)
    with pytest.raises(UsageError):
        signing.load_private(text)


def test_the_commands_sign_and_verify(out: Path, key: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(cli, ["sign", str(out), "--key", str(key)], catch_exceptions=False)
    assert done.exit_code == 0
    public = done.output.split()[-1]
    assert runner.invoke(cli, ["verify", str(out), "--public-key", public]).exit_code == 0
    (out / "grade.json").write_text("{}")
    assert isinstance(runner.invoke(cli, ["verify", str(out), "--public-key", public]).exception, signing.TamperedError)
