"""python -m practice try: holds safety.py to what is in data/. python -m practice open: opens the second envelope."""

import base64
import json
import sys
import zlib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DATA = HERE / "data"
sys.path.insert(0, str(HERE))


def lines(name):
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


def open_envelope():
    """Prints the letter, and writes the examples of the change beside it."""
    packed = "".join((DATA / "envelope.sealed").read_text("utf-8").split())
    inside = json.loads(zlib.decompress(base64.b85decode(packed)))
    print(inside["letter"])
    (HERE / "addendum.json").write_text(json.dumps(inside["examples"], indent=1) + "\n", "utf-8")
    print("addendum.json holds houses, calls and a cut since the change.")


def cost(row, cuts):
    """What the cuts cost on the cases that came after, per case; None for "read at most" is all."""
    costs, low, high = row["asked"]["costs"], cuts["pass_below"], max(cuts["pass_below"], cuts["block_from"])
    middle = sum(low <= score < high for score, _ in row["after"])
    most = row["asked"].get("capacity", 1) * len(row["after"])
    read = min(1, most / middle) if middle else 1
    total = 0.0
    for score, bad in row["after"]:
        if score < low:
            total += costs["miss"] * bad
        elif score >= high:
            total += costs["alarm"] * (not bad)
        else:
            total += read * costs["review"] + (1 - read) * costs["miss"] * bad
    return total / len(row["after"])


def try_calls(work, houses, calls, name):
    met = Counter((row["found"] or "not reviewed", work.authorize({**row["asked"], "house": houses[row["house"]]})) for row in calls)
    for (found, decision), number in sorted(met.items()):
        print(f"{name}, {found}: {decision} {number}")


def try_cuts(work, rows):
    for row in rows:
        cuts = work.threshold(row["asked"])
        ways = {"yours": cuts, "pass all": {"pass_below": 100, "block_from": 100}, "block all": {"pass_below": 0, "block_from": 0}, "review all": {"pass_below": 0, "block_from": 100}}
        print(f"cut {cuts}: per case " + ", ".join(f"{way} {cost(row, each):.3f}" for way, each in ways.items()))


def try_all():
    import safety as work

    try_calls(work, json.loads((DATA / "houses.json").read_text("utf-8")), lines("calls.jsonl"), "calls")
    out = lines("outgoing.jsonl")
    cut = [[list(span) for span in work.egress(row["asked"])] == row["cut"] for row in out]
    print(f"texts cut as reviewers cut them: {sum(cut)} of {len(cut)}")
    rows = lines("claims.jsonl")
    said = [work.score_claim(row["asked"]) for row in rows]
    error = sum((one["p"] - (not row["borne_out"])) ** 2 for one, row in zip(said, rows)) / len(rows)
    print(f"claims: mean squared error {error:.3f} (0.5 for everything: 0.250), spans as found {sum(one['spans'] == row['spans'] for one, row in zip(said, rows))} of {len(rows)}")
    try_cuts(work, lines("cuts.jsonl"))
    since = HERE / "addendum.json"
    if since.exists():
        change = json.loads(since.read_text("utf-8"))
        try_calls(work, change["houses"], change["calls"], "since the change")
        try_cuts(work, change["cuts"])


if __name__ == "__main__":
    what = {"open": open_envelope, "try": try_all}.get("".join(sys.argv[1:]))
    what() if what else sys.exit(__doc__)
