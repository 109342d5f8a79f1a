"""Intake as a whole: what is left out, which folder is the top, limits, digests, required files, evidence archives."""

from __future__ import annotations

import gzip
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import RefusedError, UsageError
from grader.records import Submission
from grader.submission import (
    IntakeLimits,
    check_required,
    formats,
    make_submission,
    read_archive,
    read_submission,
    write_archive,
)
from tests.fuzz.archives import FILES, usual_tar, usual_zip


def read(files: dict[str, bytes], tmp_path: Path, limits: IntakeLimits | None = None, **more: list[str]) -> Submission:
    (tmp_path / "s.zip").write_bytes(usual_zip(files))
    return read_submission(tmp_path / "s.zip", limits, **more)


# ------------------------------------------------------------------------------------------------- what is left out


@pytest.mark.parametrize(
    ("path", "part", "reason"),
    [
        (".git/config", ".git", "version history"),
        ("app/.git/HEAD", "app/.git", "version history"),
        ("node_modules/a/b/c.js", "node_modules", "installed packages"),
        ("web/node_modules/x", "web/node_modules", "installed packages"),
        (".venv/lib/x.py", ".venv", "a virtual environment"),
        ("venv/bin/python", "venv", "a virtual environment"),
        ("src/__pycache__/a.pyc", "src/__pycache__", "a cache"),
        (".pytest_cache/v/x", ".pytest_cache", "a cache"),
        (".mypy_cache/x", ".mypy_cache", "a cache"),
        (".ruff_cache/x", ".ruff_cache", "a cache"),
        (".ipynb_checkpoints/x", ".ipynb_checkpoints", "a cache"),
        (".tox/x", ".tox", "a cache"),
        (".idea/x.xml", ".idea", "editor settings"),
        (".vscode/x.json", ".vscode", "editor settings"),
        ("__MACOSX/._a.py", "__MACOSX", "made by the operating system"),
        ("src/.DS_Store", "src/.DS_Store", "made by the operating system"),
        ("src/._a.py", "src/._*", "made by the operating system"),
        ("Thumbs.db", "Thumbs.db", "made by the operating system"),
        ("Icon\r", "Icon", "made by the operating system"),
        ("docs/Icon\r", "docs/Icon", "made by the operating system"),
        ("src/.a.py.swp", "src/.*.swp", "left by an editor"),
        ("a.py~", "*~", "left by an editor"),
    ],
)
def test_what_is_not_part_of_a_submission_is_left_out(path: str, part: str, reason: str, tmp_path: Path) -> None:
    submission = read(FILES | {path: b"12345"}, tmp_path)
    assert submission.files == FILES
    (left_out,) = submission.left_out
    assert (left_out.path, left_out.files, left_out.bytes, left_out.reason) == (part, 1, 5, reason)


def test_a_virtual_environment_is_known_by_its_marker_whatever_its_name(tmp_path: Path) -> None:
    submission = read(FILES | {"e/lib/a.py": b"1", "e/pyvenv.cfg": b"22", "e/lib/b.py": b"333"}, tmp_path)
    assert submission.files == FILES
    assert [(part.path, part.files, part.bytes) for part in submission.left_out] == [("e", 3, 6)]


def test_the_marker_of_an_environment_around_all_files_leaves_nothing_out(tmp_path: Path) -> None:
    submission = read({"top/pyvenv.cfg": b"", "top/triage.py": b""}, tmp_path)
    assert list(submission.files) == ["pyvenv.cfg", "triage.py"]


def test_names_that_only_resemble_a_left_out_part_are_kept(tmp_path: Path) -> None:
    files = {".gitignore": b"", ".github/ci.yml": b"", "venvs.py": b"", "cache/x": b"", "_a.py": b"", "..a/b": b""}
    assert read(files, tmp_path).files == files


def test_left_out_parts_are_listed_relative_to_the_top_folder(tmp_path: Path) -> None:
    submission = read({"top/a.py": b"", "top/.git/x": b"", "__MACOSX/top/._a.py": b""}, tmp_path)
    assert list(submission.files) == ["a.py"]
    assert [part.path for part in submission.left_out] == [".git", "__MACOSX"]


def test_thousands_of_left_out_parts_become_one_line(tmp_path: Path) -> None:
    caches = {f"p{number:03}/__pycache__/x.pyc": b"ab" for number in range(300)}
    submission = read(FILES | caches, tmp_path)
    assert len(submission.left_out) == 101
    assert submission.left_out[-1].reason == "200 more of these kinds"
    assert sum(part.files for part in submission.left_out) == 300
    assert sum(part.bytes for part in submission.left_out) == 600


def test_left_out_files_do_not_count_as_files_or_bytes(tmp_path: Path) -> None:
    packages = {f"node_modules/{number}.js": b"x" * 100 for number in range(50)}
    assert read({"a.py": b"1"} | packages, tmp_path, IntakeLimits(max_files=1, max_bytes=1)).files == {"a.py": b"1"}


# ------------------------------------------------------------------------------------------------------ top folder


@pytest.mark.parametrize(
    ("paths", "required", "kept"),
    [
        (["top/a.py", "top/b/c.py"], [], ["a.py", "b/c.py"]),
        (["a.py", "b/c.py"], [], ["a.py", "b/c.py"]),
        (["top/sub/a.py"], [], ["sub/a.py"]),
        (["top/sub/a.py"], ["a.py"], ["a.py"]),
        (["src/a.py", "src/b.py"], ["src/a.py"], ["src/a.py", "src/b.py"]),
        (["top/src/a.py"], ["src/a.py"], ["src/a.py"]),
        (["top/sub/a.py"], ["missing.py"], ["sub/a.py"]),
        (["one/a.py", "two/b.py"], ["a.py"], ["one/a.py", "two/b.py"]),
        (["a/a.py"], [], ["a.py"]),
        (["ab/x.py", "a/x.py"], [], ["a/x.py", "ab/x.py"]),
    ],
)
def test_a_single_top_folder_is_stripped(
    paths: list[str], required: list[str], kept: list[str], tmp_path: Path
) -> None:
    submission = read(dict.fromkeys(paths, b""), tmp_path, required=required)
    assert list(submission.files) == kept


# ---------------------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("files", "limits", "sentence"),
    [
        ({"a": b"", "b": b""}, IntakeLimits(max_files=1), "There are 2 files; 1 are allowed"),
        ({"a": b"", "b": b""}, IntakeLimits(max_entries=1), "There are more than 1 entries"),
        ({".git/a": b"", "b": b""}, IntakeLimits(max_entries=1), "There are more than 1 entries"),
        ({"a": b"123"}, IntakeLimits(max_bytes=2), "'a' makes the submission larger than it may be (2 bytes)"),
        ({"a": b"123"}, IntakeLimits(max_file_bytes=2), "'a' is larger than a file may be (2 bytes)"),
        ({"a/b/c/d": b"", "x": b""}, IntakeLimits(max_depth=3), "'a/b/c/d' lies 4 names deep; 3 are allowed"),
        ({"a": b"", "é" * 101: b""}, IntakeLimits(), "has a name of 202 bytes; 200 are allowed"),
        (
            {"a": b"", "abc/" * 5 + "abc": b""},
            IntakeLimits(max_path_bytes=22),
            "has a path of 23 bytes; 22 are allowed",
        ),
        ({"a": b""}, IntakeLimits(max_archive_bytes=50), "'s.zip' is larger than 50 bytes"),
    ],
)
def test_what_is_over_a_limit_is_refused(
    files: dict[str, bytes], limits: IntakeLimits, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError) as caught:
        read(files, tmp_path, limits)
    assert sentence in caught.value.message


def test_what_is_just_within_all_limits_is_read(tmp_path: Path) -> None:
    files = {"a/b/" + "c" * 20: b"12345", "d": b"12345"}
    limits = IntakeLimits(
        max_files=2, max_bytes=10, max_file_bytes=5, max_entries=2, max_depth=3, max_name_bytes=20, max_path_bytes=24
    )
    assert read(files, tmp_path, limits).files == files


def test_a_limit_that_is_not_positive_is_an_error() -> None:
    with pytest.raises(ValueError, match="max_files must be positive, not 0"):
        IntakeLimits(max_files=0)


# --------------------------------------------------------------------------------------------------------- sources


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "'s.bin' is empty. Send a .zip or .tar.gz"),
        (b"hello", "'s.bin' is no archive. Send"),
        (b"PK", "'s.bin' is no archive. Send"),
        (b"Rar!\x1a\x07\x01\x00", "'s.bin' is a RAR file. Send"),
        (b"7z\xbc\xaf\x27\x1c", "'s.bin' is a 7z file. Send"),
        (b"BZh91AY&SY", "'s.bin' is a bzip2 file. Send"),
        (b"%PDF-1.7", "'s.bin' is a PDF file. Send"),
        (b"MZ" + usual_zip(FILES), "'s.bin' is no archive. Send"),
    ],
)
def test_what_is_no_archive_is_refused_by_its_content(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "s.bin").write_bytes(content)
    with pytest.raises(RefusedError) as caught:
        read_submission(tmp_path / "s.bin")
    assert sentence in caught.value.message


def test_the_content_decides_what_an_archive_is_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "s.zip").write_bytes(usual_tar(FILES, "gz"))
    (tmp_path / "s.tar.gz").write_bytes(usual_zip(FILES))
    assert read_submission(tmp_path / "s.zip").files == FILES
    assert read_submission(str(tmp_path / "s.tar.gz")).files == FILES


def test_a_path_with_nothing_there_is_a_usage_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "anna-b.zip").touch()
    with pytest.raises(UsageError, match=r"There is no '.*anna\.zip'\. Did you mean '.*anna-b\.zip'\?"):
        read_submission(tmp_path / "anna.zip")
    with pytest.raises(UsageError, match=r"Check the path\.$"):
        read_submission(tmp_path / "completely different")
    with pytest.raises(UsageError, match=r"The folder that it should be in cannot be read either\.$"):
        read_submission(tmp_path / "no" / "where.zip")


@pytest.mark.parametrize("source", ["", "a\0b", "x" * 5_000, "\udce9", "#", "@", "a#b", "://", "\x1b[2J"])
def test_an_odd_path_is_a_usage_error(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_submission(source)
    assert caught.value.message.isprintable()


def test_a_submission_of_left_out_parts_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"Nothing is left of the submission without '\.git', '__MACOSX'\. Send"):
        read({".git/x": b"", "__MACOSX/y": b""}, tmp_path)


def test_a_submission_without_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RefusedError, match="The submission has no files"):
        read_submission(tmp_path / "empty")
    with pytest.raises(RefusedError, match="The submission has no files"):
        read({"folder/": b""}, tmp_path)


# -------------------------------------------------------------------------------------------- digest and evidence


def test_the_digest_is_what_its_definition_says() -> None:
    # printf 'a\0%s\nb/c\0%s\n' "$(printf 1 | sha256sum | cut -c-64)" "$(printf 22 | sha256sum | cut -c-64)" | sha256sum
    expected = "sha256:e389b4dcfd8e211ee85fdc54244ece41136c3f7dee80137c3d9a9631a8204b92"
    assert make_submission({"b/c": b"22", "a": b"1"}).digest == expected


def test_the_digest_tells_apart_what_differs() -> None:
    variants = [
        {"a": b"1"},
        {"a": b"2"},
        {"b": b"1"},
        {"a": b"1", "b": b""},
        {"a": b""},
        {"b": b"1", "a": b""},
        {"ab": b""},
    ]
    assert len({make_submission(files).digest for files in variants}) == len(variants)


def test_the_evidence_archive_is_the_same_for_the_same_files_and_reads_back() -> None:
    submission = make_submission(FILES | {"naïve.md": b"x", "zeros.bin": bytes(9_000_000), "only/deep/x.py": b""})
    again = make_submission(dict(sorted(submission.files.items(), reverse=True)))
    archive = write_archive(submission)
    assert write_archive(again) == archive
    assert read_archive(archive).digest == submission.digest
    assert read_archive(archive).files == submission.files


def test_an_evidence_archive_keeps_a_single_top_folder() -> None:
    submission = make_submission({"src/a.py": b"1"})
    assert read_archive(write_archive(submission)).files == {"src/a.py": b"1"}


@pytest.mark.parametrize("damage", [b"", b"PK", b"x" * 100])
def test_a_damaged_evidence_archive_is_refused(damage: bytes) -> None:
    with pytest.raises(RefusedError, match="truncated"):
        read_archive(damage)


# --------------------------------------------------------------------------------------------------- required files


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (["src/triage.py"], "triage.py is missing; found 'src/triage.py': move it to 'triage.py'."),
        (["a/b/triage.py", "z/triage.py"], "found 'z/triage.py': move it"),
        (["Triage.py"], "triage.py is missing; found 'Triage.py': rename it."),
        (["src/Triage.PY"], "found 'src/Triage.PY': move it"),
        (["triag.py"], "found 'triag.py': rename it if it was meant."),
        (["x.md", "y.md"], "triage.py is missing; the submission has 'x.md', 'y.md'."),
        ([f"{n}.md" for n in range(9)], "'4.md' and 4 more files."),
    ],
)
def test_a_missing_file_is_named_with_what_may_have_been_meant(files: list[str], sentence: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_required(make_submission(dict.fromkeys(files, b"")), ["triage.py"])
    assert sentence in caught.value.message


def test_every_missing_file_is_named() -> None:
    with pytest.raises(RefusedError, match=r"^a\.py is missing; .*\. B\.md is missing; .*\.$"):
        check_required(make_submission({"x": b""}), ["a.py", "B.md"])


def test_a_required_file_in_a_left_out_part_is_explained(tmp_path: Path) -> None:
    submission = read({"x": b"", "venv/main.py": b""}, tmp_path)
    with pytest.raises(RefusedError, match=r"venv/main\.py is missing; 'venv' was left out \(a virtual environment\)"):
        check_required(submission, ["venv/main.py"])


def test_nothing_happens_when_all_required_files_are_there() -> None:
    submission = make_submission(FILES)
    check_required(submission, list(FILES))
    assert submission.files == FILES


# -------------------------------------------------------------------------------------------------------------- cost


def test_importing_the_intake_loads_neither_archives_nor_processes() -> None:
    heavy = "{'tarfile', 'zipfile', 'lzma', 'subprocess', 'difflib', 'tempfile'}"
    code = f"import sys, grader.submission; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --------------------------------------------------------------------------------------- files that are something else


@pytest.mark.parametrize(
    ("found", "wanted", "said"),
    [
        ("log_triage.ipynb", "log_triage.py", "a notebook: export it as log_triage.py"),
        ("src/log_triage.ipynb", "log_triage.py", "a notebook: export it as log_triage.py"),
        ("DECISIONS.docx", "DECISIONS.md", "a Word document: save it as Markdown (DECISIONS.md)"),
        ("decisions.ODT", "DECISIONS.md", "an OpenDocument text: save it as Markdown (DECISIONS.md)"),
        ("DECISIONS.pdf", "DECISIONS.md", "a PDF: send its text as Markdown (DECISIONS.md)"),
        ("DECISIONS.md.docx", "DECISIONS.md", "a Word document"),
        ("labels.xlsx", "labels.csv", "an Excel workbook: save it as CSV (labels.csv)"),
        (".DECISIONS.md.icloud", "DECISIONS.md", "a placeholder of iCloud: download the file before you pack it"),
        ("log_triage.pyc.txt", "log_triage.py", "rename it"),
        ("log_triage.py.txt", "log_triage.py", "rename it if it was meant"),
        ("DECISIONS.txt", "DECISIONS.md", "rename it if it was meant"),
        ("DECISIONS.zip", "DECISIONS.md", "an archive: unpack it"),
        ("all.zip", "DECISIONS.md", "the submission has the archive 'all.zip': unpack it, or send it alone"),
    ],
)
def test_advice_leads_to_a_file_that_can_be_read(found: str, wanted: str, said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        check_required(make_submission({found: b"", "x.bin": b""}), [wanted])
    assert said in caught.value.message
    assert ("rename it" in caught.value.message) == said.startswith("rename it")


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("DECISIONS.md", LFS, "DECISIONS.md is a Git LFS pointer; its content is not here."),
        ("data/model.bin", LFS, "data/model.bin is a Git LFS pointer"),
        ("b.bin", LFS.replace(b"\n", b"\r\n"), "b.bin is a Git LFS pointer"),
        ("b.bin", b"version https://git-lfs.github.com/spec/v1\next-0-foo sha256:1\noid sha256:2\nsize 1\n", "LFS"),
        ("b.bin", b"../.git/annex/objects/f8/9k/SHA256E-s1--abc.bin/SHA256E-s1--abc.bin\n", "git-annex pointer"),
        ("b.bin", b"/annex/objects/SHA256E-s1--abc.bin\n", "git-annex pointer"),
        ("DECISIONS.md", b"PK\x03\x04...", "DECISIONS.md is a zip archive or an office document by its content"),
        ("DECISIONS.md", b"%PDF-1.7", "is a PDF by its content"),
        ("DECISIONS.md", b"\n<!DOCTYPE html><html>", "is a web page by its content"),
        ("log_triage.py", b'{"cells": [], "nbformat": 4}', "log_triage.py is a notebook by its content"),
    ],
)
def test_a_file_whose_content_is_elsewhere_or_other_is_flagged(path: str, content: bytes, said: str) -> None:
    files = {"DECISIONS.md": b"# Why\n", "log_triage.py": b"x = 1\n", path: content}
    (flag,) = formats.flags(make_submission(files), ["DECISIONS.md", "log_triage.py"])
    assert said in flag


def test_text_about_pointers_and_pages_is_not_flagged() -> None:
    files = {
        "DECISIONS.md": b"Files are stored so:\n\n    version https://git-lfs.github.com/spec/v1\n",
        "page.html": b"<!DOCTYPE html>", "work.py": b"PAGE = '<html>'\n", "picture.pdf": b"%PDF", "long.md": LFS * 99,
        "empty.md": b"",
    }  # fmt: skip
    assert formats.flags(make_submission(files), list(files)) == ()


def test_a_crowd_of_pointers_is_one_short_list() -> None:
    told = formats.flags(make_submission({f"{n}.bin": LFS for n in range(300)}), [])
    assert (len(told), told[-1]) == (11, "290 more files are not what they seem.")


# ------------------------------------------------------------------------------------------------- archives in archives


def wrapped(tmp_path: Path, files: dict[str, bytes]) -> Path:
    folder = tmp_path / "Ana Weber_1001_assignsubmission_file"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    "files",
    [
        {"solution.zip": usual_zip(FILES)},
        {"solution.tar.gz": gzip.compress(usual_tar(FILES))},
        {"solution.zip": usual_zip(FILES), ".DS_Store": b"x"},
        {"download.zip": usual_zip({"inner/solution.ZIP": usual_zip(FILES)})},
    ],
)
def test_a_folder_or_archive_that_holds_nothing_but_an_archive_is_looked_through(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    folder = wrapped(tmp_path, files)
    found = read_submission(folder, required=list(FILES))
    assert (found.files, found.digest) == (make_submission(FILES).files, make_submission(FILES).digest)
    assert [part.path for part in found.left_out] == [name for name in files if name.startswith(".")]
    (tmp_path / "all.zip").write_bytes(usual_zip(files))
    assert read_submission(tmp_path / "all.zip", required=list(FILES)).digest == found.digest


def test_an_archive_that_is_asked_for_or_stands_beside_a_file_stays_one(tmp_path: Path) -> None:
    inner = usual_zip(FILES)
    assert set(read({"data.zip": inner}, tmp_path, required=["data.zip"]).files) == {"data.zip"}
    assert set(read({"data.zip": inner, "a.py": b""}, tmp_path).files) == {"data.zip", "a.py"}
    assert set(read({"a.zip": inner, "b.zip": inner}, tmp_path).files) == {"a.zip", "b.zip"}


def test_wrappings_without_end_are_not_followed(tmp_path: Path) -> None:
    data = usual_zip(FILES)
    for _ in range(4):
        data = usual_zip({"inner.zip": data})
    (tmp_path / "s.zip").write_bytes(data)
    assert set(read_submission(tmp_path / "s.zip").files) == {"inner.zip"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "work.py.gz",
            gzip.compress(b"x = 1\n", mtime=0),
            "'work.py.gz' is a gzip file, but there is no tar in it. Send a .zip",
        ),
        ("work.py.xz", lzma.compress(b"x = 1\n" * 900), "'work.py.xz' is an xz file, but there is no tar in it"),
        ("work.rar", b"Rar!...", "'work.rar' is a RAR file"),
        ("work.zip", b"no zip", "'work.zip' is no archive"),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_what_cannot_be_unpacked_is_said_to_be_what_it_is(
    name: str, content: bytes, said: str, within: bool, tmp_path: Path
) -> None:
    folder = wrapped(tmp_path, {name: content})
    with pytest.raises(RefusedError) as caught:
        read_submission(folder if within else folder / name)
    assert said in caught.value.message
