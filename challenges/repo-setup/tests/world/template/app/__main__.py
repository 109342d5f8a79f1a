"""python3 -m PKG migrate | seed | submit (lines of STEP TEXT on standard input) | work | show | sweep | port"""

import json
import sys

from PKG import config, jobs, stock, sweep, worker


def submit():
    for line in sys.stdin.read().splitlines():
        print(jobs.submit(*line.split(" ", 1)))


def show():
    for row in jobs.rows():
        print(json.dumps(row))


COMMANDS = {
    "migrate": stock.migrate, "seed": stock.seed, "submit": submit, "work": worker.work, "show": show,
    "sweep": sweep.sweep, "port": lambda: print(config.settings().number("PORT")),
}  # fmt: skip

if __name__ == "__main__":
    what = COMMANDS.get("".join(sys.argv[1:]))
    what() if what else sys.exit(__doc__)
