"""What a submission may ask to be installed, and how it is kept from running code on the way."""

from __future__ import annotations

import contextlib
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ChallengeError, RefusedError
from grader.sandbox import dependencies, images
from grader.sandbox.engine import connect
from tests.shell import run_here
from tests.small_packs import write_files, write_pack

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
    began = time.process_time()
    with contextlib.suppress(RefusedError):
        parse(line)
    assert time.process_time() - began < 1


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


def wheel(folder: Path, name: str, needs: str = "") -> None:
    """A wheel of a package `name` with one module, that may need another package."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n" + (f"Requires-Dist: {needs}\n" if needs else "")
    parts = {
        f"{name}.py": f"name = {name!r}\n",
        f"{name}-1.dist-info/METADATA": metadata,
        f"{name}-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{name}-1.dist-info/RECORD"
    parts[record] = "".join(f"{path},,\n" for path in [*parts, record])
    with zipfile.ZipFile(folder / f"{name}-1-py3-none-any.whl", "w") as archive:
        for path, content in parts.items():
            archive.writestr(path, content)


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
    images.install_wheels(text.encode(), tmp_path / "target", "x86_64", hashes=False, seconds=60)
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
    with pytest.raises(ChallengeError, match="has to be built"):
        install(tmp_path, "front==1\n")


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
