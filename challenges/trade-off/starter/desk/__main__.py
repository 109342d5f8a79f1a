"""python -m desk open: opens the second envelope. python -m desk try: runs decide on all dossiers in data/."""

import base64
import json
import sys
import zlib
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def unseal():
    packed = "".join((DATA / "envelope.sealed").read_text("utf-8").split())
    return json.loads(zlib.decompress(base64.b85decode(packed)))


def open_envelope():
    """Prints the letter, and writes the change beside decide.py, to be handed in with it."""
    inside = unseal()
    print(inside["letter"])
    text = json.dumps(inside["addendum"], indent=2)
    (DATA.parent / "addendum.json").write_text(text + "\n", "utf-8")
    print(f"addendum.json:\n{text}")


def dossiers():
    """All dossiers by name; the one to decide about with its change, once the envelope is open."""
    for name in ("dossier", "practice-1", "practice-2", "practice-3", "practice-4"):
        dossier = json.loads((DATA / f"{name}.json").read_text("utf-8"))
        change = DATA.parent / "addendum.json"
        if name == "dossier" and change.exists():
            dossier["addendum"] = json.loads(change.read_text("utf-8"))
        yield name, dossier


def try_all():
    sys.path.insert(0, str(DATA.parent))
    from decide import decide

    came = {row["id"]: row["came_out"] for row in json.loads((DATA / "came-out.json").read_text("utf-8"))["months"]}
    for name, dossier in dossiers():
        decision = decide(dossier)
        print(f"{name}: {decision['choice']}, break-even {decision['break_even']}, {decision['drivers']}, {decision['experiment']}")
        for option, said in decision["forecasts"].items():
            print(f"  {option:10} {said}", f"came: {came[dossier['id']][option]}" if dossier["id"] in came else "")


if __name__ == "__main__":
    what = {"open": open_envelope, "try": try_all}.get("".join(sys.argv[1:]))
    what() if what else sys.exit(__doc__)
