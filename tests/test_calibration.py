"""Calibration over real HTTP: judges of known character get the verdicts that the rules imply, and a level counts only
under a calibration that still fits."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.agreement import Thresholds
from grader.agreement.rolling import rolling
from grader.calibration import load, page, probes, run
from grader.calibration.following import close_falling
from grader.calibration.material import prepare
from grader.challenge import load_pack
from grader.cli import cli
from grader.errors import ChallengeError, InfrastructureError, UsageError
from grader.judge import drift, judge_submission, record
from grader.judge.cache import Cache
from grader.judge.client import Client
from grader.judge.closed import ClosedGates
from grader.judge.config import JudgeConfig
from grader.judge.record import Calibration, Error, errors_of
from grader.ratings import items, labels
from grader.ratings.table import read_ratings
from grader.records import CriterionResult, JudgeResult, Submission
from grader.settings import Settings
from grader.testing import judge_server, judges, packs
from grader.testing.judge_server import Behaviour, JudgeServer, running

pytestmark = pytest.mark.slow

NAME = "failure-modes"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, JudgeServer]]:
    """A pack, a cache that holds an oracle's answers about its items, and the oracle: asked once for all tests."""
    base = tmp_path_factory.mktemp("answered")
    made = packs.write_pack(base / "tiny")
    packs.write_items(made, 60, disagreement=0.05)
    with running(judge_server.make("oracle", pack=made)) as server:
        calibrate(made, settings_for(server), base / "cache")
        record.path_of(made).unlink()
        yield made, base / "cache", server


@pytest.fixture
def root(answered: tuple[Path, Path, JudgeServer], tmp_path: Path) -> Path:
    return Path(shutil.copytree(answered[0], tmp_path / "tiny"))


@pytest.fixture
def cache(answered: tuple[Path, Path, JudgeServer], tmp_path: Path) -> Path:
    return Path(shutil.copytree(answered[1], tmp_path / "cache"))


@pytest.fixture
def oracle(answered: tuple[Path, Path, JudgeServer]) -> Iterator[JudgeServer]:
    server = answered[2]
    judge = server.judge
    server.requests.clear()
    yield server
    server.judge, server.behaviour = judge, Behaviour()


@pytest.fixture(scope="module")
def oracle_pack(answered: tuple[Path, Path, JudgeServer]) -> Path:
    return answered[0]


def settings_for(server: JudgeServer, **judge: Any) -> Settings:
    return Settings(openai_base_url=server.url, judge_model="m", judge={"max_retries": 0, **judge})


def calibrate(
    root: Path, settings: Settings, cache: Path, *, repeats: int = 3, fresh: bool = False
) -> run.CalibrationRun:
    material = prepare(load_pack(root), settings, ratings=None, repeats=repeats)
    previous = record.read(root, {})
    outcome = run.calibrate(material, run.questions(material), Cache(cache), previous=previous, fresh=fresh)
    record.save(root, outcome.calibration)
    return outcome


def grade(root: Path, settings: Settings, cache: Path, *, index: int = 900) -> JudgeResult:
    pack = load_pack(root)
    files = {"DECISIONS.md": packs.answer(index, 4).encode()}
    submission = Submission(digest=f"sha256:{index}", files=files)
    return judge_submission(pack, submission, settings, calibration=load(pack), cache_dir=cache)


def only(result: JudgeResult) -> CriterionResult:
    (criterion,) = result.criteria
    return criterion


# ------------------------------------------------------------------------------------------------ judges of known kind


@pytest.mark.parametrize(
    ("kind", "verdict", "deciding"),
    [
        ("oracle", "ACCEPT", set()),
        ("constant", "REJECT", {"C", "D", "F", "G"}),
        ("random", "REJECT", {"C", "D", "F", "G", "H"}),
        ("lenient", "REJECT", {"D", "E"}),
        ("verbose", "REJECT", {"C", "D", "I"}),
        ("obedient", "REJECT", {"C", "I"}),
    ],
)
def test_a_judge_of_known_character_gets_the_verdict_that_the_rules_imply(
    kind: str, verdict: str, deciding: set[str], oracle_pack: Path, tmp_path: Path
) -> None:
    with running(judge_server.make(kind, pack=oracle_pack)) as server:
        material = prepare(load_pack(oracle_pack), settings_for(server), ratings=None, repeats=3)
        outcome = run.calibrate(material, run.questions(material), Cache(tmp_path), previous=None)
    report = outcome.reports[NAME]
    assert report.verdict == verdict
    assert deciding <= {check.id for check in report.checks if check.outcome == "reject"}


def test_with_too_few_labels_it_is_inconclusive_and_says_how_many_are_missing(tmp_path: Path) -> None:
    root = packs.write_pack(tmp_path / "tiny")
    packs.write_items(root, 20)
    with running(judge_server.make("oracle", pack=root)) as server:
        report = calibrate(root, settings_for(server), tmp_path / "cache").reports[NAME]
    assert report.verdict == "INCONCLUSIVE"
    assert report.labels_needed == 30


def with_no_rating(root: Path, *, header: bool) -> Path:
    """`root` as packs are shipped: a file of ratings for people to fill in, or none."""
    path = root / "calibration" / "ratings.csv"
    first = path.read_text().splitlines()[0]
    path.unlink()
    if header:
        path.write_text(first + "\n")
    return root


@pytest.mark.parametrize("header", [False, True])
def test_without_any_rating_nothing_is_asked(root: Path, oracle: JudgeServer, *, header: bool) -> None:
    with_no_rating(root, header=header)
    with pytest.raises(UsageError, match="no person has rated"):
        prepare(load_pack(root), settings_for(oracle), ratings=None, repeats=3)
    assert oracle.requests == []


@pytest.mark.parametrize("header", [False, True])
def test_a_pack_that_nobody_has_rated_yet_is_told_how_far_it_is(root: Path, *, header: bool) -> None:
    """Reviews alone open a gate beside a file of ratings that nobody has filled in, and gradings hold it to that."""
    with_no_rating(root, header=header)
    assert set(labels.labels_now(load_pack(root))) == {NAME}
    done = CliRunner().invoke(cli, ["calibrate", str(root), "--status"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "0 of 50 are" in done.output


def test_levels_that_an_author_or_a_model_gave_never_open_the_gate(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    path = root / "calibration" / "ratings.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",kind", *(f"{line},model" for line in lines[1:])]) + "\n")
    outcome = calibrate(root, settings_for(oracle), cache)
    assert outcome.reports == {}
    assert not only(grade(root, settings_for(oracle), cache)).accepted


def test_items_that_shaped_the_prompt_are_neither_asked_nor_counted(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    path = root / "calibration" / "items.yaml"
    path.write_text(path.read_text().replace("written_to: 3}", "written_to: 3, development: true}"))
    outcome = calibrate(root, settings_for(oracle), cache)
    assert len(outcome.judged) == 48
    assert {found.item.written_to for found in outcome.judged} == {1, 2, 4, 5}


# ------------------------------------------------------------------------------------------------ what counts


def test_an_accepted_level_counts_and_carries_the_judges_error(root: Path, oracle: JudgeServer, cache: Path) -> None:
    calibrate(root, settings_for(oracle), cache)
    criterion = only(grade(root, settings_for(oracle), cache, index=3))
    assert criterion.accepted
    assert (criterion.level, criterion.source) == (4, "judge")
    low, high = criterion.low, criterion.high
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert 3 <= low <= 4 <= high <= 5
    assert criterion.details["gate"]["verdict"] == "ACCEPT"  # type: ignore[index]


def test_without_a_calibration_a_level_is_a_suggestion_and_only_where_the_rubric_allows_it(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    criterion = only(grade(root, settings_for(oracle), cache, index=3))
    assert not criterion.accepted
    assert (criterion.level, criterion.source, criterion.suggestion) == (None, "none", 4)
    silent = packs.DOCUMENT_CRITERION + "    suggest: false\n"
    packs.write_pack(root, criteria=(silent,))
    before = len(oracle.requests)
    result = grade(root, settings_for(oracle, shadow=False), cache, index=4)
    assert only(result).suggestion is None
    assert (len(oracle.requests), result.levels) == (before, ())


def test_where_nothing_may_be_told_the_judge_is_asked_in_shadow_and_only_its_record_has_the_level(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    silent = packs.DOCUMENT_CRITERION + "    suggest: false\n"
    packs.write_pack(root, criteria=(silent,))
    before = len(oracle.requests)
    settings = settings_for(oracle, repeats=3)
    result = grade(root, settings, cache, index=4)
    assert len(oracle.requests) == before + 1, "once, however often a level that counts is asked for"
    (said,) = result.levels
    assert (said.criterion, said.counted, said.model) == (NAME, False, "m")
    criterion = only(result)
    assert (criterion.level, criterion.suggestion, criterion.rationale, criterion.evidence) == (None, None, "", ())
    assert {"levels", "spread", "bare_level"}.isdisjoint(criterion.details)
    oracle.behaviour = Behaviour(fault="500")
    unanswered = grade(root, settings, cache, index=5)
    assert unanswered.levels == ()
    assert only(unanswered).reason == criterion.reason
    assert unanswered.judge["unanswered"] == {}, "nothing was missing that anybody waits for"


def test_a_shadow_takes_no_budget_from_what_may_count(root: Path, oracle: JudgeServer, cache: Path) -> None:
    silent = packs.DOCUMENT_CRITERION.replace("failure-modes", "first") + "    suggest: false\n"
    packs.write_pack(root, criteria=(silent, packs.DOCUMENT_CRITERION))
    (root / "calibration" / "items.yaml").unlink()
    whole = grade(root, settings_for(oracle), cache, index=6)
    assert [one.criterion for one in whole.levels] == ["first", NAME]
    one_question = 2_000 + int(str(whole.judge["prompt_tokens"])) // 2 + 400
    tight = grade(root, settings_for(oracle, budget_tokens=one_question), cache, index=7)
    assert [one.criterion for one in tight.levels] == [NAME]


def _anchor(root: Path, settings: Settings) -> Settings:
    path = root / "rubric.yaml"
    path.write_text(path.read_text().replace("only general words", "general words only"))
    return settings


def _rating(root: Path, settings: Settings) -> Settings:
    path = root / "calibration" / "ratings.csv"
    path.write_text(path.read_text() + f"item-000,{NAME},cy,1,2026-04-01\n")
    return settings


def _item(root: Path, settings: Settings) -> Settings:
    path = root / "calibration" / "items" / "item-000" / "DECISIONS.md"
    path.write_text(path.read_text() + "One more line.\n")
    return settings


def _gate(root: Path, settings: Settings) -> Settings:
    packs.write_pack(root, gate="{min_labels: 60}")
    return settings


CHANGES: dict[str, tuple[Callable[[Path, Settings], Settings], str]] = {
    "an anchor": (_anchor, "question, anchors or evidence"),
    "a rating": (_rating, "labelled items or their ratings"),
    "an item": (_item, "labelled items or their ratings"),
    "a limit": (_gate, "limits for the gate"),
    "the model": (lambda _, settings: replace(settings, judge_model="other"), "the judge's model"),
    "the sampling": (lambda _, settings: replace(settings, judge={"temperature": 0.3}), "sampling"),
    "the repeats": (lambda _, settings: replace(settings, judge={"repeats": 3}), "sampling"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_a_calibration_rests_on_makes_it_stale_and_withholds_the_level(
    change: str, root: Path, oracle: JudgeServer, cache: Path
) -> None:
    settings = settings_for(oracle)
    calibrate(root, settings, cache)
    act, says = CHANGES[change]
    settings = act(root, settings)
    before = len(oracle.requests)
    criterion = only(grade(root, settings, cache, index=3))
    assert criterion.reason.startswith("STALE")
    assert says in criterion.reason
    assert (criterion.accepted, criterion.level, criterion.suggestion) == (False, None, None)
    assert len(oracle.requests) <= before + 1, "in shadow at most"


def test_another_endpoint_is_another_judge(root: Path, oracle: JudgeServer, cache: Path) -> None:
    calibrate(root, settings_for(oracle), cache)
    with running(judges.constant(5)) as other:
        criterion = only(grade(root, settings_for(other), cache, index=3))
    assert "the judge's endpoint changed" in criterion.reason
    assert criterion.suggestion is None


def test_a_changed_sanitiser_prompt_or_parser_makes_it_stale(root: Path, oracle: JudgeServer, cache: Path) -> None:
    calibrate(root, settings_for(oracle), cache)
    path = record.path_of(root)
    for part, says in (
        ("sanitiser", "done to the files"),
        ("prompt", "judge's prompt"),
        ("parser", "replies and quotes"),
    ):
        data = json.loads(path.read_text())
        kept = data["criteria"][NAME]["parts"][part]
        data["criteria"][NAME]["parts"][part] = "0" * 16
        path.write_text(json.dumps(data))
        assert says in only(grade(root, settings_for(oracle), cache, index=3)).reason
        data["criteria"][NAME]["parts"][part] = kept
        path.write_text(json.dumps(data))
    assert only(grade(root, settings_for(oracle), cache, index=3)).accepted


def test_an_endpoint_that_begins_to_answer_in_another_way_is_stale(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    calibrate(root, settings_for(oracle), cache)
    oracle.behaviour = Behaviour(modes=("json_object",))
    criterion = only(grade(root, settings_for(oracle), cache / "fresh", index=3))
    assert "STALE: the endpoint now answers by json_object" in criterion.reason
    assert criterion.suggestion is None


def test_a_rejected_judge_may_suggest_but_never_score(oracle_pack: Path, tmp_path: Path) -> None:
    with running(judges.at_random()) as server:
        outcome = calibrate(oracle_pack, settings_for(server), tmp_path)
        criterion = only(grade(oracle_pack, settings_for(server), tmp_path))
    record.path_of(oracle_pack).unlink()
    assert outcome.reports[NAME].verdict == "REJECT"
    assert criterion.reason.startswith("REJECT")
    assert (criterion.accepted, criterion.level) == (False, None)
    assert criterion.suggestion is not None


# ------------------------------------------------------------------------------------------------ drift


def test_a_canary_that_moves_withholds_the_levels_and_closes_the_gate(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    settings = settings_for(oracle, canary_share=1.0)
    calibrate(root, settings, cache)
    assert only(grade(root, settings, cache, index=1)).accepted
    honest = oracle.judge
    oracle.judge = lambda question: judges.quoting(question, 1 if honest(question).level > 2 else 5)
    moved = only(grade(root, settings, cache, index=2))
    later = only(grade(root, settings_for(oracle, canary_share=0.0), cache, index=4))
    for criterion in (moved, later):
        assert (criterion.accepted, criterion.level, criterion.suggestion) == (False, None, None)
        assert "has drifted since its calibration" in criterion.reason


def test_one_odd_answer_about_a_canary_is_not_drift(root: Path, oracle: JudgeServer, cache: Path) -> None:
    settings = settings_for(oracle, canary_share=1.0)
    outcome = calibrate(root, settings, cache)
    canary = outcome.calibration.criteria[NAME].canaries[0]
    criterion = load_pack(root).rubric.criteria[0]
    ride = drift.Ride(criterion=criterion, canary=canary, files=drift.item_files(root, canary.item), rider="x")
    client = Client(JudgeConfig.of(settings), Cache(cache))
    honest = drift.ask(ride, client, JudgeConfig.of(settings))
    odd = replace(honest, level=canary.level + 2)
    assert drift.moved(ride, odd, client, JudgeConfig.of(settings)) == ""
    oracle.judge = judges.constant(canary.level + 2)
    again = replace(ride, rider="y")
    assert "is now judged" in drift.moved(again, odd, client, JudgeConfig.of(settings))


def test_a_new_calibration_after_drift_asks_anew_and_opens_the_gate_again(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    settings = settings_for(oracle, canary_share=1.0)
    first = calibrate(root, settings, cache)
    loaded = record.read(root, {})
    assert loaded is not None
    ClosedGates(root, Cache(cache)).close(loaded.id, NAME, "It drifted.")
    assert only(grade(root, settings, cache, index=1)).reason.endswith(" It drifted.")
    before = len(oracle.requests)
    again = calibrate(root, settings, cache)
    assert len(oracle.requests) - before == len(first.judged) * 3 + 60
    assert again.reports[NAME].verdict == "ACCEPT"


def test_canaries_ride_along_with_the_share_that_was_set_and_cost_no_second_call(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    settings = settings_for(oracle, canary_share=1.0)
    calibrate(root, settings, cache)
    first = grade(root, settings, cache, index=1)
    calls = len(oracle.requests)
    assert first.judge["canaries"] == 1
    assert grade(root, settings, cache, index=1) == first
    assert len(oracle.requests) == calls
    assert grade(root, settings_for(oracle, canary_share=0.0), cache, index=2).judge["canaries"] == 0


def test_a_new_system_fingerprint_is_reported_and_does_not_close_the_gate(
    root: Path, oracle: JudgeServer, cache: Path
) -> None:
    calibrate(root, settings_for(oracle), cache)
    oracle.behaviour = Behaviour(system_fingerprint="fp_new")
    result = grade(root, settings_for(oracle), cache, index=903)
    assert only(result).accepted
    assert any("fp_new" in flag for flag in result.flags)


# ------------------------------------------------------------------------------------------------ runs


def test_what_somebody_wrote_is_searched_for_orders_to_the_judge_and_its_twins_are_not(
    oracle_pack: Path, oracle: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in a twin withholds nothing: it is made of the item, and shows how the judge takes it."""
    seen, read = [], run.reading.read
    monkeypatch.setattr(
        run.reading, "read", lambda files, **how: seen.append((files, how["searched"])) or read(files, **how)
    )
    material = prepare(load_pack(oracle_pack), settings_for(oracle), ratings=None, repeats=3)
    run.questions(material)
    written = [item.content for item in material.items]
    assert {searched for files, searched in seen if files in written} == {True}
    assert {searched for files, searched in seen if files not in written} == {False}


def test_an_interrupted_run_goes_on_where_it_stopped(root: Path, tmp_path: Path) -> None:
    judge = judge_server.make("oracle", pack=root)
    with running(judge, Behaviour(fault="500", fault_times=10**9)) as server:
        settings = settings_for(server)
        server.behaviour = Behaviour()
        material = prepare(load_pack(root), settings, ratings=None, repeats=3)
        asked = run.questions(material)
        run.calibrate(material, asked[:100], Cache(tmp_path), previous=None)
        done = len(server.requests)
        server.behaviour = Behaviour(fault="500")
        with pytest.raises(InfrastructureError, match="were not answered"):
            run.calibrate(material, asked, Cache(tmp_path), previous=None)
        server.behaviour = Behaviour()
        server.requests.clear()
        outcome = run.calibrate(material, asked, Cache(tmp_path), previous=None)
        assert len(server.requests) == len(asked) - done
    assert outcome.reports[NAME].verdict == "ACCEPT"


def test_the_same_answers_give_the_same_file(root: Path, oracle: JudgeServer, cache: Path) -> None:
    calibrate(root, settings_for(oracle), cache)
    first = record.path_of(root).read_bytes()
    calibrate(root, settings_for(oracle), cache)
    assert record.path_of(root).read_bytes() == first


def test_a_dead_endpoint_writes_no_calibration(root: Path, tmp_path: Path) -> None:
    with running(judges.constant()) as server:
        settings = settings_for(server)
    with pytest.raises(InfrastructureError, match="could not be reached"):
        calibrate(root, settings, tmp_path)
    assert not record.path_of(root).exists()


def test_grading_goes_on_with_reasons_when_the_endpoint_dies(root: Path, tmp_path: Path) -> None:
    with running(judge_server.make("oracle", pack=root)) as server:
        settings = settings_for(server)
        calibrate(root, settings, tmp_path)
    criterion = only(grade(root, settings, tmp_path))
    assert criterion.level is None
    assert "could not be reached" in criterion.reason


# ------------------------------------------------------------------------------------------------ pieces


def test_the_error_is_taken_at_the_judged_level_where_there_are_enough_items() -> None:
    errors = errors_of([(4, 4)] * 8 + [(4, 3)] * 4 + [(2, 2)] * 3)
    assert set(errors) == {"all", "4"}
    assert errors["4"].mean == pytest.approx(-1 / 3, abs=1e-4)
    assert errors["4"].rmse == pytest.approx((4 / 12) ** 0.5, abs=1e-4)
    assert errors["all"].n == 15


@pytest.mark.parametrize(
    ("level", "error", "low", "high"),
    [
        (4, Error(mean=0.0, sd=0.5, rmse=0.5, n=99), 3.173, 4.827),
        (5, Error(mean=0.0, sd=0.5, rmse=0.5, n=99), 4.173, 5.0),
        (3, Error(mean=-0.5, sd=0.2, rmse=0.5, n=24), 2.164, 3.0),
        (3, Error(mean=0.0, sd=0.0, rmse=0.0, n=60), 3.0, 3.0),
    ],
)
def test_the_interval_of_a_level_is_a_prediction_interval_of_ninety_percent(
    level: int, error: Error, low: float, high: float
) -> None:
    made = record.CriterionCalibration(
        verdict="ACCEPT",
        sentence="",
        reasons=(),
        checks=(),
        figures={},
        labels_needed=0,
        parts={},
        error={"all": error},
    )
    calibration = Calibration(id="x", made_at="", labels_from="", criteria={NAME: made})
    found = calibration.interval(NAME, level, 5)
    assert found.low == pytest.approx(low, abs=2e-3)
    assert found.high == pytest.approx(high, abs=2e-3)


def test_twins_say_no_more_than_the_item() -> None:
    text = "# Title\n\n- **one** point\n"
    made = probes.twins({"a.md": text.encode(), "b.py": b"# why\nx = 1\n"})
    assert made["padded"]["a.md"].decode().startswith(text.rstrip())
    assert len(made["padded"]["a.md"]) > 2 * len(text)
    assert made["stripped"]["a.md"] == b"Title\n\none point\n"
    assert b"why" not in made["stripped"]["b.py"]
    assert b"grader" in made["injected"]["a.md"]


def test_a_broken_items_file_is_refused_with_its_lines(root: Path) -> None:
    path = root / "calibration" / "items.yaml"
    path.write_text(
        "schema: 1\nitems:\n  - {id: item-000, criterion: nope}\n"
        "  - {id: item-001, criterion: failure-modes, written_to: 9}\n"
        "  - {id: item-002, criterion: failure-modes, files: [../../../rubric.yaml]}\n"
        "  - {id: none, criterion: failure-modes}\n"
    )
    with pytest.raises(ChallengeError) as problem:
        items.load_items(load_pack(root))
    assert re.findall(r"items\.yaml:(\d+):", problem.value.message) == ["3", "4", "5", "6"]


def test_ratings_of_unknown_items_are_refused_with_their_lines(root: Path) -> None:
    path = root / "calibration" / "ratings.csv"
    path.write_text(path.read_text() + f"item-777,{NAME},ada,3,2026-01-01\n")
    challenge = load_pack(root)
    with pytest.raises(UsageError, match=r"line 122: items\.yaml has no item 'item-777'"):
        labels.read(challenge, items.load_items(challenge))


def test_a_calibration_that_is_not_one_is_refused(root: Path) -> None:
    record.path_of(root).write_text('{"schema": 1}')
    with pytest.raises(ChallengeError, match="is not a calibration"):
        record.read(root, {})


# ------------------------------------------------------------------------------------------------ the page


def _verdict(entry: dict[str, Any]) -> None:
    entry["verdict"] = "REJECT"


def _all_fail(entry: dict[str, Any]) -> None:
    entry["checks"] = [{**one, "outcome": "reject"} for one in entry["checks"]]


def _no_checks(entry: dict[str, Any]) -> None:
    entry["checks"] = []


def _unknown_outcome(entry: dict[str, Any]) -> None:
    entry["checks"][3]["outcome"] = "fail"


def _twice(entry: dict[str, Any]) -> None:
    entry["checks"][3]["id"] = "C"


def _no_figures(entry: dict[str, Any]) -> None:
    entry["figures"] = dict.fromkeys(entry["figures"], 0)


@pytest.mark.parametrize("change", [_verdict, _all_fail, _no_checks, _unknown_outcome, _twice, _no_figures])
def test_a_verdict_that_its_own_checks_do_not_come_to_is_no_calibration(
    change: Callable[[dict[str, Any]], None], root: Path, oracle: JudgeServer, cache: Path
) -> None:
    calibrate(root, settings_for(oracle), cache)
    path = record.path_of(root)
    data = json.loads(path.read_text())
    assert record.read(root, {}) is not None
    change(data["criteria"][NAME])
    path.write_text(json.dumps(data))
    with pytest.raises(ChallengeError, match="is not a calibration"):
        record.read(root, {})


@pytest.mark.parametrize("there", [False, True])
def test_a_verdict_on_items_that_are_not_there_or_nobody_rated_is_no_calibration(
    there: bool, root: Path, oracle: JudgeServer, cache: Path
) -> None:
    calibrate(root, settings_for(oracle), cache)
    path = record.path_of(root)
    data = json.loads(path.read_text())
    data["items"] = [{**one, "people": {}, "adjudicated": None} for one in data["items"] if there]
    path.write_text(json.dumps(data))
    with pytest.raises(ChallengeError, match=r"is said to rest on \d+ items, and 0 are there"):
        record.read(root, {})


def test_the_page_shows_verdict_matrix_and_disagreements_biggest_first_and_loads_nothing(
    root: Path, tmp_path: Path
) -> None:
    text = root / "calibration" / "items" / "item-000" / "DECISIONS.md"
    text.write_text(text.read_text() + "\n<script>alert(1)</script>\n")
    ratings = root / "calibration" / "ratings.csv"
    lines = ratings.read_text().splitlines()
    ratings.write_text("\n".join([lines[0] + ",note", *(f"{line},because <b>so</b>" for line in lines[1:])]) + "\n")
    with running(judges.constant(3)) as server:
        outcome = calibrate(root, settings_for(server), tmp_path)
    html = page.render(load_pack(root), outcome)
    assert "REJECT" in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "because &lt;b&gt;so&lt;/b&gt;" in html
    assert not re.search(r"(?:src|href)=\"(?!#)", html)
    assert "default-src &#39;none&#39;" in html
    offs = [abs(int(off)) for off in re.findall(r"\(([+-]\d) level", html)]
    assert len(offs) > 20
    assert offs == sorted(offs, reverse=True)
    assert "What to do next" in html
    assert html.count('<tr><th scope="row">') > 20


def test_the_page_of_an_accepted_judge_says_that_it_may_vote(root: Path, oracle: JudgeServer, cache: Path) -> None:
    html = page.render(load_pack(root), calibrate(root, settings_for(oracle), cache))
    assert "The judge may vote on 1 of 1 criteria" in html


# ------------------------------------------------------------------------------------------------ rolling agreement


def _followed(path: Path, judge: Callable[[int], int], count: int = 50) -> Path:
    rows = ["item,criterion,rater,level,rated_at"]
    for n in range(count):
        at = f"2026-05-{n % 28 + 1:02d}"
        rows += [f"g{n},{NAME},{rater},{level},{at}" for rater, level in (("ada", n % 5 + 1), ("m", judge(n)))]
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("judge", "count", "falling"),
    [(lambda n: n % 5 + 1, 50, False), (lambda n: (n * 7 + n // 5) % 5 + 1, 50, True), (lambda _: 3, 20, False)],
)
def test_agreement_that_falls_on_new_gradings_closes_the_gate(
    judge: Callable[[int], int], count: int, falling: bool, root: Path, oracle: JudgeServer, cache: Path
) -> None:
    calibrate(root, settings_for(oracle), cache)
    calibration = load(load_pack(root))
    assert calibration is not None
    path = _followed(cache / "new.csv", judge, count)
    (found,) = rolling(read_ratings(path, levels={NAME: (1, 2, 3, 4, 5)}), "m", Thresholds())
    assert found.falling is falling
    close_falling([found], calibration, ClosedGates(root, Cache(cache)))
    criterion = only(grade(root, settings_for(oracle), cache, index=3))
    assert criterion.accepted is not falling
    assert ("agreement with people has fallen" in criterion.reason) is falling


def test_only_the_newest_gradings_count(tmp_path: Path) -> None:
    rows = ["item,criterion,rater,level,rated_at"]
    for n in range(120):
        person, at = n % 5 + 1, f"20{10 + n // 10}-01-{n % 10 + 1:02d}"
        rows += [f"g{n:03d},{NAME},ada,{person},{at}", f"g{n:03d},{NAME},m,{person if n < 70 else 3},{at}"]
    path = tmp_path / "new.csv"
    path.write_text("\n".join(rows) + "\n")
    (found,) = rolling(read_ratings(path, levels={NAME: (1, 2, 3, 4, 5)}), "m", Thresholds())
    assert (found.n, found.qwk, found.falling) == (50, 0.0, True)


def test_the_settings_in_the_documents_are_those_that_there_are() -> None:
    text = (Path(__file__).parent.parent / "docs" / "calibrating.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    tables = tomllib.loads(block[1])
    config = JudgeConfig.of(Settings(judge_model="m", judge=tables["judge"], prices=tables["prices"]))
    assert replace(config, prices={}) == JudgeConfig(model="m")
