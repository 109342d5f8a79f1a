"""The starter's public tests on what came in: several hand-ins at a time, where the machine has room for them.

Who is slow, or does not end, holds one place and none of the others'; for how long is said in grading/public.py.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import ChallengeError, GraderError, Interrupted, RefusedError, visible

if TYPE_CHECKING:
    from grader.cli.handed_in import Place
    from grader.grading.public import PublicResult
    from grader.portal.desk import PortalDesk
    from grader.portal.records import Invitation

LINES, WIDTH = 60, 300
"""The last lines that are told of what the tests print, and letters of each."""
_LOOK = 0.5
"""Seconds after which a wait for tests looks whether somebody interrupted."""


def untested(desk: PortalDesk, place: Place) -> list[Invitation]:
    """Those on whose last hand-in the public tests have not run."""
    return [one for one in desk.all()
            if one.last and one.public_tests(one.last.id) is None and place.of(one.last.id).is_file()]  # fmt: skip


def run_public_tests(desk: PortalDesk, place: Place) -> bool:
    """The starter's public tests on each last hand-in that they have not run on; how it went is told on its page.
    Whether the machine let all of them run: those that it did not are tried again the next time. An interrupt lets
    what runs end, and raises Interrupted; a second one abandons it, and ends this process."""
    from grader.challenge.here import root_of
    from grader.cli.standing import settings_for
    from grader.grading.public import run_public
    from grader.sandbox.guard import guarded

    waiting = untested(desk, place)
    if not waiting:
        return True
    settings, roots = settings_for(), list[Path]()
    jobs: list[tuple[Invitation, Callable[[], PublicResult]]] = []
    for one in waiting:
        root, last = root_of(one.challenge, one.version, settings, place.challenges), one.last
        if root is not None and last is not None:
            roots.append(root)
            jobs.append((one, partial(run_public, str(place.of(last.id)), root, settings, lambda _: None)))
    whole: list[bool] = []
    with guarded():  # before any thread of ours
        _side_by_side(jobs, _places(roots), lambda one, done: whole.append(_told(desk, one, done)))
    return all(whole)


def _places(roots: list[Path]) -> int:
    """How many are run side by side: as many as the engine's machine has room for, and one where nobody can say."""
    from grader.challenge import load_manifest
    from grader.sandbox.room import room, slots

    if len(roots) > 1:
        with contextlib.suppress(GraderError):
            limits = [load_manifest(root).limits for root in roots]
            machine = room()
            most = max(one.cpus for one in limits), max(int(one.memory) for one in limits)
            return slots(len(machine.cores), machine.memory, *most)
    return 1


def _side_by_side(
    jobs: Sequence[tuple[Invitation, Callable[[], PublicResult]]],
    places: int,
    tell: Callable[[Invitation, Future[PublicResult]], None],
) -> None:
    """Each is told as soon as it is done, in this thread: nobody else writes into the store."""
    pool = ThreadPoolExecutor(places, thread_name_prefix="public")
    under_way: dict[Future[PublicResult], Invitation] = {}

    def tell_all() -> None:
        while under_way:  # never for long: a signal that comes just before a wait begins would be seen after it alone
            for done in wait(under_way, timeout=_LOOK, return_when=FIRST_COMPLETED).done:
                tell(under_way.pop(done), done)

    try:
        for one, job in jobs:
            under_way[pool.submit(job)] = one
        tell_all()
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        for done in [one for one in under_way if one.cancelled()]:
            del under_way[done]  # nobody ever tells that it is done
        try:
            tell_all()
        except KeyboardInterrupt:
            click.echo("Abandoned. The public tests run again the next time.", err=True)
            sys.stderr.flush()
            os._exit(130)  # the guard removes the containers; threads that wait for them are not waited for
        raise Interrupted("Stopped. What was not begun is done the next time.") from None
    pool.shutdown()


def _told(desk: PortalDesk, one: Invitation, done: Future[PublicResult]) -> bool:
    """Puts on the page what the tests came to; False where the machine did not let them run."""
    assert one.last is not None  # noqa: S101 - by `untested`
    tested = partial(desk.tested, one, one.last.id)
    try:
        result = done.result()
    except RefusedError as problem:
        tested(passed=False, message=visible(problem.message, 1_000))
        return True
    except ChallengeError as problem:  # none to run, or none that can be: nothing that the candidate did
        click.echo(f"{one.blind}: there are no public tests: {visible(problem.message, 300)}", err=True)
        tested(passed=None, message="")
        return True
    except GraderError as problem:
        click.echo(f"{one.blind}: the public tests did not run: {visible(problem.message, 300)}", err=True)
        return False
    except Exception as problem:  # nobody foresaw it; the other hand-ins do not wait for that
        click.echo(f"{one.blind}: a fault of the grader, public tests are left out: {type(problem).__name__}", err=True)
        tested(passed=None, message="")
        return True
    if not result.ended:
        tested(passed=None, message=result.message)
        click.echo(f"{one.blind}: public tests do not end")
        return True
    lines = (result.output or result.message).splitlines()[-LINES:]
    tested(passed=result.passed, message="\n".join(visible(line, WIDTH) for line in lines))
    click.echo(f"{one.blind}: public tests {'pass' if result.passed else 'do not pass'}")
    return True
