"""Tar archives, plain and compressed: usual ones are read, hostile ones are refused with a sentence."""

from __future__ import annotations

import contextlib
import gzip
import importlib
import io
import lzma
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RefusedError, UsageError
from grader.submission import IntakeLimits, make_submission, read_submission
from tests.fuzz.archives import FILES, make_tar, pax, pax_record, tar_entry, usual_tar

OK = tar_entry(b"ok.py", b"x = 1\n")
USUAL = usual_tar(FILES)
CUT_GZIP = gzip.compress(USUAL)


def entry_of(kind: bytes, name: bytes = b"odd", target: bytes = b"/etc/passwd") -> bytes:
    return make_tar([OK, tar_entry(name, kind=kind, target=target)])


HOSTILE: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "absolute path": (make_tar([tar_entry(b"/etc/x")]), "'/etc/x' is an absolute path"),
    "parent folder": (make_tar([tar_entry(b"../x")]), "'../x' climbs out of its folder"),
    "parent in the prefix": (make_tar([tar_entry(b"x", prefix=b"a/../..")]), "'a/../../x' climbs out"),
    "parent by pax": (make_tar([pax({"path": b"../../x"}), OK]), "'../../x' climbs out"),
    "parent by GNU long name": (make_tar([tar_entry(b"l", b"../x\0", kind=b"L"), OK]), "'../x' climbs out"),
    "backslash": (make_tar([tar_entry(b"a\\b")]), "has a backslash"),
    "drive letter": (make_tar([tar_entry(b"c:/x")]), "'c:/x' has a drive letter"),
    "NUL by pax": (make_tar([pax({"path": b"a\0b"}), OK]), r"'a\x00b' has a NUL"),
    "control character": (make_tar([tar_entry(b"a\x07b")]), "U+0007"),
    "not UTF-8": (make_tar([tar_entry(b"caf\xe9")]), r"'caf\udce9' has a name that is not valid UTF-8"),
    "empty name": (make_tar([tar_entry(b"")]), "An entry without a name is a file"),
    "symbolic link": (entry_of(b"2"), "'odd' is a symbolic link"),
    "symbolic link by pax": (make_tar([pax({"linkpath": b"/etc/x"}), tar_entry(b"odd", kind=b"2")]), "a symbolic link"),
    "hard link": (entry_of(b"1", target=b"ok.py"), "'odd' is a hard link"),
    "character device": (entry_of(b"3"), "'odd' is a device"),
    "block device": (entry_of(b"4"), "'odd' is a device"),
    "named pipe": (entry_of(b"6"), "'odd' is a named pipe"),
    "another volume": (entry_of(b"M"), "'odd' is neither a file nor a folder"),
    "volume label": (entry_of(b"V"), "'odd' is neither a file nor a folder"),
    "hard link with content": (make_tar([tar_entry(b"h", b"x", kind=b"1")]), "'h' is a hard link with content"),
    "folder with content": (make_tar([tar_entry(b"d", b"x", kind=b"5")]), "'d' is a folder with content"),
    "sparse, GNU": (make_tar([tar_entry(b"s", b"x", kind=b"S")]), "'s' is a sparse file"),
    "sparse, pax": (make_tar([pax({"GNU.sparse.major": b"1"}), OK]), "has a sparse file"),
    "the same name twice": (make_tar([OK, OK]), "'ok.py' is there twice"),
    "another case": (make_tar([OK, tar_entry(b"OK.py")]), "'OK.py' differs from 'ok.py' only in upper and lower case"),
    "file and folder": (make_tar([tar_entry(b"a"), tar_entry(b"a/b")]), "'a' is a file, and 'a' a folder"),
    "another pax size": (make_tar([pax({"size": b"512"}), OK]), "'ok.py' has two sizes, 6 and 512"),
    "huge pax size": (make_tar([pax({"size": b"9" * 18}), OK]), "'ok.py' has two sizes"),
    "pax size is no number": (make_tar([pax({"size": b"-1"}), OK]), "a size that is not a number"),
    "path for all": (make_tar([pax({"path": b"x"}, kind=b"g"), OK]), "gives one path to all its entries"),
    "size for all": (make_tar([pax({"size": b"1"}, kind=b"g"), OK]), "gives one size to all its entries"),
    "two pax paths": (make_tar([pax({"path": b"a"}), pax({"path": b"b"}), OK]), "'b' is the second path of one entry"),
    "two paths in one header": (
        make_tar([pax(pax_record("path", b"a") + pax_record("path", b"b")), OK]),
        "'b' is the second path of one entry",
    ),
    "pax and GNU path": (
        make_tar([pax({"path": b"a"}), tar_entry(b"l", b"b\0", kind=b"L"), OK]),
        "'b' is the second path",
    ),
    "pax length lies": (make_tar([pax(b"999 path=x\n"), OK]), "damaged pax header"),
    "pax length of nothing": (make_tar([pax(b"0 path=x\n"), OK]), "damaged pax header"),
    "pax without a newline": (make_tar([pax(b"9 path=xx"), OK]), "damaged pax header"),
    "pax of garbage": (make_tar([pax(b"\xff\xfe" * 9), OK]), "damaged pax header"),
    "pax of another size than its content": (
        make_tar([pax(b"", size=b"77777777777"), OK]),
        "a header of 8589934591 bytes",
    ),
    "huge pax header": (make_tar([pax({"comment": b"x" * 300_000}), OK]), "262144 are allowed"),
    "pax without end": (
        make_tar([*[pax({"comment": b"x"}, kind=b"g")] * 41, OK]),
        "The tar archive has more extension headers than are looked at",
    ),
    "pax records without end": (
        make_tar([pax(b"6 a=b\n" * 101), OK]),
        "The tar archive has more extension headers than are looked at",
    ),
    "pax at the end": (make_tar([OK, pax({"path": b"a"})]), "ends with a header that belongs to no entry"),
    "Solaris header": (make_tar([pax({"path": b"a"}, kind=b"X"), OK]), "an old Solaris form"),
    "size is no number": (make_tar([tar_entry(b"a", size=b"12x45678901")]), "a size that is not a number"),
    "negative size": (make_tar([tar_entry(b"a", size=b"\xff" * 12)]), "a size that is not a number"),
    "huge size": (make_tar([tar_entry(b"a", size=b"\x80" + b"\x7f" * 11)]), "'a' is longer than the archive"),
    "size beyond the end": (make_tar([tar_entry(b"a", size=b"00000777777")]), "'a' is longer than the archive"),
    "wrong checksum": (make_tar([OK, tar_entry(b"a", checksum=b"000001\0 ")]), "a damaged header"),
    "truncated": (USUAL.rstrip(b"\0"), "truncated"),
    "no end": (make_tar([OK], end=b""), "The tar archive is truncated"),
    "cut in a header": (make_tar([OK, OK[:300]], end=b""), "The tar archive is truncated"),
    "cut in a pax header": (make_tar([OK, pax({"path": b"x" * 600})[:-512]], end=b""), "The tar archive is truncated"),
    "data after the end": (make_tar([OK, bytes(1024), OK]), "data after its end"),
    "nothing but zeros": (bytes(10_240), "The submission has no files"),
    "gzip cut off": (CUT_GZIP[:-9], "The archive is truncated"),
    "gzip with a wrong checksum": (CUT_GZIP[:-8] + bytes(8), "The archive is damaged"),
    "gzip with damaged data": (CUT_GZIP[:40] + b"\xff" * 40 + CUT_GZIP[80:], "The archive is damaged"),
    "gzip with data after it": (CUT_GZIP + b"hidden", "The archive is damaged"),
    "gzip with data after zeros": (CUT_GZIP + bytes(40) + b"hidden", "The archive has data after its end"),
    "gzip of no tar": (gzip.compress(b"text " * 500), "is a gzip file, but there is no tar in it"),
    "gzip of nothing": (gzip.compress(b""), "is a gzip file, but there is no tar in it"),
    "gzip in gzip": (gzip.compress(CUT_GZIP), "is a gzip file, but there is no tar in it"),
    "gzip in many parts": (gzip.compress(b"") * 10_001 + CUT_GZIP, "more than 10,000 parts"),
    "gzip bomb": (
        lambda: gzip.compress(make_tar([tar_entry(b"b", bytes(30_000_000))])),
        "unpacks to more than 200 times its size",
    ),
    "gzip bomb left out": (
        lambda: gzip.compress(make_tar([tar_entry(b".git/b", bytes(30_000_000))])),
        "more than 200 times",
    ),
    "xz bomb": (
        lambda: lzma.compress(make_tar([tar_entry(b"b", bytes(30_000_000))]), preset=0),
        "unpacks to more than 200 times its size",
    ),
    "xz cut off": (lzma.compress(USUAL)[:-9], "The archive is truncated"),
    "xz damaged": (lzma.compress(USUAL)[:90] + b"\xff" * 900, "The archive is damaged"),
    "xz that asks for 256 MiB": (
        lambda: lzma.compress(
            USUAL, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28, "mode": 1, "mf": 3, "nice_len": 4}]
        ),
        "The archive is damaged and cannot be unpacked",
    ),
}
"""Name → the archive, or what makes a large one, and what is said of it."""


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archive_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    archive, sentence = HOSTILE[case]
    data = archive() if callable(archive) else archive
    with pytest.raises(RefusedError) as caught:
        read(data, tmp_path, IntakeLimits(max_entries=10))
    assert sentence in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.message.endswith(".")
    assert "cannot be read (" not in caught.value.message


def read(data: bytes, tmp_path: Path, limits: IntakeLimits | None = None) -> dict[str, bytes]:
    (tmp_path / "submission.tar").write_bytes(data)
    return dict(read_submission(tmp_path / "submission.tar", limits).files)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["", "gz", "xz"])
def test_usual_archives_are_read(mode: str, form: int, tmp_path: Path) -> None:
    files = FILES | {"long/" + "x" * 150 + "/" + "y" * 99: b"long", "é/" * 5 + "ü.py": b"names"}
    assert read(usual_tar(files, mode, form), tmp_path) == files


def test_what_the_tar_command_writes_is_read(tmp_path: Path) -> None:
    for path, content in FILES.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / path).write_bytes(content)
    subprocess.run(["tar", "czf", "out.tar.gz", "-C", "in", "."], cwd=tmp_path, check=True)
    assert read_submission(tmp_path / "out.tar.gz").files == FILES


def test_headers_without_meaning_for_a_grade_are_read_over(tmp_path: Path) -> None:
    attributes = pax({"LIBARCHIVE.xattr.com.apple.quarantine": b"\xff\n\0=", "mtime": b"1.5", "comment": b"abc"})
    everywhere = pax({"comment": b"0123456789abcdef"}, kind=b"g")
    long_target = tar_entry(b"l", b"target\0", kind=b"K")
    assert read(make_tar([everywhere, attributes, long_target, OK]), tmp_path) == {"ok.py": b"x = 1\n"}


def test_an_archive_packed_in_parts_is_read(tmp_path: Path) -> None:
    parts = [gzip.compress(USUAL[at : at + 700]) for at in range(0, len(USUAL), 700)]
    assert read(b"".join(parts) + bytes(100), tmp_path) == FILES


def test_a_large_left_out_part_does_not_count_as_bytes_of_the_submission(tmp_path: Path) -> None:
    archive = make_tar([tar_entry(b"node_modules/x", b"\xa5\x5a" * 500_000), OK, tar_entry(b"p/.venv/y", b"ab" * 99)])
    submission_limits = IntakeLimits(max_bytes=1_000, max_file_bytes=1_000)
    assert read(archive, tmp_path, submission_limits) == {"ok.py": b"x = 1\n"}


def test_left_out_parts_still_count_as_unpacked_bytes(tmp_path: Path) -> None:
    archive = make_tar([tar_entry(b"node_modules/x", bytes(900_000)), OK])
    with pytest.raises(RefusedError, match=r"unpacks to more than 500 kB"):
        read(archive, tmp_path, IntakeLimits(max_unpacked_bytes=500_000))


def python_reads_zstd() -> bool:
    for name in ("compression.zstd", "backports.zstd"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            return True
    return False


def test_zstd_is_read_where_python_can_and_explained_where_it_cannot(tmp_path: Path) -> None:
    """A zstd frame of one raw block, written by hand: magic, header without sizes, block header, content."""
    archive = make_tar([OK])
    frame = b"\x28\xb5\x2f\xfd\x00\x58" + (len(archive) << 3 | 1).to_bytes(3, "little") + archive
    if python_reads_zstd():
        assert read(frame, tmp_path) == {"ok.py": b"x = 1\n"}
        return
    with pytest.raises(UsageError, match=r"cannot read zstd archives\. Send a \.tar\.gz") as caught:
        read(frame, tmp_path)
    assert caught.value.fix == "pip install backports.zstd"


def test_what_is_accepted_is_what_tarfile_reads(tmp_path: Path) -> None:
    files = FILES | {f"m{number}.py": bytes([number]) * number * 30 for number in range(1, 60)}
    data = usual_tar(files, "gz")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = {member.name: archive.extractfile(member) for member in archive}
        expected = {name: file.read() for name, file in members.items() if file}
    assert make_submission(read(data, tmp_path)).digest == make_submission(expected).digest
