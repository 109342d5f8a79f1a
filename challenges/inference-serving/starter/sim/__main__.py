"""Practice, and the second envelope.

    python -m sim try [PART]   plays serve.py on data/: step, route, look, verdict, differs, or all of them
    python -m sim open         opens the second envelope: prints the letter, writes data/policies.json
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from typing import Any

from . import batching, caching, routing
from .measures import percentile
from .play import play
from .practice import DATA, look_case, route_case, rows, step_case


def open_envelope() -> None:
    """Prints the letter, and lays practice with policies beside the other data."""
    packed = "".join((DATA / "envelope.sealed").read_text("utf-8").split())
    inside = json.loads(zlib.decompress(base64.b85decode(packed)))
    print(inside["letter"])
    (DATA / "policies.json").write_text(json.dumps(inside["practice"]) + "\n", "utf-8")


def played(part: str, make: Any, episode: Any) -> list[tuple[Any, Any]]:
    """Cases and outcomes of a part."""
    import serve

    function = getattr(serve, part)
    cases = [make(row, serve.learn({"for": part, **row["profile"]})) for row in rows(part)]
    outcomes = play(lambda states: [function(state) for state in states], [episode(case) for case in cases])
    return list(zip(cases, outcomes, strict=True))


def step() -> None:
    for case, out in played("step", step_case, batching.episode):
        done = [each for each in case.requests if out.ended[each["id"]] == "done"]
        waits = [out.first.get(each["id"], each["by"]) - each["arrived"] for each in case.requests]
        kept, whole = sum(each["worth"] for each in done), sum(each["worth"] for each in case.requests)
        print(f"step  {case.aim:5}  worth {kept} of {whole}, 95 of 100 waited {percentile(waits, 0.95):.0f} ms", *told(case, out))


def route() -> None:
    for case, out in played("route", route_case, routing.episode):
        print(f"route  net worth {out.net(case):.1f}, EUR {out.spent:.3f} of {case.cap:.3f}, calls {out.calls}", *told(case, out))


def look() -> None:
    for case, out in played("look", look_case, caching.episode):
        print(f"look  {out.hits} hits among {out.asked}, {out.bad} did not serve, {case.error:.0%} may", *told(case, out))


def told(case: Any, out: Any) -> list[str]:
    """What else is to be said of an episode."""
    policy = [f"policy {case.policy}"] if case.policy else []
    return policy + ([f"{len(out.wrong)} decisions could not be carried out: {out.wrong[0]}"] if out.wrong else [])


def verdict() -> None:
    import serve

    for case in json.loads((DATA / "canaries.json").read_text("utf-8")):
        turned = case.pop("turned_out")
        print(f"verdict  {serve.verdict(case)}: turned out {turned}, {case['costs']}")


def differs() -> None:
    import serve

    for case in json.loads((DATA / "replays.json").read_text("utf-8")):
        changed = set(case.pop("changed"))
        named = set(serve.differs(case))
        print(f"differs  {len(named)} named, {len(named & changed)} of {len(changed)} that changed among them")


TRIES = {"step": step, "route": route, "look": look, "verdict": verdict, "differs": differs}


def main(words: list[str]) -> None:
    sys.path.insert(0, str(DATA.parent))
    if words == ["open"]:
        open_envelope()
    elif words[:1] == ["try"] and set(words[1:]) <= set(TRIES):
        for name in words[1:] or TRIES:
            TRIES[name]()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
