"""Writes the public data: `python -m world.starter FOLDER`, run where `grade challenge copy repo-setup tests DIR` has written the
hidden tests. They go into `starter/`.

They come from fixed seeds that no submission can get.
"""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import base64
import json
import textwrap
import zlib

from grader_kit import stream, write_starter

from world.change import LETTER, changed
from world.draw import Repo
from world.kinds import PARTS, plant

SHOWN = ("conflict", "swapped", "never_made", "cut", "unset", "taken", "interpreter", "dead")
"""Forms that the sample has."""
ALSO = ("turned", "returns_in_hook", "western")
"""Forms that the sample of the second envelope has."""
README = """\
# PKG

Small jobs for a depot: labels, prices, what is due when.

## Set-up

Wheels are installed with `make wheels`, always the newest of each. The port is 8080; if it is taken, end the other process.

```sh
make wheels
python3 -m PKG.web
```

Migrations are applied by name. `var/` can be deleted at any time, nothing in it matters.

Settings are changed in `conf/settings.env`.

## Running

```sh
echo "echo hello" | python3 -m PKG add
python3 -m PKG work
python3 -m PKG list
```
"""
STALE = (
    "make wheels", "always the newest of each", "The port is 8080", "end the other process", "python3 -m PKG.web", "Migrations are applied by name",
    "nothing in it matters", "Settings are changed in `conf/settings.env`", "-m PKG add", "-m PKG list",
)  # fmt: skip


def named(names: tuple[str, ...]) -> list:
    return [each for name in names for forms in PARTS.values() for each in forms if each[1].__name__ == name]


def sample() -> Repo:
    """The repository of the starter."""
    return plant("public-sample-1", named(SHOWN), public=True)


def stale() -> tuple[str, ...]:
    return tuple(sentence.replace("PKG", sample().name) for sentence in STALE)


def after_the_change() -> Repo:
    """The repository of the second envelope."""
    return changed(plant("public-changed-1", named(ALSO), public=False), stream("public-changed-1", "change"))


def sealed() -> str:
    inside = {"letter": LETTER, "repository": after_the_change().packed()}
    packed = base64.b85encode(zlib.compress(json.dumps(inside, ensure_ascii=False).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(packed, 120)) + "\n"


def files() -> dict[str, str]:
    repo = sample()
    readme = README.replace("PKG", repo.name)
    return {
        "sample.json": json.dumps(repo.packed(), indent=1, ensure_ascii=False) + "\n",
        "envelope.sealed": sealed(),
        "README.md": readme,
    }


if __name__ == "__main__":
    from canary import CANARY

    write_starter(files(), CANARY)
