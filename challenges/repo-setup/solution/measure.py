"""python3 measure.py: lays the sample in a folder of its own, looks at it, and prints what was found and what sets of pins cost."""

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import lay
import packages
from doctor import CHECKS
from finding import Depot

SAMPLE = Path(__file__).resolve().parent / "sample.json"


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "depot"
        lay.lay(json.loads(SAMPLE.read_text("utf-8")), root)
        depot = Depot(root)
        with contextlib.redirect_stdout(io.StringIO()):
            for check in CHECKS:
                check(depot)
        print(f"{len(depot.found)} defects: {', '.join(sorted(kind for kind, _, _ in depot.found))}")
        known, before = packages.read(depot), packages.pins_of(depot)
        wanted = [(each.partition(">")[0], each) for each in depot.project["project"]["needs"]]
        sets = packages.closure(known, wanted)
        costs = sorted(packages.cost(depot, pins, before) for pins in sets)
        newest = max(sets, key=lambda pins: [packages.number(pins[name]) for name in sorted(pins)])
        print(f"{len(sets)} sets of versions go together; cheapest {costs[0]} EUR, next {costs[1]} EUR, dearest {costs[-1]} EUR")
        print(f"the newest set costs {packages.cost(depot, newest, before)} EUR")


if __name__ == "__main__":
    sys.exit(main())
