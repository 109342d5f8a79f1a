"""Labels from reviewing: every sealed independent level of candidates' work teaches the judge, over real HTTP, and what
is erased is out of it. All work and all levels here are generated."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from grader.agreement import Labels, thresholds_from
from grader.batch import record as stored
from grader.calibration import load
from grader.calibration import status as status_of
from grader.calibration.material import gather, prepare
from grader.challenge import load_pack
from grader.challenge.rubric import GateSettings
from grader.challenge.schema import model_of
from grader.cli import cli
from grader.errors import UsageError
from grader.judge import record
from grader.judge.config import JudgeConfig
from grader.result import evidence
from grader.review.desk import open_desk
from grader.review.records import Actor
from grader.settings import Settings
from grader.store import open_store, retention
from grader.store.label_tables import judged_levels
from grader.store.labels import items_left
from grader.testing import packs
from grader.testing.judge_server import JudgeServer, running
from tests.generated_reviews import OPERATOR, in_shadow, level_of, oracle, reviews

pytestmark = pytest.mark.slow

NAME = "failure-modes"


@dataclass(frozen=True)
class Template:
    """Stores with thirty and with sixty reviews, made once."""

    root: Path
    thirty: Path
    sixty: Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    base = tmp_path_factory.mktemp("template")
    made = Template(packs.write_pack(base / "tiny"), base / "thirty.db", base / "sixty.db")
    reviews(f"sqlite:///{made.sixty}", made.root, base, 30, disagreement=0.05)
    shutil.copy(made.sixty, made.thirty)
    reviews(f"sqlite:///{made.sixty}", made.root, base, 30, start=30, disagreement=0.05)
    return made


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
    with running(oracle(root, 80)) as made:
        monkeypatch.setenv("OPENAI_BASE_URL", made.url)
        monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
        yield made


def labels(url: str) -> dict[tuple[str, str], int]:
    with open_desk(url) as desk:
        found = desk.labels(OPERATOR, "tiny")
    return {(row.item, row.rater): row.level for one in found for row in one.ratings}


def run(*words: str) -> str:
    done = CliRunner().invoke(cli, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def calibrated(root: Path, url: str) -> dict[str, Any]:
    out = CliRunner().invoke(cli, ["calibrate", str(root), "--store", url, "--json"], catch_exceptions=False)
    return dict(json.loads(out.stdout)["criteria"][NAME])


# -------------------------------------------------------------------------------------------------- what is a label


def test_sealed_independent_levels_are_labels_and_nothing_else_is(root: Path, tmp_path: Path, url: str) -> None:
    (one,) = reviews(url, root, tmp_path, 1)
    (waiting,) = reviews(url, root, tmp_path, 1, start=1, revealed=False)
    expected = {(one.case, rater): level for rater, level in one.given.items()}
    assert labels(url) == expected
    with open_desk(url) as desk:
        ada = desk.person("ada")
        assert ada is not None
        view = desk.view(Actor(person=ada), one.case)
        assert view.own is not None
        assert view.own.latest is not None
        sheet = view.own.latest.sheet
        other = sheet.having(type(sheet.said[0])(criterion=NAME, level=5 if sheet.said[0].level != 5 else 4,
                                                 evidence=("DECISIONS.md:1",), note="now I see"))  # fmt: skip
        desk.amend(Actor(person=ada), one.case, other, version=1)
        desk.adjudicate(Actor(person=desk.add_person(OPERATOR, "lea", roles=("lead",))), one.case, NAME, 2, "so it is")
    assert labels(url) == expected, "what was written after the reveal, and what settled it, are no labels"
    with open_desk(url) as desk:
        desk.reveal(OPERATOR, waiting.case)
    assert len(labels(url)) == 4


def test_work_that_belongs_to_nobody_is_no_label(root: Path, tmp_path: Path, lite: str, monkeypatch: Any) -> None:
    from tests import generated_reviews

    plain = generated_reviews.about
    monkeypatch.setattr(generated_reviews, "about", lambda out, n: type(plain(out, n))(folder=str(out.absolute())))
    reviews(lite, root, tmp_path, 1)
    assert labels(lite) == {}


def test_levels_by_other_anchors_and_without_the_files_are_left_out_and_counted(
    root: Path, tmp_path: Path, lite: str
) -> None:
    first, second, _ = reviews(lite, root, tmp_path, 3)
    (tmp_path / "generated-001" / "evidence" / "submission.zip").unlink()
    settings = Settings(openai_base_url="http://127.0.0.1:9/v1", judge_model="m")
    with open_desk(lite) as desk:
        reviewed = desk.labels(OPERATOR, "tiny")
    material = prepare(load_pack(root), settings, ratings=None, repeats=3, reviewed=reviewed)
    assert material.real.left_out == {"its files are not on this machine": 2}
    assert second.case not in material.real.works
    (root / "rubric.yaml").write_text((root / "rubric.yaml").read_text().replace("Names three, and", "Has three, and"))
    material = gather(load_pack(root), JudgeConfig.of(settings), ratings=None, repeats=3, reviewed=reviewed)
    assert material.real.left_out == {"rated by other anchors": 4, "its files are not on this machine": 2}
    assert first.case not in material.real.works


def test_what_the_pack_ships_counts_as_its_authors_text_whoever_handed_it_in(
    root: Path, tmp_path: Path, lite: str
) -> None:
    shipped = b"# Decisions\n\nWhat a reference says, at some length, so that there is something to judge.\n"
    (root / "submissions" / "strong").mkdir(parents=True)
    (root / "submissions" / "strong" / "DECISIONS.md").write_bytes(shipped)
    (copied,) = reviews(lite, root, tmp_path, 1, text={"DECISIONS.md": shipped, "other.md": b"mine\n"})
    (own,) = reviews(lite, root, tmp_path, 1, start=1)
    settings = Settings(openai_base_url="http://127.0.0.1:9/v1", judge_model="m")
    with open_desk(lite) as desk:
        material = prepare(load_pack(root), settings, ratings=None, repeats=3, reviewed=desk.labels(OPERATOR, "tiny"))
    assert {item.id: item.kind for item in material.items} == {copied.case: "authored", own.case: "candidate"}
    assert material.candidates_work(NAME) == {own.case}


def test_the_judge_reads_what_a_grading_shows_it_without_the_authors_name(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    texts = {
        "README.md": b"Author: Maria Zanetti <maria.zanetti@mail.org>\n",
        "DECISIONS.md": b"# Decisions\n\nMaria Zanetti looked at forty tickets, of which nine lost their citations.\n",
    }
    reviews(lite, root, tmp_path, 1, text=texts)
    calibrated(root, lite)
    asked = [message["content"] for request in server.requests for message in request["messages"]]
    assert any("nine lost their citations" in text for text in asked)
    assert not any("Zanetti" in text for text in asked), "a name that another file tells is out of the twins, too"
    settings = Settings(openai_base_url=server.url, judge_model="m")
    from grader.judge import judge_submission
    from grader.records import Submission
    from grader.settings import PLACES

    before = len(server.requests)
    judge_submission(load_pack(root), Submission(digest="sha256:1", files=texts), settings, calibration=None,
                     cache_dir=PLACES.cache / "judge", claims={})  # fmt: skip
    assert len(server.requests) == before, "a grading asks the very same question, and it was answered"


# -------------------------------------------------------------------------------------------------- the spectrum


def test_reviews_alone_open_the_gate_and_the_verdict_names_what_it_rests_on(
    root: Path, template: Template, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    shutil.copy(template.sixty, tmp_path / "store.db")
    case = min(labels(lite))[0]
    found = calibrated(root, lite)
    assert (found["verdict"], found["real"], found["written"]) == ("ACCEPT", 60, 0)
    kept = record.read(root, {})
    assert kept is not None
    assert "It rests on 60 items of candidates' work and 0" in kept.criteria[NAME].sentence
    text = record.path_of(root).read_text() + (root / "calibration" / "calibration.html").read_text()
    for secret in (case, "generated0", "GEN000", "Generated", "case 3"):
        assert secret not in text, "nothing of a candidate's work goes into the pack"
    assert load(load_pack(root)) is not None


def test_written_texts_open_no_gate_alone_whoever_rated_them(
    root: Path, template: Template, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    packs.write_items(root, 60, disagreement=0.05, kind="authored")
    server.judge = oracle(root, 80)
    alone = calibrated(root, lite)
    assert (alone["verdict"], alone["real"], alone["written"]) == ("INCONCLUSIVE", 0, 60)
    assert [check["id"] for check in alone["checks"] if check["outcome"] == "inconclusive"] == ["J"]
    assert alone["labels_needed"] == 30
    shutil.copy(template.thirty, tmp_path / "store.db")
    both = calibrated(root, lite)
    assert (both["verdict"], both["real"], both["written"]) == ("ACCEPT", 30, 60)


def test_agreement_on_prototypes_hides_no_disagreement_on_real_work(
    root: Path, template: Template, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    packs.write_items(root, 90, disagreement=0.0, kind="authored")
    shutil.copy(template.thirty, tmp_path / "store.db")
    server.judge = oracle(root, 0)  # knows the pack's texts, and calls all others 3
    found = calibrated(root, lite)
    assert found["qwk"] > 0.7
    assert found["written_qwk"] == 1.0
    assert found["real_qwk"] < 0.1
    assert found["verdict"] == "REJECT"
    assert "J" in [check["id"] for check in found["checks"] if check["outcome"] == "reject"]


def test_no_rubric_goes_below_what_gives_a_first_view() -> None:
    with pytest.raises(ValueError, match="min_real must be a whole number of at least 11"):
        thresholds_from({"min_real": 10, "loosened_because": "few apply"})
    with pytest.raises(ValueError, match="loosened_because"):
        thresholds_from({"min_real": 20})
    with pytest.raises(ValueError, match="min_real"):
        model_of(GateSettings).model_validate({"min_real": 10})


# -------------------------------------------------------------------------------------------------- erasure


def test_what_is_erased_is_no_label_and_the_calibration_is_known_to_have_lost_it(
    root: Path, tmp_path: Path, url: str, server: JudgeServer
) -> None:
    made = reviews(url, root, tmp_path, 12)
    calibrated(root, url)
    kept = record.read(root, {})
    assert kept is not None
    assert kept.criteria[NAME].figures["real_items"] == 12
    with open_store(url) as store:
        assert items_left(store.engine, kept.id) == {NAME: 12}
        retention.remove(store, retention.of_person(store, "Generated 003"), why="asked for")
        assert items_left(store.engine, kept.id) == {NAME: 11}
    gone = next(one for one in made if one.number == 3)
    assert gone.case not in {case for case, _ in labels(url)}
    assert len(labels(url)) == 22


def erased(root: Path) -> dict[str, Any]:
    return dict(json.loads(record.path_of(root).read_text())).get("erased", {})


def test_calibration_json_says_what_it_lost_to_whoever_has_the_pack_and_no_store(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    reviews(lite, root, tmp_path, 12)
    calibrated(root, lite)
    kept = record.read(root, {})
    assert kept is not None
    assert erased(root) == {}
    with open_store(lite) as store:
        retention.remove(store, retention.of_person(store, "Generated 003"), why="asked for")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    run("calibrate", str(root), "--status", "--store", other)
    assert erased(root) == {}, "a store that the calibration was not made with knows nothing of it"
    assert "Commit it." in run("calibrate", str(root), "--status", "--store", lite)
    assert erased(root)["items"] == {NAME: 1}
    page = root / "calibration" / "calibration.html"
    assert f"noted on {erased(root)['noted']}): 1 of {NAME}." in page.read_text("utf-8")
    assert page.read_text("utf-8").count('id="erased"') == 1
    assert erased(root)["noted"] in run("calibrate", str(root), "--status"), "no store is named"
    assert status(root, other)["erased"] == 1
    again = record.read(root, {})
    assert again is not None
    assert again.id == kept.id, "it is the same calibration: its gates stay as they are"
    record.save(root, again)
    assert erased(root)["items"] == {NAME: 1}, "a saved record keeps it"
    calibrated(root, lite)
    assert erased(root) == {}, "the next calibration rests on what is left"
    assert "noted on" not in page.read_text("utf-8")


def test_purge_notes_it_in_the_packs_that_are_here_and_removes_whatever_is_here(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews(lite, root, tmp_path, 6)
    calibrated(root, lite)
    monkeypatch.setenv("GRADER_CHALLENGES", str(root.parent))
    said = run("purge", "--candidate", "Generated 003", "--store", lite)
    assert erased(root) == {}, said
    assert f"1 of {NAME}" in run("purge", "--candidate", "Generated 003", "--store", lite, "--yes")
    assert erased(root)["items"] == {NAME: 1}
    monkeypatch.setenv("GRADER_CHALLENGES", str(tmp_path / "nowhere"))
    assert "is not noted in any pack" in run("purge", "--candidate", "Generated 004", "--store", lite, "--yes")
    assert len(labels(lite)) == 8
    record.path_of(root).write_text("{")
    monkeypatch.setenv("GRADER_CHALLENGES", str(root.parent))
    assert "is not a calibration" in run("purge", "--candidate", "Generated 005", "--store", lite, "--yes")
    assert len(labels(lite)) == 6


# -------------------------------------------------------------------------------------------------- shadow and status


def test_a_gradings_levels_go_into_the_store_with_its_run_and_nowhere_else(
    root: Path, tmp_path: Path, url: str, server: JudgeServer
) -> None:
    from grader.judge import judge_submission
    from tests.generated_reviews import result

    out = result(root, tmp_path / "out", 7)
    work = evidence.load_submission(out)
    settings = Settings.read()
    silent = load_pack(packs.write_pack(root, criteria=(packs.DOCUMENT_CRITERION + "    suggest: false\n",)))
    judged = judge_submission(silent, work, settings, calibration=None, cache_dir=tmp_path / "cache")
    evidence.save_levels(out, judged.levels)
    with open_store(url) as store:
        stored.record(store, stored.Result(folder=out, source="Generated 007"), why="graded")
        stored.record(store, stored.Result(folder=out, source="Generated 007"), why="graded")
        with store.engine.connect() as connection:
            (row,) = connection.execute(select(judged_levels)).mappings().all()
        assert (row["run"], row["criterion"], row["level"]) == ("generated007", NAME, level_of(7))
        retention.remove(store, retention.of_person(store, "Generated 007"), why="asked for")
        with store.engine.connect() as connection:
            assert connection.execute(select(judged_levels)).all() == []


@pytest.mark.parametrize("text", ["{", "[]", '{"levels": [{}]}', '{"levels": [{"criterion": "a", "level": "3"}]}'])
def test_levels_that_are_none_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "judged.json").write_text(text)
    with pytest.raises(UsageError):
        evidence.load_levels(tmp_path)


def status(root: Path, url: str) -> dict[str, Any]:
    return dict(json.loads(run("calibrate", str(root), "--status", "--json", "--store", url))["criteria"][0])


def test_work_near_a_border_is_what_two_people_put_one_level_apart() -> None:
    people = {
        "ada": {"same": 3, "near": 3, "far": 2, "once": 3, "ours": 1},
        "ben": {"same": 3, "near": 4, "far": 5, "ours": 2},
    }
    labels = Labels(criterion=NAME, levels=(1, 2, 3, 4, 5), people=people)
    assert status_of._near(labels, ["same", "near", "far", "once"]) == 1


def test_status_says_how_far_it_is_what_is_missing_and_gives_a_first_view_from_five_reviews_on(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    nothing = run("calibrate", str(root), "--status", "--store", lite)
    assert "failure-modes: no verdict yet" in nothing
    assert "50 more items rated by two people (0 of 50 are)." in nothing
    reviews(lite, root, tmp_path, 4, disagreement=0.0)
    in_shadow(lite, root, oracle(root, 80))
    few = status(root, lite)
    assert few["provisional"]["says"] == "4 reviews have a level of the judge as it is now: too few to tell."
    reviews(lite, root, tmp_path, 4, start=4, disagreement=0.0)
    reviews(lite, root, tmp_path, 2, start=8, raters=("ada", "ben", "cem"))
    in_shadow(lite, root, oracle(root, 80))
    ten = status(root, lite)
    assert (ten["items_rated_twice"], ten["of_candidates"], ten["gate"]) == (10, 10, "")
    assert ten["near_a_border"] == 0
    assert ten["people_qwk"] is None
    assert "too few to tell" in ten["people"]
    assert ten["provisional"] == {
        "n": 10, "same": 10, "off_by_one": 0, "further": 0, "counts": False,
        "says": "Provisional, counts for nothing: of 10 reviews the judge gave people's level in 10, was off by one in"
        " 0 and by more in 0.",
    }  # fmt: skip
    for whose in ("people", "judge"):
        assert ten["agreement"][whose]["n"] == 10
        assert {ten["agreement"][whose][name] for name in ("qwk", "low", "high")} == {None}
        assert "too few to tell (10 of 30" in ten["agreement"][whose]["says"]
    assert set(ten["rare_levels"].values()) == {3}
    assert "An hour of rating brings about 40 levels" in ten["an_hour"]
    assert server.requests == [], "no call is made"


def test_status_gives_agreement_with_its_interval_where_there_is_enough_of_it(
    root: Path, template: Template, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    shutil.copy(template.sixty, tmp_path / "store.db")
    in_shadow(lite, root, oracle(root, 80, noise=0.2))
    found = status(root, lite)
    for whose in ("people", "judge"):
        figures = found["agreement"][whose]
        assert figures["n"] == 60
        assert figures["low"] < figures["qwk"] < figures["high"] <= 1
        assert f"{figures['qwk']:.2f} (95 %: {figures['low']:.2f} to {figures['high']:.2f}) on 60" in figures["says"]
    assert found["agreement"]["calibrated"] is None
    calibrated(root, lite)
    then = status(root, lite)["agreement"]["calibrated"]
    kept = record.read(root, {})
    assert kept is not None
    assert (then["n"], then["qwk"]) == (60, kept.criteria[NAME].figures["qwk"])
    text = run("calibrate", str(root), "--status", "--store", lite)
    for whose in ("people", "judge"):
        assert found["agreement"][whose]["says"] in text
    assert then["says"] in text


def test_levels_of_another_judge_are_no_view_of_this_one(
    root: Path, tmp_path: Path, lite: str, server: JudgeServer
) -> None:
    reviews(lite, root, tmp_path, 6)
    in_shadow(lite, root, oracle(root, 80), judge="another")
    assert status(root, lite)["provisional"]["n"] == 0
