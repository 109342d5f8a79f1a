"""A gate that continuous following closes while others grade: real workers and batches, real stores. What was graded
before keeps its level; what is graded after has none, and says why. All work and all levels are generated."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.agreement.rolling import LEAST
from grader.challenge import load_pack
from grader.judge import record
from grader.judge.config import JudgeConfig
from grader.judge.fingerprint import judge_of
from grader.settings import Settings
from grader.testing import packs
from grader.testing.judge_server import JudgeServer, running
from tests.generated_reviews import Judging, oracle, reviews
from tests.judge_accepted import accepting
from tests.queue_fixtures import Process, all_ended, start, worker

NAME = "failure-modes"
pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = packs.write_pack(tmp_path / "challenges" / "tiny")
    packs.write_items(root, 12, disagreement=0.0, kind="authored")
    return root


@pytest.fixture
def judge(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgeServer]:
    """A judge for whom the pack has an open gate."""
    with running(oracle(root, 0)) as made:
        monkeypatch.setenv("OPENAI_BASE_URL", made.url)
        monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
        record.save(root, accepting(load_pack(root), Settings.read()))
        yield made


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    with all_ended() as started:
        yield started


def fall(url: str, root: Path, folder: Path) -> None:
    """People review what the judge judged under its calibration, and do not agree with it."""
    pack, kept = load_pack(root), record.read(root, {})
    assert kept is not None
    (criterion, *_) = pack.rubric.criteria
    name = judge_of(criterion, JudgeConfig.of(Settings.read()), pack.rubric.gate)
    blind = Judging(calibration=kept.id, made_at=f"{kept.made_at}T00:00:00+00:00", judge=name,
                    level=lambda number: (number * 3 + number // 5) % 5 + 1)  # fmt: skip
    reviews(url, root, folder, LEAST, judged=blind)


def batch(root: Path, folder: Path, number: int, store: str, *more: str) -> tuple[Process, Path]:
    """A batch of one submission, under way, and where its grade will be."""
    work = folder / f"in-{number}" / f"work-{number}"
    work.mkdir(parents=True)
    (work / "DECISIONS.md").write_text(packs.answer(number, 4))
    out = folder / f"out-{number}"
    words = ["batch", str(work.parent), "-c", str(root), "--out", str(out), "--no-similarity", *more]
    return start(*words, store=store), out / work.name


def read(out: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The grade's one criterion, what it says of the judge, and the report."""
    grade = json.loads((out / "grade.json").read_text())
    (criterion,) = grade["criteria"]
    return criterion, grade["judge"], (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_a_level_counts_in_what_was_graded_before_the_gate_closed_and_not_in_what_is_graded_after(
    kind: str, request: pytest.FixtureRequest, root: Path, judge: JudgeServer, tmp_path: Path, processes: list[Process]
) -> None:
    store, more = f"sqlite:///{tmp_path / 'store.db'}", ["--jobs", "1"]
    if kind == "postgres":
        store, more = str(request.getfixturevalue("postgres").database()), ["--queue"]
        processes.append(worker(root.parent, store))

    def graded(number: int) -> tuple[dict[str, Any], dict[str, Any], str]:
        made, out = batch(root, tmp_path, number, store, *more)
        processes.append(made)
        assert made.ended(120) == 0, made.said
        return read(out)

    criterion, said, _ = graded(1)
    assert (criterion["level"] is not None, criterion["source"]) == (True, "judge"), criterion
    assert not said.get("closed")
    fall(store, root, tmp_path)
    criterion, said, report = graded(2)
    assert (criterion["level"], criterion["source"]) == (None, "none")
    closed = said["closed"][NAME]
    why = f"The gate has been closed since {closed['since'][:10]}, until there is a new calibration."
    assert why in criterion["reason"]
    assert "agreement with people has fallen since its calibration. On the newest 30 items" in closed["reason"]
    assert why in report
    before, _, _ = read(tmp_path / "out-1" / "work-1")
    assert before["source"] == "judge", "what was graded before stays as it was graded"
    if kind == "postgres":
        processes[0].kill(signal.SIGTERM)
        assert processes[0].ended() == 0, processes[0].said
