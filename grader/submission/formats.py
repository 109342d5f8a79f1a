"""Files that are not what their name or place says: placeholders for a content that is elsewhere, and other formats
than the one that was asked for. Told apart by content where there is one, and by name for advice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.errors import visible
from grader.records import Submission

_POINTER_BYTES = 1024
_LFS = re.compile(rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v\d+\r?\n(?:.*\n)*?oid sha256:")
_ANNEX = re.compile(rb"(?:\.\./)*(?:\.git)?/?annex/objects/[^\n]+\n?\Z")
_TEXT = (
    ".py",
    ".md",
    ".txt",
    ".json",
    ".yaml",
    ".yml",
    ".toml",
    ".csv",
    ".jsonl",
    ".sh",
    ".js",
    ".ts",
    ".sql",
    ".html",
)
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a rich text document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a gzip file"),
    (b"SQLite format 3\0", "a database"),
    (b"bplist00", "a property list of macOS"),
)
_MOST_TOLD = 10

_OTHERS: Mapping[str, tuple[str, str]] = {
    "ipynb": ("a notebook", "export it as {wanted}"),
    "pyc": ("compiled", "send {wanted} itself"),
    "docx": ("a Word document", "save it as {form} ({wanted})"),
    "doc": ("a Word document", "save it as {form} ({wanted})"),
    "odt": ("an OpenDocument text", "save it as {form} ({wanted})"),
    "rtf": ("a rich text document", "save it as {form} ({wanted})"),
    "pages": ("a Pages document", "save it as {form} ({wanted})"),
    "pdf": ("a PDF", "send its text as {form} ({wanted})"),
    "html": ("a web page", "save it as {form} ({wanted})"),
    "htm": ("a web page", "save it as {form} ({wanted})"),
    "gdoc": ("a link to a Google document", "download it as {form} ({wanted})"),
    "gsheet": ("a link to a Google sheet", "download it as {form} ({wanted})"),
    "xlsx": ("an Excel workbook", "save it as {form} ({wanted})"),
    "xls": ("an Excel workbook", "save it as {form} ({wanted})"),
    "ods": ("a spreadsheet", "save it as {form} ({wanted})"),
    "numbers": ("a Numbers sheet", "save it as {form} ({wanted})"),
    "png": ("a picture", "send {wanted} as text"),
    "jpg": ("a picture", "send {wanted} as text"),
    "icloud": ("a placeholder of iCloud", "download the file before you pack it"),
    "lnk": ("a shortcut", "send the file that it leads to"),
    "url": ("a shortcut", "send the file that it leads to"),
    "webloc": ("a shortcut", "send the file that it leads to"),
    **dict.fromkeys(("zip", "tar", "gz", "tgz", "xz", "7z", "rar", "bz2"), ("an archive", "unpack it")),
}
"""Ending → what it is, and what to do when `wanted` was asked for."""
_FORMS = {"md": "Markdown", "txt": "plain text", "csv": "CSV", "json": "JSON", "py": "Python", "html": "HTML"}


def advice(found: str, wanted: str) -> str:
    """What to do with the file `found` where `wanted` is missing; empty where a new name is enough."""
    ending = _ending(found)
    if ending == _ending(wanted) or ending not in _OTHERS:
        return ""
    what, do = _OTHERS[ending]
    return f"{what}: {do.format(wanted=wanted, form=_FORMS.get(_ending(wanted), 'text'))}"


def same_work(found: str, wanted: str) -> bool:
    """Whether `found` is named as `wanted` but for what its ending says of its format: `Notes.docx` for `notes.md`."""
    return _ending(found) in _OTHERS and _stem(found) in {_stem(wanted), wanted.lower().rpartition("/")[2]}


def flags(submission: Submission, required: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each file whose content is not here, and for each required one that is of another format."""
    told = [
        f"{visible(path)} is {what}."
        for path, content in submission.files.items()
        if (what := _placeholder(content) or (_other(path, content) if path in required else ""))
    ]
    rest = len(told) - _MOST_TOLD
    return (*told[:_MOST_TOLD], *([f"{rest} more files are not what they seem."] if rest > 0 else []))


def _placeholder(content: bytes) -> str:
    if len(content) > _POINTER_BYTES:
        return ""
    if _LFS.match(content):
        return "a Git LFS pointer; its content is not here"
    return "a git-annex pointer; its content is not here" if _ANNEX.match(content) else ""


def _other(path: str, content: bytes) -> str:
    if not path.lower().endswith(_TEXT):
        return ""
    what = next((what for magic, what in _MAGIC if content.startswith(magic)), "")
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not what and head.startswith((b"<!doctype html", b"<html")) and not path.lower().endswith(".html"):
        what = "a web page"
    if not what and path.lower().endswith(".py") and head.startswith(b"{") and b'"nbformat"' in content:
        what = "a notebook"
    return f"{what} by its content, whatever its name says" if what else ""


def _ending(path: str) -> str:
    return path.lower().rpartition("/")[2].rpartition(".")[2]


def _stem(path: str) -> str:
    name = path.lower().rpartition("/")[2]
    return name.rpartition(".")[0].removeprefix(".") if "." in name else name
