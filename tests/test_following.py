"""Agreement with people is followed by itself: a gate that falls is closed in the store, for all who grade. All work
and all levels here are generated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from grader.agreement.rolling import LEAST, WINDOW, rolling
from grader.agreement.thresholds import Thresholds
from grader.challenge import load_pack
from grader.cli import cli
from grader.grading import judging
from grader.grading.run import Request, Run
from grader.judge import record
from grader.judge.config import JudgeConfig
from grader.judge.fingerprint import judge_of
from grader.ratings.table import Rating, Ratings
from grader.records import Closed, Submission
from grader.settings import Settings
from grader.store import open_store
from grader.store.labels import closed_under, keep_items
from grader.testing import packs
from grader.testing.judge_server import JudgeServer, running
from tests.generated_reviews import Judging, level_of, oracle, reviews

NAME = "failure-modes"
EARLIER = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return packs.write_pack(tmp_path / "tiny")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("postgres").database())


@pytest.fixture
def lite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def server(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JudgeServer]:
    packs.write_items(root, 12, disagreement=0.0, kind="authored")
    with running(oracle(root, 0)) as made:
        monkeypatch.setenv("OPENAI_BASE_URL", made.url)
        monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
        yield made


def blind(number: int) -> int:
    """A judge who sees nothing of what people see."""
    return (number * 3 + number // 5) % 5 + 1


def closed(url: str, calibration: str = "c1") -> dict[str, Closed]:
    with open_store(url) as store:
        return closed_under(store.engine, calibration)


# ------------------------------------------------------------------------------------------------ reveals close gates


@pytest.mark.slow
def test_the_reveal_that_shows_it_closes_the_gate_and_no_command_is_asked(root: Path, tmp_path: Path, url: str) -> None:
    judge = Judging(calibration="c1", made_at=EARLIER, judge="j", level=blind)
    reviews(url, root, tmp_path, LEAST - 1, judged=judge)
    assert closed(url) == {}, "too few to say anything"
    reviews(url, root, tmp_path, 1, start=LEAST - 1, judged=judge, revealed=False)
    assert closed(url) == {}, "what nobody has opened says nothing"
    reviews(url, root, tmp_path, 1, start=LEAST, judged=judge)
    (found,) = closed(url).values()
    assert "agreement with people has fallen since its calibration. On the newest 30 items" in found.reason
    reviews(url, root, tmp_path, 1, start=LEAST + 1, judged=judge)
    assert closed(url) == {NAME: found}, "it stays closed since when it was, for the reason that it was"
    assert closed(url, "c2") == {}, "another calibration begins with an open gate"


@pytest.mark.slow
def test_only_new_reviews_of_the_same_judge_close_a_gate(root: Path, tmp_path: Path, lite: str) -> None:
    old = Judging(calibration="c1", made_at="2999-01-01T00:00:00+00:00", judge="j", level=blind)
    reviews(lite, root, tmp_path, LEAST, judged=old)
    assert closed(lite) == {}, "opened before the calibration was made"
    fine = Judging(calibration="c2", made_at=EARLIER, judge="k", level=level_of)
    reviews(lite, root, tmp_path, LEAST, start=LEAST, judged=fine)
    assert closed(lite, "c2") == {}, "another judge's levels are no levels of this one"


@pytest.mark.slow
def test_reviews_that_a_calibration_rests_on_are_not_new_to_it(root: Path, tmp_path: Path, lite: str) -> None:
    judge = Judging(calibration="c1", made_at=EARLIER, judge="j", level=blind)
    made = reviews(lite, root, tmp_path, LEAST - 1, judged=judge)
    with open_store(lite) as store:
        keep_items(store.engine, "c1", [(one.case, NAME) for one in made[:5]])
    reviews(lite, root, tmp_path, 5, start=LEAST - 1, judged=judge)
    assert closed(lite) == {}
    reviews(lite, root, tmp_path, 1, start=LEAST + 4, judged=judge)
    assert set(closed(lite)) == {NAME}


# ------------------------------------------------------------------------------------------------ all who grade see it


def calibrate(root: Path, url: str) -> str:
    done = CliRunner().invoke(cli, ["calibrate", str(root), "--store", url, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = record.read(root, {})
    assert found is not None
    return found.id


def status(root: Path, url: str, *words: str) -> str:
    return CliRunner().invoke(cli, ["calibrate", str(root), "--status", "--store", url, *words]).stdout


def judging_now(root: Path, calibration: str) -> Judging:
    pack = load_pack(root)
    (criterion, *_) = pack.rubric.criteria
    made_at = json.loads(record.path_of(root).read_text())["made_at"]
    judge = judge_of(criterion, JudgeConfig.of(Settings.read()), pack.rubric.gate)
    return Judging(calibration=calibration, made_at=made_at, judge=judge, level=blind)


@pytest.mark.slow
def test_gradings_and_status_say_that_it_is_closed_and_since_when_until_it_is_calibrated_anew(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = calibrate(root, lite)
    few = json.loads(status(root, lite, "--json"))["criteria"][0]
    assert (few["closed"], few["trend"][:12]) == (None, "New reviews:")
    reviews(lite, root, tmp_path, LEAST, judged=judging_now(root, first))
    since = closed(lite, first)[NAME].since
    said = status(root, lite)
    assert "failure-modes: CLOSED" in said
    assert f"closed since {since[:10]}" in said
    assert "New reviews: On the newest 30 items" in said
    assert json.loads(status(root, lite, "--json"))["criteria"][0]["closed"]["since"] == since

    monkeypatch.setenv("GRADER_STORE", lite)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "DECISIONS.md").write_text(packs.answer(1, 3))
    out = CliRunner().invoke(cli, ["judge", str(tmp_path / "work"), "--challenge", str(root), "--json"])
    assert f"closed since {since[:10]}" in out.stdout, out.output

    asked = len(server.requests)
    second = calibrate(root, lite)
    assert len(server.requests) > asked, "kept answers are of the judge whose gate was closed"
    assert second != first
    assert closed(lite, second) == {}
    assert "CLOSED" not in status(root, lite)


@pytest.mark.slow
def test_a_grading_asks_the_store_under_its_calibration_and_says_what_is_closed(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    calibration = calibrate(root, lite)
    asked: list[str] = []

    def gates(wanted: str) -> dict[str, Closed]:
        asked.append(wanted)
        return {NAME: Closed(reason="It has fallen.", since="2026-04-05T06:07:08Z")}

    work = Submission(digest="sha256:1", files={"DECISIONS.md": packs.answer(1, 3).encode()})
    request = Request(source="s", challenge=load_pack(root), out=tmp_path / "out")
    found = judging.judge(
        Run(request=request, settings=Settings.read(), say=lambda _text: None, closed_gates=gates),
        load_pack(root), work,
    )  # fmt: skip
    assert asked == [calibration]
    (one,) = found.criteria
    assert (one.level, one.suggestion) == (None, None)
    assert one.reason == ("The gate has been closed since 2026-04-05, until there is a new calibration. It has fallen.")
    said: Any = one.details
    assert said["gate"]["closed"] == {"reason": "It has fallen.", "since": "2026-04-05T06:07:08Z"}
    assert found.judge["closed"] == {NAME: said["gate"]["closed"]}


# ------------------------------------------------------------------------------------------------ how often by mistake


def window(generator: np.random.Generator, kept: float) -> Ratings:
    """Two people who see a normal quality through noise, and a judge with more: the more, the less is `kept`."""
    truth = generator.normal(3, 1.2, WINDOW)
    seen = {name: truth + generator.normal(0, noise, WINDOW) for name, noise in
            (("ada", 0.4), ("ben", 0.4), ("m", kept))}  # fmt: skip
    rows = [Rating(item=f"i{n}", criterion="c", rater=name, level=int(np.clip(np.rint(value), 1, 5)))
            for name, values in seen.items() for n, value in enumerate(values)]  # fmt: skip
    return Ratings(rows=tuple(rows), levels={"c": (1, 2, 3, 4, 5)})


@pytest.mark.slow
@pytest.mark.parametrize(("noise", "least", "most"), [(0.6, 0, 1), (6.0, 36, 40)])
def test_a_good_judge_is_hardly_ever_shut_out_and_a_blind_one_nearly_always(
    noise: float, least: int, most: int
) -> None:
    generator = np.random.default_rng(7)
    falls = sum(rolling(window(generator, noise), "m", Thresholds())[0].falling for _ in range(40))
    assert least <= falls <= most
