"""A judge that fails: the grade stands, the end of the run says it, and the same command asks again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader.batch import blind
from grader.batch.ask_again import unanswered
from grader.batch.attempts import BatchOutcome
from grader.batch.entries import BatchEntry
from grader.batch.finished import wanted
from grader.batch.runner import Batch, BatchPlan
from grader.challenge import Challenge, load_pack
from grader.cli import batch_end
from grader.cli.batch_end import exit_code
from grader.settings import Settings
from grader.testing import judges, packs
from grader.testing.judge_server import Behaviour, JudgeServer, running
from tests.batch_fixtures import Quiet, Scripted, plan
from tests.playing import Play, player
from tests.shell import run_here
from tests.small_packs import write_files

DOCUMENT = packs.answer(7, 4)


@pytest.fixture(autouse=True)
def _environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("grader.settings.PLACES.cache", tmp_path / "cache", raising=False)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    return player(monkeypatch)


@pytest.fixture
def pack(tmp_path: Path) -> Challenge:
    """Hidden tests that a script plays, and one criterion."""
    root = packs.write_pack(tmp_path / "packs" / "tiny")
    (root / "tests").mkdir(exist_ok=True)
    (root / "tests" / "test_sums.py").write_text("def test_adds(candidate):\n    pass\n")
    return load_pack(root)


def settings(server: JudgeServer) -> Settings:
    return Settings(openai_base_url=server.url, judge_model="m", judge={"max_retries": 0, "differential": False})


def run(plan: BatchPlan, settings: Settings, ran: list[str]) -> list[BatchOutcome]:
    made = Batch(plan, settings, Quiet(), make_sandbox=lambda run: Scripted(run, {}, ran))
    with closing(made):
        return made.run()


def grade(out: Path, name: str) -> Mapping[str, Any]:
    return dict(json.loads((out / name / "grade.json").read_text()))


def test_a_batch_started_again_asks_the_judge_again_and_runs_nothing(pack: Challenge, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_files(tmp_path / "subs" / name, {"sums.py": f"# {name}\ntest_adds = True\n", "DECISIONS.md": DOCUMENT})
    out, ran = tmp_path / "out", list[str]()
    with running(judges.constant(4), Behaviour(fault="500", fault_times=2)) as server:
        asked = plan(tmp_path / "subs", out, judge=True, want=wanted(pack, settings(server), judge=True))
        first = run(asked, settings(server), ran)
        assert sorted(ran) == ["one", "two"]
        assert all("failed (500, 1 attempt)" in outcome.unanswered for outcome in first)
        assert {outcome.state for outcome in first} == {"graded"}
        before = grade(out, "one")
        again = run(asked, settings(server), ran)
        third = run(asked, settings(server), ran)
        assert len(server.requests) == 4
    after = grade(out, "one")
    assert sorted(ran) == ["one", "two"]
    assert not any(outcome.unanswered for outcome in [*again, *third])
    assert [outcome.was_there for outcome in [*again, *third]] == [False, False, True, True]
    assert before["judge"]["unanswered"]
    assert after["judge"]["unanswered"] == {}
    assert after["criteria"][0]["suggestion"] == 4
    assert after["provenance"]["judged_again_at"]
    assert {key: after[key] for key in ("objective", "submission", "challenge")} == {
        key: before[key] for key in ("objective", "submission", "challenge")
    }
    assert "500" not in (out / "one" / "report.html").read_text()


def test_the_end_of_a_batch_says_that_the_judge_did_not_answer(pack: Challenge, tmp_path: Path) -> None:
    write_files(tmp_path / "subs" / "one", {"sums.py": "test_adds = True\n", "DECISIONS.md": DOCUMENT})
    with running(judges.constant(4), Behaviour(fault="429")) as server:
        want = wanted(pack, settings(server), judge=True)
        made = plan(tmp_path / "subs", tmp_path / "out", judge=True, want=want)
        outcomes = run(made, settings(server), [])
    said = batch_end.summary(outcomes, [], [], tmp_path / "out")
    assert "judge        no answer for 1 of 1: The judge's endpoint is over its limit or quota (429, 1 attempt)" in said
    assert "the same command asks it again" in said
    assert (exit_code(outcomes), exit_code(outcomes, require_judge=True)) == (0, 6)


def test_the_end_of_a_run_says_it_and_a_code_of_its_own_can_be_asked_for(
    pack: Challenge, tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    work = write_files(tmp_path / "work", {"work.py": "x = 1\n", "DECISIONS.md": DOCUMENT})
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
    (tmp_path / "config" / "grader").mkdir(parents=True)
    (tmp_path / "config" / "grader" / "grader.toml").write_text("[judge]\nmax_retries = 0\n")
    plain = run_here(work, "-c", pack.root, "-o", tmp_path / "out")
    assert plain.code == 0
    assert "judge           no answer for 1 of 1 criteria, which stay open: The judge's endpoint" in plain.out
    assert unanswered_in(plain.grade)
    assert run_here(work, "-c", pack.root, "-o", tmp_path / "out", "--require-judge").code == 6
    assert run_here(work, "-c", pack.root, "-o", tmp_path / "out", "--require-judge", "--no-judge").code == 0
    assert run_here(work, "-c", pack.root, "-o", tmp_path / "out", "--require-judge", "--fail-under", "99").code == 1


def unanswered_in(grade: Mapping[str, Any]) -> bool:
    return bool(grade["judge"]["unanswered"])


def test_settings_of_the_judge_that_cannot_be_right_are_said_before_anything_runs(
    pack: Challenge, tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandboxes = play()
    work = write_files(tmp_path / "work", {"work.py": "x = 1\n", "DECISIONS.md": DOCUMENT})
    monkeypatch.setenv("OPENAI_BASE_URL", "127.0.0.1:9/v1")
    monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
    outcome = run_here(work, "-c", pack.root, "-o", tmp_path / "out")
    assert outcome.code == 2
    assert "OPENAI_BASE_URL" in outcome.err
    assert all(not list(sandbox.jobs) for sandbox in sandboxes)
    assert unanswered.__name__ == "unanswered"


@pytest.mark.slow
def test_no_secret_of_the_operator_stands_in_anything_that_a_run_leaves_or_says(
    pack: Challenge, tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key, query and login of the judge's address, and a proxy's password; the judge fails, so that words are shown."""
    play()
    work = write_files(tmp_path / "work", {"work.py": "x = 1\n", "DECISIONS.md": DOCUMENT})
    known = {
        "OPENAI_API_KEY": "sk-4711-operator", "HTTP_PROXY": "http://ops:proxy-pass-4711@127.0.0.1:9",
        "OPENAI_BASE_URL": "http://me:login-pass-4711@judge.example/v1?sig=query-4711",
        "GRADER_JUDGE_MODEL": "m", "GRADER_STORE": f"sqlite:///{tmp_path}/kept.db",
    }  # fmt: skip
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config" / "grader").mkdir(parents=True)
    (tmp_path / "config" / "grader" / "grader.toml").write_text("[judge]\nmax_retries = 0\n")
    ended = run_here(work, "-c", pack.root, "-o", tmp_path / "out", "--format", "junit,ctrf,csv,markdown,sarif")
    batch = run_here("batch", tmp_path / "work", "-c", pack.root, "-o", tmp_path / "batch", "--no-similarity")
    assert (ended.code, "asked through the proxy HTTP_PROXY=http://127.0.0.1:9" in ended.out) == (0, True)
    said = ended.out + ended.err + batch.out + batch.err
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in ("4711-operator", "pass-4711", "query-4711"):
        assert secret not in said
        assert secret.encode() not in left


def test_a_token_in_an_address_is_in_neither_the_list_of_candidates_nor_the_store(tmp_path: Path) -> None:
    entry = BatchEntry(name="work", source="https://me:token-4711@host/jane/work.git", candidate="Jane")
    blind.save(tmp_path, blind.assign([entry], ()))
    (kept,) = blind.load(tmp_path)
    assert kept.entry.source == "https://host/jane/work.git"
    assert blind.assign([entry], (kept,))[0].id == kept.id
