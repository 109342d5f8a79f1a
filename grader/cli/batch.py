"""`grade batch FOLDER --challenge ID`: grade many submissions."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.batch.attempts import BatchOutcome
    from grader.batch.blind import Known
    from grader.batch.entries import BatchEntry, Found
    from grader.batch.runner import Batch, BatchPlan
    from grader.challenge import Pack
    from grader.queue.follow import QueuedBatch
    from grader.records import Closed, Grade
    from grader.settings import Settings
    from grader.store.store import Store


@dataclass(frozen=True, kw_only=True)
class BatchOptions:
    """What was asked for; each as its option's help says."""

    folder: Path | None
    challenge: str
    manifest: Path | None
    jobs: int | None
    out: Path | None
    fresh: bool
    reveal: bool
    late: str
    no_judge: bool
    require_judge: bool
    no_similarity: bool
    challenges: Path | None
    formats: str
    store: str
    queued: bool
    priority: int | None
    shared: str
    detach: bool

    def check(self) -> None:
        """Raises UsageError for what does not go together."""
        from grader.errors import UsageError

        if self.folder is None and self.manifest is None:
            raise UsageError("Name a folder of submissions, or a --manifest.")
        if not self.queued and (self.priority is not None or self.shared or self.detach):
            raise UsageError("--priority, --shared and --detach are for the queue; add --queue.")

    @property
    def where(self) -> Path:
        """The folder for the results."""
        name = self.manifest.stem if self.manifest else (self.folder or Path()).resolve().name
        return self.out or Path(f"grades-{name or 'batch'}")


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--challenge", "-c", required=True, metavar="ID", help="A challenge's id, or the folder of a pack.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="What to grade: path, and where known candidate, started, submitted, minutes, late.",
)
@click.option("--jobs", "-j", type=click.IntRange(1, 256), metavar="N", help="Side by side (this machine's size).")
@click.option("--out", "-o", type=click.Path(path_type=Path), help="Folder for the results (./grades-<folder>).")
@click.option("--fresh/--resume", default=False, help="Grade all again, or skip what is finished (the default).")
@click.option("--reveal", is_flag=True, help="Show names in the cohort's page and tables; blind without it.")
@click.option("--late", default="flag", metavar="POLICY", help="What being late means: none, flag, or cap:N.")
@click.option("--no-judge", is_flag=True, help="Leave the criteria to people, even where a judge is configured.")
@click.option("--require-judge", is_flag=True, help="Exit with 6 when the judge was asked and did not answer.")
@click.option("--no-similarity", is_flag=True, help="Do not compare the submissions with each other.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--format", "formats", default="", metavar="LIST", help="Also write: junit,ctrf,gradescope,csv,…")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option("--queue", "queued", is_flag=True, help="Let the workers of the queue grade (a Postgres as the store).")
@click.option("--priority", type=click.IntRange(-100, 100), metavar="N", help="On the queue: before lower ones (0).")
@click.option("--shared", default="", metavar="PLACE", help="On the queue: a folder or s3:// that all machines reach.")
@click.option("--detach", is_flag=True, help="On the queue: do not wait; start again to collect.")
def command(**given: Any) -> int:
    """Grade each archive and folder in FOLDER, or each row of --manifest.

    \b
    Writes into --out:
      NAME/            grade.json, report.html, … as `grade SUBMISSION` does
      index.html       the cohort; index.csv and index.json for programs
      pairs/           submissions that look alike, side by side
      candidates.csv   who is who: ids to names, for you only

    Each result is kept in the store too (GRADER_STORE; see `grade history`).

    Started again, it goes on where it was stopped or killed. Ctrl-C finishes what is in flight; a second one abandons
    it. One bad submission stops nothing. A fault of the machine is tried again, then listed apart.

    With --queue, the workers of other machines grade (`grade worker`), and results and pages come here as ever.

    \b
    Exit codes: 0 all graded or refused, 4 the challenge is broken, 5 some could not be graded for the machine's fault,
    6 --require-judge, and the judge did not answer for some, 130 interrupted.
    """
    return _batch(BatchOptions(**given))


def _batch(options: BatchOptions) -> int:
    from grader import files
    from grader.challenge import load_pack
    from grader.challenge.around import check_outside
    from grader.cli.batch_end import EDITED, exit_code, of_others, summary
    from grader.cli.printing import say
    from grader.cli.standing import say_origin
    from grader.cohort.lateness import read_policy
    from grader.settings import find_challenge

    policy = read_policy(options.late)
    options.check()
    where = options.where
    found, settings = _found(options.folder, options.manifest, where, options.store)
    _check_store(options.store, settings)
    pack = load_pack(find_challenge(options.challenge, settings, options.challenges))
    check_outside(where)
    files.check_writable(where)
    plan = _plan(options, found, pack, settings)
    known = _who(plan)

    def write() -> None:
        from grader.cohort import write as cohort

        cohort.write(where, pack, known, policy=policy, reveal=options.reveal, similarity=not options.no_similarity)

    done = _graded(options, plan, settings, known, write)
    if done is None:
        return 0
    batch, outcomes = done
    edited = pack.is_edited()
    problems = [*batch.problems, *of_others(where, found.entries), *([EDITED] if edited else [])]
    say(summary(outcomes, problems, found.passed_over, where), kept=f"The results are in {where}")
    say_origin(pack, settings)
    code = exit_code(outcomes, require_judge=options.require_judge, edited=edited)
    return 130 if batch.interrupted else code


def _graded(
    options: BatchOptions, plan: BatchPlan, settings: Settings, known: Sequence[Known], write: Callable[[], None]
) -> tuple[Batch | QueuedBatch, Sequence[BatchOutcome]] | None:
    """The batch when it is over, here or on the queue, with its pages written; None where it is not waited for."""
    store = options.store or settings.store
    if not options.queued:
        from grader.sandbox.guard import guarded

        with guarded():
            return _run(plan, settings, known, store, then=write)
    from grader.cli.queued import run_queued
    from grader.queue.follow import Wishes
    from grader.queue.places import absolute

    wishes = Wishes(priority=options.priority, shared=absolute(options.shared))
    done = run_queued(plan, settings, known, store, wishes, detach=options.detach)
    if options.detach:
        return None
    write()
    return done


def _found(folder: Path | None, manifest: Path | None, out: Path, store: str) -> tuple[Found, Settings]:
    """What is to be graded, and the settings in force for it; says what a list names and is not there."""
    from grader.batch import entries
    from grader.cli.batch_end import LISTED
    from grader.cli.standing import settings_for
    from grader.errors import visible
    from grader.store import files_of

    place = folder or Path()
    found = entries.from_manifest(manifest, folder) if manifest else entries.from_folder(place, out)
    graded = [one.source for one in found.entries if not one.unfit]  # a link would say that all it leads to is graded
    settings = settings_for(*([str(folder)] if folder and not manifest else []), *graded)
    if not manifest:  # once more, without what the settings say is ours
        own = (*files_of(store or settings.store), Path("grader.toml"), *settings.read_from)
        found = entries.from_folder(place, out, own)
    if lost := entries.missing(found.entries):
        names = ", ".join(visible(entry.source, 100) for entry in lost[:LISTED])
        click.echo(f"{len(lost)} of {len(found.entries)} submissions are named and not there: {names}", err=True)
    return found, settings


def _check_store(store: str, settings: Settings) -> None:
    """Raises UsageError where nobody named a store, or only this folder, and the one there may be a candidate's."""
    from grader.store import files_of
    from grader.store.vouched import check, found

    if not store and settings.store_is_named:
        found(settings)
    elif not store and settings.standing.doubt:
        check(files_of(settings.store)[0], settings, settings.standing.doubt)


def _plan(options: BatchOptions, found: Found, pack: Pack, settings: Settings) -> BatchPlan:
    from grader.batch.entries import check_rounds
    from grader.batch.finished import wanted
    from grader.batch.runner import BatchPlan
    from grader.challenge.starter import rounds
    from grader.cli.report import listed
    from grader.report.write import Pages

    check_rounds(found.entries, rounds(pack.root))
    plan = BatchPlan(
        entries=found.entries,
        out=options.where,
        jobs=1,
        want=wanted(pack, settings, judge=not options.no_judge),
        judge=not options.no_judge,
        fresh=options.fresh,
        pages=Pages(formats=listed(options.formats)),
    )
    return plan if options.queued else _sized(plan, settings, options.jobs)


def _sized(plan: BatchPlan, settings: Settings, jobs: int | None) -> BatchPlan:
    """The plan with this machine shared out; on the queue other machines grade, and this one needs no engine."""
    from dataclasses import replace

    from grader.sandbox.room import cores, room, slots

    machine, limits = room(), plan.want.challenge.limits
    many = jobs or slots(len(machine.cores), machine.memory, limits.cpus, int(limits.memory))
    calls = _judge_calls(settings) if plan.want.judge_model else 0
    return replace(plan, jobs=many, cores=cores(many, machine), judge_calls=calls)


def _judge_calls(settings: Settings) -> int:
    """How many calls of the judge are under way at once: what is set for one submission holds for all together."""
    from grader.judge.config import JudgeConfig

    return max(1, JudgeConfig.of(settings).concurrency)


def _who(plan: BatchPlan) -> Sequence[Known]:
    """Who is who, written before anything is graded. What a batch that was killed left half written goes."""
    from grader import files
    from grader.batch import blind

    for folder in (plan.out, plan.out / "sorted", plan.out / "pairs"):
        files.remove_partial(folder)
    known = blind.assign(plan.entries, blind.load(plan.out))
    blind.save(plan.out, known)
    return known


def _run(
    plan: BatchPlan, settings: Settings, known: Sequence[Known], store: str, *, then: Callable[[], None]
) -> tuple[Batch, Sequence[BatchOutcome]]:
    """Grades, and writes the cohort's page with `then` while the last containers are removed. The store is opened while
    the first submissions are graded; one that cannot be opened ends the batch."""
    from concurrent.futures import Future, ThreadPoolExecutor

    from grader.batch.display import Display
    from grader.batch.record import Ours, Result, record
    from grader.batch.runner import Batch
    from grader.store import open_store
    from grader.store.labels import closed_under

    people = {one.entry.name: one for one in known}
    opening: Future[Store]

    def keep(entry: BatchEntry, _grade: Grade) -> None:
        record(opening.result(), Result(folder=plan.out / entry.name, known=people[entry.name]), why="grade batch")

    def closed(calibration: str) -> Mapping[str, Closed]:
        return closed_under(opening.result().engine, calibration)

    ours = Ours(lambda: opening.result())
    click.echo(f"{len(plan.entries)} submissions, {plan.jobs} at a time, into {plan.out}", err=True)
    try:
        with ThreadPoolExecutor(1) as aside, contextlib.ExitStack() as ends:
            with Display(len(plan.entries), plan.jobs) as display:
                batch = ends.enter_context(
                    contextlib.closing(Batch(plan, settings, display, record=keep, closed_gates=closed, ran_here=ours))
                )
                opening = aside.submit(open_store, store)
                opening.add_done_callback(lambda opened: batch.stop() if opened.exception() else None)
                outcomes = batch.run()
                batch.problems += ours.problems
            ends.enter_context(opening.result())
            then()
            return batch, outcomes
    except KeyboardInterrupt:
        click.echo("Abandoned. What was in flight is graded again at the next start.", err=True)
        sys.stderr.flush()
        os._exit(130)  # the guard removes the containers; threads that wait for them are not waited for
