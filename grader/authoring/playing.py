"""`grade challenge play`: a submission of a pack against its hidden tests, with the scripted model or with a real one,
which is asked from here. For authors; nothing of it is a grade."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.authoring import promises, shipped
from grader.authoring.endpoint import Endpoint, Relay, RequestBudget
from grader.authoring.entries import load_entries
from grader.authoring.runs import MakeAuthorSandbox, Ran, Runner, Task, containers
from grader.challenge import Pack, load_pack
from grader.challenge.model import ModelFile
from grader.errors import UsageError, visible
from grader.judge.address import read as read_address
from grader.records import TestResult, TestStatus

if TYPE_CHECKING:
    from grader.sandbox.protocol import Job
    from grader.settings import Settings

CASSETTE = "cassette.jsonl"
SEED = 1
PATIENCE = 6.0
"""How many times the pack's limits on time a real model gets."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to play. Money in US dollars. `variant`: of the data, counted from 1 as `grade challenge check` runs them
    for this submission; without one it is the same for all, and each time, so that a cassette fits again."""

    submission: str = "solution"
    live: bool = False
    record: bool = False
    cassette: Path | None = None
    budget: float = 0.5
    requests: int = 200
    model: str = ""
    tests: tuple[str, ...] = ()
    variant: int | None = None


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it. `relay` is None where the scripted model was asked."""

    ran: Ran
    relay: Relay | None


def play(root: Path, options: Options, settings: Settings, make: MakeAuthorSandbox) -> Played:
    """Runs `options.submission`. Raises UsageError where the budget is used up or no endpoint is set, and
    InfrastructureError where the endpoint fails: neither is ever held against the submission."""
    challenge = load_pack(root)
    work = shipped.find(root, load_entries(root), options.submission)
    model = challenge.model
    if options.live and model is None:
        raise UsageError(f"{root} has no model.yaml: nothing in it asks a model.")
    if options.live and options.variant is not None:
        raise UsageError("A cassette is of one variant of the data: --variant goes with the scripted model alone.")
    relay = _relay(root, options, settings, model) if options.live and model is not None else None
    submission = shipped.read(challenge, work, required=work.name != shipped.STARTER)
    runner = Runner(challenge, settings, make)
    seed = SEED if options.variant is None else runner.seed(submission, options.variant - 1)
    job = runner.job(Task(name=options.submission, submission=submission, seed=seed, only=options.tests))
    ran = _run(challenge, make, _live(job, relay) if relay else job)
    return Played(ran=replace(ran, submission=submission, name=options.submission), relay=relay)


def _relay(root: Path, options: Options, settings: Settings, model: ModelFile) -> Relay:
    path = options.cassette or root / CASSETTE
    endpoint = None
    if options.record or not path.exists():
        name = options.model or settings.judge_model
        if not settings.openai_base_url or not name:
            raise UsageError(
                "A real model needs an endpoint and a name: set OPENAI_BASE_URL and OPENAI_API_KEY, and give --model."
            )
        read_address(settings)  # what cannot be right is said before anything runs
        endpoint = Endpoint(url=settings.openai_base_url, key=settings.openai_api_key, model=name)
    budget = RequestBudget(money=options.budget, requests=options.requests)
    return Relay(path=path, models={one.id: one for one in model.models}, budget=budget, endpoint=endpoint)


def _live(job: Job, relay: Relay) -> Job:
    """`job` with a real model: the verifier asks us for each answer, and everything may take longer."""
    limits = replace(job.limits, call=job.limits.call * PATIENCE, total=job.limits.total * PATIENCE)
    model: Mapping[str, Any] = {**(job.model or {}), "live": {"answers": {}, "asks": True}}
    return replace(job, model=model, limits=limits, relay=relay)


def _run(challenge: Pack, make: MakeAuthorSandbox, job: Job) -> Ran:
    with contextlib.closing(containers(make)) as own:
        observed = own.observe(job)
        return Ran(name=challenge.id, observed=observed, facts=own.facts())


def lines(played: Played, *, output: bool = False) -> list[str]:
    """The outcome, for a terminal: the tests that lost points, with `output` what was printed in them, the points, and
    what the model was asked."""
    ran, relay = played.ran, played.relay
    points = ran.points
    lost = [test for test in points.tests if test.points < test.max_points]
    shown = [line for test in lost for line in (_line(test), *(_printed(test) if output else ()))]
    shown.append(f"{points.points:g} of {points.max_points:g} points ({ran.share:.0%}); this is not a grade")
    calls = [call for test in points.tests for call in test.model_calls]
    if relay is None:
        return [*shown, f"{len(calls)} requests to the scripted model"]
    budget = relay.budget
    shown.append(f"{relay.replayed} answers from {relay.path}, which holds {len(relay.known)}")
    if relay.endpoint is not None:
        asked = f"{budget.made} requests to {visible(relay.endpoint.model)}"
        shown.append(f"{asked}: {relay.tokens:,} tokens, ${budget.spent:.4f} of ${budget.money:.2f}")
    return shown


def _line(test: TestResult) -> str:
    mark = "error " if test.status is TestStatus.ERROR else "lost  "
    return f"{mark}  {test.id}  {test.points:g} of {test.max_points:g}  {visible(promises.reason(test), 300)}"


def _printed(test: TestResult) -> list[str]:
    """What the candidate's processes printed, line by line, each stream marked."""
    return [
        f"        {mark} {visible(line, 300)}"
        for mark, text in (("out |", test.stdout), ("err |", test.stderr))
        for line in text.splitlines()
    ]
