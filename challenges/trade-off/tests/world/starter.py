"""Writes the public data: `python -m world.starter FOLDER`, run where `grade challenge copy trade-off tests DIR` has
written the hidden tests. They go into `starter/data/`.

They come from fixed seeds that no submission can get, and keep to the public wording. What the dossier to decide about
wants is not written anywhere: the tests make it again.
"""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

import base64
import json
import textwrap
import zlib
from functools import cache

from grader_kit import write_starter

from world.draw import QUIRKS, Dossier
from world.envelope import LETTER
from world.futures import outcomes
from world.pick import Case, cases, clear_before, pays, together, turns

PRACTICE = ("seconds", "seen", "probe")


@cache
def main() -> Case:
    """The dossier that is decided about, with the change that the second envelope brings."""
    return cases("public-main-5", "main", ("change",), (turns, clear_before, together, pays), change=True, public=True)[
        0
    ]


@cache
def practice() -> tuple[Case, ...]:
    """Dossiers of months that are over."""
    return months("public-practice-2", "public-practice-3")


def months(usual: str, few: str) -> tuple[Case, ...]:
    """Dossiers of months that are over, from two seeds; the last is of few rows."""
    made = cases(usual, "practice", PRACTICE, (turns,), change=False, public=True)
    return *made, *cases(few, "few rows", ("sparse",), change=False, public=True)


def closed(case: Case) -> Dossier:
    """The dossier as it is handed out: without the change."""
    return {key: value for key, value in case.dossier.items() if key != "addendum"}


def written(dossier: Dossier) -> str:
    """JSON with a row to a line, so that people can read it."""
    parts = []
    for key, value in dossier.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            parts.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def came(case: Case) -> dict[str, object]:
    """What the month of a practice dossier came to, by option: one of the futures."""
    rows = {}
    for option in case.world.options:
        each = outcomes(case.seed, case.world, option)
        rows[option.name] = {
            "cost": round(each["cost"][0]),
            "p95": round(each["p95"][0]),
            "right": round(each["right"][0], 3),
        }
    return {"id": case.dossier["id"], "came_out": rows}


def sealed() -> str:
    """The second envelope: the letter, and the change of the dossier that is decided about."""
    inside = {"letter": LETTER, "addendum": main().dossier["addendum"]}
    packed = base64.b85encode(zlib.compress(json.dumps(inside, ensure_ascii=False).encode(), 9)).decode()
    return "\n".join(textwrap.wrap(packed, 100)) + "\n"


def files() -> dict[str, str]:
    """Name → text of each file of the starter's `data/`."""
    made = {f"practice-{at}.json": written(case.dossier) for at, case in enumerate(practice(), 1)}
    outcome = written({"months": [came(case) for case in practice()]})
    return made | {"dossier.json": written(closed(main())), "came-out.json": outcome, "envelope.sealed": sealed()}


def untold() -> set[str]:
    """Quirks that no public dossier has: there must be none."""
    return set(QUIRKS) - {quirk for case in (main(), *practice()) for quirk in shown(case.dossier)}


def shown(dossier: Dossier) -> set[str]:
    """Quirks that can be seen in a dossier."""
    rows, prices = dossier["evaluation"], dossier["prices"]
    days = [(row["day"], row["segment"], row["source"]) for row in dossier["traffic"]]
    seen = {
        "reruns": len({row["run"] for row in rows}) > 1, "unjudged": any(not row["verdict"] for row in rows),
        "timeouts": any(row["verdict"] == "timeout" for row in rows), "seen": any(o["examples"] for o in dossier["options"]),
        "seconds": any(row["ms"] < 60 for row in dossier["latency"]), "doubled": len(set(days)) < len(days),
        "probe": any(row["source"] == "probe" for row in dossier["traffic"]), "units": len({row["per"] for row in prices}) > 1,
        "old": len(prices) > len(dossier["options"]), "reversed": any(row["reverses"] for row in dossier["ledger"]),
    }  # fmt: skip
    return {quirk for quirk, there in seen.items() if there}


if __name__ == "__main__":
    from canary import CANARY

    assert not untold(), f"no public dossier shows {untold()}"
    write_starter(files(), CANARY)
