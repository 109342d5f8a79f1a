"""What the grader writes is never taken for a candidate's, and an output folder holds one run."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader import own_files
from grader.batch import blind
from grader.batch.entries import from_folder
from grader.errors import UsageError
from grader.grading import signing
from grader.store import open_store
from grader.submission import read_submission
from tests.playing import Play, player
from tests.shell import Outcome, run_here, run_outside
from tests.small_packs import write_files, write_pack

ADD = "def add(a, b):\n    return a + b\n"
ALL = "junit,ctrf,gradescope,csv,markdown,sarif"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(
        tmp_path / "packs" / "adding", "def test_it(candidate):\n    pass\n", submission="{required: [work.py]}"
    )


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return write_files(tmp_path / "ana" / "work", {"work.py": ADD})


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    return player(monkeypatch)


def graded(pack: Path, *words: object) -> Outcome:
    return run_here(*words, "-c", pack, "--no-judge")


def in_folder(path: Path) -> dict[str, Any]:
    grade: dict[str, Any] = json.loads((path / "grade.json").read_text())
    return grade


# ------------------------------------------------------------------------------------------------ not an input


@pytest.mark.parametrize("more", [(), ("--store", "sqlite:///grader.db"), ("--format", ALL), ("--out", "deep/er/out")])
def test_a_submission_graded_from_within_stays_the_same(
    more: tuple[str, ...], pack: Path, work: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    monkeypatch.chdir(work)
    grades = []
    for out in (*(["--out", f"other-{n}"] for n in range(2)), [], []):
        assert graded(pack, ".", *more, *(out if "--out" not in more else [])).code == 0
        folder = more[1] if "--out" in more else out[1] if out else "grade-submission"
        grades.append(in_folder(work / folder))
    assert len({(grade["submission"]["digest"], grade["provenance"]["seed"]) for grade in grades}) == 1
    assert grades[-1]["submission"]["files"] == 1
    assert {part["reason"] for part in grades[-1]["submission"]["left_out"]} <= {"written by the grader"}
    assert len(grades[-1]["submission"]["left_out"]) >= (1 if "--out" in more else 2)


@pytest.mark.parametrize("where", ["", "solution/result", "link/result"])
def test_no_result_of_a_run_is_written_into_the_folder_of_a_challenge(
    where: str, pack: Path, work: Path, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    write_files(pack, {"solution/work.py": ADD, "instruction.md": "Add.\n"})
    (tmp_path / "link").symlink_to(pack)
    before = {path: path.stat().st_mtime_ns for path in pack.rglob("*")}
    monkeypatch.chdir(tmp_path if where.startswith("link") else pack)
    out = ("--out", where) if where else ()
    single, many = graded(pack, work, *out), run_here("batch", work.parent, "-c", pack, "--no-judge", *out)
    for done in (single, many):
        assert done.code == 2, done.err
        assert "outside of it with --out" in done.err
    assert run_here("challenge", "handout", pack, "--out", pack / "given.zip").code == 2
    assert {path: path.stat().st_mtime_ns for path in pack.rglob("*")} == before


def test_what_looks_like_a_challenge_in_a_submission_keeps_nobody_from_grading_it(
    pack: Path, work: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    write_files(work, {"challenge.yaml": "", "rubric.yaml": "", "instruction.md": "", "tests/test_x.py": ""})
    monkeypatch.chdir(work)
    assert graded(pack, ".").code == 0


def test_an_archive_of_a_graded_folder_is_the_same_submission(
    pack: Path, work: Path, play: Play, tmp_path: Path
) -> None:
    play()
    graded(pack, work, "--out", work / "result", "--format", ALL)
    before = in_folder(work / "result")["submission"]["digest"]
    for form in ("zip", "gztar"):
        shutil.make_archive(str(tmp_path / "again"), form, work)
    for name in ("again.zip", "again.tar.gz"):
        found = read_submission(tmp_path / name, required=["work.py"])
        assert (found.digest, [part.path for part in found.left_out]) == (before, ["result"])


def test_what_a_killed_run_left_in_the_output_folder_is_no_input(pack: Path, work: Path, play: Play) -> None:
    play()
    graded(pack, work, "--out", work / "result")
    (work / "result" / "grade.json").unlink()
    (work / "result" / ".report.html.x1y2.part").write_text("<half")
    assert [part.path for part in read_submission(work).left_out] == ["result"]


@pytest.mark.parametrize(
    "files",
    [
        {"result/grade.json": "{}", "result/report.html": "x"},
        {"result/grade.json": '{"schema_version": 1, "status": "graded"}'},
        {"result/grade.json": "[" * 100_000},
        {"result/report.html": "x", "result/evidence/verifier.json": "{}"},
        {"grade-work/notes.py": "x = 1\n", "grader.db": "mine", "grader.toml": "x = 1\n"},
        {"grade.json": '{"score": 100}'},
    ],
)
def test_nobody_hides_a_file_by_its_name(files: dict[str, str], work: Path) -> None:
    write_files(work, files)
    found = read_submission(work)
    assert set(found.files) == {"work.py", *files}
    assert found.left_out == ()


def test_a_store_that_lies_in_a_submission_is_no_part_of_it(work: Path) -> None:
    """It names other candidates: nothing that runs there may read it."""
    with open_store(f"sqlite:///{work / 'round7.db'}"):
        write_files(work, {"app.db": b"SQLite format 3\0" + b"CREATE TABLE runs", "round7.db.txt": "x"})
        found = read_submission(work)
    assert set(found.files) == {"work.py", "app.db", "round7.db.txt"}
    assert [part.path for part in found.left_out][:1] == ["round7.db"]
    assert {part.path for part in found.left_out} <= {"round7.db", "round7.db-wal", "round7.db-shm"}


def test_beside_a_true_result_only_what_a_grading_writes_is_left_out(pack: Path, work: Path, play: Play) -> None:
    play()
    graded(pack, work, "--out", work / "result")
    write_files(work, {"result/mine.py": "x = 1\n", "result/evidence/mine.txt": "x"})
    found = read_submission(work)
    assert set(found.files) == {"work.py", "result/mine.py", "result/evidence/mine.txt"}
    assert "result/grade.json" in {part.path for part in found.left_out}


def test_a_batch_in_its_own_folder_grades_what_people_sent_and_nothing_else(
    pack: Path, play: Play, tmp_path: Path
) -> None:
    play()
    cohort = tmp_path / "cohort"
    for name in ("ana", "bo"):
        write_files(cohort / name, {"work.py": ADD})
    graded(pack, cohort / "ana", "--out", cohort / "grade-ana", "--format", ALL)
    first = from_folder(cohort, cohort / "grades-cohort")
    assert [entry.name for entry in first.entries] == ["ana", "bo"]
    blind.save(cohort / "grades-cohort", blind.assign(first.entries))
    shutil.copytree(cohort / "grade-ana", cohort / "grades-cohort" / "ana")
    write_files(cohort / "grades-cohort", {"index.html": "x", "pairs/1.html": "x"})
    blind.link(cohort / "grades-cohort", blind.load(cohort / "grades-cohort"))
    for name in ("grader.db", "old.db"):
        with open_store(f"sqlite:///{cohort / name}"):
            pass
    write_files(cohort, {"grader.toml": ""})
    if not (cohort / "grader.db-wal").exists():
        write_files(cohort, {"grader.db-wal": ""})
    again = from_folder(cohort, tmp_path / "elsewhere", [cohort / "grader.toml"])
    assert [entry.name for entry in again.entries] == ["ana", "bo"]
    assert set(again.passed_over) == {"grade-ana", "grades-cohort", "grader.db", "grader.db-wal", "old.db"}


def test_a_candidates_folder_that_looks_like_an_output_is_graded(tmp_path: Path) -> None:
    files = {"candidates.csv": "id,name,candidate,source,started,submitted,minutes,late\n", "work.py": ADD}
    write_files(tmp_path / "in" / "ana", files)
    write_files(tmp_path / "in" / "bo", {"grade.json": "{}", "report.html": "x"})
    write_files(tmp_path / "in", {"cy.db": "no database"})
    os.mkfifo(tmp_path / "in" / "bo" / "candidates.csv")
    assert [entry.name for entry in from_folder(tmp_path / "in", tmp_path / "out").entries] == ["ana", "bo", "cy.db"]


# ------------------------------------------------------------------------------------------------ one run


def test_nothing_of_an_earlier_run_is_left(pack: Path, work: Path, play: Play, tmp_path: Path) -> None:
    play(points=[1.0])
    out = tmp_path / "out"
    graded(pack, work, "--out", out, "--format", ALL)
    write_files(out, {"notes.txt": "a reviewer's"})
    assert {path.name for path in out.iterdir()} >= {"junit.xml", "evidence", "results.json"}
    (work / "work.py").rename(work / "other.py")
    assert graded(pack, work, "--out", out).code == 3
    names = {path.relative_to(out).as_posix() for path in out.rglob("*")}
    assert names == {"grade.json", "report.html", "feedback.html", "feedback.md", "notes.txt"}


def test_a_run_that_was_never_begun_leaves_the_earlier_one(pack: Path, work: Path, play: Play, tmp_path: Path) -> None:
    play()
    graded(pack, work, "--out", tmp_path / "out")
    before = in_folder(tmp_path / "out")
    assert graded(pack, tmp_path / "nowhere", "--out", tmp_path / "out").code == 2
    assert in_folder(tmp_path / "out") == before


def test_every_file_that_a_grading_writes_is_known_as_its_own(
    pack: Path, work: Path, play: Play, tmp_path: Path
) -> None:
    play()
    graded(pack, work, "--out", tmp_path / "out", "--format", ALL)
    run_here("sign", "--new-key", tmp_path / "key.pem")
    assert run_here("sign", tmp_path / "out", "--key", tmp_path / "key.pem").code == 0
    names = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert names <= own_files.RESULT
    assert names >= {*own_files.FORMATS.values(), *own_files.MARKERS, "signature.json"}


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "feedback.md", "evidence/submission.zip"])
def test_files_that_no_grading_wrote_are_not_replaced(
    name: str, pack: Path, work: Path, play: Play, tmp_path: Path
) -> None:
    play()
    write_files(tmp_path / "out", {name: "mine"})
    outcome = graded(pack, work, "--out", tmp_path / "out")
    assert (outcome.code, (tmp_path / "out" / name).read_text()) == (2, "mine")
    assert f"holds {name}, which no grading wrote" in outcome.err


def test_the_submission_is_no_output_folder_and_a_link_in_it_leads_nowhere(
    pack: Path, work: Path, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    assert "is the submission itself" in graded(pack, work, "--out", work).err
    elsewhere = write_files(tmp_path / "elsewhere", {"submission.zip": "mine"})
    (work / "grade-submission").mkdir()
    (work / "result").symlink_to(elsewhere)
    outcome = graded(pack, work, "--out", work / "result")
    assert (outcome.code, "is a link in the submission" in outcome.err) == (2, True)
    (work / "grade-submission" / "evidence").symlink_to(elsewhere)
    assert graded(pack, work, "--out", work / "grade-submission").code == 2
    assert {path.name for path in elsewhere.iterdir()} == {"submission.zip"}


def test_a_pipe_in_the_place_of_a_result_is_not_waited_for(pack: Path, work: Path, play: Play) -> None:
    play()
    (work / "result").mkdir()
    os.mkfifo(work / "result" / "grade.json")
    outcome = run_outside(work, "-c", pack, "--no-judge", "--out", work / "result")
    assert (outcome.code, "holds grade.json, which no grading wrote" in outcome.err) == (2, True)


def test_a_link_to_nowhere_is_said_before_the_run(pack: Path, work: Path, play: Play, tmp_path: Path) -> None:
    sandboxes = play()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for out in (tmp_path / "link", tmp_path / "link" / "out"):
        outcome = graded(pack, work, "--out", out)
        assert (outcome.code, [job for one in sandboxes for job in one.jobs]) == (5, [])
        assert all(one.closed for one in sandboxes), "it is made while the folder is looked at, and removed"
        assert "is a link to" in outcome.err


def archive(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("work.py", text)
    return path


def test_two_archives_of_one_name_get_two_folders(
    pack: Path, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play()
    monkeypatch.chdir(tmp_path)
    ana, bo = (archive(tmp_path / name / "solution.zip", f"# {name}\n{ADD}") for name in ("ana", "bo"))
    assert graded(pack, "ana/solution.zip").code == 0
    second = graded(pack, "bo/solution.zip")
    assert "the result goes to grade-solution-2" in second.err
    digests = [in_folder(tmp_path / name)["submission"]["digest"] for name in ("grade-solution", "grade-solution-2")]
    assert digests == [read_submission(ana).digest, read_submission(bo).digest]
    archive(ana, ADD)
    assert "grade-solution held the result of other files; it was replaced" in graded(pack, ana).err
    assert not (tmp_path / "grade-solution-3").exists()
    assert "ana" not in (tmp_path / "grade-solution" / "grade.json").read_text()


# ------------------------------------------------------------------------------------------------ no mixture


@pytest.fixture
def two(pack: Path, work: Path, play: Play, tmp_path: Path) -> tuple[Path, Path]:
    """Results of two submissions, with all formats."""
    play(points=[1.0, 1.0])
    graded(pack, work, "--out", tmp_path / "one", "--format", ALL)
    play(points=[1.0, 0.0])
    other = write_files(tmp_path / "bo", {"work.py": ADD + "# bo\n"})
    graded(pack, other, "--out", tmp_path / "two", "--format", ALL)
    return tmp_path / "one", tmp_path / "two"


def signed(out: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    if not key.exists():
        signing.new_key(key)
    signing.sign(out, signing.load_private(key.read_text()))


@pytest.mark.parametrize("audience", ["reviewer", "candidate"])
def test_one_run_is_signed_also_when_it_was_rendered_again(
    audience: str, two: tuple[Path, Path], tmp_path: Path
) -> None:
    signed(two[0], tmp_path)
    assert run_here("report", two[0], "--format", ALL, "--audience", audience).code == 0
    signed(two[0], tmp_path)
    assert run_here("rescore", two[0]).code == 0
    signed(two[0], tmp_path)


@pytest.mark.parametrize(
    "name",
    # Without evidence of criteria all sarif.json are alike.
    [
        *sorted(set(own_files.FORMATS.values()) - {"sarif.json"}),
        "evidence/submission.zip",
        "evidence/verifier.json",
        "grade.json",
    ],
)
def test_a_file_of_another_run_is_not_signed(name: str, two: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = two
    shutil.copy(other / name, one / name)
    with pytest.raises(UsageError, match="more than one run"):
        signed(one, tmp_path)


def test_evidence_beside_a_refusal_and_a_result_within_a_result_are_not_signed(
    two: tuple[Path, Path], pack: Path, tmp_path: Path
) -> None:
    one, other = two
    shutil.copytree(other, one / "more")
    with pytest.raises(UsageError, match="is the result of another run"):
        signed(one, tmp_path)
    shutil.rmtree(one / "more")
    nothing = write_files(tmp_path / "nothing", {"x.txt": "x"})
    assert graded(pack, nothing, "--out", tmp_path / "refused", "--format", ALL).code == 3
    signed(tmp_path / "refused", tmp_path)
    shutil.copytree(other / "evidence", tmp_path / "refused" / "evidence")
    with pytest.raises(UsageError, match="there is no grade"):
        signed(tmp_path / "refused", tmp_path)


def test_a_new_score_is_in_every_format_that_is_there(two: tuple[Path, Path], tmp_path: Path) -> None:
    one, _ = two
    observed = json.loads((one / "evidence" / "verifier.json").read_text())
    observed["tests"][1] |= {"status": "failed", "points": 0.0, "fault": "candidate"}
    (one / "evidence" / "verifier.json").write_text(json.dumps(observed))
    shutil.copy(two[1] / "ctrf.json", one / "ctrf.json")
    outcome = run_here("rescore", one)
    assert (outcome.code, "ctrf.json was not of this grade and is gone" in outcome.err) == (0, True)
    assert json.loads((one / "results.json").read_text())["score"] == 1.0
    assert not (one / "ctrf.json").exists()
    signed(one, tmp_path)


def test_a_grade_that_people_closed_is_not_graded_over(pack: Path, work: Path, play: Play, tmp_path: Path) -> None:
    play()
    out = tmp_path / "out"
    assert graded(pack, work, "-o", out).code == 0
    closed = (out / "grade.json").read_bytes()
    shutil.copy(out / "grade.json", out / "grade.machine.json")
    again = graded(pack, work, "-o", out)
    assert again.code == 2
    assert "people closed" in again.err
    assert "--out" in again.err
    assert (out / "grade.json").read_bytes() == closed
    assert (out / "grade.machine.json").is_file()
