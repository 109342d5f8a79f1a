"""Other dossiers of the same form: what commands in candidates' documents are run on again.

The dossier to decide about keeps its options, its segments and the change of the second envelope, so that a script which
names them runs; all that was counted is drawn anew. The months that are over are others altogether.
"""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from grader_kit import stream, untaken

from world import starter
from world.draw import QUIRKS, Dossier, dossier, truth
from world.pick import drivers, pair
from world.reading import read

_EITHER = 0.45
"""How often a dossier has a quirk."""


def fresh(seed: int) -> dict[str, str]:
    """The files of `data/` but for the envelope, which stays as it is."""
    rng = stream(f"claims-{seed}", "dossier")
    main = untaken(lambda: _another(rng), lambda one: one is None)
    over = starter.months(f"claims-{seed}", f"claims-{seed}")
    made = {f"practice-{at}.json": starter.written(case.dossier) for at, case in enumerate(over, 1)}
    came = starter.written({"months": [starter.came(case) for case in over]})
    return {
        f"data/{name}": text
        for name, text in (made | {"dossier.json": starter.written(main), "came-out.json": came}).items()
    }


def _another(rng: random.Random) -> Dossier | None:
    """A dossier about what the shipped one is about; None where the change would leave no choice, or no question."""
    shipped = starter.main().dossier
    name = f"claims:{rng.getrandbits(60)}"
    world = truth(name, public=True)
    made = dossier(name, world, frozenset(each for each in QUIRKS if rng.random() < _EITHER), public=True)
    made = _renamed(
        made, {old["id"]: new["id"] for part in ("options", "segments") for old, new in zip(made[part], shipped[part])}
    )
    reading = read(made | {"addendum": shipped["addendum"]})
    if len(reading.feasible()) < 2:
        return None
    made["experiment"] = {"label_eur": rng.choice((2, 3, 5, 8, 14)), "months": rng.choice((1, 2, 3, 6)), "most": 400}
    made["ask"] = {"between": list(pair(rng, reading)), "drivers": drivers(rng, reading)}
    return made if len(made["ask"]["drivers"]) >= 2 else None


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with the names of options and segments exchanged, and those of options also inside of sentences."""
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if isinstance(value, str) and value not in names:
        return re.sub(r"[A-Z]\w+", lambda found: names.get(found[0], found[0]), value)
    return names.get(value, value) if isinstance(value, str) else value
