"""The command line as a person and a program meet it: words, exit codes, what goes where."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.cli import COMMANDS
from grader.cli.run import default_name
from grader.errors import ChallengeError, GraderError, InfrastructureError, Interrupted, RefusedError
from grader.sandbox import docker
from grader.testing.sandbox import ScriptedSandbox
from tests.playing import Play, player
from tests.shell import Outcome, command, run_here, run_outside
from tests.small_packs import write_files, write_pack

ADD = "def add(a, b):\n    return a + b\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "packs" / "adding", "def test_it(candidate):\n    pass\n")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return write_files(tmp_path / "work", {"work.py": ADD})


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    return player(monkeypatch)


# ------------------------------------------------------------------------------------------------ exit codes


def test_0_a_grade(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    sandboxes = play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert outcome.code == 0
    assert outcome.grade["score"]["value"] == 50
    assert [sandbox.closed > 0 for sandbox in sandboxes] == [True]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "evidence", "feedback.html", "feedback.md", "grade.json", "report.html",
    ]  # fmt: skip


@pytest.mark.parametrize(("under", "code"), [("49", 0), ("50", 0), ("50.01", 1), ("100", 1)])
def test_1_a_grade_below_the_bar(under: str, code: int, pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out", "--fail-under", under)
    assert (outcome.code, outcome.grade["status"]) == (code, "graded")


def test_1_what_is_open_passes_no_bar(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play((0.0, 0.0), status="error")
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out", "--fail-under", "1")
    assert (outcome.grade["score"]["value"], outcome.grade["score"]["low"]) == (50, 0)
    assert "score           50.0 of 100  (between 0.0 and 100.0; open parts count half)\n" in outcome.out
    assert outcome.code == 1


@pytest.mark.parametrize(
    "words",
    [
        ["nothing-there", "-c", "PACK"],
        ["WORK"],
        ["WORK", "-c"],
        ["WORK", "-c", "no-such-challenge"],
        ["WORK", "-c", "PACK", "--no-such-option"],
        ["WORK", "-c", "PACK", "--fail-under", "many"],
        ["WORK", "OTHER", "-c", "PACK"],
        ["WORK", "-c", "PACK", "--format", "papyrus"],
        ["rescore", "nothing-there"],
        ["rescore", "WORK"],
        ["report", "WORK"],
        [],
    ],
)
def test_2_wrong_usage(
    words: list[str], pack: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    outcome = run_here(*({"PACK": str(pack), "WORK": str(work)}.get(word, word) for word in words))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err
    assert "Traceback" not in outcome.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("problem", "code", "status"),
    [
        (RefusedError("It is over a limit."), 3, "refused"),
        (ChallengeError("A test fails by itself."), 4, "challenge_error"),
        (InfrastructureError("Docker went away.", fix="start it"), 5, "infrastructure_error"),
    ],
)
def test_3_4_5_no_grade_and_the_reason(
    problem: GraderError, code: int, status: str, pack: Path, work: Path, tmp_path: Path, play: Play
) -> None:
    play(problem=problem)
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (outcome.code, outcome.out) == (code, "")
    assert f"grade: {problem.message}" in outcome.err
    assert outcome.grade["status"] == status
    assert problem.message in outcome.grade["reason"]
    assert problem.fix in outcome.err
    assert outcome.grade["score"] is None
    assert (tmp_path / "out" / "report.html").is_file()
    assert not (tmp_path / "out" / "evidence").exists()


def test_5_once_more_when_the_engine_vanished(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    sandboxes = play(problem=InfrastructureError("It vanished.", retry=True))
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert outcome.code == 5
    assert "Trying once more." in outcome.err
    assert [sandbox.closed > 0 for sandbox in sandboxes] == [True, True]


def test_5_and_not_1_when_the_grader_itself_is_at_fault(
    pack: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 would say that there is a grade."""

    class Surprise(ScriptedSandbox):
        def boot(self) -> None:
            raise ZeroDivisionError("ours")

    monkeypatch.setattr(docker, "DockerSandbox", lambda *_, **__: Surprise([]))
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert outcome.code == 5
    assert "a fault of the grader, not of the submission" in outcome.err


def test_130_is_for_whoever_stopped_it(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play(problem=Interrupted("You stopped it."))
    assert run_here(work, "-c", pack, "-o", tmp_path / "out").code == 130
    assert not (tmp_path / "out" / "grade.json").exists()


# ------------------------------------------------------------------------------------------------ what goes where


def test_json_is_the_grade_and_nothing_else(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out", "--json")
    assert json.loads(outcome.out) == outcome.grade
    assert outcome.out.count("\n") == 1
    assert outcome.err == ""


def test_progress_goes_to_standard_error(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert outcome.err.splitlines() == ["reading the submission", "running the hidden tests", "writing the report"]
    assert "score           50.0 of 100\n" in outcome.out
    assert f"report          {tmp_path / 'out' / 'report.html'}" in outcome.out


def test_what_is_printed_names_no_hidden_test(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert "test_it" not in outcome.out + outcome.err
    for name in ("feedback.html", "feedback.md"):
        assert "test_it" not in (tmp_path / "out" / name).read_text()


def test_formats_are_written_beside_the_grade(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    run_here(work, "-c", pack, "-o", tmp_path / "out", "--format", "junit, ctrf,csv")
    assert {"junit.xml", "ctrf.json", "grade.csv"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_without_out_the_folder_is_named_after_the_submission(
    pack: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, play: Play
) -> None:
    play()
    monkeypatch.chdir(tmp_path)
    assert run_here(f"{work}/", "-c", pack).code == 0
    assert (tmp_path / "grade-work" / "grade.json").is_file()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("jane.zip", "jane"), ("a/b/jane.doe.tar.gz", "jane.doe"), ("jane.tgz", "jane"), ("jane/", "jane"),
        (".", "submission"), ("..", "submission"), ("/", "submission"), ("https://example.org/jane/work.git", "work"),
        ("https://example.org/jane/work.git#main", "work"), ("git@example.org:jane/work.git", "work"),
        ("https://example.org/x.zip?token=s3cret", "x"), ("ja ne;rm.zip", "ja_ne_rm"), ("żółw.zip", "___w"),
        (".hidden.zip", "hidden"), ("-x.zip", "-x"), ("", "submission"),
    ],
)  # fmt: skip
def test_names_of_output_folders(source: str, name: str) -> None:
    assert default_name(source) == name


def test_an_older_result_is_replaced(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play(points=[1.0])
    run_here(work, "-c", pack, "-o", tmp_path / "out")
    play(problem=RefusedError("It is over a limit."))
    second = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert second.grade["status"] == "refused"
    assert run_here("rescore", tmp_path / "out").code == 2


def test_an_output_folder_that_cannot_be_written_is_said_before_the_run(
    pack: Path, work: Path, tmp_path: Path, play: Play
) -> None:
    sandboxes = play()
    (tmp_path / "file").write_text("mine")
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "file")
    assert outcome.code == 5
    assert "cannot be written" in outcome.err
    assert "--out" in outcome.err
    assert [(sandbox.jobs, sandbox.closed > 0) for sandbox in sandboxes] == [([], True)], "made meanwhile, and gone"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.slow
def test_a_full_disk_is_infrastructure_and_leaves_no_grade(pack: Path, work: Path, tmp_path: Path) -> None:
    """Files of more than 8 kB cannot be written, as on a disk that fills up in the middle."""
    script = (
        "import resource, sys\n"
        "from grader.sandbox import docker\n"
        "from grader.records import VerifierResult\n"
        "from grader.testing.sandbox import ScriptedSandbox, recorded\n"
        "from tests.parts import ran\n"
        "from grader.cli import main\n"
        "tests = (ran(1, 1, id='t.py::t'),)\n"
        "events = recorded(VerifierResult(expected=('t.py::t',), tests=tests))\n"
        "docker.DockerSandbox = lambda *_, **__: ScriptedSandbox(events)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", script, str(work), "-c", str(pack), "-o", str(tmp_path / "out")],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "report.html cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    data = json.loads((tmp_path / "out" / "grade.json").read_text())
    assert (data["status"], data["score"]) == ("infrastructure_error", None)


# ------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)])
def test_every_command_explains_itself(words: list[str]) -> None:
    outcome = run_here(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("Usage: grade")
    assert max(map(len, outcome.out.splitlines())) <= 120


def test_help_lists_every_command_and_every_exit_code() -> None:
    said = run_here("--help").out
    listed = {line.split()[0] for line in said.partition("Commands")[2].splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= listed
    assert all(code in said for code in ("0 graded", "1 below", "2 wrong", "3 submission", "4 challenge", "130"))


def test_nothing_at_all_shows_the_help() -> None:
    outcome = run_here()
    assert outcome.code == 2
    assert "Usage: grade" in outcome.err


def test_the_version_is_said() -> None:
    from grader import __version__

    assert run_here("--version").out.strip() == f"grade, version {__version__}"


def test_an_unknown_challenge_gets_a_suggestion(work: Path) -> None:
    outcome = run_here(work, "-c", "rag-triag")
    assert outcome.code == 2
    assert "Did you mean 'rag-triage'?" in outcome.err


def test_challenges_are_found_in_a_folder_of_ones_own(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", "adding", "--challenges", pack.parent, "-o", tmp_path / "out")
    assert (outcome.code, outcome.grade["challenge"]["id"]) == (0, "adding")


@pytest.mark.parametrize("name", ["run", "doctor", "report"])
def test_a_submission_with_the_name_of_a_command_is_graded_by_its_path(
    name: str, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, play: Play
) -> None:
    write_files(tmp_path / name, {"work.py": ADD})
    monkeypatch.chdir(tmp_path)
    for words in ([f"./{name}"], ["run", name], [str(tmp_path / name)]):
        play()
        assert run_here(*words, "-c", pack, "-o", tmp_path / "out").code == 0


def test_an_option_may_stand_before_the_submission(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    assert run_here("-c", pack, "-o", tmp_path / "out", work).code == 0


def test_a_hostile_name_of_a_submission_reaches_no_terminal(pack: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "x\x1b]0;owned\x07\x1b[2J.zip"
    hostile.write_bytes(b"no archive")
    for source in (hostile, tmp_path / "not\x1b[2Jthere"):
        outcome = run_here(source, "-c", pack, "-o", tmp_path / "out")
        assert outcome.code in {2, 3}
        assert "\x1b" not in outcome.err + outcome.out


def test_only_some_tests_are_no_grade_and_it_says_so(pack: Path, work: Path, tmp_path: Path, play: Play) -> None:
    play()
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out", "--only", "test_0")
    assert "this is not a grade" in outcome.out


# ------------------------------------------------------------------------------------------------ as a process


def test_the_command_and_the_module_are_the_same_program(tmp_path: Path) -> None:
    beside = Path(sys.executable).with_name("grade")
    said = subprocess.run([beside, "--version"], capture_output=True, text=True, check=True).stdout
    assert run_outside("--version", cwd=tmp_path).out == said


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom grader.cli import main\nmain(['--help'])\n"
        "heavy = {'docker', 'pydantic', 'jinja2', 'openai', 'numpy', 'yaml', 'rich', 'requests'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_stops_reading_is_no_error() -> None:
    with subprocess.Popen(command("--help"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in {0, 1}


def test_signals_that_were_ignored_on_purpose_stay_ignored() -> None:
    script = (
        "import signal\nfrom grader.cli import main\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "main(['--version'])\n"
        "assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN\n"
        "assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    return {"code": outcome.code, "out": outcome.out}


def test_the_same_words_give_the_same_answer_in_and_outside_this_process() -> None:
    assert outcome_fields(run_here("challenge", "list")) == outcome_fields(run_outside("challenge", "list"))


# ------------------------------------------------------------------------------------------------ the last words

PLAYED = (
    "import sys\n"
    "from grader.records import VerifierResult\n"
    "from grader.sandbox import docker\n"
    "from grader.testing.sandbox import ScriptedSandbox, recorded\n"
    "from tests.parts import ran\n"
    "tests = (ran(0, 1, id='t.py::t'),)\n"
    "events = recorded(VerifierResult(expected=('t.py::t',), tests=tests))\n"
    "docker.DockerSandbox = lambda *_, **__: ScriptedSandbox(events)\n"
    "from grader.__main__ import run\n"
    "run()\n"
)


def shell(redirected: str, *words: object, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """A played grading as a shell starts it, with `redirected` behind the command."""
    line = shlex.join([sys.executable, "-c", PLAYED, *(str(word) for word in words)])
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.run(
        ["bash", "-c", f"{line} {redirected}"], capture_output=True, text=True, check=False, env=environment
    )


REDIRECTED = (">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-", "| head -0 > /dev/null")


@pytest.mark.parametrize(
    ("redirected", "under", "code", "json_too"),
    [
        (redirected, ("--fail-under", "70") if code else (), code, ("--json",) if code == number % 2 else ())
        for number, redirected in enumerate(REDIRECTED)
        for code in (0, 1)
    ],
)  # each with each other of the three, in half as many processes as all with all
@pytest.mark.slow
def test_the_exit_code_says_what_the_run_came_to_whoever_listens(
    redirected: str,
    under: tuple[str, ...],
    code: int,
    json_too: tuple[str, ...],
    pack: Path,
    work: Path,
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    code_of_the_first = "; exit ${PIPESTATUS[0]}" if "|" in redirected else ""
    done = shell(redirected + code_of_the_first, work, "-c", pack, "-o", out, *under, *json_too)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads((out / "grade.json").read_text())["status"] == "graded"


@pytest.mark.parametrize("json_too", [(), ("--json",)])
@pytest.mark.slow
def test_a_grade_that_cannot_be_printed_is_there_and_it_says_so(
    json_too: tuple[str, ...], pack: Path, work: Path, tmp_path: Path
) -> None:
    done = shell("> /dev/full", work, "-c", pack, "-o", tmp_path / "out", *json_too)
    assert done.returncode == 5
    assert f"The grade is in {tmp_path / 'out'}, but could not be printed: No space left" in done.stderr
    assert "fault of the grader" not in done.stderr
    assert (tmp_path / "out" / "grade.json").is_file()


@pytest.mark.parametrize("words", [["--help"], ["challenge", "schema"], ["--version"]])
@pytest.mark.slow
def test_any_command_on_a_full_disk_says_that_not_all_could_be_printed(words: list[str]) -> None:
    done = shell("> /dev/full", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (5, False)
    assert "not all could be printed: No space left on device" in done.stderr


@pytest.mark.slow
def test_a_terminal_of_few_letters_gets_escapes_and_programs_get_json(pack: Path, tmp_path: Path) -> None:
    work = write_files(tmp_path / "żółw", {"work.py": ADD})
    done = shell("", work, "-c", pack, "-o", tmp_path / "wyjście", encoding="latin-1")
    assert (done.returncode, "wyj\\u015bcie" in done.stdout) == (0, True)
    done = shell("", work, "-c", pack, "-o", tmp_path / "wyjście", "--json", encoding="latin-1")
    assert json.loads(done.stdout)["status"] == "graded"


AT_IMPORT = """
import os, runpy, signal, sys


class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)


sys.meta_path.insert(0, Interrupt())
sys.argv = ["grade", "challenge", "list"]
runpy.run_module("grader", run_name="__main__")
"""


@pytest.mark.parametrize("module", ["click", "grader.cli.challenge"])
def test_an_interrupt_while_it_is_still_starting_is_one_and_no_verdict(module: str) -> None:
    script = AT_IMPORT.replace("{module!r}", repr(module))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert done.stderr.lstrip().startswith("grade: interrupted")
