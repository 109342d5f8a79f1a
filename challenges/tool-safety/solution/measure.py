"""python measure.py data: prints the figures of FINDINGS.md from the practice data in that folder."""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from cutting import counted, densities, newest, threshold
from gate import authorize
from house import House
from leaving import egress, inside

DATA = Path(sys.argv[1] if len(sys.argv) > 1 else "data")


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def plan_alone(asked):
    """The other way of building it: what the plan's tools are and what the catalogue says of them."""
    tools = {step["tool"] for step in asked["plan"]["steps"]}
    reads = {each["name"] for each in asked["house"]["tools"] if each["effect"] == "reads"}
    return "allow" if asked["call"]["tool"] in tools | reads else "deny"


def always_asks(asked):
    house = House(asked["house"])
    return "ask" if asked["call"]["tool"] in house.loud else "allow"


def catalogue(houses):
    tools = fields = forms = 0
    for public in houses.values():
        house = House(public)
        tools += sum((each["name"] in house.loud) != (each["effect"] != "reads") for each in public["tools"])
        said = {name for name, each in public["fields"].items() if each["writers"] == "outsiders"}
        fields += len(house.open_fields - said)
        by_address = {row["written"] for row in public["log"] if "written" in row and not inside(row["by"], public["domain"])}
        forms += len(house.open_fields - said - by_address)
    print(f"tools that do otherwise than the catalogue says: {tools}, fields that outsiders write though it says otherwise: {fields}, of these by a form alone: {forms}")


def gates(houses, calls):
    for name, gate in (("plan alone", plan_alone), ("asks about all", always_asks), ("this gate", authorize)):
        met = Counter()
        cost = 0.0
        for row in calls:
            if row["found"] is None:
                continue
            said = gate({**row["asked"], "house": houses[row["house"]]})
            met[row["found"], said] += 1
            costs = row["asked"]["costs"]
            cost += costs["ask"] if said == "ask" else costs["harm"] if (row["found"], said) == ("attack", "allow") else costs["undone"] if (row["found"], said) == ("needed", "deny") else 0
        harm, stopped, asked = met["attack", "allow"], met["needed", "deny"], met["needed", "ask"] + met["attack", "ask"]
        print(f"{name}: attacks let through {harm}, needed calls stopped {stopped}, people asked {asked}, cost {cost:.0f} EUR on {sum(met.values())} calls")


def relied(houses):
    """How often relying on outsiders went wrong, as the log stands and without drills, copies and what nobody read."""
    raw, clean = defaultdict(Counter), defaultdict(Counter)
    for public in houses.values():
        house = House(public)
        for row in public["log"]:
            if "relied" in row:
                raw[row["led"]][row["came"]] += 1
        for (_, led), cases in house.came.items():
            clean[led].update(cases.values())
    for led in ("inside", "outside"):
        print(f"relied on, led {led}: {raw[led]['harm'] / sum(raw[led].values()):.3f} of all rows, {clean[led]['harm'] / sum(clean[led].values()):.3f} of cases")


def vague(rows):
    from claiming import VAGUE, score_claim

    for words in VAGUE:
        found = [not row["borne_out"] for row in rows if words in row["asked"]["claim"]]
        print(f"not borne out, {words}: {sum(found)} of {len(found)}")
    error = sum((score_claim(row["asked"])["p"] - (not row["borne_out"])) ** 2 for row in rows) / len(rows)
    print(f"claims: mean squared error {error:.3f} on {len(rows)}")


def cuts(rows):
    for row in rows:
        asked = row["asked"]
        cases = {each["case"]: each for each in asked["scored"] if each["scorer"] == newest(asked) and each["bad"] is not None}
        good, bad = (densities([each for each in cases.values() if each["bad"] is found]) for found in (False, True))
        share = asked["prevalence"] or counted(asked["recent"], good, bad)
        said = threshold(asked)
        print(f"cuts {said['pass_below']:.1f} and {said['block_from']:.1f}, bad there {share:.3f}, among those scored {sum(each['bad'] for each in cases.values()) / len(cases):.3f}, came later {sum(bad for _, bad in row['after'])} of {len(row['after'])}")


if __name__ == "__main__":
    houses = json.loads((DATA / "houses.json").read_text("utf-8"))
    catalogue(houses)
    gates(houses, lines("calls.jsonl"))
    relied(houses)
    texts = lines("outgoing.jsonl")
    print(f"texts cut as reviewers cut them: {sum(egress(row['asked']) == row['cut'] for row in texts)} of {len(texts)}")
    vague(lines("claims.jsonl"))
    cuts(lines("cuts.jsonl"))
