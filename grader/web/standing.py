"""How the files of a work stand to the starter: unchanged, changed, new, taken away. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal, NamedTuple

from grader.pages.text import count

Stand = Literal["unchanged", "changed", "new"]


class Standing(NamedTuple):
    """One file beside what was given. `note`: how it differs, for the page; empty for a new one."""

    stand: Stand
    note: str = ""


def standing(files: Mapping[str, bytes], given: Mapping[str, bytes]) -> dict[str, Standing]:
    """Path → how it stands. A file that was given and lies elsewhere now is new, and its note says where from."""
    moved = {content: path for path, content in given.items() if content.strip()}
    return {path: _of(path, content, given, moved) for path, content in files.items()}


def taken_away(files: Mapping[str, bytes], given: Mapping[str, bytes]) -> tuple[str, ...]:
    """Files that were given and are not handed in, wherever they lie."""
    there = set(files.values())
    return tuple(path for path, content in given.items() if path not in files and content not in there)


def _of(path: str, content: bytes, given: Mapping[str, bytes], moved: Mapping[bytes, str]) -> Standing:
    before = given.get(path)
    if before is None:
        source = moved.get(content)
        return Standing("new", f"the starter’s {source}, elsewhere" if source else "")
    if _lines(before) == _lines(content):
        return Standing("unchanged", "as in the starter")
    return Standing("changed", _difference(_lines(before), _lines(content)))


def _lines(content: bytes) -> list[bytes]:
    """Lines without their ends, which tools change on their own."""
    return content.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")


def _difference(before: list[bytes], now: list[bytes]) -> str:
    """How many lines came and went, wherever they stand: a move is no change."""
    old, new = Counter(before), Counter(now)
    came, went = (new - old).total(), (old - new).total()
    return f"changed from the starter: {count(came, 'line')} new, {count(went, 'line')} gone"
