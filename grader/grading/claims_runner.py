"""The trusted test that runs a candidate's commands: it runs in the verifier, and stands beside none of the pack's.

Laid beside it: `grader_claims.json`, what is to be run; and, where other data are to be tried, the generator.
"""

RUNNER = b'''import importlib
import json
import pathlib

import pytest

PLAN = json.loads((pathlib.Path(__file__).parent / "grader_claims.json").read_bytes())
LAID = {}
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


@pytest.mark.points(1, group="claims")
@pytest.mark.parametrize("at", range(len(PLAN["runs"])))
def test_command(candidate, seed, at):
    run = PLAN["runs"][at]
    lay(run["data"], seed)
    done = candidate.run(["sh", "-c", run["command"]])
    words = done.stderr.strip().splitlines()[-1:] or ["without a word"]
    assert done.exit_code == 0, f"it ended with {done.exit_code}: {words[0][:200]}"
'''
