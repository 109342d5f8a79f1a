"""A signed result: any change, anywhere, is caught."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import signing
from grader.cli import cli
from grader.errors import UsageError


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    signing.new_key(path)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    (folder / "evidence").mkdir(parents=True)
    (folder / "grade.json").write_text('{"status": "graded"}')
    (folder / "evidence" / "verifier.json").write_text("{}")
    return folder


@pytest.fixture
def signed(out: Path, key: Path) -> tuple[Path, str]:
    private = signing.load_private(key.read_text())
    signing.sign(out, private)
    return out, signing.public_text(private.public_key())


def test_what_was_signed_is_verified(signed: tuple[Path, str]) -> None:
    out, public = signed
    found = signing.verify(out, signing.load_public(public))
    assert set(found.files) == {"grade.json", "evidence/verifier.json"}


@pytest.mark.parametrize("name", ["grade.json", "evidence/verifier.json", "signature.json"])
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
