"""Guesses which modules a submission will import, so that the candidate's process has them before the clock runs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_IMPORT = re.compile(
    rb"^[ \t]*(?:import[ \t]+(" + _NAME + rb")|from[ \t]+(" + _NAME + rb")[ \t]+import[ \t]+\(?(\w+))", re.MULTILINE
)
_LINE, _WORD = re.compile(rb"^[ \t]*(?:import|from)[ \t]+(.+)$", re.MULTILINE), re.compile(rb"[A-Za-z_]\w*")
_NO_PRELOAD = frozenset(
    {"antigravity", "this", "test", "tests", "idlelib", "turtle", "turtledemo", "tkinter", "lib2to3"}
)
_MOST = 50
_READ_BYTES = 200_000
"""Of each file: imports stand at its head."""


def preload(sources: Mapping[str, bytes], module: str = "") -> tuple[str, ...]:
    """Modules that the submission's Python files name in import statements and do not bring themselves, at most 50;
    then as many that they may mean, as `http.server` where they say `from http import server`. Of the files, those that
    come with `module`, which is what tests call; a command imports for itself. Found by pattern, not by parsing: a file
    that breaks a parser must not break us.

    No part of a name begins with an underscore: what runs when it is imported, as `unittest.__main__`, is named so."""
    own = {_top(path) for path in sources}
    named: set[str] = set()
    meant: set[str] = set()
    for content in _reached(sources, own, module):
        for whole, package, name in _IMPORT.findall(content[:_READ_BYTES]):
            named.add((whole or package).decode())
            meant |= {f"{package.decode()}.{name.decode()}"} if package else set()
    return (*_wanted(named, own), *_wanted(meant - named, own))


def _top(path: str) -> str:
    """The name by which Python finds what lies there."""
    return path.split("/")[0].removesuffix(".py")


def _reached(sources: Mapping[str, bytes], own: set[str], module: str) -> list[bytes]:
    """The Python files that are imported with `module`, as far as statements tell; all where it is not there. Of a
    folder, all."""
    files: dict[str, list[bytes]] = {}
    for path, content in sources.items():
        if path.endswith(".py"):
            files.setdefault(_top(path), []).append(content)
    first = module.split(".")[0]
    if first not in files:
        return [content for each in files.values() for content in each]
    found = [first]
    for name in found:
        lines = (line for content in files[name] for line in _LINE.findall(content[:_READ_BYTES]))
        words = {word.decode() for line in lines for word in _WORD.findall(line)}
        found += sorted((words & own & files.keys()) - set(found))
    return [content for name in found for content in files[name]]


def _wanted(names: set[str], own: set[str]) -> tuple[str, ...]:
    parts = {name: name.split(".") for name in names}
    good = (
        name
        for name, of in parts.items()
        if of[0] not in own and not _NO_PRELOAD.intersection(of) and not any(part.startswith("_") for part in of)
    )
    return tuple(sorted(good))[:_MOST]
