"""The starter's public tests, in the sandbox that grading uses: for a candidate's own repository.

Nothing hidden takes part, so nothing hidden can leak: the pack may be the candidate's copy (challenge.yaml, starter/,
environment/). The tests run beside the candidate's code, in its container; what they say is what that code lets them
say, and no grade rests on it.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from grader import junk
from grader.challenge import Manifest, load_manifest
from grader.challenge.model import load_model
from grader.challenge.pack import links
from grader.errors import ChallengeError, RefusedError
from grader.grading.containers import Containers
from grader.grading.intake import check_complete, take_in
from grader.grading.job import limits_of
from grader.records import Fault, Submission, TestStatus
from grader.sandbox import images
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.engine import connect
from grader.sandbox.protocol import LITTLE, Job
from grader.settings import PLACES, Settings
from grader.submission import check_required

RUNNER = b"""import pytest

@pytest.mark.points(1, group="public")
def test_public(candidate):
    done = candidate.run(["python3", "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider", "tests"])
    why = {1: "at least one of them failed", 2: "they cannot be collected", 5: "there is no test in tests/"}
    if done.exit_code:
        pytest.fail(why.get(done.exit_code, f"pytest ended with {done.exit_code}"), pytrace=False)
"""


OWN_SECONDS = 120.0
"""Own time that all of them may take, and no more than the challenge gives to all hidden tests."""
WALL_SECONDS = 180.0
"""How long they may take on this machine's clock, as busy as it may be, from the start of their containers on."""


@dataclass(frozen=True, kw_only=True)
class PublicResult:
    """Whether the public tests passed, what pytest printed (raw candidate output), and what ended them early. `ended`:
    whether they came to an end by themselves; else `message` says in our words within what time they did not."""

    passed: bool
    output: str
    message: str
    ended: bool = True
    lacks: str = ""
    """What a grading would refuse the work for as it stands, in a sentence: documents that are still to be written."""


def run_public(source: str, root: Path, settings: Settings, say: Callable[[str], None]) -> PublicResult:
    """Runs the starter's tests of the pack in `root` on the submission `source`. Raises GraderError."""
    challenge = load_manifest(root)
    public = starter_tests(root)
    submission = take_in(source, challenge)
    check_required(submission, [name for name in challenge.submission.required if name.endswith(".py")])
    model = load_model(root / "starter") or load_model(root)  # a candidate's copy has no hidden model
    recipe = _recipe(root, challenge, settings, say)
    allowed = limits_of(challenge)
    own = min(allowed.total, OWN_SECONDS)
    whole = replace(allowed, call=own, total=own, output=1 << 18, shares=LITTLE)
    job = Job(
        tests={"test_public.py": RUNNER},
        files={**submission.files, **public},
        module=challenge.interface.module,
        seed=0,
        limits=whole,
        candidate_image=recipe.tag,
        model=model.as_data() if model else None,
    )
    say("running the public tests")
    return replace(_run(job, settings), lacks=_lacks(submission, challenge))


def _lacks(submission: Submission, challenge: Manifest) -> str:
    try:
        check_complete(submission, challenge)
    except RefusedError as problem:
        return problem.message
    return ""


def starter_tests(root: Path) -> dict[str, bytes]:
    """The starter's tests and data, which replace the submission's own. Raises ChallengeError where there are none."""
    starter = root / "starter"
    if found_links := [told for folder in ("tests", "data") for told in links(starter / folder)]:
        raise ChallengeError("\n".join(found_links))
    found = {
        path.relative_to(starter).as_posix(): path.read_bytes()
        for folder in ("tests", "data")
        for path in junk.files(starter / folder)
    }
    if not any(name.startswith("tests/") for name in found):
        raise ChallengeError(f"{starter} has no tests/, so there are no public tests to run.")
    return found


def _recipe(root: Path, challenge: Manifest, settings: Settings, say: Callable[[str], None]) -> images.Recipe:
    """The candidate's image with pytest in it."""
    pytest = (PLACES.shipped / "sandbox" / "grader_verifier" / "requirements.txt").read_bytes()
    named = challenge.environment.requirements
    packages = (root / named).read_bytes() if named else b""
    recipe = images.candidate_recipe(packages + b"\n" + pytest, settings.base_image)
    client = connect()
    try:
        images.ensure(client, [images.verifier_recipe(settings.base_image), recipe], say, settings)
    finally:
        client.close()
    return recipe


def _run(job: Job, settings: Settings) -> PublicResult:
    run_id = f"public-{secrets.token_hex(4)}"
    make = lambda: DockerSandbox(run_id, runtime=settings.runtime, base_image=settings.base_image)  # noqa: E731
    late = threading.Event()
    with contextlib.closing(Containers(make)) as containers:

        def end() -> None:
            late.set()
            containers.close()

        wall = threading.Timer(WALL_SECONDS, end)
        wall.daemon = True
        wall.start()
        try:
            test = containers.observe(job).tests[0]
        except Exception:
            if late.is_set():  # what the containers' removal looked like from here
                return _endless(f"{WALL_SECONDS:g} s on this machine")
            raise
        finally:
            wall.cancel()
    if test.fault is Fault.INFRASTRUCTURE:
        return _endless("the time that this machine could give them")
    if {"call", "total"} & set(test.limits):
        return _endless(f"{job.limits.total:g} s of processor time, or of sleep")
    return PublicResult(passed=test.status is TestStatus.PASSED, output=test.stdout, message=test.message)


def _endless(time: str) -> PublicResult:
    said = f"The public tests did not come to an end within {time}."
    return PublicResult(passed=False, output="", message=said, ended=False)
