"""What a submission may ask to be installed, and how it is kept from running code on the way."""

from __future__ import annotations

import contextlib
import functools
import http.server
import secrets
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ChallengeError, InfrastructureError, RefusedError
from grader.sandbox import dependencies, guarded_pip, images, wheels
from grader.sandbox.engine import connect
from tests.patience import bounded_work
from tests.shell import run_here
from tests.small_packs import write_files, write_pack

pytestmark = pytest.mark.slow

HASH = "--hash=sha256:" + "a" * 64


def parse(text: str) -> list[str]:
    return dependencies.parse(text.encode(), "requirements.txt")


# ------------------------------------------------------------------------------------------------ what is taken


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy==2.2.1",
        "numpy >= 1.26, < 3",
        "Flask[async,dotenv]~=3.0",
        "a.b-c_d===1.0.post1",
        "rank-bm25!=0.2.*,>=0.2",
        "x==1!2.0+local.1",
        "tomli>=2; python_version < '3.11'",
        'x==1 ; sys_platform == "linux" and python_version >= "3.9"',
        f"six==1.17.0 {HASH}",
        f"six==1.17.0 {HASH} {HASH}",
        f"six==1.17.0 ; python_version > '3' {HASH}",
    ],
)
def test_plain_requirements_are_taken(line: str) -> None:
    assert parse(line) == [line]


def test_comments_empty_lines_and_continued_lines_are_read_as_pip_does() -> None:
    text = f"# why\n\nnumpy==2.2.1   # fast\n  six==1.17.0 \\\n    {HASH}\n\ufeff".encode()
    assert dependencies.parse(b"\xef\xbb\xbf" + text.removesuffix("\ufeff".encode()), "r.txt") == [
        "numpy==2.2.1",
        f"six==1.17.0      {HASH}",
    ]
    assert parse("") == []


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "line",
    [
        "-r other.txt",
        "-c constraints.txt",
        "-e .",
        "--index-url https://evil.example/simple",
        "--extra-index-url=https://evil.example",
        "--find-links .",
        "--pre",
        "--no-binary :all:",
        "numpy --no-binary=:all:",
        "numpy --global-option=x",
        "numpy --config-settings x=y",
        "six==1.17.0 --hash=md5:aa",
        "git+https://example.org/x.git",
        "x @ https://example.org/x.tar.gz",
        "x@file:///etc/passwd",
        "https://example.org/x-1.0-py3-none-any.whl",
        "file:///tmp/x.whl",
        "./x",
        "../x",
        "/tmp/x",
        ".",
        "x/y",
        "C:\\x",
        "~/x",
        "$HOME",
        "${SECRET}",
        "x==${SECRET}",
        "x; os.system('true')`",
        "x y",
        "x==1 y==2",
        "x==1\x00",
        "x==1\x1b[31m",
        "x=1",
        "==1",
        "[extra]",
        "x[",
        "ｎumpy",
        "a" * 3000,
        # pip takes a name that ends like an archive for a file beside it, and builds it
        "jane.zip",
        "work.tar.gz",
        "evil-1.0-py3-none-any.whl",
        "x.tgz",
        "x.tar",
        "x.tar.bz2",
        "x.tar.xz",
        "x.TAR.LZMA",
        "jane.zip[extra]",
        "x==1.zip",
        "jane.zip; python_version > '3'",
        f"jane.zip {HASH}",
    ],
)
def test_whatever_could_make_pip_fetch_or_run_something_else_is_refused(line: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(f"numpy==2.2.1\n{line}\n")
    assert "requirements.txt, line 2" in caught.value.message
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 400


def test_too_many_packages_are_refused() -> None:
    assert len(parse("".join(f"p{n}\n" for n in range(60)))) == 60
    with pytest.raises(RefusedError, match="lists 61 packages"):
        parse("".join(f"p{n}\n" for n in range(61)))


def test_a_list_that_is_not_text_is_refused() -> None:
    with pytest.raises(RefusedError, match="not UTF-8"):
        dependencies.parse(b"\xff\xfe", "requirements.txt")


@pytest.mark.parametrize("line", ["a" + ">=1 " * 400, "a[" + "b," * 900, "a;" + "(" * 1900, "a" + " " * 1990 + "!"])
def test_no_line_takes_long_to_read(line: str) -> None:
    with bounded_work(), contextlib.suppress(RefusedError):
        parse(line)


@given(st.text(alphabet="ab-._=<>!~[],;'\"/\\@:#$(){} \n\t\x0b\x85\u2028013ａ", max_size=60))
def test_what_is_taken_is_never_an_option_an_address_or_a_path(text: str) -> None:
    try:
        taken = parse(text)
    except RefusedError:
        return
    for line in taken:
        assert line[0].isascii()
        assert line[0].isalnum()
        assert not set("/\\@:${}\n\x0b\x85\u2028") & set(line)


# ------------------------------------------------------------------------------------------------ pip runs nothing


def wheel(folder: Path, name: str, needs: str = "", more: dict[str, str] | None = None) -> Path:
    """A wheel of a package `name` with one module, that may need another package and hold `more` files."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n" + (f"Requires-Dist: {needs}\n" if needs else "")
    parts = {
        f"{name}.py": f"name = {name!r}\n",
        **(more or {}),
        f"{name}-1.dist-info/METADATA": metadata,
        f"{name}-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{name}-1.dist-info/RECORD"
    parts[record] = "".join(f"{path},,\n" for path in [*parts, record])
    made = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return made


def source(path: Path, mark: Path) -> None:
    """A source archive that leaves `mark` behind when it is built."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "evil-1/setup.py", f"open({str(mark)!r}, 'w')\nimport setuptools\nsetuptools.setup(name='evil')\n"
        )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that pip takes packages from, instead of a registry; and the working folder of an operator."""
    (tmp_path / "shelf").mkdir()
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    yield tmp_path / "shelf"
    assert not (tmp_path / "mark").exists()


def install(tmp_path: Path, text: str) -> list[str]:
    wheels.install_wheels(text.encode(), tmp_path / "target", "x86_64", hashes=False, seconds=60)
    return sorted(path.name for path in (tmp_path / "target").iterdir())


def test_a_wheel_and_what_it_needs_are_laid_out(shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, "front", needs="back")
    wheel(shelf, "back")
    assert {"front.py", "back.py"} <= set(install(tmp_path, "front==1\n"))


def test_a_package_that_is_only_there_as_source_is_refused(shelf: Path, tmp_path: Path) -> None:
    source(shelf / "evil-1.zip", tmp_path / "mark")
    with pytest.raises(ChallengeError, match="No matching distribution"):
        install(tmp_path, "evil==1\n")


def test_a_wheel_cannot_have_a_source_archive_built(shelf: Path, tmp_path: Path) -> None:
    source(shelf / "evil-1.zip", tmp_path / "mark")
    wheel(shelf, "front", needs=f"evil @ file://{shelf}/evil-1.zip")
    with pytest.raises(ChallengeError, match="names an address, which is not followed"):
        install(tmp_path, "front==1\n")


def test_a_package_that_gets_as_far_as_being_built_is_not(shelf: Path, tmp_path: Path) -> None:
    """The second wall, should pip come upon a source archive in a way that nobody thought of."""
    source(shelf / "evil-1.zip", tmp_path / "mark")
    command = [sys.executable, "-P", guarded_pip.__file__, str(tmp_path / "facts"), "10000000"]
    command += ["download", "--no-binary=:all:", "--no-build-isolation", "--dest", str(tmp_path), "evil==1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0
    assert "has to be built" in done.stderr


def test_an_archive_on_the_operators_desk_is_not_built(shelf: Path, tmp_path: Path) -> None:
    """Even where a line came through that names it."""
    source(Path("jane.zip"), tmp_path / "mark")
    with pytest.raises(ChallengeError, match="could not be installed"):
        install(tmp_path, "jane.zip\n")
    assert shelf.is_dir()


@pytest.mark.parametrize("name", ["pip/__init__.py", "pip/__main__.py", "runpy.py", "json.py", "sitecustomize.py"])
def test_code_on_the_operators_desk_is_not_imported(name: str, shelf: Path, tmp_path: Path) -> None:
    """A grader that is called from inside a submission's folder runs none of it."""
    write_files(Path(), {name: f"open({str(tmp_path / 'mark')!r}, 'w')\n"})
    wheel(shelf, "front")
    assert "front.py" in install(tmp_path, "front==1\n")


# ------------------------------------------------------------------------------------------------ limits and blame


def refused(tmp_path: Path, most: int = 1_000_000, seconds: float = 60) -> str:
    """Why the package `front` is not installed; nothing of it is on the disk."""
    with pytest.raises(ChallengeError) as caught:
        wheels.install_wheels(b"front==1\n", tmp_path / "target", "x86_64", hashes=False, seconds=seconds, most=most)
    assert not list((tmp_path / "target").glob("*"))
    return caught.value.message


def test_a_wheel_that_swells_is_refused_before_it_is_laid_out(shelf: Path, tmp_path: Path) -> None:
    packed = wheel(shelf, "front", more={"zeros": "0" * 300_000_000}).stat().st_size
    assert packed < 400_000
    assert refused(tmp_path, most=400_000_000) == "front-1-py3-none-any.whl swells to more than 200 times its size."
    assert refused(tmp_path).startswith("The packages take 300,000,")


def test_wheels_of_too_many_files_are_refused(shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, "front", more={f"{n}": "" for n in range(guarded_pip.MOST_FILES)})
    assert refused(tmp_path, most=50_000_000) == "The packages hold more than 40,000 files."


def test_metadata_that_swells_ends_pip_and_not_the_machine(shelf: Path, tmp_path: Path) -> None:
    packed = wheel(shelf, "front")
    with zipfile.ZipFile(packed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
                for _ in range(160 if name.endswith("METADATA") else 0):
                    entry.write(b"\n" * 10_000_000)
    assert "could not be installed" in refused(tmp_path)


class Index(http.server.SimpleHTTPRequestHandler):
    """An index over a folder. `/simple/<name>/` lists the wheels of that name; `mood` decides what else happens."""

    mood = ""

    def do_GET(self) -> None:
        name = self.path.strip("/").rpartition("/")[2]
        if self.mood.isdigit() and ("front" in name or self.path.endswith(".whl")):
            return self.send_error(int(self.mood))
        if self.path.startswith("/simple/"):
            found = sorted(path.name for path in Path(self.directory).glob(f"{name}-*.whl"))
            if not found:
                return self.send_error(404)
            return self.answer("".join(f"<a href='/{wheel}'>{wheel}</a>" for wheel in found).encode())
        content = (Path(self.directory) / name).read_bytes()
        return self.answer(content, torn=self.mood == "torn", endless=self.mood == "endless")

    def answer(self, content: bytes, *, torn: bool = False, endless: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if content[:1] == b"<" else "application/octet-stream")
        self.send_header("Content-Length", str(10**10 if endless else len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content[: len(content) // 2] if torn else content)
            while endless:
                self.wfile.write(b"\0" * 100_000)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Index]]:
    (tmp_path / "served").mkdir()

    class Mine(Index):
        pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Mine, directory=str(tmp_path / "served"))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:hunter2@127.0.0.1:{server.server_port}/simple/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    yield Mine
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("mood", ["500", "503", "429", "401", "403", "torn"])
def test_an_index_that_fails_is_not_the_lists_fault(mood: str, index: type[Index], tmp_path: Path) -> None:
    wheel(tmp_path / "served", "front")
    index.mood = mood
    with pytest.raises(InfrastructureError) as caught:
        install(tmp_path, "front==1\n")
    assert "127.0.0.1" in caught.value.message
    assert mood in caught.value.message or "could not be read" in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.detail
    if mood in {
        "503",
        "torn",
    }:  # one that says no, one that says nothing: what was said is gone
        index.mood = ""
        assert "front.py" in install(tmp_path, "front==1\n")


def test_an_index_that_is_not_there_is_not_the_lists_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    with pytest.raises(
        InfrastructureError, match=r"127\.0\.0\.1:9/simple/front/ could not be read: Connection refused"
    ):
        install(tmp_path, "front==1\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://no-such-host.invalid/simple/")
    with pytest.raises(InfrastructureError, match=r"no-such-host\.invalid/simple/front/ could not be read"):
        install(tmp_path, "front==1\n")
    monkeypatch.setenv("PIP_INDEX_URL", "http://no-such-host.invalid/simple/")
    with pytest.raises(InfrastructureError, match=r"does not ask the index at no-such-host\.invalid"):
        install(tmp_path, "front==1\n")


def test_a_package_that_the_index_does_not_have_is_the_lists_fault(index: type[Index], tmp_path: Path) -> None:
    wheel(tmp_path / "served", "front")
    assert index.mood == ""
    with pytest.raises(ChallengeError, match="No matching distribution found for front==2"):
        install(tmp_path, "front==2\n")
    with pytest.raises(ChallengeError, match="No matching distribution found for other"):
        install(tmp_path, "front==1\nother\n")


def test_what_comes_without_end_is_ended_at_the_limit(index: type[Index], tmp_path: Path) -> None:
    wheel(tmp_path / "served", "front")
    index.mood = "endless"
    assert refused(tmp_path, most=20_000_000)


def test_no_address_that_a_package_names_is_asked(index: type[Index], tmp_path: Path) -> None:
    heard = []

    class Inside(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(403, "only-for-insiders")

    inside = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    threading.Thread(target=inside.serve_forever, daemon=True).start()
    wheel(tmp_path / "served", "front", needs=f"internal @ http://127.0.0.1:{inside.server_port}/internal-1.tar.gz")
    wheel(tmp_path / "served", "second", needs="internal @ file:///etc/hostname")
    for name in ("front", "second"):
        with pytest.raises(ChallengeError, match="which is not followed"):
            install(tmp_path, f"{name}==1\n")
    inside.shutdown()
    inside.server_close()
    assert index.mood == ""
    assert heard == []


def test_a_refusal_names_the_line_and_nothing_that_pip_said() -> None:
    words = (
        "ERROR: Could not find a version that satisfies the requirement Ruamel_yaml==99 from http://inside:81/ secret"
    )
    problem = ChallengeError("…", detail=words)
    said = dependencies._refusal(b"# mine\nnumpy\nruamel.yaml==99\n", "requirements.txt", problem)
    assert said == "requirements.txt, line 3: 'ruamel.yaml==99' could not be installed, as wheels only."
    both = ChallengeError("…", detail="Cannot install a-b==1 and numpy==1 because these conflict")
    said = dependencies._refusal(b"numpy==1\n\na_b==1\n", "r.txt", both)
    assert said == "r.txt, lines 1, 3: could not be installed together, as wheels only."
    said = dependencies._refusal(b"numpy==1\n", "r.txt", ChallengeError("…", detail="unpackable"))
    assert said == "r.txt: what it lists could not be installed, as wheels only."


# ------------------------------------------------------------------------------------------------ in Docker

PACK_TEST = "def test_it(candidate):\n    assert candidate.call('version') == '1.17.0'\n"
WORK = "import six\n\n\ndef version():\n    return six.__version__\n"


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_wheel_from_the_registry_is_there_for_the_submission_and_only_installed_once(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", PACK_TEST, submission="{dependencies: requirements.txt}")
    work = write_files(tmp_path / "work", {"work.py": WORK, "requirements.txt": "six==1.17.0\n"})
    recipe = images.dependencies_recipe(b"six==1.17.0", images.candidate_recipe().tag)
    client = connect()
    try:
        if not images.missing(client, [recipe.tag]):
            client.remove_image(recipe.tag)
    finally:
        client.close()
    first = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (first.code, first.grade["score"]["value"]) == (0, 100), first.err
    assert "installing what requirements.txt lists" in first.err
    assert first.grade["provenance"]["images"]["candidate"]["tag"] == recipe.tag
    second = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (second.code, second.grade["score"]["value"]) == (0, 100)
    assert "installing" not in second.err


FORT_TEST = """
import pytest

@pytest.mark.parametrize("n", range(4))
def test_it(candidate, n):
    assert candidate.call("count") == 1
"""
"""Each test meets a fresh process: state that is carried from one to the next is seen."""
FORT = """
import pathlib

def count():
    mark = pathlib.Path("/tmp/seen")
    new = not mark.exists()
    mark.touch()
    return 1 if new else 2
"""
IN_PID_1 = {
    "patches the bridge": """
import os, sys
if os.getpid() == 1:
    kind = sys.modules["grader_bridge.bridge"].Bridge
    kind.op_reset = lambda self: ({"killed": 0, "disk_full": False, "cpu_seconds": 0.0}, [])
    made, old = [0], kind.op_worker
    def worker(self):
        made[0] += 1
        reply, ends = old(self)
        return reply, ends[:2] if made[0] in (2, 4) else ends
    kind.op_worker = worker
""",
    "ends it": "import os\nif os.getpid() == 1:\n    raise SystemExit(0)\n",
    "keeps it waiting": "import os, time\nif os.getpid() == 1:\n    time.sleep(600)\n",
}


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("kind", IN_PID_1)
def test_a_package_of_the_candidates_choice_never_runs_in_pid_1(kind: str, shelf: Path, tmp_path: Path) -> None:
    wheel(shelf, "front", more={"front.py": IN_PID_1[kind]})
    pack = write_pack(tmp_path / "pack", FORT_TEST, submission="{dependencies: requirements.txt}")
    name = f"front==1 ; python_version > '3.{len(kind)}' or python_version > '3'\n"
    work = write_files(tmp_path / "work", {"work.py": "import front\n" + FORT, "requirements.txt": name})
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (outcome.code, outcome.grade["score"]["value"]) == (0, 100), outcome.err


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_an_index_that_is_down_gives_no_letter_and_no_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:9/simple/")
    pack = write_pack(tmp_path / "pack", PACK_TEST, submission="{dependencies: requirements.txt}")
    work = write_files(tmp_path / "work", {"work.py": WORK, "requirements.txt": "idna==3.5\n"})
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (outcome.code, outcome.grade["status"]) == (5, "infrastructure_error")
    assert "http://127.0.0.1:9/simple/idna/ could not be read: Connection refused" in outcome.grade["reason"]
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_file() or b"hunter2" not in path.read_bytes()
    assert not list((tmp_path / "out").glob("feedback*")), "there is nothing to tell the candidate"


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_images_of_packages_do_not_stay_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    client = connect()
    kind = f"sweep-{secrets.token_hex(4)}"
    base = images.candidate_recipe().tag
    made = [
        images.Recipe(kind=kind, base=base, dockerfile=f"{images._ADD}LABEL of={number}\n", files={})
        for number in range(3)
    ]
    tags = [recipe.tag for recipe in made]
    monkeypatch.setattr(dependencies, "KEEP_MOST", 2)
    try:
        for recipe in made:
            images.build_once(client, recipe, lambda: None)
            dependencies.note_use(recipe.tag)
        hour, month = time.time() + 3700, time.time() + 31 * 86_400
        assert dependencies.sweep(client, kind=kind) == [], "what was used within the hour stays"
        assert dependencies.sweep(client, hour, kind) == tags[:1], "used longest ago"
        assert images.missing(client, tags) == tags[:1]
        assert sorted(dependencies.sweep(client, month, kind)) == sorted(tags[1:])
        assert images.missing(client, tags) == tags
    finally:
        for tag in set(tags) - set(images.missing(client, tags)):
            client.remove_image(tag)
        client.close()


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("text", ["no-such-package-of-anybody==0.0.1\n", "jane.zip\n"])
def test_what_cannot_be_had_refuses_the_submission(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    pack = write_pack(tmp_path / "pack", PACK_TEST, submission="{dependencies: requirements.txt}")
    work = write_files(tmp_path / "work", {"work.py": WORK, "requirements.txt": text})
    outcome = run_here(work, "-c", pack, "-o", tmp_path / "out")
    assert (outcome.code, outcome.grade["status"]) == (3, "refused")
    assert "requirements.txt" in outcome.grade["reason"]
