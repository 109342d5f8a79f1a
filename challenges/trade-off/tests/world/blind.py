"""Ways to answer without weighing anything: what the best of them earns on the dossiers at hand is where credit begins."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

from collections.abc import Callable, Mapping

from world.draw import Dossier
from world.reading import FLAWS, read
from world.sums import costs, share

Choose = Callable[[Dossier], str]
UNSEEN = tuple(each for each in FLAWS if each != "change")
"""What who weighs nothing does not see; what the second envelope says is in plain words, and costs no thought."""
TIDIED = ("change", "rules", "seconds", "probe", "doubled", "units")
"""What is in order in a sum of the columns after a glance at each."""


def places(dossier: Dossier) -> Mapping[str, int]:
    return {row["id"]: at for at, row in enumerate(dossier["options"])}


def verdicts(dossier: Dossier, name: str) -> float:
    """Share of all rows of an option that say "right"."""
    rows = [row["verdict"] for row in dossier["evaluation"] if row["option"] == name]
    return rows.count("right") / len(rows)


def by(what: str) -> Choose:
    """The allowed option that is best in one thing, read as it stands."""

    def choose(dossier: Dossier) -> str:
        reading = read(dossier, UNSEEN)
        keys: dict[str, Callable[[str], float]] = {
            "first": lambda name: places(dossier)[name],
            "last": lambda name: -places(dossier)[name],
            "price": lambda name: reading.lines[name].price,
            "fixed": lambda name: reading.lines[name].fixed,
            "right": lambda name: -share(reading.lines[name], dossier["segments"][0]["id"]),
            "correct": lambda name: -verdicts(dossier, name),
            "fast": lambda name: sorted(reading.lines[name].took)[len(reading.lines[name].took) // 2],
            "late": lambda name: reading.lines[name].late,
        }
        return min(reading.feasible() or reading.lines, key=keys[what])

    return choose


def undominated(dossier: Dossier) -> str:
    """What is left when the option that is worse than another in everything is struck out: the middle one by its sum."""
    reading = read(dossier, UNSEEN)
    eur = costs(reading)
    names = sorted(reading.feasible() or eur, key=eur.__getitem__)
    return names[len(names) // 2]


def glance(dossier: Dossier) -> str:
    """The least sum of the columns, without a look at which of their rows count."""
    reading = read(dossier, [each for each in FLAWS if each not in TIDIED])
    eur = costs(reading)
    return min(reading.feasible() or eur, key=eur.__getitem__)


BLIND: tuple[Choose, ...] = (
    *(by(what) for what in ("first", "last", "price", "fixed", "right", "correct", "fast", "late")),
    undominated,
    glance,
)
