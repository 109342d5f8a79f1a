"""Many submissions: nothing is lost, nothing stops the rest, what is finished is not done again."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.batch import blind
from grader.batch.attempts import BatchOutcome
from grader.batch.entries import BatchEntry, from_folder, from_manifest, missing
from grader.batch.finished import wanted
from grader.batch.record import Ours, Result, ran_here, record
from grader.batch.runner import BROKEN_AFTER, Batch, BatchPlan
from grader.challenge import load_pack
from grader.cli.batch_end import exit_code, of_others, summary
from grader.cohort import lateness
from grader.cohort import write as cohort
from grader.cohort.rows import OTHER_VERSION
from grader.errors import UsageError
from grader.records import Grade
from grader.sandbox.protocol import Event, Job
from grader.sandbox.room import Room, cores, room_of, slots
from grader.settings import Settings
from grader.store import open_store
from tests.batch_fixtures import ALL, SUMS, Quiet, Scripted, plan, submissions


def run(
    what: BatchPlan, faults: dict[str, int] | None = None, **more: Any
) -> tuple[Batch, list[BatchOutcome], list[str]]:
    ran: list[str] = []
    batch = Batch(what, Settings(), Quiet(), make_sandbox=lambda run: Scripted(run, faults or {}, ran), **more)
    return batch, batch.run(), ran


def states(outcomes: list[BatchOutcome]) -> dict[str, str]:
    return {outcome.entry.name: outcome.state for outcome in outcomes}


# ------------------------------------------------------------------------------------------------ the work


def test_a_bad_submission_stops_nothing_and_says_why(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob.zip": ["test_adds"], "odd": ["surprise"]})
    (folder / "cat.zip").write_bytes(b"this is no archive")
    _, outcomes, _ = run(plan(folder, tmp_path / "out"))
    assert states(outcomes) == {"ann": "graded", "bob": "graded", "cat": "refused", "odd": "infrastructure_error"}
    assert {outcome.entry.name: outcome.score for outcome in outcomes}["ann"] == 100
    refused = json.loads((tmp_path / "out" / "cat" / "grade.json").read_text())
    assert (refused["status"], "no archive" in refused["reason"]) == ("refused", True)
    assert "nobody thought of this" in json.loads((tmp_path / "out" / "odd" / "grade.json").read_text())["reason"]
    assert exit_code(outcomes) == 5


def test_what_is_finished_is_skipped_and_what_changed_is_graded_again(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ["test_adds"], "cat": []})
    (folder / "cat" / "sums.py").unlink()
    first = run(plan(folder, tmp_path / "out"))[1]
    (folder / "bob" / "sums.py").write_text("test_adds, test_runs = True, True\n")
    _, second, ran = run(plan(folder, tmp_path / "out"))
    assert ran == ["bob"]
    assert states(first) == states(second) == {"ann": "graded", "bob": "graded", "cat": "refused"}
    assert [outcome.attempts for outcome in second] == [0, 1, 0]
    assert second[1].score != first[1].score


def test_fresh_grades_all_again(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    run(plan(folder, tmp_path / "out"))
    assert sorted(run(plan(folder, tmp_path / "out", fresh=True))[2]) == ["ann", "bob"]


def test_a_refused_submission_that_is_mended_is_graded(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    (folder / "ann" / "sums.py").rename(folder / "ann" / "other.py")
    assert states(run(plan(folder, tmp_path / "out"))[1]) == {"ann": "refused"}
    (folder / "ann" / "other.py").rename(folder / "ann" / "sums.py")
    assert states(run(plan(folder, tmp_path / "out"))[1]) == {"ann": "graded"}


@pytest.mark.parametrize("change", ["grader_version", "digest", "status", "broken"])
def test_a_result_that_rests_on_something_else_is_not_finished(tmp_path: Path, change: str) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    run(plan(folder, tmp_path / "out"))
    path = tmp_path / "out" / "ann" / "grade.json"
    grade = json.loads(path.read_text())
    if change == "grader_version":
        grade["provenance"][change] = "0.0.1"
    elif change == "digest":
        grade["challenge"][change] = "sha256:other"
    else:
        grade["status"] = "infrastructure_error"
    path.write_text("{" if change == "broken" else json.dumps(grade))
    assert run(plan(folder, tmp_path / "out"))[2] == ["ann"]


def test_a_result_that_lay_there_and_ran_nowhere_is_graded_again_and_named(tmp_path: Path) -> None:
    folder, out = submissions(tmp_path / "in", {"ann": ALL, "bob": ["test_adds"], "cat": ALL}), tmp_path / "out"
    people = {one.entry.name: one for one in blind.assign(plan(folder, out).entries, [])}

    def keep(entry: BatchEntry, _grade: Grade) -> None:
        record(opened, Result(folder=out / entry.name, known=people[entry.name]), why="grade batch")

    with open_store(f"sqlite:///{tmp_path / 's.db'}") as opened:
        run(plan(folder, out), record=keep)
        grade = json.loads((out / "bob" / "grade.json").read_text())
        grade["provenance"]["run"] = "r-forged"
        grade["score"] |= {"value": 100.0, "low": 100.0, "high": 100.0}
        (out / "bob" / "grade.json").write_text(json.dumps(grade))
        ours = Ours(lambda: opened)
        _, outcomes, ran = run(plan(folder, out), record=keep, ran_here=ours)
        assert (ran, ours.strange) == (["bob"], ["bob"])
        assert (outcomes[1].score or 100) < 100
        assert "bob" in ours.problems[0]
        assert not Ours(lambda: opened).problems
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:  # what was only added ran nowhere, either
        for name in ("ann", "cat"):
            record(other, Result(folder=out / name, known=people[name]), why="grade db add", added=name == "ann")
        found = Ours(lambda: other)
        assert [found(out / name) for name in ("ann", "bob", "cat")] == [False, False, True]


@pytest.mark.parametrize("changed", [{"started_at": "yesterday"}, {"seed": "x"}, {"run": ["r"]}])
def test_a_result_that_somebody_made_up_is_of_no_run_and_stops_nobody(tmp_path: Path, changed: dict[str, Any]) -> None:
    folder, out = submissions(tmp_path / "in", {"ann": ALL}), tmp_path / "out"
    run(plan(folder, out))
    grade = json.loads((out / "ann" / "grade.json").read_text())
    (out / "ann" / "grade.json").write_text(json.dumps({**grade, "provenance": {**grade["provenance"], **changed}}))
    with open_store(f"sqlite:///{tmp_path / 's.db'}") as opened:
        assert run(plan(folder, out), ran_here=Ours(lambda: opened))[2] == ["ann"]
        assert not ran_here(opened, out / "nowhere")


def test_a_fault_of_the_machine_is_tried_again_and_costs_nobody_a_point(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    _, outcomes, ran = run(plan(folder, tmp_path / "out"), {"ann": 2})
    assert ran.count("ann") == 3
    assert [(outcome.state, outcome.score, outcome.attempts) for outcome in outcomes] == [
        ("graded", 100, 3),
        ("graded", 100, 1),
    ]


def test_a_fault_that_stays_is_listed_apart_and_graded_at_the_next_start(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    _, outcomes, _ = run(plan(folder, tmp_path / "out"), {"ann": 99})
    assert states(outcomes) == {"ann": "infrastructure_error", "bob": "graded"}
    assert exit_code(outcomes) == 5
    said = summary(outcomes, [], [], tmp_path)
    assert "graded       1 of 2" in said
    assert "ann  not graded: Docker went away." in said
    assert run(plan(folder, tmp_path / "out"))[2] == ["ann"]


def test_a_broken_machine_ends_the_batch_early(tmp_path: Path) -> None:
    names = {f"s{number:02d}": ALL for number in range(20)}
    folder = submissions(tmp_path / "in", names)
    batch, outcomes, _ = run(plan(folder, tmp_path / "out", jobs=1), dict.fromkeys(names, 99))
    counts = [outcome.state for outcome in outcomes]
    assert counts == ["infrastructure_error"] * BROKEN_AFTER + ["not_started"] * (20 - BROKEN_AFTER)
    assert "in a row" in batch.problems[0]
    assert exit_code(outcomes) == 5


def nobody_there(name: str) -> BatchEntry:
    """An entry whose address nobody answers at."""
    return BatchEntry(name=name, source=f"https://127.0.0.1:1/{name}.git", candidate=name)


def test_submissions_whose_own_address_fails_stop_nobody_and_are_tried_last(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    honest = plan(folder, tmp_path / "out")
    many = [nobody_there(f"c{number}") for number in range(BROKEN_AFTER + 2)]
    watcher = Quiet()
    batch = Batch(
        replace(honest, entries=[*many, *honest.entries], jobs=1, retry_seconds=(5.0,)), Settings(), watcher,
        make_sandbox=lambda run: Scripted(run, {}, []),
    )  # fmt: skip
    outcomes = batch.run()
    assert [outcome.state for outcome in outcomes] == ["infrastructure_error"] * len(many) + ["graded", "graded"]
    assert [outcome.attempts for outcome in outcomes] == [2] * len(many) + [1, 1]
    assert batch.problems == []
    told = [outcome.entry.name for outcome in watcher.outcomes]
    assert told == ["ann", "bob", *(entry.name for entry in many)]


def test_a_surprise_in_one_submission_after_the_other_stops_nobody(tmp_path: Path) -> None:
    names = {f"s{number:02d}": ["surprise"] for number in range(BROKEN_AFTER + 1)} | {"z": ALL}
    batch, outcomes, ran = run(plan(submissions(tmp_path / "in", names), tmp_path / "out", jobs=1))
    assert states(outcomes)["z"] == "graded"
    assert batch.problems == []
    assert ran.index("z") == BROKEN_AFTER + 1, "what surprised is tried once more at the end"


def test_the_next_start_begins_with_those_that_were_never_tried(tmp_path: Path) -> None:
    names = {f"s{number:02d}": ALL for number in range(8)}
    folder = submissions(tmp_path / "in", names)
    run(plan(folder, tmp_path / "out", jobs=1), dict.fromkeys(names, 99))
    ran = run(plan(folder, tmp_path / "out", jobs=1))[2]
    tried = [f"s{number:02d}" for number in range(BROKEN_AFTER)]
    assert ran == [*(name for name in names if name not in tried), *tried]


def test_an_interrupt_finishes_what_is_in_flight_and_starts_nothing_more(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {f"s{number}": ALL for number in range(6)})
    batches: list[Batch] = []

    class Interrupting(Quiet):
        def started(self, entry: BatchEntry) -> None:
            if entry.name == "s2":
                batches[0].stop()

    batch = Batch(
        plan(folder, tmp_path / "out", jobs=1),
        Settings(),
        Interrupting(),
        make_sandbox=lambda run: Scripted(run, {}, []),
    )
    batches.append(batch)
    counts = [outcome.state for outcome in batch.run()]
    assert counts == ["graded"] * 3 + ["not_started"] * 3


def test_a_store_that_fails_loses_no_grade(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})

    def record(entry: BatchEntry, _grade: object) -> None:
        raise OSError("disk full")

    batch, outcomes, _ = run(plan(folder, tmp_path / "out"), record=record)
    assert states(outcomes) == {"ann": "graded", "bob": "graded"}
    assert batch.problems == ["OSError: disk full"]


def test_a_pack_that_is_edited_meanwhile_changes_no_grade_of_the_batch_and_is_noticed(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    pack = tmp_path / "sums"
    shutil.copytree(SUMS, pack)
    read = load_pack(pack)
    what = plan(folder, tmp_path / "out", jobs=1, want=wanted(read, Settings(), judge=False))
    jobs: list[Job] = []

    class Editing(Quiet):
        def started(self, entry: BatchEntry) -> None:
            if entry.name == "bob":
                (pack / "tests" / "data.txt").write_text("new")

    class Noting(Scripted):
        def run(self, job: Job) -> Iterator[Event]:
            jobs.append(job)
            return super().run(job)

    assert not read.is_edited()
    outcomes = Batch(what, Settings(), Editing(), make_sandbox=lambda run: Noting(run, {}, [])).run()
    assert read.is_edited()
    assert [dict(job.tests) for job in jobs] == [dict(read.tests)] * 2
    grades = [json.loads((what.out / name / "grade.json").read_text()) for name in ("ann", "bob")]
    assert {grade["challenge"]["digest"] for grade in grades} == {read.digest}
    assert [grade["provenance"]["seed"] for grade in grades] == [job.seed for job in jobs]
    assert (exit_code(outcomes), exit_code(outcomes, edited=True)) == (0, 5)
    known = blind.assign(what.entries)
    cohort.write(what.out, load_pack(pack), known, policy=lateness.Policy(), reveal=True, similarity=False)
    rows = json.loads((what.out / "index.json").read_text())["submissions"]
    assert [row["flags"] for row in rows] == [[OTHER_VERSION], [OTHER_VERSION]]
    again = replace(what, want=wanted(load_pack(pack), Settings(), judge=False))
    assert sorted(run(again)[2]) == ["ann", "bob"]


def test_a_batch_reads_its_pack_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    what = plan(submissions(tmp_path / "in", {"ann": ALL, "bob": ALL}), tmp_path / "out")
    monkeypatch.setattr("grader.challenge.load_pack", lambda root: pytest.fail(f"{root} is read again"))
    monkeypatch.setattr("grader.challenge.pack.load_pack", lambda root: pytest.fail(f"{root} is read again"))
    assert states(run(what)[1]) == {"ann": "graded", "bob": "graded"}


def test_slots_leave_each_candidate_its_own_core() -> None:
    assert slots(8, 64_000_000_000, 1.0, 512_000_000) == 8
    assert slots(8, 64_000_000_000, 2.0, 512_000_000) == 4
    assert slots(8, 64_000_000_000, 0.5, 512_000_000) == 8
    assert slots(8, 2_000_000_000, 1.0, 512_000_000) == 2
    assert slots(1, 500_000_000, 4.0, 512_000_000) == 1


# ------------------------------------------------------------------------------------------------ what is graded


def test_names_are_safe_and_everyones_own(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann.zip": ALL, "ann": ALL, "index.html": ALL, "a b": ALL, "x;rm -rf": ALL})
    (folder / ".hidden").mkdir()
    (folder / "grades.csv").write_text("a")
    found = from_folder(folder, tmp_path / "out")
    assert [entry.name for entry in found.entries] == ["a b", "ann", "ann.zip", "index.html-2", "x_rm -rf"]
    assert found.passed_over == (".hidden", "grades.csv")


def test_the_output_folder_is_no_submission(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "out": ALL})
    assert [entry.name for entry in from_folder(folder, folder / "out").entries] == ["ann"]


def test_an_export_of_gradescope_is_read_as_it_is(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"submission_1": ALL})
    (folder / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ann A\n    :email: ann@example.org\n"
        "  :created_at: 2026-03-01 10:00:00.000000000 -08:00\n"
    )
    (entry,) = from_folder(folder, tmp_path / "out").entries
    assert (entry.candidate, entry.submitted and entry.submitted.isoformat()) == ("Ann A", "2026-03-01T10:00:00-08:00")


def manifest(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_manifest_says_who_and_when(tmp_path: Path) -> None:
    rows = "a/s.zip,Ann,2026-03-01,2026-03-02T01:00Z,90,\nb/s.zip,Bo,,,,yes\n"
    path = manifest(tmp_path, f"Path,candidate,started,submitted,minutes,late\n{rows}")
    first, second = from_manifest(path).entries
    assert (first.name, first.candidate, first.source) == ("s", "Ann", str(tmp_path / "a/s.zip"))
    assert (first.minutes, first.late, second.late, second.name) == (90, None, True, "b_s.zip")
    window = load_pack(SUMS).time
    assert lateness.timing(first, window).elapsed == 25 * 3600


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("file\na.zip\n", "no column 'path'"),
        ("path,submited\na.zip,\n", "Did you mean submitted?"),
        ("path,late\na.zip,maybe\n", "line 2: late is 'maybe'"),
        ("path,started\na.zip,yesterday\n", "line 2: started is 'yesterday'"),
        ("path,minutes\na.zip,-3\n", "line 2: minutes is '-3'"),
        ("path\na.zip\nb.zip\na.zip\n", "line 4: "),
        ("path,late\na.zip\n", "line 2: 1 cells where the header has 2"),
        ("path\n", "no rows"),
        ("path,started,submitted\na.zip,2026-03-02,2026-03-01\n", "submitted before it was started"),
    ],
)
def test_a_wrong_manifest_is_refused_with_its_row(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_manifest(manifest(tmp_path, text))
    assert complaint in caught.value.message


# ------------------------------------------------------------------------------------------------ blind


def test_ids_stay_and_say_nothing(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    entries = from_folder(folder, tmp_path / "out").entries
    first = blind.assign(entries)
    blind.save(tmp_path / "out", first)
    again = blind.assign(entries, blind.load(tmp_path / "out"))
    assert again == first
    assert stat.S_IMODE((tmp_path / "out" / "candidates.csv").stat().st_mode) == 0o600
    assert [one.id for one in blind.assign(entries)] != [one.id for one in first]


def test_a_candidates_second_submission_has_the_same_id_with_a_number() -> None:
    entries = [
        BatchEntry(name=name, source=name, candidate=who) for name, who in [("a", "Ann"), ("b", "Bo"), ("c", "Ann")]
    ]
    first, other, second = (one.id for one in blind.assign(entries))
    assert second == f"{first}-2"
    assert other != first


def test_the_cohorts_tables_name_nobody_unless_asked(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"zoe-doe": ALL, "ann-roe": ALL})
    (folder / "mia-poe.rar").write_bytes(b"Rar!xx")
    what = plan(folder, tmp_path / "out")
    run(what)
    known = blind.assign(what.entries)
    challenge = load_pack(SUMS)
    for reveal in (False, True):
        cohort.write(what.out, challenge, known, policy=lateness.Policy(), reveal=reveal, similarity=True)
        pages = [path for path in what.out.glob("index.*") if path.is_file()]
        assert len(pages) >= 2
        for path in pages:
            named = {name for name in ("zoe", "ann", "mia") if name in path.read_text().lower()}
            assert named == ({"zoe", "ann", "mia"} if reveal else set()), path.name
    rows = json.loads((what.out / "index.json").read_text())["submissions"]
    assert [row["name"] for row in rows] == ["ann-roe", "mia-poe.rar", "zoe-doe"]
    for one in known:
        assert (what.out / "blind" / one.id / "grade.json").is_file()


# ------------------------------------------------------------------------------------------------ time


def test_being_late_is_shown_and_changes_no_grade(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    text = "path,started,submitted\nann,2026-03-01,2026-03-02\nbob,2026-03-01,2026-03-20\n"
    path = manifest(folder, text)
    what = plan(folder, tmp_path / "out", entries=from_manifest(path).entries)
    run(what)
    known, challenge = blind.assign(what.entries), load_pack(SUMS)
    shown = {}
    for policy in ("none", "flag", "cap:60"):
        cohort.write(what.out, challenge, known, policy=lateness.read_policy(policy), reveal=True, similarity=False)
        bob = json.loads((what.out / "index.json").read_text())["submissions"][1]
        shown[policy] = (bob["late"], bob["score"], bob["score_after_policy"], bool(bob["flags"]))
    assert shown == {"none": (True, 100, None, False), "flag": (True, 100, None, True), "cap:60": (True, 100, 60, True)}
    assert json.loads((what.out / "bob" / "grade.json").read_text())["score"]["value"] == 100


def test_the_manifests_word_on_lateness_stands_above_the_arithmetic() -> None:
    times = load_pack(SUMS).time
    begun, sent = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    assert (
        lateness.timing(BatchEntry(name="a", source="a", candidate="a", started=begun, submitted=sent), times).late
        is True
    )
    extended = BatchEntry(name="a", source="a", candidate="a", late=False, started=begun, submitted=sent)
    assert lateness.timing(extended, times).late is False
    assert lateness.timing(BatchEntry(name="a", source="a", candidate="a"), times).late is None
    long = BatchEntry(name="a", source="a", candidate="a", minutes=600)
    assert "10 h of work, 4 h were asked for" in lateness.timing(long, times).reason


@pytest.mark.parametrize("text", ["cap", "cap:101", "cap:-1", "strict", ""])
def test_an_unknown_policy_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        lateness.read_policy(text)


# ------------------------------------------------------------------------------------------------ the machine


def machine(cores: int, **changes: Any) -> Room:
    said = {"NCPU": cores, "MemTotal": 64_000_000_000, "CPUSet": True, **changes}
    return room_of(said, [2 * n for n in range(cores)])


def test_slots_with_two_cores_or_more_keep_to_their_own() -> None:
    assert cores(2, machine(8)) == ("0,2,4,6", "8,10,12,14")
    assert cores(3, machine(8)) == ("0,2", "4,6", "8,10")
    assert cores(4, machine(8)) == ("0,2", "4,6", "8,10", "12,14")


def test_without_two_cores_each_the_kernel_shares_them_out() -> None:
    assert cores(5, machine(8)) == ("",) * 5
    assert cores(2, machine(2)) == ("", "")


def test_nothing_is_pinned_where_the_engine_cannot_or_is_elsewhere() -> None:
    assert cores(2, machine(8, CPUSet=False)) == ("", "")
    elsewhere = room_of({"NCPU": 32, "MemTotal": 1, "CPUSet": True}, [0, 1])
    assert (len(elsewhere.cores), elsewhere.can_pin) == (32, False)


# ------------------------------------------------------------------------------------------------ not there


def test_who_is_named_and_not_there_has_no_grade_for_nobodys_fault(tmp_path: Path) -> None:
    """Neither a letter nor a pause, and no sign of a broken machine; the others are graded."""
    folder = submissions(tmp_path / "in", {"submission_1": ALL})
    lines = [f"submission_{n}:\n  :submitters:\n  - :name: Person {n}\n" for n in range(1, 9)]
    (folder / "submission_metadata.yml").write_text("".join(lines))
    found = from_folder(folder, tmp_path / "out")
    assert [entry.candidate for entry in missing(found.entries)] == [f"Person {n}" for n in range(2, 9)]
    batch, outcomes, ran = run(plan(folder, tmp_path / "out", jobs=1, retry_seconds=(5.0,)))
    assert ran == ["submission_1"]
    lost = dict.fromkeys((f"submission_{n}" for n in range(2, 9)), "infrastructure_error")
    assert states(outcomes) == {"submission_1": "graded", **lost}
    written = json.loads((tmp_path / "out" / "submission_5" / "grade.json").read_text())
    assert "is not there" in written["reason"]
    assert batch.problems == []


def test_a_list_that_names_paths_elsewhere_leads_nowhere_else(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"submission_1": ALL})
    (folder / "submission_metadata.yml").write_text("../../etc: {}\nsubmission_1: {}\n..: {}\n")
    assert [entry.source for entry in from_folder(folder, tmp_path / "out").entries] == [str(folder / "submission_1")]


def test_an_address_and_a_repository_with_a_reference_are_no_missing_files(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "m.csv").write_text("path\nhttps://example.org/a/b.git#main\nrepo#v1\ngone.zip\n")
    assert [entry.name for entry in missing(from_manifest(tmp_path / "m.csv").entries)] == ["gone"]


def test_results_of_an_earlier_batch_in_the_same_folder_are_named(tmp_path: Path) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob": ALL})
    run(plan(folder, tmp_path / "out"))
    shutil.rmtree(folder / "bob")
    assert of_others(tmp_path / "out", from_folder(folder, tmp_path / "out").entries) == [
        f"{tmp_path / 'out'} also holds results of submissions that are not in this batch: bob."
    ]
