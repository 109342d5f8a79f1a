"""The work as a page shows it: blind, with numbered lines, and the text that evidence is looked up in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from grader.pages.decode import decode
from grader.pages.documents import rendered
from grader.pages.text import count, listed, size
from grader.ratings.places import Work
from grader.report.blind import Blind
from grader.report.code import Budget, File, files_of
from grader.web import findings, visit

_DATA_BYTES = 40_000
"""A data file above this is folded away: its size is said, its text stays one click away."""
_DATA = (".json", ".jsonl", ".csv", ".tsv", ".npy", ".npz", ".pkl", ".bin", ".parquet", ".safetensors", ".lock")


class Shown:
    """The files of one case, blind: neither their texts nor their names say who wrote them."""

    def __init__(self, files: Mapping[str, bytes], hidden: Blind) -> None:
        self._hidden = hidden
        self._files = {hidden.path(path): content for path, content in files.items()}
        self.lines = {path: _lines(content, hidden.work) for path, content in self._files.items()}
        self._removed = dict(hidden.removed)  # before pages are made of it, which counts again
        self.text = Work(files=self.lines)

    def content(self, path: str) -> bytes | None:
        return self._files.get(path)

    def views(self) -> dict[str, Any]:
        """What the page's templates show of the work."""
        small = {path: content for path, content in self._files.items() if not _is_bulk(path, content)}
        files = files_of(small, [], mask=self._hidden.work, budget=Budget())
        files += [_folded(path, content) for path, content in self._files.items() if path not in small]
        files.sort(key=lambda file: file.path)
        return {
            "files": files,
            "hidden": listed([f"{amount:,} {kind}" for kind, amount in sorted(self._removed.items())]),
            "folders": [(folder, list(group)) for folder, group in groupby(files, key=lambda file: file.folder)],
            "figures": [_figure(one, files) for one in findings.figures(self.lines)],
            "terms": findings.terms(self.lines),
        }

    def one(self, path: str) -> File | None:
        """One file alone, with all that a page can take of it."""
        content = self.content(path)
        if content is None:
            return None
        return files_of({path: content}, [], mask=self._hidden.work, budget=Budget(opened=100_000))[0]


def shown(case: str) -> Shown:
    """The work of a case that whoever asks may see. Raises NotFoundError."""
    return Shown(*visit.desk().work(visit.actor(), case))


def _lines(content: bytes, mask: Callable[[str], str]) -> tuple[str, ...]:
    decoded = decode(content)
    return tuple(mask(decoded.text).split("\n")) if decoded else ()


def _is_bulk(path: str, content: bytes) -> bool:
    return len(content) > _DATA_BYTES and path.lower().endswith(_DATA)


def _folded(path: str, content: bytes) -> File:
    bare = files_of({path: b""}, [])[0]
    return bare._replace(size=size(len(content)), notes=(_counted(path, content), "open it alone to read it"))


def _counted(path: str, content: bytes) -> str:
    """How much data a file holds, in its own unit."""
    if path.lower().endswith((".jsonl", ".csv", ".tsv")):
        return count(content.count(b"\n") + (not content.endswith(b"\n")), "record")
    return "data"


def _figure(one: findings.Figure, files: list[File]) -> dict[str, str]:
    anchor = next((file.anchor for file in files if file.path == one.path), "")
    if not one.command:
        state = "no command named near it"
    elif not one.script:
        state = "a command is named"
    else:
        state = f"{one.script} is {'there' if one.there else 'not among the files'}"
    return {
        "text": one.text,
        "place": f"{one.path}:{one.line}",
        "target": f"{anchor}:{one.line}",
        "command": one.command,
        "state": state,
    }


def instruction(text: str) -> str:
    """What the candidate was asked, as HTML; empty where it is not known."""
    return raised(rendered(text) or "", 1) if text else ""


def headed(file: File) -> File:
    """A file that stands alone on its page, with the headings of its text right below the page's own."""
    return file._replace(document=raised(file.document, 2)) if file.document is not None else file


def raised(html: str, steps: int) -> str:
    """`html` of ours, whose headings begin at level 4, with them `steps` levels higher: below what stands over it."""
    return re.sub(r"(</?h)([456])", lambda found: f"{found[1]}{int(found[2]) - steps}", html)
