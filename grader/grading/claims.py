"""Runs the commands that a submission's documents name, in a container of their own, and marks the figures.

The container is made of the same image as the one that is graded, with no network, limits of its own and less weight on
the processors than any other: the hidden tests run beside it (claims_beside.py). All data of all commands are tried in
it, cleared in between. No grade depends on it, and no failure ends a grading. Nothing is started, or imported, where
the documents name no command.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from grader import aside
from grader.aside import AsideError
from grader.claims import documents, numbers
from grader.claims.documents import Claims
from grader.claims.marks import MARKS, MOST_NUMBERS, CommandOutcome, marked_json
from grader.errors import ChallengeError, GraderError, Interrupted, visible
from grader.grading.containers import Containers
from grader.grading.run import MakeSandbox, Run, docker_sandbox
from grader.sandbox.kept import StoppedError

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.records import Submission
    from grader.sandbox.protocol import Event, Job

EACH_SECONDS = 20.0
"""Own time of one command."""
ALL_SECONDS = 60.0
"""Own time of all of them, on all data."""
CEILING = 4.0
"""Times that, on this machine's clock, however busy it is: no point rests on it, and a bomb of processes holds up
nobody."""
OUTPUT_BYTES = 64_000
FRESH = 2
"""Sets of other data that a command is tried on."""
_TEST = "test_grader_claims.py"
_PROGRAM = re.compile(r"(?:python[0-9.]*|[.]{0,2}/[^ \t=]*)(?=[ \t]|$)")
_JOINED, _QUOTING = re.compile(r"[|&;\n]"), re.compile(r"['\"\\`#]")
_NO_DATA = "the challenge has no data to exchange"


class Planned(NamedTuple):
    """One run of a command: its place in the list, and on which data (0: as given)."""

    command: int
    data: int


def block(run: Run, pack: Pack, submission: Submission, make: MakeSandbox = docker_sandbox) -> Mapping[str, Any]:
    """The block `claims` of the grade: each figure of the documents with its mark; empty where they state none."""
    own = run_of(run, submission)
    with contextlib.closing(Containers(lambda: make(own))) as containers:
        return marked_block(run, own, pack, containers)


def run_of(run: Run, submission: Submission) -> Run:
    """A run beside `run`, with an id of its own: no user, no network and no clock is shared by the two."""
    quiet: Callable[[str], None] = lambda _text: None  # noqa: E731
    return replace(run, id=secrets.token_hex(6), timings={}, submission=submission, say=quiet)


def marked_block(
    run: Run, own: Run, pack: Pack, containers: Containers, turn: Callable[[], None] = lambda: None
) -> Mapping[str, Any]:
    """`block` in `containers`, which are made for `own`, after `turn` has returned."""
    from grader.report import prepare

    with run.stage("claims"):
        assert own.submission is not None  # noqa: S101 - by run_of
        if not (files := documents.of(own.submission.files)):
            return {}
        prepare()  # the same process is wanted for the report
        try:
            claims = aside.run(aside.SECONDS, documents.read, files, documents.of(_given(pack)))
            if all(command.blank for command in claims.commands) or not claims.stated:
                return _compared(claims, [_not_run(command.blank) for command in claims.commands])
            turn()
            run.say("running the commands that the documents name")
            return _compared(claims, outcomes(own, pack, claims, containers))
        except AsideError as problem:
            return _unread(problem)


def _compared(claims: Claims, outcomes: Sequence[CommandOutcome]) -> Mapping[str, Any]:
    """`marked`, where what a candidate's commands print can neither hold this process up nor end it."""
    return cast("Mapping[str, Any]", json.loads(aside.run(aside.SECONDS, marked_json, claims, outcomes)))


def _unread(problem: AsideError) -> Mapping[str, Any]:
    """No figure is marked, and it is said why."""
    return {
        "counts": {**dict.fromkeys(MARKS, 0), "fixed": 0}, "commands": [], "figures": [], "unread": True,
        "notes": [f"The figures of this submission could not be compared: {visible(str(problem), 200)}."],
    }  # fmt: skip


def _given(pack: Pack) -> Mapping[str, bytes]:
    from grader.challenge.starter import given

    return given(pack.root)


def _blank(blank: str) -> CommandOutcome:
    return CommandOutcome(reason=f"there is a blank in it: {visible(blank, 60)}", fault="candidate")


def _not_run(blank: str) -> CommandOutcome:
    return _blank(blank) if blank else CommandOutcome(reason="the documents state no figure that it could print")


def outcomes(run: Run, pack: Pack, claims: Claims, containers: Containers) -> list[CommandOutcome]:
    """What became of each command. Raises only what ends the grading as a whole: an interrupt."""
    plan = planned(claims, fresh=FRESH if pack.claims.generator else 0)
    seen: list[Event] = []
    try:
        with contextlib.ExitStack() as leaving:
            leaving.callback(containers.give_back)
            containers.boot()
            seen += containers.run(_job(run, pack, claims, plan))
    except (Interrupted, StoppedError):
        raise
    except Exception as problem:  # foreseen or not, it is none of the candidate's doing, and costs no grade
        said = problem.message if isinstance(problem, GraderError) else f"{type(problem).__name__}: {problem}"
        fault = "challenge" if isinstance(problem, ChallengeError) else "infrastructure"
        why = (
            "the pack could not be made ready" if fault == "challenge" else visible(f"the sandbox failed: {said}", 300)
        )
        return [_blank(one.blank) if one.blank else CommandOutcome(reason=why, fault=fault) for one in claims.commands]
    return collected(claims, plan, seen, "" if pack.claims.generator else _NO_DATA)


def planned(claims: Claims, fresh: int) -> list[Planned]:
    """All runs in their order: on the data as given, each so often as it asks for; then on each set of other data."""
    whole = [at for at, command in enumerate(claims.commands) if not command.blank]
    given = [Planned(at, 0) for at in whole for _ in range(claims.commands[at].repeats)]
    return [*given, *(Planned(at, data) for data in range(1, fresh + 1) for at in whole)]


def _job(run: Run, pack: Pack, claims: Claims, plan: Sequence[Planned]) -> Job:
    from grader.grading.claims_runner import RUNNER
    from grader.grading.job import candidate_image, limits_of
    from grader.sandbox.inside import agreed
    from grader.sandbox.protocol import LITTLE, Job

    submission = run.submission
    assert submission is not None  # noqa: S101 - by run_of
    data = data_files(pack)
    todo = {
        "root": agreed.SUBMISSION,
        "runs": [_described(claims, one) for one in plan],
        "stated": [[one.figure, one.within] for one in claims.stated],
        "generator": pack.claims.generator,
        "most": MOST_NUMBERS,
        "data": sorted(data),
    }
    compare = Path(numbers.__file__).read_bytes()
    helpers = {name: content for name, content in pack.laid.items() if not _is_test(name)}
    limits = replace(
        limits_of(pack), call=EACH_SECONDS, total=ALL_SECONDS, output=OUTPUT_BYTES, shares=LITTLE, ceiling=CEILING
    )
    return Job(
        tests={**(helpers if pack.claims.generator else {}), _TEST: RUNNER,
               "grader_claims_numbers.py": compare, "grader_claims.json": json.dumps(todo).encode()},
        files=laid_out(submission.files, data),
        module="",
        seed=run.key().seed(pack.digest, f"{submission.digest}#claims") >> 2,
        limits=limits,
        candidate_image=candidate_image(pack, submission, run.settings.base_image, run.say),
    )  # fmt: skip


def _described(claims: Claims, one: Planned) -> dict[str, Any]:
    """A run for the runner. `often`: whether the command is run several times on the data as given."""
    command = claims.commands[one.command]
    return {
        "number": one.command, "command": in_its_place(command.text), "data": one.data, "often": command.repeats > 1
    }  # fmt: skip


def in_its_place(command: str) -> str:
    """For the shell: a program that comes last takes its place. What a shell waits for is not seen to wait for a
    processor, and then a busy machine would be the candidate's doing."""
    before, mark, last = max((command.rpartition(mark) for mark in ("&&", ";")), key=lambda parts: len(parts[0]))
    last = last.lstrip(" \t")
    if not _PROGRAM.match(last) or _JOINED.search(last) or _QUOTING.search(before):
        return command
    return f"{before}{mark} exec {last}".lstrip()


def laid_out(files: Mapping[str, bytes], data: Mapping[str, bytes]) -> dict[str, bytes]:
    """The submission with the starter's data in their places: what has a folder where a file of those is to lie, or a
    file where a folder of theirs is, gives way."""
    folders = {path[:at] for path in data for at, letter in enumerate(path) if letter == "/"}
    kept = {
        path: content
        for path, content in files.items()
        if path not in folders and not any(path.startswith(f"{name}/") for name in data)
    }
    return {**kept, **data}


def data_files(pack: Pack) -> dict[str, bytes]:
    """The starter's data, where the commands find them: they stand in place of what the submission has there."""
    from grader.challenge.starter import given

    named = pack.claims.data
    return {
        path: content
        for path, content in given(pack.root).items()
        if any(path == name or path.startswith(f"{name}/") for name in named)
    }


def _is_test(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last == "conftest.py" or (last.endswith(".py") and (last.startswith("test_") or last.endswith("_test.py")))


# ---------------------------------------------------------------------------------------------- what came of it


def collected(claims: Claims, plan: Sequence[Planned], events: Iterable[Event], not_fresh: str) -> list[CommandOutcome]:
    """The outcome of each command, out of the events of its runs. A run that gave none was not come to."""
    tests = {event["id"]: event for event in events if event["event"] == "test"}
    by_place = [tests.get(f"{_TEST}::test_command[{at}]") for at in range(len(plan))]
    found = []
    for number, command in enumerate(claims.commands):
        mine = [(one, event) for one, event in zip(plan, by_place, strict=True) if one.command == number]
        found.append(_blank(command.blank) if command.blank else _outcome(mine, not_fresh))
    return found


def _outcome(runs: Sequence[tuple[Planned, Event | None]], not_fresh: str) -> CommandOutcome:
    given = [event for one, event in runs if not one.data]
    tried = [event for one, event in runs if one.data]
    fresh = [event for event in tried if not event or event["used"] or not _is_well(event)]
    bad = next((event for event in given if not _is_well(event)), None) if all(given) else {}
    reason, fault = _why(bad) if bad is not None else ("", "")
    if not reason and fresh and not any(map(_is_well, fresh)):
        not_fresh = _why(fresh[0])[0]
    elif not reason and tried and not fresh:
        not_fresh = "it prints no figure that is stated"
    return CommandOutcome(
        outputs=tuple(event["stdout"] for event in given if event) if not reason else (),
        fresh=tuple(event["stdout"] for event in fresh if event and _is_well(event)) if not reason else (),
        reason=reason,
        fault=fault,
        not_fresh=not_fresh,
        seconds=sum(float(event["seconds"]) for _, event in runs if event),
    )


def _is_well(event: Event | None) -> bool:
    return event is not None and event["status"] == "passed"


def _why(event: Event | None) -> tuple[str, str]:
    """Why a run printed nothing that counts, and whose doing that is."""
    if not event:
        return "it was not come to", "candidate"
    fault = str(event["fault"] or "candidate")
    if fault == "infrastructure" and "processes" in event["limits"]:  # it kept itself waiting
        return "it started more processes than are allowed, and did not end", "candidate"
    if fault == "infrastructure":
        return "this machine was too busy, or failed", fault
    if not event["used"] and event["status"] in {"error", "failed"}:
        return "the pack's own data could not be made", "challenge"
    return visible(str(event["message"]).removeprefix("AssertionError: ").splitlines()[0], 300), fault
