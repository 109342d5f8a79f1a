"""What it costs to run the figures of documents again: `python -m bench.claims_cost [PACK …]`, on all that is shipped.

Alone: the commands in their container, with nothing beside. In a grading: the whole with them beside the tests and
without them, in turn. Wall seconds are this machine's, with whatever else it does; own seconds are processor time (or
sleep) of the candidate's container. Submissions whose documents, scripts and code are the same are run once.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
GRADED = ("solution",)
"""Of these the whole grading is measured."""


def main(names: list[str]) -> None:
    from grader.sandbox.guard import guarded

    packs = [ROOT / "challenges" / name for name in names] or sorted(
        path.parent for path in (ROOT / "challenges").glob("*/challenge.yaml")
    )
    print(
        "pack  submissions  with a command  alone: wall s (median, most), own s (median, most)  grading: with, without"
    )
    with guarded():
        for pack in packs:
            print(_line(pack), flush=True)


def _line(root: Path) -> str:
    from grader.challenge import load_pack

    pack = load_pack(root)
    found = list(_alone(pack))
    ran = [(wall, own) for wall, own, commands in found if commands]
    walls, owns = [wall for wall, _ in ran] or [0.0], [own for _, own in ran] or [0.0]
    with_them, without = _gradings(pack)
    return (
        f"{root.name:18} {len(found):3} {len(ran):3}   {statistics.median(walls):6.2f} {max(walls):6.2f}   "
        f"{statistics.median(owns):6.2f} {max(owns):6.2f}   {with_them:6.2f} {without:6.2f}"
    )


def _alone(pack: Any) -> Iterator[tuple[float, float, int]]:
    """Of each submission: wall seconds, own seconds, and how many commands were run."""
    from grader.authoring import shipped
    from grader.authoring.entries import load_entries
    from grader.errors import GraderError
    from grader.grading import claims
    from grader.settings import Settings

    listed = load_entries(pack.root)
    seen: dict[str, None] = {}
    for name in ("solution", *(one.entry.path for one in listed)):
        try:
            work = shipped.read(pack, shipped.find(pack.root, listed, name))
        except GraderError:
            continue  # one that is refused
        if work.digest in seen:
            continue
        seen[work.digest] = None
        began = time.monotonic()
        said = claims.block(_run(pack, Settings()), pack, work)
        yield time.monotonic() - began, _own(said), sum(one["ran"] for one in said.get("commands", ()))


def _own(said: Mapping[str, Any]) -> float:
    return sum(float(one["seconds"]) for one in said.get("commands", ()))


def _run(pack: Any, settings: Any, source: str = "", out: Path = Path()) -> Any:
    from grader.grading.run import Request, Run

    request = Request(source=source, challenge=pack, out=out, judge=False)
    return Run(request=request, settings=settings, say=lambda _text: None)


def _gradings(pack: Any) -> tuple[float, float]:
    """Wall seconds of a grading of the reference with its commands beside the tests, and without: medians of three."""
    import tempfile

    from grader.grading import claims
    from grader.grading.pipeline import grade
    from grader.settings import Settings

    took: dict[bool, list[float]] = {True: [], False: []}
    for at in range(6):
        kept = bool(at % 2)
        with tempfile.TemporaryDirectory() as folder:
            run = _run(pack, Settings(), str(pack.root / "solution"), Path(folder) / "out")
            began = time.monotonic()
            with patch.object(claims, "marked_block", claims.marked_block if kept else lambda *_: {}):
                grade(run)
            took[kept].append(time.monotonic() - began)
    return statistics.median(took[True]), statistics.median(took[False])


if __name__ == "__main__":
    main(sys.argv[1:])
