"""What a check of a pack says about each promise, with a sandbox that plays the hidden tests without Docker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.authoring import mutation
from grader.authoring.check import Options, Report, check
from grader.authoring.entries import load_entries
from grader.authoring.export import report_json
from grader.authoring.runs import Ran, Runner, Task
from grader.challenge import load_pack
from grader.challenge.findings import Finding, FindingKind, holds
from grader.cli import challenge as challenge_command
from grader.errors import ChallengeError, InfrastructureError, UsageError
from grader.grading.intake import take_in
from grader.settings import Settings
from grader.submission import make_submission
from tests import authoring_fakes as fakes
from tests import works
from tests.authoring_fakes import CANARY, Maker, write_pack

STATIC = Options(static=True)
RESULT = {"schema_version": 1, "status": "graded", "challenge": {}, "submission": {},
          "provenance": {"run": "r", "grader_version": "1"}}  # fmt: skip
"""The least that shows a grade.json to be one of ours."""


def checked(pack: Path, options: Options | None = None, maker: Maker | None = None) -> Report:
    return check(pack, options or Options(), Settings(), maker or Maker(), lambda _text: None)


def broken(report: Report, promise: str = "") -> list[str]:
    wanted = [f for f in report.findings if f.outcome is FindingKind.BROKEN and promise in {"", f.promise}]
    return [f"{finding.place}: {finding.text}" for finding in wanted]


def said(report: Report, promise: str) -> str:
    return "\n".join(finding.text for finding in report.findings if finding.promise == promise)


def only(pack: Path, changes: Mapping[str, str | None], promise: str, options: Options | None = None) -> str:
    """The one thing that is broken after `changes` of the pack's files."""
    report = checked(write_pack(pack, changes), options)
    assert broken(report) == broken(report, promise), "something else is broken as well"
    assert len(broken(report)) == 1
    return broken(report)[0]


# ------------------------------------------------------------------------------------------------ all is well


def test_a_pack_that_keeps_its_promises_has_nothing_broken(tmp_path: Path) -> None:
    report = checked(write_pack(tmp_path), Options(seeds=4, mutants=6))
    assert broken(report) == []
    promises = {finding.promise for finding in report.findings if finding.outcome is FindingKind.FOUND}
    assert promises >= {
        "schema", "reference", "starter", "submissions", "budget", "canary", "rubric", "competencies", "mutation",
    }  # fmt: skip


def test_the_reference_meets_another_seed_each_time_and_the_same_ones_on_every_machine(tmp_path: Path) -> None:
    from grader.secret import FOR_CHECKS

    maker = Maker()
    pack = write_pack(tmp_path)
    report = checked(pack, Options(seeds=5, only=("solution",)), maker)
    assert len({job.seed for job in maker.jobs}) == 5
    submission = report.reference[0].submission
    assert submission is not None
    assert FOR_CHECKS.seed(load_pack(pack).digest, submission.digest) in {job.seed for job in maker.jobs}


def test_the_report_for_programs_holds_findings_runs_and_items(tmp_path: Path) -> None:
    data = json.loads(json.dumps(report_json(checked(write_pack(tmp_path), Options(seeds=1, mutants=2)))))
    assert data["holds"] is True
    assert {run["submission"] for run in data["runs"]} >= {"solution", "starter", "rejected/small"}
    assert len(data["mutants"]) == 2
    assert [item["id"] for item in data["items"]] == ["test_it.py::test_a", "test_it.py::test_b"]


# ------------------------------------------------------------------------------------------------ files


def test_every_error_in_every_file_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    changes = {
        "challenge.yaml": fakes.FILES["challenge.yaml"].replace("title: Tiny\n", "titel: Tiny\npass_mark: 170\n"),
        "rubric.yaml": fakes.FILES["rubric.yaml"].replace("question:", "qestion:").replace("schema: 1", "schema: 1"),
        "submissions/submissions.yaml": "- path: accepted/other\n  status: fine\n",
    }
    report = checked(write_pack(tmp_path, changes), STATIC)
    problems = broken(report)
    assert "hidden tests and all that runs were not looked at" in report.findings[-1].text
    text = "\n".join(problems)
    assert "challenge.yaml:4: unknown key 'titel'. Did you mean 'title'?" in text
    assert "challenge.yaml:5: pass_mark" in text
    assert "rubric.yaml:5: unknown key 'qestion'. Did you mean 'question'?" in text
    assert "submissions.yaml:2: accepted/other: status: write one of graded, refused" in text


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("- {path: accepted/other, status: graded}", "objective: [lowest, highest]"),
        (
            "- {path: accepted/other, status: graded, objective: [0.9, 0.1]}",
            "accepted/other: objective: the lowest stands first: write [0.1, 0.9]",
        ),
        (
            "- {path: accepted/other, status: graded, figures: {fixed: [1, 0.5]}}",
            "accepted/other: fixed: the lowest stands first: write [0.5, 1]",
        ),
        (
            "- {path: accepted/other, status: graded, objective: [0, 1], spread: wek}",
            ":1: accepted/other: spread: write one of weak, typical, strong, cheat",
        ),
        (
            "- {path: accepted/other, status: graded, objective: [0, 1], fails: test_b}",
            ':1: accepted/other: fails: a list is wanted; write ["test_b"]',
        ),
        (
            "- {path: accepted/other, status: graded, objective: 1}",
            'accepted/other: objective: a list is wanted; write ["…"]',
        ),
        ("- {path: accepted/other}", ":1: accepted/other: the key 'status' is missing"),
        ("- {status: refused}", ":1: entry 1: the key 'path' is missing"),
        ("- just text", ":1: entry 1: keys and values are wanted"),
        ("- {path: accepted/other, status: refused, fails: [x]}", "neither `objective` nor `fails`"),
        ("- {path: ../solution, status: refused}", "leads out of submissions/"),
        ("- {path: accepted/none, status: refused}", "there is nothing at submissions/accepted/none"),
        ("- {path: accepted/other, status: graded, objective: [0, 1], failing: [x]}", "unknown key"),
        ("path: accepted/other", "expected a list"),
        ("- {path: accepted/other, status: refused, base: starter}", "base"),
        ("- {path: accepted/other, status: refused, without: [work.py]}", "needs `base: solution`"),
        ("- {path: accepted/other, status: refused, base: solution, without: [gone.py]}", "no solution/gone.py"),
        ("- {path: accepted/other, status: refused, base: solution, without: [work.py]}", "lies in submissions/acc"),
    ],
)
def test_an_entry_that_promises_nothing_that_can_be_checked_is_refused(tmp_path: Path, entry: str, reason: str) -> None:
    pack = write_pack(tmp_path, {"submissions/submissions.yaml": entry + "\n"})
    with pytest.raises(ChallengeError) as caught:
        load_entries(pack)
    assert reason in caught.value.message
    assert "submissions.yaml:1" in caught.value.message


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("- path: accepted/othr\n  status: refused",
         ["1: there is nothing at submissions/accepted/othr; did you mean accepted/other?"]),
        ("- status: refused\n  path: rejected/smal\n  weaknes: x",
         ["2: there is nothing at submissions/rejected/smal; did you mean rejected/small?",
          "3: rejected/smal: unknown key 'weaknes'. Did you mean 'weakness'?"]),
        ("- path: acepted/oter\n  status: graded",
         ["1: acepted/oter: a graded submission needs `objective: [lowest, highest]`, two shares from 0 to 1",
          "1: there is nothing at submissions/acepted/oter; did you mean accepted/other?"]),
        ("- path: zzzz/zzzz\n  status: refused", ["1: there is nothing at submissions/zzzz/zzzz."]),
        ("- path: accepted/other\n  status: refused\n  base: solution\n  without: [wrk.py]",
         ["1: without: there is no solution/wrk.py; did you mean work.py?"]),
    ],
)  # fmt: skip
def test_a_path_that_is_none_is_told_line_and_nearest_name_beside_wrong_keys(
    tmp_path: Path, entry: str, said: list[str]
) -> None:
    pack = write_pack(tmp_path, {"submissions/submissions.yaml": entry + "\n"})
    with pytest.raises(ChallengeError) as caught:
        load_entries(pack)
    assert [line.partition("submissions.yaml:")[2] for line in caught.value.message.splitlines()] == said


def test_an_unknown_key_of_the_manifest_is_answered_with_the_keys_there_are(tmp_path: Path) -> None:
    changes = {"challenge.yaml": fakes.FILES["challenge.yaml"] + "wieghts: {}\nqqq: 1\n"}
    near, far = broken(checked(write_pack(tmp_path, changes), STATIC))[:2]
    assert "unknown key 'wieghts'. Did you mean 'weights'? Known here: check, claims, cut, " in near
    assert "unknown key 'qqq'. Known here: " in far
    assert {"schema", "id", "pass_mark", "groups", "claims", "take"} <= set(
        far.partition("here: ")[2].rstrip(".").split(", ")
    )


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ("{judge_qwk: 0.5}", "judge_qwk looser than the default: say why in loosened_because"),
        ("{blunders: 0.4}", "max_blunders looser than the default"),
        ("{judge_qwk: 0.65, loosened_because: Two raters only}", ""),
        ("{judge_qwk: 0.8}", ""),
    ],
)
def test_a_gate_that_is_loosened_without_a_reason_is_broken(tmp_path: Path, gate: str, outcome: str) -> None:
    rubric = fakes.FILES["rubric.yaml"]
    found = broken(checked(write_pack(tmp_path, {"rubric.yaml": f"{rubric}gate: {gate}\n"}), STATIC), "rubric")
    assert len(found) == bool(outcome)
    for line in found:
        assert f"rubric.yaml:{rubric.count(chr(10)) + 1}: gate: " in line
        assert outcome in line


@pytest.mark.parametrize(
    ("tests", "manifest", "outcome", "says"),
    [
        (None, "", FindingKind.ADVICE, "no tests at all: nothing is run"),
        (None, "weights: {objective: 0, subjective: 100}\n", FindingKind.LEFT_OUT, "there are no hidden tests"),
        ("def helper():\n    pass\n", "", FindingKind.BROKEN, "no tests at all: no test_….py has a function test_…"),
        ("from shared import *\n", "", None, "no tests at all"),
        ("class TestAll:\n    def test_a(self): pass\n", "", None, "no tests at all"),
    ],
)
def test_a_pack_without_any_test_is_told_so(
    tmp_path: Path, tests: str | None, manifest: str, outcome: FindingKind | None, says: str
) -> None:
    text = fakes.FILES["challenge.yaml"]
    text = text.replace("weights: {objective: 60, subjective: 40}\n", manifest) if manifest else text
    pack = write_pack(tmp_path, {"tests/test_it.py": tests, "challenge.yaml": text})
    (pack / "tests").mkdir(exist_ok=True)
    found = [one.outcome for one in checked(pack, STATIC).findings if says in one.text]
    assert found == ([outcome] if outcome else [])


def test_what_is_wrong_with_one_entry_hides_nothing_of_another(tmp_path: Path) -> None:
    entries = """
- {path: accepted/none, status: refused}
- {path: accepted/other, status: graded, objective: [0.9, 0.1], failing: [x]}
- {path: rejected/none, status: refused}
- {path: accepted/other, statu: graded}
"""
    pack = write_pack(tmp_path, {"submissions/submissions.yaml": entries})
    with pytest.raises(ChallengeError) as caught:
        load_entries(pack)
    said = [line.partition("submissions.yaml:")[2] for line in caught.value.message.splitlines()]
    assert [line.partition(":")[0] for line in said] == ["2", "3", "4", "5", "5"]
    assert "nothing at submissions/accepted/none" in said[0]
    assert any("accepted/other: unknown key 'failing'" in line for line in said)
    assert "nothing at submissions/rejected/none" in said[2]
    assert any("accepted/other: unknown key 'statu'. Did you mean 'status'?" in line for line in said)


@pytest.mark.parametrize("static", [True, False])
def test_a_submission_that_the_pack_does_not_ship_is_refused_whatever_is_run(tmp_path: Path, static: bool) -> None:
    with pytest.raises(
        UsageError, match=r"There is no submission 'accepted/othr'. Known: solution, starter, accepted/"
    ):
        checked(write_pack(tmp_path), Options(static=static, only=("accepted/othr",)))


def test_a_folder_that_is_not_listed_is_reported(tmp_path: Path) -> None:
    assert "submissions/rejected/more" in only(
        tmp_path, {"submissions/rejected/more/work.py": "f = 1\n"}, "submissions", STATIC
    )


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("junit.xml", "<testsuites/>", "junit.xml is a result of a run"),
        ("events.jsonl", "{}", "events.jsonl is a protocol of a run"),
        ("grades.db", "", "grades.db is a store of results"),
        ("solution/grade-x/grade.json", json.dumps(RESULT), "solution/grade-x/ holds the result of a run"),
        ("grade.json", json.dumps(RESULT), "grade.json is a result of a run"),
    ],
)
def test_what_a_run_left_in_a_pack_is_named_with_what_to_do(name: str, content: str, says: str, tmp_path: Path) -> None:
    told = only(tmp_path, {name: content}, "schema", STATIC)
    assert says in told
    assert name in told.partition(": ")[0]
    assert "remove it" in told


def test_what_nothing_reads_is_advised_against_and_what_a_cheat_made_up_stays(tmp_path: Path) -> None:
    cheat = {"submissions/cheating/forged/grade.json": json.dumps(RESULT)}
    report = checked(write_pack(tmp_path, {"todo.txt": "x", "NOTES.md": "x", **cheat}), STATIC)
    assert not any("forged/grade.json" in each for each in broken(report))
    advised = [finding.text for finding in report.findings if finding.outcome is FindingKind.ADVICE]
    assert [text for text in advised if "nothing reads it" in text] == [
        "todo.txt is no part of a challenge, nothing reads it: remove it"
    ]


def test_a_canary_in_what_candidates_are_given_is_reported(tmp_path: Path) -> None:
    assert "starter/public.py" in only(tmp_path, {"starter/public.py": f"X = '{CANARY}'\n"}, "canary", STATIC)


def test_a_canary_that_could_turn_up_by_chance_is_refused(tmp_path: Path) -> None:
    tests = fakes.FILES["tests/test_it.py"].replace(CANARY, "short")
    assert "tests/test_it.py:1" in only(tmp_path, {"tests/test_it.py": tests}, "canary", STATIC)


def test_a_comment_is_a_canary_too(tmp_path: Path) -> None:
    from grader.authoring.canary import canaries

    pack = write_pack(tmp_path, {"tests/data.csv": "a,b\n# canary: 5f1d7a1c-comment-canary\n"})
    assert canaries(load_pack(pack)) == {CANARY: "tests/test_it.py:1", "5f1d7a1c-comment-canary": "tests/data.csv:2"}


# ------------------------------------------------------------------------------------------------ runs


def test_a_reference_that_loses_points_is_named_with_the_test(tmp_path: Path) -> None:
    report = checked(write_pack(tmp_path, {"solution/work.py": "def f(x):\n    return x + 1\n"}), Options(mutants=3))
    assert any("solution: 1 of 2 points. test_it.py::test_b" in text for text in broken(report, "reference"))
    assert "the reference itself loses points" in said(report, "mutation")


def test_a_seed_on_which_the_reference_fails_is_named(tmp_path: Path) -> None:
    first: list[int] = []

    def moody(job: fakes.Job) -> list[dict[str, Any]]:
        first.append(job.seed)
        results = fakes.play(job)
        if job.seed != first[0]:
            results[0]["metrics"][0]["value"] = 0.5
        return results

    report = checked(write_pack(tmp_path), Options(seeds=2, jobs=1, only=("solution",)), Maker(moody))
    assert len(broken(report, "reference")) == 1
    assert "solution, seed 2: 1.5 of 2 points" in broken(report, "reference")[0]


def test_a_list_of_tests_that_changes_with_the_seed_is_reported(tmp_path: Path) -> None:
    calls: list[int] = []

    def growing(job: fakes.Job) -> list[dict[str, Any]]:
        calls.append(1)
        return [*fakes.play(job), *(fakes.test(f"test_it.py::extra_{n}", "first", 1.0) for n in range(len(calls)))]

    report = checked(write_pack(tmp_path), Options(seeds=2, jobs=1, only=("solution",)), Maker(growing))
    assert "change with the seed" in broken(report, "reference")[0]


def test_a_starter_that_earns_points_is_reported(tmp_path: Path) -> None:
    assert "earns 50% for nothing" in only(tmp_path, {"starter/work.py": "def f(x):\n    return x + 1\n"}, "starter")


def test_a_starter_without_the_module_is_left_out_with_the_reason(tmp_path: Path) -> None:
    report = checked(write_pack(tmp_path, {"starter/work.py": None, "starter/README.md": "Write work.py.\n"}))
    assert broken(report) == []
    assert "it has no work.py" in said(report, "starter")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("[0.4, 0.6]", "[0.6, 0.8]", "rejected/small earns 50.0% of the points, promised are 60% to 80%"),
        ("::test_b", "::test_a", "test_it.py::test_a should fail, but earns 1 of 1 points"),
        ("::test_b", "::test_bb", "there is no test test_it.py::test_bb; did you mean test_it.py::test_b?"),
        ("  status: refused", "  status: graded\n  objective: [0, 1]", "rejected/empty is refused"),
    ],
)
def test_a_submission_that_breaks_its_promise_is_reported_with_its_line(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    entries = fakes.FILES["submissions/submissions.yaml"].replace(before, after, 1)
    text = only(tmp_path, {"submissions/submissions.yaml": entries}, "submissions")
    assert reason in text
    assert "submissions.yaml:" in text


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("test_it.py::test_bb", "; did you mean test_it.py::test_b?"),
        ("test_that.py::test_b", "; did you mean test_it.py::test_b?"),
        ("test_b", "; did you mean test_it.py::test_b?"),
        ("test_ib.py::test_bb", "; did you mean test_it.py::test_b?"),
        ("test_it.test_b", "; did you mean test_it.py::test_b?"),
        ("wholly_other", ""),
    ],
)
def test_a_failing_test_that_is_none_is_told_with_its_own_line_and_the_nearest(
    tmp_path: Path, name: str, hint: str, static: bool
) -> None:
    fails = f'  fails:\n    - "test_it.py::test_b"\n    - "{name}"'
    entries = fakes.FILES["submissions/submissions.yaml"].replace('  fails: ["test_it.py::test_b"]', fails)
    text = only(tmp_path, {"submissions/submissions.yaml": entries}, "submissions", Options(static=static))
    assert text.endswith(f"submissions.yaml:9: rejected/small: there is no test {name}{hint}")


def test_weights_that_do_not_make_a_hundred_are_told_with_what_they_come_to(tmp_path: Path) -> None:
    weights = fakes.FILES["challenge.yaml"].replace("objective: 60, subjective: 40", "objective: 60, subjective: 50")
    found = checked(write_pack(tmp_path, {"challenge.yaml": weights}), STATIC).findings
    (told,) = [finding for finding in found if "add up" in finding.text]
    assert (told.outcome, told.place.rpartition("/")[2]) == (FindingKind.ADVICE, "challenge.yaml:10")
    assert told.text == "weights add up to 110, so that objective is 54.5 of 100"


def test_a_file_whose_tests_are_made_elsewhere_may_be_named(tmp_path: Path) -> None:
    own = fakes.FILES["submissions/submissions.yaml"].replace("test_it.py::test_b", "test_more.py::test_c")
    pack = write_pack(
        tmp_path, {"submissions/submissions.yaml": own, "tests/test_more.py": "from shared import *\n",
                   "tests/shared.py": ""}
    )  # fmt: skip
    assert broken(checked(pack, STATIC), "submissions") == []


def test_a_test_that_cannot_judge_a_shipped_submission_is_reported(tmp_path: Path) -> None:
    def puzzled(job: fakes.Job) -> list[dict[str, Any]]:
        results = fakes.play(job)
        if b"passed" in job.files["work.py"]:
            results[1] |= {"status": "error", "fault": "challenge", "message": "KeyError: 'queue'", "metrics": []}
        return results

    report = checked(write_pack(tmp_path), maker=Maker(puzzled))
    assert "cheating/prints: a test raised something of its own" in broken(report, "submissions")[0]
    assert "KeyError: 'queue'" in broken(report, "submissions")[0]


def test_a_reference_that_leaves_no_room_below_the_time_limit_is_reported(tmp_path: Path) -> None:
    def slow(job: fakes.Job) -> list[dict[str, Any]]:
        return [{**result, "seconds": 6.0} for result in fakes.play(job)]

    report = checked(write_pack(tmp_path), maker=Maker(slow))
    assert "takes up to 12.00 s of the 20 s" in broken(report, "budget")[0]


@pytest.mark.parametrize("field", ["stdout", "stderr", "message"])
def test_a_canary_in_what_leaves_the_verifier_is_reported(tmp_path: Path, field: str) -> None:
    def leaking(job: fakes.Job) -> list[dict[str, Any]]:
        return [{**result, field: f"seen: {CANARY}"} for result in fakes.play(job)]

    report = checked(write_pack(tmp_path), maker=Maker(leaking))
    text = "\n".join(broken(report, "canary"))
    assert "cheating/prints: the canary of tests/test_it.py:1 stands in what the verifier reported" in text
    assert "stands in evidence/verifier.json" in text


def test_the_whole_output_of_cheating_submissions_is_searched(tmp_path: Path) -> None:
    from grader.authoring.leak import output

    pack = write_pack(tmp_path)
    report = checked(pack, Options(only=("cheating/prints",)))
    source = str(pack / "submissions" / "cheating" / "prints")
    files = output(pack, source, report.entries[0][1], Settings(), lambda _grade, _run: "printed")
    assert files.keys() >= {
        "grade.json", "report.html", "feedback.html", "feedback.md", "junit.xml", "evidence/verifier.json",
        "the terminal",
    }  # fmt: skip
    assert b"printed" in files["the terminal"]


def test_a_competency_without_points_and_a_group_without_tests_are_reported(tmp_path: Path) -> None:
    manifest = fakes.FILES["challenge.yaml"].replace(
        "[evaluation_methodology]", "[evaluation_methodology, system_design]"
    )
    report = checked(write_pack(tmp_path, {"challenge.yaml": manifest + "  third: {title: Third}\n"}))
    text = "\n".join(broken(report, "competencies"))
    assert "system_design is named, but no test and no criterion counts for it" in text
    assert "no test is in the group third" in text


def test_only_runs_one_submission(tmp_path: Path) -> None:
    maker = Maker()
    report = checked(write_pack(tmp_path), Options(only=("submissions/rejected/small/",)), maker)
    assert len(maker.jobs) == 1
    assert [one.entry.path for one, _ in report.entries] == ["rejected/small"]
    with pytest.raises(UsageError, match="Known: solution, starter, accepted/other"):
        checked(write_pack(tmp_path), Options(only=("rejected/none",)), maker)


def test_several_submissions_are_run_when_several_are_named(tmp_path: Path) -> None:
    maker = Maker()
    report = checked(write_pack(tmp_path), Options(seeds=1, only=("solution", "rejected/small")), maker)
    assert ([one.entry.path for one, _ in report.entries], len(report.reference)) == (["rejected/small"], 1)
    assert report.starter is None
    with pytest.raises(UsageError, match="no submission 'rejected/none'"):
        checked(write_pack(tmp_path), Options(only=("solution", "rejected/none")), maker)


def test_kinds_choose_among_the_submissions_and_what_was_not_run_is_said(tmp_path: Path) -> None:
    report = checked(write_pack(tmp_path), Options(seeds=1, mutants=0, kinds=("cheating",)))
    assert [one.entry.path for one, _ in report.entries] == ["cheating/prints"]
    assert len(report.reference) == 1
    assert "only cheating were asked for" in said(report, "submissions")


# ------------------------------------------------------------------------------------------------ mutation


def test_mutants_alone_are_run_where_only_the_reference_is_asked_for_with_a_number(tmp_path: Path) -> None:
    silent, asked = Maker(), Maker()
    checked(write_pack(tmp_path), Options(seeds=1, only=("solution",)), silent)
    report = checked(write_pack(tmp_path), Options(seeds=1, only=("solution",), mutants=3), asked)
    assert (len(silent.jobs), len(asked.jobs), len(report.verdicts)) == (1, 4, 3)


def test_mutants_of_a_command_are_of_the_python_files_that_its_scripts_lead_to(tmp_path: Path) -> None:
    manifest = fakes.FILES["challenge.yaml"].replace(
        "{kind: python, module: work}", "{kind: command, command: [bash, ./set up.sh]}"
    )
    assert "set up.sh" in manifest
    files = {
        "set up.sh": "# not other.py\nexec bash inner.sh\n",
        "inner.sh": 'exec python3 -s ./bin/first.py "$@"\n',
        "bin/first.py": "import work\nX = 1\n",
        "work.py": "Y = 2\n",
        "other.py": "Z = 3\n",
    }
    reference = make_submission({path: text.encode() for path, text in files.items()})
    pack = load_pack(write_pack(tmp_path, {"challenge.yaml": manifest}))
    assert {one.path for one in mutation.draw(pack, reference, 50, 1)} == {"bin/first.py", "work.py"}


def test_mutants_that_lose_points_are_killed_and_counted_by_group(tmp_path: Path) -> None:
    report = checked(write_pack(tmp_path), Options(seeds=1, mutants=50))
    assert {verdict.outcome for verdict in report.verdicts} == {"killed"}
    assert "(100%); by group: first" in said(report, "mutation")


def blind_in_one_group(job: fakes.Job) -> list[dict[str, Any]]:
    return [
        fakes.play(job)[0],
        fakes.test("test_it.py::test_b", "second", 0.0 if b"passed" in job.files["work.py"] else 1.0),
    ]


ONE_ENTRY = {"submissions/submissions.yaml": None, "submissions/accepted/other/work.py": None,
             "submissions/accepted/other/NOTES.md": None}  # fmt: skip


def test_survivors_are_listed_with_file_and_line_and_break_a_floor(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, ONE_ENTRY)
    report = checked(pack, Options(seeds=1, mutants=50, mutation_floor=0.9), Maker(blind_in_one_group))
    assert "the floor is 90%" in broken(report, "mutation")[0]
    survivors = [finding for finding in report.findings if "survived" in finding.text]
    assert any(finding.place.endswith("solution/work.py:3") and "in f()" in finding.text for finding in survivors)


EQUIVALENT = "submissions/equivalent.yaml"


def mark(mutant: str, file: str = "work.py", function: str = "") -> str:
    where = f"  function: {function}\n" if function else ""
    return f"- file: {file}\n  mutant: '{mutant}'\n{where}  why: nobody asks for it\n"


def wrong_marks(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.promise == "mutation" and one.outcome is FindingKind.BROKEN]


def test_a_mutant_that_is_marked_equivalent_counts_neither_way(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, ONE_ENTRY)
    before = checked(pack, Options(seeds=1, mutants=50), Maker(blind_in_one_group))
    survived = next(one.mutant for one in before.verdicts if one.outcome == "survived")
    change = f"{survived.before} → {survived.after}"
    write_pack(tmp_path, {**ONE_ENTRY, EQUIVALENT: mark(change, function=survived.function)})
    after = checked(pack, Options(seeds=1, mutants=50), Maker(blind_in_one_group))
    assert next(one.outcome for one in after.verdicts if one.mutant.name == survived.name) == "equivalent"
    (now,), (then,) = ([one.facts for one in each.findings if "mutants" in one.facts] for each in (after, before))
    assert (now["killed"], now["mutants"]) == (then["killed"], then["mutants"])
    assert "beside 1 marked equivalent" in said(after, "mutation")
    assert change not in said(after, "mutation")
    assert broken(after, "mutation") == []


def test_a_mark_on_a_mutant_that_loses_points_is_broken(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    killed = checked(pack, Options(seeds=1, mutants=50)).verdicts[0].mutant
    write_pack(tmp_path, {EQUIVALENT: mark(f"{killed.before} → {killed.after}")})
    (found,) = wrong_marks(checked(pack, Options(seeds=1, mutants=50)))
    assert "loses points: take the mark away" in found.text
    assert found.place.endswith("equivalent.yaml:1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (mark("nothing → something"), "there is no such mutant of the reference"),
        (mark("a → b", file="other.py"), "solution/other.py is no Python file of it"),
        (mark("a → b", file="../work.py"), "solution/../work.py is no Python file of it"),
        ("- file: work.py\n  mutant: a\n  why: nobody asks for it\n", "equivalent.yaml:2: "),
        ("- file: work.py\n  mutant: a → b\n  why: no\n", "equivalent.yaml:3: "),
        ("- file: work.py\n  mutants: a → b\n  why: nobody asks for it\n", "mutant"),
        ("file: work.py\n", "expected a list of mutants"),
    ],
)
def test_a_stale_or_wrong_mark_is_said_without_running_anything(text: str, says: str, tmp_path: Path) -> None:
    found = wrong_marks(checked(write_pack(tmp_path, {EQUIVALENT: text}), Options(static=True)))
    assert any(says in f"{one.place}: {one.text}" for one in found), found


def test_the_nearest_mutant_is_named(tmp_path: Path) -> None:
    pack = write_pack(tmp_path)
    one = checked(pack, Options(seeds=1, mutants=50)).verdicts[0].mutant
    write_pack(tmp_path, {EQUIVALENT: mark(f"{one.before}  → {one.after}")})
    (found,) = wrong_marks(checked(pack, Options(static=True)))
    assert f"the nearest is '{one.before} → {one.after}'" in found.text


def test_the_floor_of_a_pack_breaks_it_without_any_option(tmp_path: Path) -> None:
    manifest = fakes.FILES["challenge.yaml"] + "check: {mutants: 50, mutation_floor: 0.9}\n"
    pack = write_pack(tmp_path, {**ONE_ENTRY, "challenge.yaml": manifest})
    assert "the floor is 90%" in broken(checked(pack, Options(seeds=1), Maker(blind_in_one_group)), "mutation")[0]


def test_a_pack_says_itself_how_thoroughly_it_is_checked_and_options_say_otherwise(tmp_path: Path) -> None:
    manifest = fakes.FILES["challenge.yaml"] + "check: {seeds: 4, mutants: 2, mutation_floor: 0.25}\n"
    pack = write_pack(tmp_path, {"challenge.yaml": manifest})
    own = checked(pack)
    assert (len(own.reference), len(own.verdicts)) == (4, 2)
    told = checked(pack, Options(seeds=1, mutants=0))
    assert (len(told.reference), len(told.verdicts)) == (1, 0)


def test_mutants_meet_the_variant_of_the_reference_and_a_tighter_time_limit(tmp_path: Path) -> None:
    maker = Maker()
    manifest = fakes.FILES["challenge.yaml"].replace("total: 20s", "total: 300s")
    checked(write_pack(tmp_path, {"challenge.yaml": manifest}), Options(seeds=1, mutants=3), maker)
    plain = next(job for job in maker.jobs if job.files["work.py"].decode() == fakes.FILES["solution/work.py"])
    mutated = maker.jobs[-3:]
    assert {job.seed for job in mutated} == {plain.seed}
    assert {job.limits.total for job in mutated} == {20.0}
    assert plain.limits.total == 300.0


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_an_engine_that_goes_away_ends_the_check_and_breaks_no_promise(tmp_path: Path) -> None:
    maker = Maker(fails=100)
    with pytest.raises(InfrastructureError):
        checked(write_pack(tmp_path), maker=maker)
    assert not any(sandbox.open for sandbox in maker.made)


def test_an_engine_that_goes_away_once_is_tried_again(tmp_path: Path) -> None:
    assert broken(checked(write_pack(tmp_path), Options(jobs=1), Maker(fails=1))) == []


def test_an_interruption_closes_every_sandbox_and_starts_no_other_run(tmp_path: Path) -> None:
    class Stuck(fakes.Scripted):
        """Ends its first job at once; later ones hang until they are closed, as a stream that is read does."""

        def __init__(self, hangs: bool) -> None:
            super().__init__()
            self.hangs, self.closed = hangs, threading.Event()

        def run(self, job: fakes.Job) -> Iterator[fakes.Event]:
            if self.hangs:
                waits.append(self.closed.wait(20))
                raise InfrastructureError("The verifier's stream ended.")
            return super().run(job)

        def close(self) -> None:
            super().close()
            self.closed.set()

    made: list[Stuck] = []
    waits: list[bool] = []

    def make(_run_id: str) -> Stuck:
        made.append(Stuck(hangs=bool(made)))
        return made[-1]

    def interrupted(_ran: Ran, _done: int) -> None:
        raise KeyboardInterrupt

    task = Task(name="one", submission=make_submission({"work.py": b"def f(x): return 1\n"}))
    runner = Runner(load_pack(write_pack(tmp_path)), Settings(), make)
    with pytest.raises(KeyboardInterrupt):
        runner.run([task] * 6, interrupted)
    assert 2 <= len(made) <= 3
    assert all(waits), "a sandbox was started and nobody closed it"
    assert not any(sandbox.open for sandbox in made)


def test_a_pack_without_tests_is_held_to_its_files_only(tmp_path: Path) -> None:
    manifest = (
        fakes.FILES["challenge.yaml"]
        .split("groups:")[0]
        .replace("{objective: 60, subjective: 40}", "{objective: 0, subjective: 100}")
    )
    manifest = manifest.replace("coding_fundamentals", "evaluation_methodology").replace(
        "secondary_competencies: [evaluation_methodology]\n", ""
    )
    maker = Maker()
    pack = write_pack(tmp_path, {"challenge.yaml": manifest, "tests/test_it.py": None, "tests/README.md": "None.\n"})
    report = checked(pack, maker=maker)
    assert maker.jobs == []
    assert broken(report) == []
    assert holds(report.findings)


# ------------------------------------------------------------------------------------------------ base: solution

LAID = """\
- path: rejected/small
  base: solution
  without: [spare.py]
  status: graded
  objective: [0.4, 0.6]
"""


def laid(tmp_path: Path, changes: dict[str, str | None] | None = None) -> Path:
    """A pack whose one submission is the reference with another `work.py`, and without a file of it."""
    kept = {path: None for path in fakes.FILES if path.startswith(("submissions/accepted", "submissions/cheating"))}
    own = {"submissions/submissions.yaml": LAID, "submissions/rejected/small/NOTES.md": None,
           "submissions/rejected/empty/work.py": None, "solution/spare.py": "",
           "solution/lib/a.py": "A = 1\n"}  # fmt: skip
    return write_pack(tmp_path, {**kept, **own, **(changes or {})})


def test_a_submission_with_a_base_is_the_reference_with_its_changes_laid_over_it(tmp_path: Path) -> None:
    pack = laid(tmp_path)
    (pack / "solution" / "__pycache__").mkdir()
    (pack / "solution" / "__pycache__" / "work.pyc").write_bytes(b"")
    work = works.read(pack, "rejected/small")
    assert sorted(work.files) == ["NOTES.md", "lib/a.py", "work.py"]
    assert work.files["NOTES.md"] == fakes.FILES["solution/NOTES.md"].encode()
    assert work.files["work.py"] == fakes.FILES["submissions/rejected/small/work.py"].encode()
    whole = works.copy(pack, "rejected/small", tmp_path / "copy")
    assert take_in(whole, load_pack(pack)).digest == work.digest


def test_one_with_a_base_that_is_a_single_folder_keeps_its_place(tmp_path: Path) -> None:
    """Read by itself, a single top folder would be stripped."""
    own = {"submissions/rejected/small/work.py": None, "submissions/rejected/small/lib/a.py": "A = 2\n"}
    work = works.read(laid(tmp_path, own), "rejected/small")
    assert (sorted(work.files), work.files["lib/a.py"]) == (["NOTES.md", "lib/a.py", "work.py"], b"A = 2\n")


def test_the_whole_check_runs_it_whole_and_a_leak_of_it_is_found(tmp_path: Path) -> None:
    seen: list[set[str]] = []

    def noted(job: fakes.Job) -> list[dict[str, Any]]:
        seen.append(set(job.files))
        return fakes.play(job)

    entries = LAID.replace("rejected/small", "cheating/small").replace("[0.4, 0.6]", "[0, 1]")
    own = {"submissions/submissions.yaml": entries, "submissions/rejected/small/work.py": None,
           "submissions/cheating/small/work.py": "def f(x):\n    return x + 1\n"}  # fmt: skip
    report = checked(laid(tmp_path, own), Options(seeds=1, mutants=0, order=False), Maker(noted))
    assert broken(report) == []
    assert {"NOTES.md", "lib/a.py", "work.py"} in seen
    assert "the whole output of 1 gradings" in said(report, "canary")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"submissions/rejected/small/lib": "x"}, "lib is a folder in one"),
        (
            {"submissions/rejected/small/work.py/a.py": "x", "submissions/rejected/small/work.py": None},
            "work.py is a f",
        ),
        ({"submissions/rejected/small/NOTES.md": fakes.FILES["solution/NOTES.md"]}, "NOTES.md is the same as in sol"),
    ],
)
def test_changes_that_cannot_be_laid_over_or_change_nothing_are_reported(
    tmp_path: Path, changes: dict[str, str | None], reason: str
) -> None:
    assert reason in "\n".join(broken(checked(laid(tmp_path, changes), STATIC)))


def test_copy_writes_it_whole_and_never_over_something(tmp_path: Path) -> None:
    pack, to = laid(tmp_path), tmp_path / "there"
    words = ["copy", str(pack), "rejected/small", str(to)]
    done = CliRunner().invoke(challenge_command.command, words, standalone_mode=False, catch_exceptions=False)
    assert {path.name for path in to.iterdir()} == {"NOTES.md", "lib", "work.py"}
    assert str(to / "work.py") in done.stdout
    with pytest.raises(UsageError, match="is there already"):
        CliRunner().invoke(challenge_command.command, words, standalone_mode=False, catch_exceptions=False)
