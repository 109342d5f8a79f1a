"""The place where one stands: settings and packs are not taken from where a candidate may have put them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.challenge import load_pack
from grader.errors import UsageError
from grader.grading.intake import refuse_brought
from grader.records import Submission
from grader.settings import PLACES, Settings, find_challenge, list_challenges
from grader.testing import judges
from grader.testing.judge_server import running
from grader.trust import standing
from tests.playing import player
from tests.shell import run_here, run_outside
from tests.small_packs import write_pack

TRAP = 'openai_base_url = "http://127.0.0.1:9/v1"\nruntime = "theirs"\nstore = "sqlite:///theirs.db"\n'


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (
        "GRADER_CONFIG",
        "GRADER_TRUSTED",
        "GRADER_CHALLENGES",
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
        "GRADER_SECRET",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A candidate's folder with settings and a pack of a shipped id in it."""
    root = tmp_path / "theirs"
    write_pack(root / "challenges" / "rag-triage", "x = 1\n")
    (root / "grader.toml").write_text(TRAP)
    (root / "work" / "deep").mkdir(parents=True)
    return root


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("stands", "source"), [("", "."), ("", ""), ("work", ".."), ("work/deep", "../.."), ("", "./work/..")]
)
def test_settings_inside_the_submission_are_its_own_and_are_passed_over_with_a_note(
    stands: str, source: str, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (theirs / stands / "grader.toml").write_text(TRAP)
    monkeypatch.chdir(theirs / stands)
    settings = Settings.read(source or str(theirs))
    assert (settings.openai_base_url, settings.runtime, settings.read_from) == ("", "", ())
    assert not settings.store_is_named
    assert settings.notes == ("./grader.toml was not read: it belongs to what is graded.",)
    if not stands:
        with pytest.raises(UsageError, match="may have come with it"):
            find_challenge("rag-triage", settings)
    assert find_challenge("trace-replay", settings) == PLACES.shipped / "challenges" / "trace-replay"


@pytest.mark.parametrize("source", ["work", "./work/deep", "hand-in.zip", "work#main", "file://{root}/work", "link"])
def test_settings_around_the_submission_are_refused_and_so_are_packs(
    source: str, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(theirs)
    (theirs / "hand-in.zip").write_bytes(b"PK")
    (tmp_path / "elsewhere").mkdir()
    (theirs / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="what is graded lies in the working folder") as caught:
        Settings.read(source.format(root=theirs))
    assert "GRADER_CONFIG=grader.toml" in caught.value.fix
    (theirs / "grader.toml").unlink()
    settings = Settings.read(source.format(root=theirs))
    with pytest.raises(UsageError, match="may have come with it"):
        find_challenge("rag-triage", settings)
    assert find_challenge("trace-replay", settings) == PLACES.shipped / "challenges" / "trace-replay"
    assert "rag-triage" in list_challenges(settings)
    assert find_challenge("rag-triage", settings, Path("challenges")) == Path("challenges/rag-triage")


def test_another_folder_of_the_submissions_repository_is_not_trusted(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (theirs / "work" / "a.py").write_text("x = 1\n")
    git(theirs, "init", "-q")
    git(theirs, "add", "work")
    git(theirs, "commit", "-qm", "first")
    git(theirs, "worktree", "add", "-q", str(tmp_path / "linked"))
    (theirs / "tools").mkdir()
    for place in (theirs / "tools", tmp_path / "linked"):
        (place / "grader.toml").write_text(TRAP)
        monkeypatch.chdir(place)
        with pytest.raises(UsageError, match="same repository"):
            Settings.read(str(theirs / "work"))


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("https://github.com/jane/hand-in.git", "https://github.com/jane/hand-in"),
        ("git@github.com:jane/hand-in.git", "https://me:token@GitHub.com/jane/hand-in.git#main"),
        ("https://github.com/jane/hand-in", "ssh://git@github.com/jane/hand-in@feature/x"),
    ],
)
def test_a_clone_of_the_repository_that_is_graded_is_not_trusted(
    remote: str, source: str, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(theirs, "init", "-q")
    git(theirs, "remote", "add", "origin", remote)
    monkeypatch.chdir(theirs)
    with pytest.raises(UsageError, match="a clone of the repository"):
        Settings.read(source)
    assert standing(["https://github.com/joe/hand-in"]).doubt == ""


def test_a_folder_that_has_nothing_to_do_with_the_submission_is_trusted(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    write_pack(own / "challenges" / "rag-triage", "x = 1\n")
    (own / "grader.toml").write_text('base_image = "own:1"\n[judge]\nrepeats = 3\n')
    monkeypatch.chdir(own)
    settings = Settings.read(str(theirs))
    assert (settings.base_image, settings.judge, settings.read_from) == (
        "own:1", {"repeats": 3}, (own / "grader.toml",),
    )  # fmt: skip
    assert find_challenge("rag-triage", settings) == Path("challenges/rag-triage")


def test_the_operator_can_name_a_folder_around_submissions_but_never_one_inside(
    theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(theirs)
    monkeypatch.setenv("GRADER_TRUSTED", f"/nowhere:{theirs}")
    assert Settings.read("work").runtime == "theirs"
    assert find_challenge("rag-triage", Settings.read("work")) == Path("challenges/rag-triage")
    assert Settings.read(".").runtime == ""
    monkeypatch.delenv("GRADER_TRUSTED")
    (theirs / "grader.toml").write_text(f'trusted = "{theirs}"\n')
    with pytest.raises(UsageError):
        Settings.read("work")
    with pytest.raises(UsageError, match="'trusted' counts in"):
        Settings.read()


def test_the_users_file_counts_everywhere_and_a_named_file_instead_of_both(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "grader" / "grader.toml"
    own.parent.mkdir(parents=True)
    own.write_text('judge_model = "m"\nruntime = "crun"\n[judge]\nrepeats = 3\nseed = 1\n')
    monkeypatch.chdir(theirs)
    assert Settings.read(".").runtime == "crun"
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("grader.toml").write_text("runtime = 'runc'\n[judge]\nseed = 2\n")
    settings = Settings.read(str(theirs))
    assert (settings.judge_model, settings.runtime, settings.judge) == ("m", "runc", {"repeats": 3, "seed": 2})
    monkeypatch.setenv("GRADER_CONFIG", str(tmp_path / "named.toml"))
    with pytest.raises(UsageError, match="which is not a file"):
        Settings.read()
    (tmp_path / "named.toml").write_text('store = "sqlite:///n.db"\n')
    assert Settings.read() == Settings(
        store="sqlite:///n.db", store_is_named=True, read_from=(tmp_path / "named.toml",)
    )


def test_a_folder_of_packs_that_is_named_and_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the shipped pack of the id would be taken without a word."""
    monkeypatch.setenv("GRADER_CHALLENGES", str(tmp_path / "typo"))
    with pytest.raises(UsageError, match=r"GRADER_CHALLENGES \(challenges\) names .*typo, which is not a folder"):
        find_challenge("rag-triage", Settings.read())
    with pytest.raises(UsageError, match=r"--challenges names .*none, which is not a folder"):
        list_challenges(Settings(), tmp_path / "none")


def test_relative_names_in_the_users_settings_do_not_lead_where_one_stands(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "config" / "grader"
    write_pack(own / "challenges" / "rag-triage", "x = 1\n")
    (own / "grader.toml").write_text('challenges = "challenges"\n')
    monkeypatch.chdir(theirs)
    (theirs / "grader.toml").unlink()
    assert find_challenge("rag-triage", Settings.read(str(tmp_path / "x.zip"))) == own / "challenges" / "rag-triage"
    monkeypatch.setenv("XDG_CONFIG_HOME", "config")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (theirs / "config" / "grader").mkdir(parents=True)
    (theirs / "config" / "grader" / "grader.toml").write_text(TRAP)
    assert Settings.read("work").read_from == ()
    assert PLACES.config.is_absolute()


def test_a_relative_name_in_the_environment_does_not_lead_into_the_submission(
    theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(theirs)
    monkeypatch.setenv("GRADER_CONFIG", "grader.toml")
    with pytest.raises(UsageError, match="lie in what is graded"):
        Settings.read(".")
    monkeypatch.delenv("GRADER_CONFIG")
    monkeypatch.setenv("GRADER_CHALLENGES", "challenges")
    settings = Settings.read(".")
    for wanted in ("rag-triage", "challenges/rag-triage", str(theirs / "challenges" / "rag-triage")):
        with pytest.raises(UsageError, match="lies in what is graded"):
            find_challenge(wanted, settings)
    assert find_challenge("challenges/rag-triage", settings, public=True) == Path("challenges/rag-triage")


def test_links_do_not_hide_where_a_pack_or_settings_lie(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "challenges").symlink_to(theirs / "challenges")
    (own / "grader.toml").symlink_to(theirs / "grader.toml")
    (tmp_path / "outside").mkdir()
    write_pack(tmp_path / "outside" / "mine", "x = 1\n")
    (theirs / "packs").symlink_to(tmp_path / "outside")
    monkeypatch.chdir(own)
    settings = Settings.read(str(theirs))
    assert settings.runtime == ""
    for wanted in ("rag-triage", str(theirs / "packs" / "mine")):
        with pytest.raises(UsageError, match="lies in what is graded"):
            find_challenge(wanted, settings)


@pytest.mark.parametrize("prefix", ["", "hand-in/"])
def test_a_pack_and_settings_that_the_submission_holds_itself_are_refused_wherever_they_were_unpacked(
    prefix: str, theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that was unpacked: the working folder is a copy, and nothing ties it to what is graded but bytes."""
    files = {
        prefix + path.relative_to(theirs).as_posix(): path.read_bytes() for path in theirs.rglob("*") if path.is_file()
    }
    monkeypatch.chdir(theirs)
    settings = Settings.read(str(tmp_path / "hand-in.zip"))
    pack = load_pack(find_challenge("rag-triage", settings))
    submission = Submission(digest="sha256:0", files=files)
    with pytest.raises(UsageError, match="holds the challenge"):
        refuse_brought(pack, submission, settings)
    without = {path: content for path, content in files.items() if "tests/" not in path}
    with pytest.raises(UsageError, match="came with the submission"):
        refuse_brought(pack, Submission(digest="sha256:0", files=without), settings)
    fine = {path: content for path, content in without.items() if not path.endswith("grader.toml")}
    refuse_brought(pack, Submission(digest="sha256:0", files=fine), settings)


def test_modules_that_lie_where_one_stands_are_not_imported(tmp_path: Path) -> None:
    for name in ("click", "docker", "yaml", "pydantic"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "triage.py").write_text("x = 1\n")
    done = run_outside("judge", "work", "-c", "rag-triage", "--dry-run", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.slow
def test_the_folder_that_the_program_itself_lies_in_is_one_to_stand_in() -> None:
    """As after `make setup`, from the checkout: what reads the files for the judge and the pages finds the program."""
    for start in ([sys.executable, "-m", "grader"], [str(Path(sys.executable).with_name("grade"))]):
        words = [*start, "judge", "challenges/trace-replay/solution", "-c", "trace-replay", "--dry-run"]
        done = subprocess.run(words, cwd=PLACES.shipped, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "what was handed in could not be read" not in done.stdout
        assert "REPORT.md" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("run", ".", "-c", "rag-triage"),
        ("batch", ".", "-c", "rag-triage"),
        ("judge", ".", "-c", "rag-triage"),
        ("public", ".", "-c", "rag-triage"),
        ("run", "work", "-c", "rag-triage"),
        ("batch", "work", "-c", "rag-triage"),
        ("run", ".", "-c", "challenges/rag-triage"),
        ("run", ".", "-c", "rag-triage", "--challenges", "challenges"),
    ],
)
def test_no_command_grades_with_what_lies_in_or_around_the_submission(
    words: tuple[str, ...], theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the key stays here: the address in the candidate's grader.toml is real, and hears nothing."""
    with running(judges.constant(5)) as server:
        (theirs / "grader.toml").write_text(f'openai_base_url = "{server.url}"\njudge_model = "m"\n')
        monkeypatch.chdir(theirs)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
        ended = run_here(*words, "-o", theirs.parent / "out") if words[0] in {"run", "batch"} else run_here(*words)
        assert ended.code == 2
        assert "what is graded" in ended.err
        assert server.requests == []


def test_a_run_says_which_settings_and_which_pack_it_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    player(monkeypatch)()
    own = tmp_path / "own"
    pack = write_pack(own / "challenges" / "rag-triage", "def test_it(candidate):\n    pass\n")
    (own / "grader.toml").write_text("[judge]\nrepeats = 1\n")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "work.py").write_text("x = 1\n")
    monkeypatch.chdir(own)
    ended = run_here("run", tmp_path / "work", "-c", "rag-triage", "-o", tmp_path / "out")
    assert ended.code == 0
    digest = ended.grade["challenge"]["digest"][:19]
    assert f"from challenges/rag-triage, not the shipped one of that id ({digest})" in ended.out
    assert f"settings        {own / 'grader.toml'}" in ended.out
    assert ended.grade["provenance"]["challenge_folder"] == str(pack)
    assert ended.grade["provenance"]["settings_files"] == [str(own / "grader.toml")]


# ------------------------------------------------------------------------------------------------ the key


@pytest.mark.parametrize("where", ["environment", "own file"])
def test_a_key_goes_to_no_address_that_a_less_trusted_place_names(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    if where == "environment":
        monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    else:
        (tmp_path / "config" / "grader").mkdir(parents=True)
        (tmp_path / "config" / "grader" / "grader.toml").write_text('openai_api_key = "sk-own"\n')
    Path("grader.toml").write_text('openai_base_url = "http://127.0.0.1:9/v1"\njudge_model = "m"\n')
    settings = Settings.read()
    assert (settings.openai_api_key, settings.openai_base_url) == ("", "http://127.0.0.1:9/v1")
    assert "key is not sent" in settings.notes[0]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:10/v1")
    assert Settings.read().openai_api_key == "sk-own"
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    Path("grader.toml").write_text('openai_base_url = "http://127.0.0.1:9/v1"\nopenai_api_key = "sk-here"\n')
    assert Settings.read().openai_api_key == "sk-here"
    assert Settings.read().notes == ()


# ------------------------------------------------------------------------------------------------ the environment

READERS = {
    "settings.py": "the settings themselves, and the folders for caches and settings",
    "cli/progress.py": "NO_COLOR and TERM: how a terminal is written to",
    "batch/display.py": "NO_COLOR and TERM: how a terminal is written to",
    "cli/sign.py": "GRADER_SIGNING_KEY, read where it is used and kept nowhere",
    "doctor.py": "DOCKER_HOST in sentences; apt-get gets the environment that it is started in",
    "sandbox/engine.py": "DOCKER_HOST in a sentence",
    "sandbox/local.py": "where the engine is, as the docker command reads it",
    "sandbox/images.py": "mmdebstrap gets the way to its packages (sandbox/outside.py)",
    "sandbox/wheels.py": "pip gets the way to its index (sandbox/outside.py)",
    "submission/git_process.py": "a short list of variables that git gets, and no others",
    "web/config.py": "GRADER_PUBLIC_URL, for a server that starts the pages without a command",
    "store/vouched.py": "PGPASSWORD, which would go to a server that only the working folder names",
    "store/backup.py": "pg_dump gets the environment that it is started in",
}


@pytest.mark.slow
def test_no_module_reads_the_environment_but_those_that_are_named() -> None:
    """What is read deep inside holds in one command and not in the next, and grader.toml does not reach it."""
    root = Path(grader.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {"environ", "getenv", "environb"}
            read = isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == "os"
            taken = isinstance(node, ast.ImportFrom) and node.module == "os" and names & {x.name for x in node.names}
            if read or taken:
                found.add(path.relative_to(root).as_posix())
    assert found == set(READERS)
