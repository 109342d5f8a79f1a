"""Guesses which modules a submission will import, so that the candidate's process has them before the clock runs."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_IMPORT = re.compile(
    rb"^[ \t]*(?:import[ \t]+(" + _NAME + rb")|from[ \t]+(" + _NAME + rb")[ \t]+import[ \t]+\(?(\w+))", re.MULTILINE
)
_NO_PRELOAD = frozenset(
    {"antigravity", "this", "test", "tests", "idlelib", "turtle", "turtledemo", "tkinter", "lib2to3"}
)
_MOST = 50
_READ_BYTES = 200_000
"""Of each file: imports stand at its head."""


def preload(sources: Mapping[str, bytes]) -> tuple[str, ...]:
    """Modules that the submission's Python files name in import statements and do not bring themselves, at most 50;
    then as many that they may mean, as `http.server` where they say `from http import server`. Found by pattern, not by
    parsing: a file that breaks a parser must not break us.

    No part of a name begins with an underscore: what runs when it is imported, as `unittest.__main__`, is named so."""
    own = {path.split("/")[0].removesuffix(".py") for path in sources}
    named: set[str] = set()
    meant: set[str] = set()
    for path, content in sources.items():
        if path.endswith(".py"):
            for module, package, name in _IMPORT.findall(content[:_READ_BYTES]):
                named.add((module or package).decode())
                meant |= {f"{package.decode()}.{name.decode()}"} if package else set()
    return (*_wanted(named, own), *_wanted(meant - named, own))


def _wanted(names: set[str], own: set[str]) -> tuple[str, ...]:
    parts = {name: name.split(".") for name in names}
    good = (
        name
        for name, of in parts.items()
        if of[0] not in own and not _NO_PRELOAD.intersection(of) and not any(part.startswith("_") for part in of)
    )
    return tuple(sorted(good))[:_MOST]
