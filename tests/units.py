"""What one of several testing processes gets at once, where tests run side by side (`--dist loadgroup`).

Tests of a file that makes something once for all of them go to one process, else each process would make it; and so do
those of files that name one group, `xdist_group("queue")`. Every other test goes where there is time. pytest-xdist
looks for groups at the ends of test names, and has not been able to write them there since pytest 9.2: they are read
from the files here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"""xdist_group\("([\w-]+)"\)""")
SHARED = re.compile(r"""pytest\.fixture\([^)]*scope="module\"""")


class Units(LoadScopeScheduling):
    """Hands out units in the order in which their first tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


def unit(nodeid: str) -> str:
    """What a test goes with: a group, its file, or nothing else."""
    return unit_of(nodeid.partition("::")[0]) or nodeid


@cache
def unit_of(file: str) -> str:
    """The group of the tests of a file, by its name from the root; empty where each goes by itself."""
    text = (ROOT / file).read_text(encoding="utf-8")
    named = NAMED.search(text)
    if named:
        return named[1]
    return file if SHARED.search(text) else ""
