"""The commands of authors as they are typed; those that run something do it in real Docker."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.authoring import scaffold, watch
from grader.cli.challenge import command
from grader.errors import UsageError
from grader.settings import Settings
from tests import authoring_fakes as fakes
from tests.patience import bounded_wait

ROOT = Path(__file__).parent.parent
GRADE = [sys.executable, "-c", "from grader.cli import main; raise SystemExit(main())"]


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)


def test_importing_the_commands_imports_nothing_heavy() -> None:
    code = "import sys, grader.cli.challenge, grader.cli.loop; print(*sys.modules)"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"docker", "pydantic", "yaml", "jinja2", "numpy", "openai", "pygments", "rich"}


def test_the_list_names_the_shipped_challenges(tmp_path: Path) -> None:
    fakes.write_pack(tmp_path)
    rows = {row["id"]: row for row in json.loads(run("list", "--json", "--challenges", str(tmp_path)).stdout)}
    assert rows["tiny"]["title"] == "Tiny"
    assert rows["rag-triage"]["tests"] >= 30
    assert "rag-triage 2.4.1 python" in " ".join(run("list").stdout.split())


def test_a_check_without_running_anything_says_what_is_broken_and_exits_with_4(tmp_path: Path) -> None:
    good = run("check", str(fakes.write_pack(tmp_path)), "--static")
    assert good.return_value == 0
    assert "Everything holds." in good.stdout
    manifest = fakes.FILES["challenge.yaml"].replace("title:", "titel:")
    bad = run("check", str(fakes.write_pack(tmp_path, {"challenge.yaml": manifest})), "--static", "--json")
    assert bad.return_value == 4
    data = json.loads(bad.stdout)
    assert data["holds"] is False
    assert any(finding["place"].endswith("challenge.yaml:4") for finding in data["findings"])


def test_text_of_a_pack_cannot_reach_the_terminal_raw(tmp_path: Path) -> None:
    pack = fakes.write_pack(tmp_path, {"submissions/rejected/\x1b[31mred/work.py": "f = 1\n"})
    assert "\x1b" not in run("check", str(pack), "--static").stdout


def test_watching_needs_the_name_of_one_submission(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--only"):
        run("check", str(fakes.write_pack(tmp_path)), "--watch")


def test_a_shell_without_a_terminal_asks_for_a_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs a terminal"):
        run("shell", str(fakes.write_pack(tmp_path)), "solution")


@pytest.mark.parametrize("name", ["nothing", "../solution", "rejected/../../solution", ""])
def test_a_shell_opens_for_submissions_of_the_pack_only(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="There is no submission"):
        run("shell", str(fakes.write_pack(tmp_path)), name, "--", "true")


def test_watching_runs_again_when_a_file_changes_and_survives_a_broken_one(tmp_path: Path) -> None:
    pack = fakes.write_pack(tmp_path)
    said: list[str] = []
    work = pack / "submissions" / "rejected" / "small" / "work.py"
    manifest = pack / "challenge.yaml"
    edits = iter([
        lambda: work.write_text("def f(x):\n    return 2 if x > 3 else x + 1\n"),
        lambda: manifest.write_text(fakes.FILES["challenge.yaml"].replace("title:", "titel:")),
        lambda: manifest.write_text(fakes.FILES["challenge.yaml"]),
    ])  # fmt: skip
    rounds = 0

    def until() -> bool:
        """After each round, the next edit; polls in between see no change."""
        nonlocal rounds
        if len([text for text in said if "points (" in text or "BROKEN" in text]) > rounds:
            rounds += 1
            edit = next(edits, None)
            if edit is None:
                return True
            edit()
        return False

    maker = fakes.Maker()
    watch.watch(pack, "rejected/small", (), Settings(), maker, said.append, until=until)
    assert "lost      test_it.py::test_b  0 of 1" in said[1]
    assert "1 of 2 points (50%)" in said[1]
    assert said[2] == "submissions/rejected/small/work.py changed"
    assert "2 of 2 points (100%)" in said[3]
    assert "promised are 40% to 60%" in said[3]
    assert "titel" in said[5]
    assert "2 of 2 points (100%)" in said[7]
    assert not any(sandbox.open for sandbox in maker.made)


# ------------------------------------------------------------------------------------------------ in Docker


@pytest.mark.docker
@pytest.mark.parametrize("interface", list(scaffold.LAYERS))
def test_a_new_pack_passes_its_check_at_once(tmp_path: Path, interface: str) -> None:
    assert run("new", "log-triage", "--interface", interface, "--dir", str(tmp_path)).return_value == 0
    mutation = ["--mutation", "--mutation-floor", "0.8"] if interface == "command" else ["--no-mutation"]
    words = [*GRADE, "challenge", "check", str(tmp_path / "log-triage"), "--seeds", "1", "--items", *mutation]
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds." in done.stdout


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    scaffold.write("log-triage", "python", tmp_path)
    return tmp_path / "log-triage"


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    """No container of a shell is there afterwards."""
    yield
    names = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.Names}}", "--filter", "name=-shell-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert names.stdout == ""


@pytest.mark.docker
@pytest.mark.xdist_group("shell")
def test_a_command_runs_where_the_grader_would_run_the_work(pack: Path) -> None:
    look = (
        "import os, socket, log_triage\n"
        "print(sorted(os.listdir('.')), os.getuid() >= 20000, log_triage.mask('a@b.example'))\n"
        "print(os.path.exists('/tmp/tests'), [name for _, name in socket.if_nameindex()])\n"
        "try: open('/submission/x', 'w')\n"
        "except OSError as problem: print(type(problem).__name__)\n"
        "raise SystemExit(3)\n"
    )
    with nothing_left():
        words = [*GRADE, "challenge", "shell", str(pack), "solution", "--", "python3", "-c", look]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stdout.splitlines()[:2] == [
        "['DECISIONS.md', 'log_triage.py'] True [email]",
        "False ['lo']",
    ]
    assert done.stdout.splitlines()[2] in {"PermissionError", "OSError"}


@pytest.mark.docker
@pytest.mark.xdist_group("shell")
def test_a_shell_on_a_terminal_answers_and_ends_with_its_exit_code(pack: Path) -> None:
    with nothing_left():
        child, terminal = pty.fork()
        if child == 0:  # pragma: no cover - another process
            os.execv(GRADE[0], [*GRADE, "challenge", "shell", str(pack), "solution"])  # noqa: S606
        seen, code = _talk(child, terminal, b"echo $((40+2)) in $PWD; exit 5\r")
    assert "42 in /submission" in seen
    assert code == 5


def _talk(child: int, terminal: int, typed: bytes) -> tuple[str, int]:
    """Types once a prompt is there; what was seen, and the exit code."""
    seen, sent, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline and select.select([terminal], [], [], 30)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
        if not sent and b"candidate$ " in seen:
            os.write(terminal, typed)
            sent = True
    os.close(terminal)
    return seen.decode("utf-8", "replace"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.docker
@pytest.mark.xdist_group("shell")
def test_an_interrupted_check_leaves_no_container(pack: Path) -> None:
    words = [*GRADE, "challenge", "check", str(pack), "--seeds", "5", "--no-mutation"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("1 of "):
            process.send_signal(2)
            break
    with bounded_wait():
        _, rest = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "everything that was started has been removed" in rest
    owned = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.ID}}", "--filter", f"label=grader.owner={_owner(process.pid)}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert owned.stdout == ""


def _owner(pid: int) -> str:
    from grader.sandbox.janitor import owner

    return owner(pid)
