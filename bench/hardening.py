"""What the walls cost: one submission in the hardened containers and in plain ones, in turn, in one run.

    python -m bench.hardening [--runs N] [PACK …]

The plain run is the same flow with the hardening taken out of the options of both containers: no seccomp profile of
ours, all of Docker's default capabilities, no limits on memory, processors, processes, files or disk, a root file
system that can be written. What remains is what the flow needs: two containers, the folders they share, the user.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.measure import ratio, spread
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.sandbox import docker, verifier
from grader.settings import Settings

GOAL = 1.10
KEPT = ("AutoRemove", "NetworkMode", "VolumesFrom", "Runtime", "Mounts")
"""Options of the engine that the flow cannot do without."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("packs", nargs="*", default=["tests/packs/sums", "challenges/rag-triage"])
    chosen = arguments.parse_args()
    for pack in chosen.packs:
        bench_pack(Path(pack), chosen.runs)


def bench_pack(pack: Path, runs: int) -> None:
    """`runs` pairs, after one that is not counted; prints both walls and the ratio pair by pair."""
    walls: dict[str, list[float]] = {"hardened": [], "plain": []}
    for number in range(runs + 1):
        hardened, plain = once(pack), once(pack, plain=True)
        if number:
            walls["hardened"].append(hardened)
            walls["plain"].append(plain)
    print(f"\n{pack.name}: median of {runs} pairs, in turn")
    print(f"  plain     containers without hardening   {spread(walls['plain'])}")
    print(f"  hardened  containers as shipped          {spread(walls['hardened'])}")
    print(f"  ratio     (goal ≤ {GOAL:.2f}×)                {ratio(walls['hardened'], walls['plain'])}")


def once(pack: Path, *, plain: bool = False) -> float:
    """Wall seconds of grading the pack's reference solution."""
    with tempfile.TemporaryDirectory() as folder, stripped() if plain else contextlib.nullcontext():
        request = Request(source=str(pack / "solution"), challenge=pack, out=Path(folder), judge=False)
        began = time.monotonic()
        grade(Run(request=request, settings=Settings(), say=lambda _text: None))
        return time.monotonic() - began


@contextlib.contextmanager
def stripped() -> Iterator[None]:
    """Within this, both containers are made without hardening."""
    places = ((verifier, "verifier_options"), (docker, "candidate_options"))
    shipped = [(place, name, getattr(place, name)) for place, name in places]

    def without(options: dict[str, Any]) -> dict[str, Any]:
        return {**options, "host": {name: options["host"][name] for name in KEPT if name in options["host"]}}

    for place, name, options in shipped:
        setattr(place, name, lambda *given, made=options: without(made(*given)))
    try:
        yield
    finally:
        for place, name, options in shipped:
            setattr(place, name, options)


if __name__ == "__main__":
    main()
