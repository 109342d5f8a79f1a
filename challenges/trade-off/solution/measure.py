"""Prints the figures of MEMO.md: python measure.py [data]. Needs the addendum.json that the envelope held."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from decide import decide
from estimates import expected
from reading import read
from sums import allowed, best, costs, share_right


def addendum() -> dict:
    return json.loads((Path(__file__).resolve().parent / "addendum.json").read_text("utf-8"))


def axes(facts: dict, name: str) -> dict:
    """EUR of the month by axis."""
    option, requests, breach = facts["options"][name], facts["requests"], facts["breach"]
    late = sum(ms > facts["limit"] for ms in option["ms"]) / len(option["ms"])
    private = sum(requests[each] for each in facts["private"])
    return {
        "fixed": option["fixed"],
        "tokens": round(sum(many * option["tokens"][s] * option["token"] for s, many in requests.items())),
        "wrong": round(sum(many * (1 - share_right(option, s)) * facts["wrong"][s] for s, many in requests.items())),
        "late": round(sum(requests.values()) * late * breach["speed"]),
        "data": round(private * breach["forget" if option["keeps"] else "keep"]),
    }  # fmt: skip


def main(data: Path) -> None:
    dossier = json.loads((data / "dossier.json").read_text("utf-8"))
    for title, change in (("before the change", {}), ("after it", addendum())):
        facts = read(dossier | {"addendum": change})
        eur, hoped = costs(facts), expected(facts)
        print(f"{title}: best {best(facts)}; allowed {', '.join(allowed(facts))}; requests {facts['requests']}")
        for name in sorted(eur, key=eur.get):
            print(f"  {name:10} {eur[name]:8.0f} EUR, expected {hoped[name]:8.0f}  {axes(facts, name)}")
    for key, part in addendum().items():
        facts = read(dossier | {"addendum": {key: part}})
        print(f"only {key}: best {best(facts)}, by what is expected {min(allowed(facts), key=expected(facts).get)}")
    print("breaches, EUR a request:", {rule: round(cost, 3) for rule, cost in facts["breach"].items()})
    print("judged rows by segment:", {name: option["judged"] for name, option in facts["options"].items()})
    decision = decide(dossier | {"addendum": addendum()})
    print({key: decision[key] for key in ("choice", "break_even", "drivers", "experiment")})
    for number in (1, 2, 3, 4):
        practice = json.loads((data / f"practice-{number}.json").read_text("utf-8"))
        came = {row["id"]: row["came_out"] for row in json.loads((data / "came-out.json").read_text("utf-8"))["months"]}
        said = decide(practice)["forecasts"]
        held = [low <= came[practice["id"]][name][what] <= high
                for name, each in said.items() for what, (low, high) in each.items()]  # fmt: skip
        print(f"practice-{number}: {sum(held)} of {len(held)} intervals held")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
