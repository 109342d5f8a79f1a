"""Properties of the intake, and a short fixed slice of its fuzzing (the long one: python -m tests.fuzz.intake)."""

from __future__ import annotations

import random
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import junk
from grader.errors import GraderError, RefusedError
from grader.records import Submission
from grader.submission import make_submission, read_archive, read_submission, write_archive
from grader.unseen import UNSEEN
from tests.fuzz.archives import FILES, usual_tar, usual_zip
from tests.fuzz.intake import Figures, fuzz

pytestmark = pytest.mark.slow

NAMES = st.text(
    st.characters(categories=["L", "N", "P", "S", "M"], exclude_characters="/\\:"), min_size=1, max_size=12
).filter(lambda name: name not in {".", ".."} and junk.part([name]) is None and not UNSEEN.search(name))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def told_apart(files: dict[str, bytes]) -> bool:
    """Whether no path is another's folder or the other spelling of another."""
    folded = [unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold()) for path in files]
    folders = {path[:at] for path in folded for at, character in enumerate(path) if character == "/"}
    return len(set(folded)) == len(folded) and not folders & set(folded)


SUBMISSIONS = st.dictionaries(PATHS, st.binary(max_size=200), min_size=1, max_size=8).filter(told_apart)


def write_folder(root: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def digests(files: dict[str, bytes], folder: Path) -> dict[str, str]:
    forms = {"zip": usual_zip(files)} | {f"tar.{mode}": usual_tar(files, mode) for mode in ("", "gz", "xz")}
    backwards = dict(reversed(list(files.items())))
    forms |= {"zip backwards": usual_zip(backwards, 0), "left out": usual_zip(files | {".git/x": b"1", "._y": b"2"})}
    for form, data in forms.items():
        (folder / form).write_bytes(data)
    write_folder(folder / "folder", files)
    return {form: read_submission(folder / form).digest for form in [*forms, "folder"]}


@settings(max_examples=40, deadline=None)
@given(files=SUBMISSIONS)
def test_the_digest_is_the_same_for_the_same_files_in_every_form(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = digests(files, tmp_path_factory.mktemp("forms"))
    assert len(set(found.values())) == 1, found


@settings(max_examples=8, deadline=None)
@given(files=SUBMISSIONS)
def test_the_digest_of_a_commit_is_that_of_its_files(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("repository")
    write_folder(folder, files)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "core.autocrlf=false"]
    for command in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-qm", "all"]):
        subprocess.run(["git", *who, *command], cwd=folder, check=True)
    assert read_submission(f"{folder}#HEAD").digest == read_submission(folder).digest


@settings(max_examples=60, deadline=None)
@given(files=SUBMISSIONS)
def test_every_submission_reads_back_from_its_evidence_archive(files: dict[str, bytes]) -> None:
    submission = make_submission(files)
    assert read_archive(write_archive(submission)).digest == submission.digest


@settings(max_examples=150, deadline=None)
@given(
    head=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\xfd7zXZ\x00"]),
    rest=st.binary(max_size=2_000),
)
def test_arbitrary_bytes_are_refused(head: bytes, rest: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "arbitrary"
    path.write_bytes(head + rest)
    with pytest.raises(RefusedError) as caught:
        read_submission(path)
    assert "cannot be read (" not in caught.value.message


@settings(max_examples=100, deadline=None)
@given(source=st.text(max_size=40))
def test_arbitrary_sources_end_in_an_error_of_ours(source: str) -> None:
    with pytest.raises(GraderError):
        read_submission(f"no-such-folder/{source}")


@pytest.mark.parametrize("seed", [11, 12])
def test_a_fixed_slice_of_the_fuzzing_finds_nothing(seed: int, tmp_path: Path) -> None:
    figures = fuzz(random.Random(seed), tmp_path, inputs=700)
    assert figures.findings == {}
    assert figures.inputs == 700
    assert figures.accepted > 20
    assert len(figures.sentences) > 30


# ----------------------------------------------------------------------------- the fuzzer sees what it is to look for


def writes(path: Path) -> Submission:
    (path.parent / "unpacked").write_text("x")
    return make_submission(FILES)


def starts(path: Path) -> Submission:
    subprocess.run(["true"], check=True)
    return make_submission(FILES)


def breaks(path: Path) -> Submission:
    raise KeyError(path)


def rambles(path: Path) -> Submission:
    raise RefusedError(f"'\x1b[2J{path.name}' is bad")


def climbs(path: Path) -> Submission:
    return make_submission({"../x": b""})


def forges(path: Path) -> Submission:
    return Submission(digest="sha256:0", files={"a.py": b""})


def confuses(path: Path) -> Submission:
    return make_submission({"triage.py": b"something else"})


@pytest.mark.parametrize(
    ("read", "finding"),
    [
        (writes, "wrote a file"),
        (starts, "effect: subprocess.Popen"),
        (breaks, "KeyError"),
        (rambles, "sentence"),
        (climbs, "path: '../x'"),
        (forges, "digest"),
        (confuses, "zipfile or tarfile reads something else"),
    ],
)
def test_the_fuzzer_notices_a_faulty_intake(read: Callable[[Path], Submission], finding: str, tmp_path: Path) -> None:
    figures: Figures = fuzz(random.Random(1), tmp_path, inputs=1, read=read)
    assert [problem[: len(finding)] for problem in figures.findings] == [finding]


def test_the_slice_is_the_same_every_time(tmp_path: Path) -> None:
    runs = [fuzz(random.Random(3), tmp_path, inputs=60) for _ in range(2)]
    assert runs[0].sentences == runs[1].sentences
    assert runs[0].accepted == runs[1].accepted
