"""The operator's secret: what it keys, how it is kept, and where it never is."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import secret
from grader.errors import UsageError
from grader.secret import Secret
from grader.settings import Settings
from tests.patience import WAIT
from tests.shell import run_here, run_outside

ONE, OTHER = Secret(value=b"a" * 32, source="a test"), Secret(value=b"b" * 32, source="a test")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder in which there is no secret yet."""
    monkeypatch.delenv("GRADER_SECRET", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "grader"


# ------------------------------------------------------------------------------------------------ what it keys


@given(st.text(), st.text(), st.text())
def test_a_seed_belongs_to_one_submission_and_one_challenge(pack: str, first: str, second: str) -> None:
    assert ONE.seed(pack, first) == ONE.seed(pack, first)
    assert 0 <= ONE.seed(pack, first) < 2**63
    assert (ONE.seed(pack, first) == ONE.seed(pack, second)) == (first == second)


def test_a_seed_needs_the_hidden_tests_and_the_secret_to_be_known() -> None:
    assert ONE.seed("sha256:a", "x") != ONE.seed("sha256:b", "x")
    assert ONE.seed("a", "b") != ONE.seed("b", "a")
    assert ONE.seed("a", "b") != OTHER.seed("a", "b")


def test_a_fingerprint_tells_secrets_apart_and_gives_none_away() -> None:
    assert ONE.fingerprint != OTHER.fingerprint
    assert len(ONE.fingerprint) == 16
    assert "aaaa" not in repr(ONE) + ONE.fingerprint
    assert "aaaa" not in repr(Settings(secret="a" * 40))


# ------------------------------------------------------------------------------------------------ how it is kept


def test_it_is_made_at_first_use_for_its_owner_alone(home: Path) -> None:
    before = os.umask(0)
    try:
        made = secret.of(Settings())
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "secret").read_bytes().strip() == made.value
    assert len(made.value) == 64
    assert [path.name for path in home.iterdir()] == ["secret"]
    assert secret.of(Settings()) == made


def _make(start: object, said: object) -> None:
    start.wait()  # type: ignore[attr-defined]
    said.put(secret.of(Settings()).fingerprint)  # type: ignore[attr-defined]


@pytest.mark.slow
def test_processes_that_make_it_at_the_same_time_have_one(home: Path) -> None:
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        start, said = context.Barrier(6), context.Queue()
        processes = [context.Process(target=_make, args=(start, said)) for _ in range(6)]
        for process in processes:
            process.start()
        found = {said.get(timeout=WAIT) for _ in processes}
        for process in processes:
            process.join(30)
        assert len(found) == 1
        assert [path.name for path in home.iterdir()] == ["secret"]
        (home / "secret").unlink()


def test_the_variable_goes_before_the_file_and_makes_none(home: Path) -> None:
    shared = secret.of(Settings(secret="shared by all workers of a house"))
    assert shared.source == "GRADER_SECRET"
    assert not home.exists()
    secret.of(Settings())
    assert secret.of(Settings(secret="shared by all workers of a house")) == shared


def test_a_settings_file_beside_a_submission_never_gives_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    (home / "grader.toml").write_text(f'secret = "{"x" * 40}"\n')
    with pytest.raises(UsageError, match="unknown key 'secret'"):
        Settings.read()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_one_that_others_can_read_or_change_is_not_used(home: Path, mode: int) -> None:
    secret.of(Settings())
    (home / "secret").chmod(mode)
    with pytest.raises(UsageError, match="others can read or change it") as told:
        secret.of(Settings())
    assert "chmod 600" in told.value.fix


@pytest.mark.parametrize("text", ["", "short", " " * 40])
def test_one_that_could_be_guessed_is_not_used(home: Path, text: str) -> None:
    secret.of(Settings())
    (home / "secret").write_text(text)
    with pytest.raises(UsageError, match="at least 32"):
        secret.of(Settings())
    if text.strip():
        with pytest.raises(UsageError, match=r"The secret in GRADER_SECRET has 5 characters"):
            secret.of(Settings(secret=text))


def test_a_folder_that_cannot_be_written_to_is_named_with_what_to_do(home: Path) -> None:
    home.parent.mkdir()
    home.write_text("a file in its place")
    with pytest.raises(UsageError, match="cannot be kept in") as told:
        secret.of(Settings())
    assert "GRADER_SECRET" in told.value.fix


# ------------------------------------------------------------------------------------------------ the command


def test_rotation_keeps_the_old_one_so_that_old_runs_can_be_run_again(home: Path) -> None:
    first = run_here("secret", "show", "--json")
    old = json.loads(first.out)["fingerprint"]
    rotated = run_here("secret", "rotate")
    assert rotated.code == 0
    told = json.loads(run_here("secret", "show", "--json").out)
    assert told["fingerprint"] != old
    assert [one["fingerprint"] for one in told["earlier"]] == [old]
    kept = Path(told["earlier"][0]["kept"])
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret.of(Settings(secret=kept.read_text())).fingerprint == old
    assert f"until {told['earlier'][0]['until']}" in run_here("secret", "show").out
    assert (home / "secret").read_text().strip() not in rotated.out + first.out


def test_a_secret_from_the_environment_is_rotated_where_it_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_SECRET", "z" * 40)
    outcome = run_here("secret", "rotate")
    assert outcome.code == 2
    assert "GRADER_SECRET" in outcome.err
    assert "zzzz" not in outcome.err + outcome.out


def test_nothing_is_graded_without_a_usable_secret(home: Path, sums: Path, tmp_path: Path) -> None:
    outcome = run_outside(
        sums / "solution", "--challenge", sums, "--out", tmp_path / "out", env={"GRADER_SECRET": "too short"}
    )
    assert outcome.code == 2
    assert "at least 32" in outcome.err


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_result_holds_the_fingerprint_and_the_same_seed_as_long_as_the_secret_is_the_same(
    home: Path, sums: Path, tmp_path: Path
) -> None:
    seeds, secrets = [], []
    for name, key in (("a", "k" * 40), ("b", "k" * 40), ("c", "l" * 40)):
        outcome = run_outside(
            sums / "solution", "--challenge", sums, "--out", tmp_path / name, "--no-judge", env={"GRADER_SECRET": key}
        )
        assert outcome.code == 0
        seeds.append(outcome.grade["provenance"]["seed"])
        secrets.append(outcome.grade["provenance"]["secret"])
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        assert [path for path in files if key.encode() in path.read_bytes()] == []
        assert key not in outcome.out + outcome.err
    assert seeds[0] == seeds[1] != seeds[2]
    assert secrets[0] == secrets[1] != secrets[2]
