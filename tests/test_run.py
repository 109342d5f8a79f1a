"""Runs in real Docker: what hidden tests can do, what limits do, and what is left behind on every way out."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from grader.records import MEASURED
from grader.sandbox.engine import connect
from tests import patience
from tests.shell import Outcome, command, run_here, run_outside
from tests.small_packs import write_files, write_pack

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]

ADD = "def add(a, b):\n    return a + b\n"
ADDS = "def test_adds(candidate):\n    assert candidate.call('add', 2, 3) == 5\n"
WAITS = "def test_waits(candidate):\n    candidate.call('wait')\n"
WAIT = "import time\n\ndef wait():\n    time.sleep(60)\n"


def containers(marker: str = "") -> set[str]:
    """Names of the containers of graders on this machine whose run has `marker` in it."""
    client = connect()
    try:
        found = client.containers(all=True, filters={"label": ["grader.run"]})
        return {container["Names"][0] for container in found if marker in container["Names"][0]}
    finally:
        client.close()


def results_of(outcome: Outcome) -> dict[str, dict[str, Any]]:
    assert outcome.code == 0, outcome.err
    return {test["id"]: test for test in outcome.grade["objective"]["tests"]}


def missing_docker(folder: Path) -> dict[str, str]:
    return {"DOCKER_HOST": f"unix://{folder}/nothing.sock"}


# ------------------------------------------------------------------------------------------------ one run, looked at


@pytest.fixture(scope="session")
def probed(probe: Path, images: None, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The probe's solution, graded once."""
    before = containers()
    out = tmp_path_factory.mktemp("probed")
    outcome = run_here(probe / "solution", "-c", probe, "-o", out)
    run = outcome.grade["provenance"]["run"]
    assert containers(run) <= before
    return outcome


@pytest.mark.xdist_group("probed")
class TestTheProbe:
    @pytest.mark.parametrize("name", ["reaching", "fresh", "endings"])
    def test_every_call_of_the_fixture_does_what_it_says(self, probed: Outcome, name: str) -> None:
        results = {key: test for key, test in results_of(probed).items() if key.startswith(f"test_{name}.py")}
        assert len(results) >= 3
        assert {key: test["message"] for key, test in results.items() if test["status"] != "passed"} == {}

    def test_the_right_limit_is_named_and_only_that_test_pays(self, probed: Outcome) -> None:
        limits = {
            key.partition("::")[2]: (test["status"], set(test["limits"]) - {"call"})
            for key, test in results_of(probed).items()
            if key.startswith("test_limits.py")
        }
        assert limits == {
            "test_time_of_a_call": ("failed", set()),
            "test_time_that_a_test_asks_for": ("failed", set()),
            "test_memory": ("failed", {"memory"}),
            "test_memory_of_a_command": ("failed", {"memory"}),
            "test_size_of_a_reply": ("failed", {"reply"}),
            "test_disk": ("passed", {"disk"}),
            "test_processes": ("passed", {"processes"}),
            "test_processes_are_used_up": ("failed", {"processes"}),
            "test_after_all_that": ("passed", set()),
            "test_output": ("passed", {"output"}),
            "test_output_of_bytes": ("passed", set()),
        }
        assert "on memory in 2 tests" in " ".join(probed.grade["flags"])

    def test_a_time_limit_says_how_long(self, probed: Outcome) -> None:
        whole = results_of(probed)["test_limits.py::test_time_of_a_call"]
        asked = results_of(probed)["test_limits.py::test_time_that_a_test_asks_for"]
        assert whole["message"] == "TimeLimit: sleep() did not finish within 3 s"
        assert asked["message"] == "TimeLimit: spin() did not finish within 0.2 s"
        assert whole["limits"] == asked["limits"] == ["call"]
        assert 2.9 < whole["seconds"] < 10

    def test_what_candidates_print_is_kept_up_to_the_cap(self, probed: Outcome) -> None:
        talked = results_of(probed)["test_limits.py::test_output"]
        assert (talked["stdout"], talked["stderr"]) == ("o" * 2000, "e" * 2000)
        assert talked["dropped_bytes"] == 1000 + 1000 + 3001
        assert results_of(probed)["test_limits.py::test_output_of_bytes"]["stdout"] == "\ufffd\x1b[2J bytes\n"
        assert results_of(probed)["test_limits.py::test_after_all_that"]["stdout"] == ""

    def test_whose_fault_it_is(self, probed: Outcome) -> None:
        outcomes = {
            key.partition("::")[2]: (test["status"], test["fault"], test["points"])
            for key, test in results_of(probed).items()
            if key.startswith("test_outcomes.py")
        }
        assert outcomes == {
            "test_assertion": ("failed", "candidate", 0),
            "test_fail": ("failed", "candidate", 0),
            "test_uncaught_error": ("failed", "candidate", 0),
            "test_the_test_does_not_know_what_to_do": ("failed", "candidate", 0),
            "test_a_metric_of_nothing": ("failed", "candidate", 0),
            "test_partial_credit_needs_a_pass": ("failed", "candidate", 0),
            "test_an_error_in_a_fixture": ("failed", "candidate", 0),
            "test_worth_nothing": ("passed", None, 0),
            "test_stops_by_itself": ("error", "challenge", 0),
        }

    def test_messages_are_written_for_a_reviewer(self, probed: Outcome) -> None:
        results = results_of(probed)
        said = results["test_outcomes.py::test_assertion"]
        assert said["title"] == "The answer is 5."
        assert said["message"].startswith("picky(4) gave 4 instead of 5")
        assert results["test_outcomes.py::test_uncaught_error"]["message"].endswith(" in fail)")
        assert "test_outcomes.py" in results["test_outcomes.py::test_the_test_does_not_know_what_to_do"]["message"]

    def test_metrics_give_partial_credit(self, probed: Outcome) -> None:
        measured = results_of(probed)["test_reaching.py::test_metrics"]
        assert (measured["points"], measured["max_points"]) == (3.0, 4.0)
        assert [(metric["name"], metric["unit"]) for metric in measured["metrics"]] == [("half", ""), ("seconds", "s")]

    def test_a_test_that_stumbles_over_a_reply_is_lost_and_said(self, probed: Outcome) -> None:
        said = results_of(probed)["test_outcomes.py::test_the_test_does_not_know_what_to_do"]["message"]
        assert "made the test stumble: TypeError" in said
        assert "test_outcomes.py:24 in test_the_test_does_not_know_what_to_do" in said
        assert any(flag.startswith("1 hidden test stumbled") for flag in probed.grade["flags"])

    def test_tests_without_a_verdict_are_open(self, probed: Outcome) -> None:
        open_parts = {part["criterion"].partition("::")[2] for part in probed.grade["open"]}
        assert open_parts == {"test_stops_by_itself"}, "it raised before it had seen anything of the candidate's"
        assert probed.grade["score"]["final"] is False
        assert probed.grade["recommendation"] == "needs_review"
        assert probed.grade["score"]["low"] < probed.grade["score"]["value"] < probed.grade["score"]["high"]

    def test_groups_count_for_their_competency(self, probed: Outcome) -> None:
        assert results_of(probed)["test_reaching.py::TestsInAClass::test_have_ids_too"]["group"] == "routing"
        assert results_of(probed)["test_fresh.py::test_b_finds_nothing"]["group"] == "fresh"
        assert [entry["id"] for entry in probed.grade["competencies"]] == ["coding_fundamentals", "system_design"]

    def test_it_says_what_the_run_rested_on(self, probed: Outcome) -> None:
        about = probed.grade["provenance"]
        assert set(about["images"]) == {"verifier", "candidate"}
        assert all(image["id"].startswith("sha256:") for image in about["images"].values())
        assert about["limits"]["memory_bytes"] == 96_000_000
        assert about["limits"]["swap_bytes"] == 0
        assert about["pinned"]["PYTHONHASHSEED"] == "0"
        assert about["seed"] > 0
        assert {"challenge", "intake", "tests", "report", "removal", "total"} <= probed.grade["timings"].keys()
        assert probed.grade["resources"]["cpu_seconds"] > 0

    def test_the_terminal_names_no_hidden_test(self, probed: Outcome) -> None:
        assert f"{len(probed.grade['objective']['tests'])} tests" in probed.out
        for name in ("test_", "picky", "instead of 5"):
            assert name not in probed.out + probed.err


# ------------------------------------------------------------------------------------------------ the same again


def test_the_solution_of_the_small_pack_gets_what_it_earns(sums: Path, tmp_path: Path) -> None:
    outcome = run_here(sums / "solution", "-c", sums, "-o", tmp_path)
    statuses = {test["id"]: test["status"] for test in results_of(outcome).values()}
    assert set(statuses.values()) == {"passed"}, statuses
    assert outcome.grade["objective"]["points"] == 9.0
    assert outcome.grade["recommendation"] == "advance"


def test_one_submission_in_every_wrapping_is_graded_alike(tmp_path: Path) -> None:
    """A folder, a zip, a tar, a repository: one digest, one seed, one objective part."""
    pack = write_pack(tmp_path / "pack", ADDS + "def test_luck(candidate, seed):\n    assert seed % 2 and candidate\n")
    folder = write_files(tmp_path / "folder", {"work.py": ADD, "notes/a.md": "hello\n"})
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("work.py", ADD)
        archive.writestr("notes/a.md", "hello\n")
    with tarfile.open(tmp_path / "work.tar.gz", "w:gz") as tar:
        tar.add(folder, "top")
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    outcomes = [
        run_here(source, "-c", pack, "-o", tmp_path / f"out{at}")
        for at, source in enumerate((folder, tmp_path / "work.zip", tmp_path / "work.tar.gz", folder))
    ]
    seen = {
        json.dumps(
            [
                outcome.grade["submission"]["digest"],
                outcome.grade["provenance"]["seed"],
                [{**test, **dict.fromkeys(MEASURED)} for test in results_of(outcome).values()],
                outcome.grade["score"],
            ]
        )
        for outcome in outcomes
    }
    assert len(seen) == 1


def test_rescore_gives_the_same_grade_without_docker(sums: Path, tmp_path: Path) -> None:
    first = run_here(sums / "solution", "-c", sums, "-o", tmp_path / "out")
    for _ in range(2):
        again = run_outside("rescore", tmp_path / "out", env=missing_docker(tmp_path))
        assert again.code == 0, again.err
        assert json.loads((tmp_path / "out" / "grade.json").read_text()) == first.grade


# ------------------------------------------------------------------------------------------------ other kinds of work


def test_a_command_line_program_is_graded_without_a_module(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "pack",
        "def test_it(candidate):\n    assert candidate.run(['sh', 'run.sh'], stdin='a').stdout == 'got a'\n",
        interface="{kind: command}",
    )
    work = write_files(tmp_path / "work", {"run.sh": "printf 'got '; cat\n"})
    assert run_here(work, "-c", pack, "-o", tmp_path / "out").grade["score"]["value"] == 100


def test_a_service_is_graded_over_http(sums: Path, tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "pack",
        "import urllib.request\n"
        "def test_it(candidate):\n"
        "    url = candidate.start(['python', 'app.py'], port=8000)\n"
        "    assert urllib.request.urlopen(url).read() == b'five'\n",
        interface="{kind: http, port: 8000}",
    )
    assert run_here(sums / "solution", "-c", pack, "-o", tmp_path / "out").grade["score"]["value"] == 100


def test_documents_are_graded_as_data(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "pack",
        "def test_it(candidate):\n    assert 'why' in candidate.files.text('DECISIONS.md')\n",
        interface="{kind: documents}",
    )
    work = write_files(tmp_path / "work", {"DECISIONS.md": "why: because\n"})
    assert run_here(work, "-c", pack, "-o", tmp_path / "out").grade["score"]["value"] == 100


def test_a_module_that_cannot_be_imported_fails_its_tests(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", ADDS)
    outcomes = {
        name: run_here(write_files(tmp_path / name, {f"{file}.py": source}), "-c", pack, "-o", tmp_path / f"out-{name}")
        for name, file, source in (("broken", "work", "def add(:"), ("absent", "other", "x = 1"))
    }
    messages = {name: next(iter(results_of(outcome).values()))["message"] for name, outcome in outcomes.items()}
    assert messages["broken"].startswith("SyntaxError: ")
    assert messages["absent"].startswith("ModuleNotFoundError: No module named 'work'")
    assert {outcome.grade["score"]["value"] for outcome in outcomes.values()} == {0}


def test_time_that_is_used_up_leaves_the_rest_not_run(tmp_path: Path) -> None:
    pack = write_pack(
        tmp_path / "pack",
        "".join(f"def test_{n}(candidate):\n    candidate.call('wait')\n" for n in range(4)),
        limits="{memory: 96MB, processes: 12, disk: 4MB, call: 1s, total: 1.5s}",
    )
    work = write_files(tmp_path / "work", {"work.py": WAIT})
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    statuses = [(test["status"], test["fault"], test["limits"]) for test in results_of(outcome).values()]
    assert sorted(statuses) == [  # the seed draws which of them comes first
        ("failed", "candidate", ["call"]),
        ("failed", "candidate", ["total"]),
        ("not_run", "candidate", ["total"]),
        ("not_run", "candidate", ["total"]),
    ]
    assert outcome.grade["open"] == []


def test_a_submission_that_prints_without_end_is_graded_all_the_same(tmp_path: Path) -> None:
    """Many noisy commands in one test: what is kept stays within the cap of the test."""
    pack = write_pack(
        tmp_path / "pack",
        "def test_noise(candidate):\n"
        "    for _ in range(12):\n"
        "        assert candidate.run(['python', 'noise.py']).exit_code == 0\n",
        interface="{kind: command}",
        limits="{memory: 96MB, disk: 4MB, output: 400kB}",
    )
    work = write_files(
        tmp_path / "work", {"noise.py": "import os\nfor n in (1, 2):\n    os.write(n, b'\\xff' * 400_000)\n"}
    )
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    (test,) = results_of(outcome).values()
    assert (test["status"], len(test["stdout"]), test["dropped_bytes"]) == ("passed", 400_000, 2 * 11 * 400_000)


def test_heavy_replies_do_not_bring_the_verifier_down(tmp_path: Path) -> None:
    """A thousand replies of the largest size, each many times as large once it is read."""
    pack = write_pack(
        tmp_path / "pack",
        "def test_map(candidate):\n"
        "    replies = candidate.map('heavy', range(200))\n"
        "    assert replies == [0] * 200\n" + ADDS,
    )
    work = write_files(tmp_path / "work", {"work.py": ADD + "def heavy(_n):\n    return [[]] * 250_000\n"})
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    heavy, adds = results_of(outcome).values()
    assert (heavy["status"], heavy["fault"], heavy["limits"]) == ("failed", "candidate", ["reply"])
    assert adds["status"] == "passed"


# ------------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ({"test_it.py": "def test_it(:\n"}, "SyntaxError"),
        ({"test_it.py": "import missing_package\n"}, "missing_package"),
        ({"test_it.py": "x = 1\n"}, "There are no hidden tests|no test"),
        ({"test_it.py": "def test_own():\n    assert 1 == 2\n"}, "fails by itself"),
        ({"test_it.py": "def test_own():\n    raise KeyError('x')\n"}, "fails by itself"),
        ({"test_it.py": "def test_it(nothing):\n    pass\n"}, "fixture 'nothing' not found"),
        ({"test_it.py": "import pytest\n@pytest.mark.points(-1)\ndef test_it(candidate):\n    pass\n"}, "points"),
        ({"conftest.py": "raise RuntimeError('no')\n", "test_it.py": ADDS}, "no"),
    ],
)
def test_a_broken_pack_is_never_a_grade(tests: dict[str, str], words: str, tmp_path: Path) -> None:
    import re

    pack = write_pack(tmp_path / "pack", tests)
    outcome = run_here(write_files(tmp_path / "work", {"work.py": ADD}), "-c", pack, "-o", tmp_path / "out")
    assert outcome.code == 4, outcome.err
    assert (outcome.grade["status"], outcome.grade["score"]) == ("challenge_error", None)
    assert re.search(words, outcome.grade["reason"]), outcome.grade["reason"]


def test_a_missing_image_is_infrastructure_and_says_how_to_make_it(sums: Path, tmp_path: Path) -> None:
    outcome = run_outside(
        sums / "solution", "-c", sums, "-o", tmp_path, env={"GRADER_BASE_IMAGE": "grader-nowhere:none"}
    )
    assert outcome.code == 5
    assert "image is missing" in outcome.err
    assert "grade doctor --fix" in outcome.err
    assert (outcome.grade["status"], outcome.grade["score"]) == ("infrastructure_error", None)


def test_without_docker_there_is_no_score(sums: Path, tmp_path: Path) -> None:
    outcome = run_outside(sums / "solution", "-c", sums, "-o", tmp_path, env=missing_docker(tmp_path))
    assert outcome.code == 5
    assert "No Docker engine answers" in outcome.err
    assert "Traceback" not in outcome.err
    assert (outcome.grade["status"], outcome.grade["score"]) == ("infrastructure_error", None)
    assert outcome.grade["objective"] is None


def test_a_refused_submission_leaves_no_container(sums: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 and no more")
    outcome = run_here(tmp_path / "bad.zip", "-c", sums, "-o", tmp_path / "out")
    assert (outcome.code, outcome.grade["status"]) == (3, "refused")
    assert containers(outcome.grade["provenance"]["run"]) == set()


def test_a_fault_of_ours_in_the_middle_leaves_no_container(
    sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.grading import pipeline
    from grader.grading.run import Request, Run
    from grader.settings import Settings

    def fail(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(pipeline, "_save", fail)
    run = Run(
        request=Request(source=str(sums / "solution"), challenge=sums, out=tmp_path),
        settings=Settings(),
        say=lambda _text: None,
    )
    with pytest.raises(ZeroDivisionError):
        pipeline.grade(run)
    assert containers(run.id) == set()


def test_an_output_folder_that_is_refused_leaves_no_container(sums: Path, tmp_path: Path) -> None:
    from grader.errors import UsageError
    from grader.grading import pipeline
    from grader.grading.run import Request, Run
    from grader.settings import Settings

    (tmp_path / "report.html").write_text("no grading wrote this")
    request, said = Request(source=str(sums / "solution"), challenge=sums, out=tmp_path), list[str]()
    run = Run(request=request, settings=Settings(), say=said.append)
    with pytest.raises(UsageError, match=r"holds report\.html"):
        pipeline.grade(run)
    assert "boot_verifier" in run.timings, "none was there to be left"
    assert (containers(run.id), said) == (set(), [])
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


# ------------------------------------------------------------------------------------------------ being stopped


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A grading in a process of its own, in the middle of a candidate's call; and its run's id."""
    pack = write_pack(tmp_path / "pack", WAITS, limits="{memory: 96MB, call: 60s, total: 60s}")
    work = write_files(tmp_path / "work", {"work.py": WAIT})
    before = containers()
    process = subprocess.Popen(
        command(work, "-c", pack, "-o", tmp_path / "out"), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        run = until(lambda: running(process.pid), 60)
        yield process, run, tmp_path / "out"
    finally:
        process.kill()
        process.communicate()
    assert before is not None


def running(pid: int) -> str:
    """The id of the run of process `pid`, once candidate code runs in it; empty before."""
    client = connect()
    try:
        for container in client.containers(filters={"label": ["grader=candidate"]}):
            marks = container["Labels"]
            if marks["grader.owner"].split(":")[1] != str(pid):
                continue
            with contextlib.suppress(APIError):  # it is ending
                if len(client.top(container["Id"])["Processes"]) > 1:
                    return str(marks["grader.run"])
    finally:
        client.close()
    return ""


def until(done: Any, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := done():
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing after {seconds} s")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_a_run_removes_everything_and_says_so(
    waiting: tuple[subprocess.Popen[str], str, Path], number: signal.Signals
) -> None:
    process, run, out = waiting
    process.send_signal(number)
    _, said = process.communicate(timeout=patience.WAIT)
    assert process.returncode == 130
    assert "interrupted; everything that was started has been removed" in said
    assert "Traceback" not in said
    assert containers(run) == set()
    assert not (out / "grade.json").exists()


def test_an_impatient_second_interrupt_leaves_nothing_either(
    waiting: tuple[subprocess.Popen[str], str, Path],
) -> None:
    process, run, _ = waiting
    for _ in range(3):
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, said = process.communicate(timeout=patience.WAIT)
    assert process.returncode in {130, -2}, said
    until(lambda: not containers(run), patience.WAIT)


def test_killing_the_client_leaves_nothing_after_a_few_seconds(
    waiting: tuple[subprocess.Popen[str], str, Path],
) -> None:
    process, run, _ = waiting
    process.kill()
    until(lambda: not containers(run), patience.WAIT)


def test_a_container_that_somebody_removes_costs_the_candidate_nothing(
    waiting: tuple[subprocess.Popen[str], str, Path],
) -> None:
    process, run, _ = waiting
    subprocess.run(["docker", "rm", "-f", f"grader-{run}-candidate"], check=True, capture_output=True)
    again = until(lambda: found if (found := running(process.pid)) else "", 60)
    assert again
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=patience.WAIT)
    assert "Somebody ended the candidate's container" in said
    assert "Trying once more" in said


# ------------------------------------------------------------------------------------------------ kept


def kept(url: str) -> list[tuple[str, Any]]:
    from grader.store import open_store

    with open_store(url) as store:
        return [(row["status"], row["score"]) for row in store.history()]


def test_a_result_is_kept_where_a_store_is_named_and_only_there(
    sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'named.db'}"
    first = run_here(sums / "solution", "-c", sums, "-o", tmp_path / "out", "--store", url)
    run_here(write_files(tmp_path / "empty", {"a.py": ""}), "-c", sums, "-o", tmp_path / "refused", "--store", url)
    run_here(sums / "solution", "-c", sums, "-o", tmp_path / "part", "--only", "adds", "--store", url)
    assert sorted(kept(url)) == [("graded", first.grade["score"]["value"]), ("refused", None)]
    run_here(sums / "solution", "-c", sums, "-o", tmp_path / "out")
    assert not list(tmp_path.glob("grader.db*"))
    monkeypatch.setenv("GRADER_STORE", f"sqlite:///{tmp_path / 'other.db'}")
    run_here(sums / "solution", "-c", sums, "-o", tmp_path / "out")
    assert len(kept(f"sqlite:///{tmp_path / 'other.db'}")) == 1


def test_a_store_that_cannot_be_used_is_said_before_anything_is_run(sums: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    url = f"sqlite:///{tmp_path / 'file' / 'store.db'}"
    outcome = run_here(sums / "solution", "-c", sums, "-o", tmp_path / "out", "--store", url)
    assert outcome.code == 5
    assert not (tmp_path / "out").exists()
