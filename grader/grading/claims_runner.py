"""The trusted test that runs a candidate's commands: it runs in the verifier, and stands beside none of the pack's.

Laid beside it: `grader_claims.json`, what is to be run; `grader_claims_numbers.py` (grader.claims.numbers); and, where
other data are to be tried, the generator. A command is run on other data as long as that can change a mark: on the
first set where it printed a figure that is stated, on the next where one of these stayed the same on the first.
"""

RUNNER = b'''import importlib
import json
import pathlib

import pytest
from grader_claims_numbers import is_of, numbers, skeleton

PLAN = json.loads((pathlib.Path(__file__).parent / "grader_claims.json").read_bytes())
LAID, MOST = {}, PLAN["most"]
PRINTED = {}
"""What each command printed on the data as given, and what on the last set of other data."""
pytestmark = pytest.mark.in_order


def lay(number, seed):
    """Puts the data of set `number` (0: as given) where the commands look for them."""
    if number == LAID.get("now", 0):
        return
    module, _, function = PLAN["generator"].partition(":")
    made = getattr(importlib.import_module(module), function)(seed + number)
    if not set(made) <= set(PLAN["data"]) or not made:
        raise ValueError("the generator gives other files than the pack names")
    for name, content in made.items():
        path = pathlib.Path(PLAN["root"]) / name
        path.unlink(missing_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o644)
    LAID["now"] = number


def places(text):
    """Of each number that is printed: its line, its line without numbers, which of these it is, and itself; of as many
    as are compared afterwards."""
    found = []
    for line in text.splitlines()[:MOST]:
        found += [(" ".join(line.split()), skeleton(line), at, one) for at, one in enumerate(numbers(line))]
        if len(found) >= MOST:
            return found[:MOST]
    return found


def still_open(run):
    """Whether other data may change what is said of a stated figure that the command printed."""
    given, fresh = (PRINTED.get((run["number"], data)) for data in (0, run["data"] - 1))
    if given is None or run["often"]:
        return given is not None
    stated = [(one, within) for text, within in PLAN["stated"] for one in numbers(text)]
    printed = places(given)
    alike = {one.text: one for _, _, _, one in printed}
    ours = {text for text, number in alike.items() if any(is_of(one, number, within) for one, within in stated)}
    hits = [place for place in printed if place[3].text in ours]
    if run["data"] == 1 or fresh is None:
        return bool(hits)
    seen = places(fresh)
    lines, texts = {line for line, _, _, _ in seen}, {one.text for _, _, _, one in seen}
    there = {(bare, at, one.text) for _, bare, at, one in seen}
    known = {(bare, at) for _, bare, at, _ in seen}
    return any(
        line in lines
        or (bare, at) not in known
        or (not one.says_little and (bare, at, one.text) in there)
        or (one.decimals > 2 and one.text in texts)
        for line, bare, at, one in hits
    )


@pytest.mark.points(1, group="claims")
@pytest.mark.parametrize("at", range(len(PLAN["runs"])))
def test_command(request, seed, at):
    run = PLAN["runs"][at]
    if run["data"] and not still_open(run):
        return
    lay(run["data"], seed)
    done = request.getfixturevalue("candidate").run(["sh", "-c", run["command"]])
    words = done.stderr.strip().splitlines()[-1:] or ["without a word"]
    if done.exit_code == 0:
        PRINTED.setdefault((run["number"], run["data"]), done.stdout)
    assert done.exit_code == 0, f"it ended with {done.exit_code}: {words[0][:200]}"
'''
