"""One reader of CSV: what Excel and people save, with the lines of the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import csv_files
from grader.batch.entries import from_manifest
from grader.errors import UsageError


def table(tmp_path: Path, content: bytes | str, required: tuple[str, ...] = ("path",)) -> csv_files.Table:
    path = tmp_path / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return csv_files.read(path, required, ("candidate", "minutes"))


@pytest.mark.parametrize(
    "content",
    [
        "path,candidate\na,Jürgen\n",
        "\ufeffpath;candidate\r\na;Jürgen\r\n",
        "Path\tCandidate\r\na\tJürgen\r\n",
        "path\tcandidate\r\na\tJürgen\r\n".encode("utf-16"),
        "\ufeffpath,candidate\r\na,Jürgen\r\n".encode("utf-16-be"),
        "path\tcandidate\r\na\tJürgen\r\n".encode("utf-16-le"),
        "path;candidate\r\na;Jürgen\r\n".encode("utf-16-be"),
        "sep=;\r\npath;candidate\r\na;Jürgen\r\n",
        " PATH , Candidate \n a , Jürgen \n",
        '"path";"candidate"\n"a";"Jürgen"\n',
        "path,candidate,,\na,Jürgen,,\n,,,\n,,,\n",
        "\n\npath,candidate\n\na,Jürgen,,,\n\n",
        "path,candidate\ra,Jürgen\r",
    ],
)
def test_what_spreadsheets_save_is_read(tmp_path: Path, content: bytes | str) -> None:
    found = table(tmp_path, content)
    assert [dict(row.cells) for row in found.rows] == [{"path": "a", "candidate": "Jürgen"}]
    assert found.faults == ()


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    found = table(tmp_path, 'sep=,\n\npath,candidate\n"a\n",x\n\n\nb,y,z\n')
    assert [row.line for row in found.rows] == [4]
    assert found.faults == ("line 8: 3 cells where the header has 2",)


def test_bytes_of_another_encoding_are_named_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 3: not UTF-8 \(the byte 0xfc\); save the file as CSV UTF-8"):
        table(tmp_path, b"path,candidate\na,b\nb,J\xfcrgen\n")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("paths\na\n", "line 1: no column 'path'; is it 'paths'?"),
        ("path,Path \na,b\n", "column 'path' appears twice"),
        ("", "the file is empty"),
        ("\n,,\n", "the file is empty"),
    ],
)
def test_a_header_that_means_nothing_is_refused(tmp_path: Path, content: str, fault: str) -> None:
    with pytest.raises(UsageError) as caught:
        table(tmp_path, content)
    assert fault in caught.value.message


def test_a_workbook_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a workbook or another archive; save the sheet as CSV UTF-8"):
        table(tmp_path, b"PK\x03\x04...")


def test_a_cell_under_no_name_is_a_fault_and_not_lost(tmp_path: Path) -> None:
    found = table(tmp_path, "path,,candidate\na,lost,b\n")
    assert found.faults == ("line 2: 'lost' stands in a column without a name",)


@pytest.mark.parametrize(
    "text", ["@ana", "=1+1", "-", "'@ana", "''=x", "O'Brien", "'quoted'", 'a,b\n"c"', " +x", "|x", "%x", ""]
)
def test_what_is_written_harmless_is_read_back_as_it_was(tmp_path: Path, text: str) -> None:
    written = csv_files.line(["path", "candidate"]) + csv_files.line(["a", text])
    assert not any(cell.lstrip(' "').startswith(("=", "@", "+", "-")) for cell in written.split(",")[2:])
    assert table(tmp_path, written).rows[0].cells["candidate"].strip() == text.strip()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"path;candidate;minutes\r\na;Ana;90,5\r\n", ""),
        ("path\tcandidate\r\na\tAna\r\n".encode("utf-16"), ""),
        (b"path,candidate\r\na,Ana\r\n,\r\n,\r\n", ""),
        (b"path,candidate,,\r\na,Ana,,\r\n", ""),
        (b"path,candidate\r\na,J\xfcrgen\r\n", "line 2: not UTF-8"),
        (b"path,candidate\na,Ana\n\n\nb.zip,Bo,extra\n", "line 5: 3 cells where the header has 2"),
        (b"path,candidate\n\n,Ana\n", "line 3: `path` is empty"),
        (b"path;candidat\na;Ana\n", "unknown column 'candidat'. Did you mean candidate?"),
    ],
)
def test_a_manifest_is_read_by_the_same_reader(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(content)
    if said:
        with pytest.raises(UsageError) as caught:
            from_manifest(path)
        assert said in caught.value.message
        return
    (entry,) = from_manifest(path).entries
    assert (entry.candidate, entry.minutes) == ("Ana", 90.5 if b";" in content else None)
