"""Where one stands is not trusted where it may be a candidate's.

A `grader.toml` names the judge's address, and a folder `challenges` holds hidden tests. Whoever grades from inside what
a candidate sent, or from the folder around it, would take both from the candidate. So the working folder counts only
where it has nothing to do with what is graded; other places are named by the operator.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_REMOTE_URL = re.compile(r"^[ \t]*+url[ \t]*+=([^\n]*+)$", re.MULTILINE)
_MOST_CONFIG = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How the working folder stands to what is graded."""

    doubt: str = ""
    """Why the working folder may be a candidate's, as the end of a sentence; empty where it is trusted."""
    inside: bool = False
    """Whether it is what is graded, or lies in it."""
    named: bool = False
    """Whether the operator has named it as their own."""
    graded: tuple[Path, ...] = ()
    """Where what is graded lies on this machine: as it was named, and without links."""

    def holds(self, path: Path) -> bool:
        """Whether `path` lies in what is graded, by the way it was named or by where its links lead."""
        return any(_within(place, root) for place in _both(path) for root in self.graded)


def standing(sources: Iterable[str], trusted: Iterable[str] = ()) -> Standing:
    """How the working folder stands to `sources`: archives, folders, or addresses of repositories.

    `trusted`: folders that the operator has named as their own. They may lie around what is graded, never in it.
    """
    named = list(sources)
    graded = tuple(dict.fromkeys(place for source in named for place in _places(source)))
    here = Path.cwd().resolve()
    if any(_within(here, root) for root in graded):
        return Standing(doubt="the working folder lies in what is graded", inside=True, graded=graded)
    if any(Path(folder).expanduser().resolve() == here for folder in trusted if folder):
        return Standing(named=True, graded=graded)
    return Standing(doubt=_doubt(here, named, graded), graded=graded)


def _doubt(here: Path, sources: list[str], graded: tuple[Path, ...]) -> str:
    if any(_within(place, here) for place in graded):
        return "what is graded lies in the working folder"
    own = repository(here)
    if own is None:
        return ""
    if any(repository(place) == own for place in graded):
        return "the working folder is in the same repository as what is graded"
    if set(map(_plain, sources)) & set(map(_plain, _remotes(own))):
        return "the working folder is a clone of the repository that is graded"
    return ""


def brought(files: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> bool:
    """Whether a submission's `files` hold all of `wanted`, with these contents, below one folder: a copy of what is
    about to be trusted came from the candidate."""
    first, content = next(iter(wanted.items()), ("", b""))
    below = [path[: -len(first)] for path, held in files.items() if first and held == content and _ends(path, first)]
    return any(all(files.get(folder + name) == bytes_ for name, bytes_ in wanted.items()) for folder in below)


def _ends(path: str, name: str) -> bool:
    return path == name or path.endswith("/" + name)


def repository(path: Path) -> Path | None:
    """The git folder that `path` belongs to, that of the main work tree for linked ones. Git itself is not asked."""
    for folder in (path, *path.parents):
        mark = folder / ".git"
        if mark.is_dir():
            return mark.resolve()
        if mark.is_file():
            return _linked(mark)
    return None


def _linked(mark: Path) -> Path:
    """What the file `.git` of a linked work tree leads to; itself where it leads nowhere."""
    words = _read(mark).removeprefix("gitdir:").strip()
    folder = (mark.parent / words).resolve() if words else mark
    common = _read(folder / "commondir").strip()
    return (folder / common).resolve() if common else folder


def _remotes(repository: Path) -> list[str]:
    return [said.strip().strip('"') for said in _REMOTE_URL.findall(_read(repository / "config"))]


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MOST_CONFIG)
    except OSError:
        return ""


def _plain(address: str) -> str:
    """An address without what is written in several ways: scheme, user, ending, case of the host, branch."""
    name = re.sub(r"^[a-z+]+://", "", _without_ref(address.strip()))
    name = re.sub(r"^[^/@]*@", "", name).replace(":", "/").rstrip("/").removesuffix(".git")
    host, slash, path = name.partition("/")
    return host.lower() + slash + path.lstrip("/")


def _without_ref(source: str) -> str:
    address = source.rpartition("#")[0] or source
    before, sign, ref = address.rpartition("@")
    return before if sign and "/" in before.partition("://")[2] and not ref.startswith("/") else address


def _places(source: str) -> list[Path]:
    """Where `source` lies on this machine: `folder`, `archive.zip`, `folder#branch`, `folder@branch`, `file://…`."""
    name = source.removeprefix("file://")
    for named in (name, name.rpartition("#")[0], name.rpartition("@")[0]):
        if named and os.path.lexists(named):
            return _both(Path(named))
    return []


def _both(path: Path) -> list[Path]:
    """A path as it was named, and without links."""
    return list(dict.fromkeys((Path(os.path.abspath(path)), path.resolve())))


def _within(path: Path, root: Path) -> bool:
    return path == root or root in path.parents
