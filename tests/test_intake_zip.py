"""Zip archives: usual ones are read, hostile ones are refused with a sentence that names the entry."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest

from grader.errors import RefusedError
from grader.submission import IntakeLimits, make_submission, read_submission
from tests.fuzz.archives import FILES, Part, deflated, make_zip, usual_zip

OK = Part(name=b"ok.py", content=b"x = 1\n")
ZEROS = bytes(5_000_000)


def link(name: bytes, mode: int, target: bytes = b"/etc/passwd") -> bytes:
    return make_zip([OK, Part(name=name, content=target, mode=mode)])


def with_extra(identifier: int, raw: bytes) -> bytes:
    return struct.pack("<2H", identifier, len(raw)) + raw


def unicode_path(name: bytes, meant: str) -> bytes:
    return with_extra(0x7075, b"\1" + zlib.crc32(name).to_bytes(4, "little") + meant.encode())


def doubled(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(name, "one")
        archive.writestr(name, "two")
    return buffer.getvalue()


def overlapping() -> bytes:
    """Ten entries that are one and the same content (as in the zip bomb 42.zip's successor by David Fifield)."""
    packed = deflated(ZEROS)
    parts = [Part(name=b"a%d" % number, content=ZEROS, deflate=True, stored=packed) for number in range(10)]
    for part in parts[1:]:
        part.ghost = True
        part.central["offset"] = 0
    return make_zip(parts)


def nested_overlap() -> bytes:
    """An entry whose content is the next entry, header and all."""
    inner = make_zip([OK])[: 30 + 5 + 6]
    outer = Part(name=b"outer", content=inner)
    return make_zip([outer, Part(name=b"ok.py", content=OK.content, ghost=True, central={"offset": 35})])


HOSTILE = {
    "absolute path": (make_zip([OK, Part(name=b"/etc/cron.d/x")]), "'/etc/cron.d/x' is an absolute path"),
    "parent folder": (make_zip([OK, Part(name=b"a/../../x")]), "'a/../../x' climbs out of its folder with '..'"),
    "parent in a left-out part": (make_zip([OK, Part(name=b"node_modules/../../x")]), "climbs out"),
    "backslash": (make_zip([OK, Part(name=b"..\\x.py")]), r"'..\\x.py' has a backslash".replace(r"\\", "\\")),
    "drive letter": (make_zip([OK, Part(name=b"C:x.py")]), "'C:x.py' has a drive letter in its path"),
    "drive letter below the top folder": (
        make_zip([Part(name=b"top/c:x")]),
        "'top/c:x' has a drive letter in its path",
    ),
    "NUL in the name": (make_zip([OK, Part(name=b"ok.py\0.txt")]), r"'ok.py\x00.txt' has a NUL"),
    "newline in the name": (make_zip([OK, Part(name=b"a\nb")]), r"'a\nb' has the invisible character U+000A"),
    "escape sequence": (make_zip([OK, Part(name=b"\x1b[2Jx")]), r"'\x1b[2Jx' has the invisible character U+001B"),
    "right-to-left override": (make_zip([Part(name="a\u202ecod.exe".encode(), flags=2048)]), "U+202E"),
    "zero-width joiner": (make_zip([Part(name="a\u200db".encode(), flags=2048)]), "U+200D"),
    "UTF-8 flag, not UTF-8": (
        make_zip([Part(name=b"caf\xe9", flags=2048)]),
        r"'caf\udce9' has a name that is not valid",
    ),
    "escape sequence around a left-out part": (make_zip([OK, Part(name=b"\x1b[2J/.git/x")]), r"'\x1b[2J/.git' has the"),
    "empty name": (make_zip([OK, Part(name=b"")]), "An entry without a name is a file"),
    "empty name in a path": (make_zip([OK, Part(name=b"a//b")]), "'a//b' has an empty name"),
    "symbolic link": (link(b"link.py", stat.S_IFLNK | 0o777), "'link.py' is a symbolic link"),
    "named pipe": (link(b"pipe", stat.S_IFIFO), "'pipe' is a named pipe"),
    "device": (link(b"dev", stat.S_IFCHR), "'dev' is a device"),
    "block device": (link(b"dev", stat.S_IFBLK), "'dev' is a device"),
    "socket": (link(b"sock", stat.S_IFSOCK), "'sock' is a socket"),
    "unknown type": (link(b"odd", 0o170000), "'odd' is neither a file nor a folder"),
    "folder by mode, file by name": (
        link(b"dir", stat.S_IFDIR),
        "'dir' is a folder by its mode and a file by its name",
    ),
    "folder with content": (make_zip([OK, Part(name=b"dir/", content=b"x")]), "'dir/' is a folder with content"),
    "the same name twice": (doubled("a.py"), "'a.py' is there twice"),
    "names of one letter twice": (doubled("a"), "'a' is there twice"),
    "another case": (
        usual_zip({"A.py": b"1", "a.py": b"2"}),
        "'a.py' differs from 'A.py' only in upper and lower case",
    ),
    "another Unicode form": (usual_zip({"\u00e9": b"1", "e\u0301": b"2"}), "in two spellings of the same letters"),
    "case folding beyond ASCII": (usual_zip({"stra\u00dfe": b"1", "STRASSE": b"2"}), "only in upper and lower case"),
    "file and folder": (usual_zip({"a": b"1", "a/b": b"2"}), "'a' is a file, and 'a' a folder of that name"),
    "file and folder, other case": (
        usual_zip({"A": b"1", "a/b": b"2"}),
        "'A' is a file, and 'a' a folder of that name",
    ),
    "file and empty folder": (usual_zip({"a": b"1", "a/": b""}), "'a' is a file, and 'a' a folder of that name"),
    "encrypted": (make_zip([OK, Part(name=b"s.py", flags=1)]), "'s.py' is encrypted"),
    "encrypted in one header": (make_zip([OK, Part(name=b"s.py", local={"flags": 1})]), "'s.py' is encrypted"),
    "strongly encrypted": (make_zip([OK, Part(name=b"s.py", flags=64)]), "'s.py' is encrypted"),
    "unknown method": (
        make_zip([Part(name=b"m.py", local={"method": 99}, central={"method": 99})]),
        "'m.py' is packed with",
    ),
    "bzip2": (
        usual_zip({"m.py": b"x" * 99}, zipfile.ZIP_BZIP2),
        "'m.py' is packed with a method that few tools read (12)",
    ),
    "overlapping": (overlapping(), "'a1' overlaps 'a0'"),
    "an entry inside another": (nested_overlap(), "'ok.py' overlaps 'outer'"),
    "another local name": (
        make_zip([Part(name=b"a.py", local={"name": b"b.py"})]),
        "'a.py' is named 'b.py' in its second",
    ),
    "another local size": (
        make_zip([Part(name=b"a.py", content=b"xy", local={"size": 1})]),
        "'a.py' is described in two",
    ),
    "another local packed size": (make_zip([Part(name=b"a.py", content=b"xy", local={"packed": 1})]), "'a.py' is desc"),
    "another local checksum": (make_zip([Part(name=b"a.py", content=b"xy", local={"crc": 1})]), "'a.py' is described"),
    "another local method": (make_zip([Part(name=b"a.py", content=b"xy", local={"method": 8})]), "'a.py' is described"),
    "another local UTF-8 flag": (make_zip([Part(name=b"\xc3\xa9", local={"flags": 2048})]), "'é' is described in two"),
    "size too small": (
        make_zip([Part(name=b"a.py", content=b"x" * 50, deflate=True, local={"size": 9}, central={"size": 9})]),
        "'a.py' has 50 bytes, and the archive says 9",
    ),
    "size too large": (
        make_zip([Part(name=b"a.py", content=b"x" * 50, deflate=True, local={"size": 99}, central={"size": 99})]),
        "'a.py' has 50 bytes, and the archive says 99",
    ),
    "size beyond reason": (
        make_zip([Part(name=b"a.py", content=b"xy", local={"size": 4_000_000_000}, central={"size": 4_000_000_000})]),
        "'a.py' claims 4 GB and cannot hold more than 2 bytes",
    ),
    "packed size beyond the end": (
        make_zip([Part(name=b"a.py", content=b"xy", local={"packed": 900}, central={"packed": 900})]),
        "'a.py' is longer than the archive",
    ),
    "wrong checksum": (
        make_zip([Part(name=b"a.py", content=b"xy", local={"crc": 1}, central={"crc": 1})]),
        "'a.py' is damaged: its checksum is wrong",
    ),
    "damaged data": (
        make_zip([Part(name=b"a.py", content=b"xy", deflate=True, stored=b"\xff\xff")]),
        "'a.py' is damaged",
    ),
    "data cut off": (
        make_zip([Part(name=b"a.py", content=b"xyz" * 9, deflate=True, stored=deflated(b"xyz" * 9)[:-2])]),
        "'a.py' is damaged: its packed data ends too early or too late",
    ),
    "data after the data": (
        make_zip([Part(name=b"a.py", content=b"xyz", deflate=True, stored=deflated(b"xyz") + b"more")]),
        "'a.py' is damaged: its packed data ends too early or too late",
    ),
    "false descriptor": (
        make_zip([Part(name=b"a.py", flags=8, descriptor=bytes(12), content=b"xy")]),
        "'a.py' is followed",
    ),
    "hidden entry first": (
        make_zip([Part(name=b"h.py", hidden=True), OK]),
        "'ok.py' comes after data that belongs to no",
    ),
    "hidden entry last": (
        make_zip([OK, Part(name=b"h.py", hidden=True)]),
        "data between its entries and its directory",
    ),
    "entry without content": (
        make_zip([OK, Part(name=b"g.py", ghost=True)]),
        "'g.py' is listed in the archive but not in",
    ),
    "offset beyond the end": (make_zip([Part(name=b"a.py", central={"offset": 9_999})]), "'a.py' comes after data"),
    "damaged extra field": (
        make_zip([Part(name=b"a.py", central={"extra": b"\1\0\xff\0x"})]),
        "'a.py' has a damaged extra",
    ),
    "damaged Zip64 field": (
        make_zip([Part(name=b"a.py", central={"size": 0xFFFFFFFF, "extra": with_extra(1, b"1234")})]),
        "'a.py' has a damaged Zip64 field",
    ),
    "two Zip64 fields": (
        make_zip([Part(name=b"a.py", central={"extra": with_extra(1, b"") * 2})]),
        "'a.py' has a damaged",
    ),
    "Zip64 size lies": (
        make_zip(
            [Part(name=b"a.py", content=b"xy", central={"size": 0xFFFFFFFF, "extra": with_extra(1, b"\xff" * 8)})]
        ),
        "'a.py' is described in two places",
    ),
    "Zip64 offset lies": (
        make_zip([Part(name=b"a.py", central={"offset": 0xFFFFFFFF, "extra": with_extra(1, b"\xff" * 8)})]),
        "'a.py' comes after data",
    ),
    "a path that is too long": (make_zip([Part(name=b"a/" * 2_100 + b"x")]), "has a path of 4201 characters"),
    "a path too deep for any use": (make_zip([OK, Part(name=b".git/" + b"a/" * 200 + b"x")]), "lies 202 folders deep"),
}

COMMENTED = make_zip([Part(name=b"a", central={"comment": b"x"})])
LENGTHS = b"\x01\0\0\0\x01\0"
"""Of name, extra field and comment, in the record of `COMMENTED`."""

BROKEN = {
    "truncated": (usual_zip(FILES)[:-1], "truncated, or has data after its end"),
    "half": (usual_zip(FILES)[:200], "truncated, or has data after its end"),
    "data after the end": (usual_zip(FILES) + b"x", "truncated, or has data after its end"),
    "data before the start": (make_zip([OK], prefix=b"PK\x03\x04" + bytes(40)), "'ok.py' comes after data"),
    "appended to another archive": (usual_zip({"a": b""}) + usual_zip(FILES), "data before or after its directory"),
    "two ends": (make_zip([OK], end={"comment": make_zip([])}), "more than one end"),
    "data before the end record": (make_zip([OK], before_end=b"hidden"), "data before or after its directory"),
    "count too small": (make_zip([OK, Part(name=b"b")], end={"here": 1, "count": 1}), "it has 1 entries and lists 2"),
    "count too large": (make_zip([OK], end={"here": 9, "count": 9}), "says it has 9 entries and lists 1"),
    "directory elsewhere": (make_zip([OK], end={"start": 0}), "data before or after its directory"),
    "directory beyond the end": (make_zip([OK], end={"start": 0xFFFFFFF0}), "data before or after its directory"),
    "damaged directory": (usual_zip(FILES).replace(b"PK\x01\x02", b"PK\x01\x03", 1), "directory is damaged"),
    "comment beyond the directory": (COMMENTED.replace(LENGTHS, b"\x01\0\0\0\xff\xff"), "directory is damaged"),
    "several disks": (make_zip([OK], end={"disk": 1, "first": 1}), "one part of several"),
    "no entries": (make_zip([]), "The submission has no files"),
    "Zip64 end points nowhere": (make_zip([OK], zip64={"at": 1 << 60}), "Zip64 end that points nowhere"),
    "Zip64 end of another length": (make_zip([OK], zip64={"length": 1 << 60}), "Zip64 end of the wrong length"),
    "Zip64 end contradicts": (make_zip([OK], zip64={"count": 5}), "two ends that contradict each other"),
    "Zip64 counts lie": (
        make_zip([OK], zip64={"count": 1 << 60, "here": 1 << 60}, end={"here": 0xFFFF, "count": 0xFFFF}),
        "entries and lists 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*HOSTILE, *BROKEN])
def test_hostile_archive_is_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    data, sentence = (HOSTILE | BROKEN)[case]
    (tmp_path / "submission.zip").write_bytes(data)
    with pytest.raises(RefusedError) as caught:
        read_submission(tmp_path / "submission.zip")
    assert sentence in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.message.endswith(".")
    assert "cannot be read (" not in caught.value.message


def read(data: bytes, tmp_path: Path, limits: IntakeLimits | None = None) -> dict[str, bytes]:
    (tmp_path / "submission.zip").write_bytes(data)
    return dict(read_submission(tmp_path / "submission.zip", limits).files)


@pytest.mark.parametrize("size", ["narrow", "wide"])
@pytest.mark.parametrize("signature", [b"", b"PK\x07\x08"])
def test_sizes_that_follow_the_content_are_accepted(signature: bytes, size: str, tmp_path: Path) -> None:
    content = b"x" * 1000
    part = Part(name=b"a.py", content=content, deflate=True, flags=8, local={"crc": 0, "packed": 0, "size": 0})
    form = "<3L" if size == "narrow" else "<L2Q"
    part.descriptor = signature + struct.pack(form, zlib.crc32(content), len(part.data()), len(content))
    assert read(make_zip([part, OK]), tmp_path) == {"a.py": content, "ok.py": OK.content}


def test_an_archive_written_to_a_pipe_is_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.written += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in FILES.items():
            with archive.open(path, "w", force_zip64=True) as file:
                file.write(content)
    assert read(bytes(pipe.written), tmp_path) == FILES


def test_zip64_records_are_read_where_they_are_true(tmp_path: Path) -> None:
    wide = with_extra(1, struct.pack("<2Q", 6, 6))
    changes = {"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF, "extra": wide}
    part = Part(name=b"ok.py", content=b"x = 1\n", local=changes, central=changes)
    end = {"here": 0xFFFF, "count": 0xFFFF, "size": 0xFFFFFFFF, "start": 0xFFFFFFFF}
    assert read(make_zip([part], zip64={}, end=end), tmp_path) == {"ok.py": b"x = 1\n"}


@pytest.mark.parametrize(
    ("name", "flags", "extra", "path"),
    [
        ("naïve.md".encode(), 2048, b"", "naïve.md"),
        ("naïve.md".encode(), 0, b"", "naïve.md"),
        ("naïve.md".encode("cp437"), 0, b"", "naïve.md"),
        (b"na_ve.md\xff", 0, unicode_path(b"na_ve.md\xff", "naïve.md"), "naïve.md"),
        ("naïve".encode("cp437"), 0, with_extra(0x7075, b"\1\0\0\0\0evil"), "naïve"),
    ],
    ids=["UTF-8", "UTF-8 without its flag", "code page 437", "Unicode path field", "field for another name"],
)  # fmt: skip
def test_names_are_read_as_their_maker_meant_them(
    name: bytes, flags: int, extra: bytes, path: str, tmp_path: Path
) -> None:
    part = Part(name=name, flags=flags, content=b"x", central={"extra": extra}, local={"extra": extra})
    assert read(make_zip([part]), tmp_path) == {path: b"x"}


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"'bomb\.txt' unpacks to more than 200 times its size"):
        read(usual_zip({"ok.py": b"", "bomb.txt": ZEROS}), tmp_path)


def test_many_small_bombs_hit_the_limit_on_all_bytes(tmp_path: Path) -> None:
    files = {f"f{number}.txt": bytes(1_000_000) for number in range(25)}
    with pytest.raises(RefusedError, match=r"'f20\.txt' makes the submission larger than it may be \(20 MB\)"):
        read(usual_zip(files), tmp_path)


def test_an_archive_beside_other_files_stays_packed(tmp_path: Path) -> None:
    files = {"inner.zip": usual_zip({"bomb.txt": ZEROS}), "a.py": b""}
    assert read(usual_zip(files), tmp_path) == files


def test_an_archive_that_is_all_there_is_keeps_the_limits(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="unpacks to more than 200 times its size"):
        read(usual_zip({"inner.zip": usual_zip({"bomb.txt": ZEROS})}), tmp_path)


def test_an_archive_with_a_comment_is_read(tmp_path: Path) -> None:
    assert read(make_zip([OK], end={"comment": b"0123456789abcdef" * 9}), tmp_path) == {"ok.py": OK.content}


def test_folders_and_links_of_left_out_parts_do_no_harm(tmp_path: Path) -> None:
    bin_link = Part(name=b"node_modules/.bin/x", content=b"../x", mode=stat.S_IFLNK | 0o777)
    assert read(make_zip([OK, Part(name=b"src/", mode=stat.S_IFDIR), bin_link]), tmp_path) == {"ok.py": OK.content}


def test_what_is_accepted_is_what_zipfile_reads(tmp_path: Path) -> None:
    data = usual_zip(FILES | {f"m{number}.py": bytes([number]) * number for number in range(1, 60)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        expected = {name: archive.read(name) for name in archive.namelist()}
    assert make_submission(read(data, tmp_path)).digest == make_submission(expected).digest
