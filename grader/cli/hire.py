"""`grade hire import|stage|outcome`: what happened to candidates, from another system or from here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.store.hire import HireEvent, Imported

_STORE = click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
_AT = click.option("--at", default="", metavar="DATE", help="When, as 2026-03-31; now by default.")
_BY = click.option("--by", "who", default="", metavar="NAME", help="Who says so; you by default.")


@click.group("hire")
def command() -> None:
    """What happened to candidates, for `grade analyse`: rows are added and never changed.

    \b
      $ grade hire import stages.csv --from csv
      $ grade hire stage K7 interview
      $ grade hire stage K7 interview --exit advance
      $ grade hire outcome K7 offer --exit advance
      $ grade hire outcome K7 started --at 2026-05-01
      $ grade hire outcome K7 rating --value 4 --rater "Ada L." --at 2026-11-01
    """


@command.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "source", type=click.Choice(("csv", "greenhouse", "lever", "ashby")), required=True,
              help="Which system the file is from.")  # fmt: skip
@click.option("--whole/--part", default=None, help="Whether FILE has all stages of its candidates, so that what is "
              "missing is gone. Whole by default; Greenhouse's never are.")  # fmt: skip
@_BY
@_STORE
def import_(file: Path, source: str, whole: bool | None, who: str, store: str) -> None:
    """Read FILE, and keep what is new or has changed since the last time. The same file again adds nothing.

    \b
    csv         candidate, stage, entered_at, and as for `grade analyse funnel`;
                or candidate, rating, rated_at, rater: ratings on the job
    greenhouse  JSON {"applications": […], "offers": […]} as Harvest has them
    lever       JSON {"data": [opportunities], "stages": [{id, text}]}
    ashby       JSON {"results": [applications]}, each with its listHistory
                under "history"

    Take names out before if you want to: `candidate` and `id` may be any text that stays the same. Groups (sex, race)
    do not belong here; see `grade analyse impact`.
    """
    from grader.analytics.imports import read

    if whole and source == "greenhouse":
        raise UsageError("Greenhouse's exports have no history: a stage that is missing was left, and is not gone.")
    found = read(file, source)
    done = _keep(store, found.events, digest=found.digest, name=found.name, who=who, why="grade hire import",
                 whole=whole if whole is not None else source != "greenhouse",
                 first_date=source == "greenhouse")  # fmt: skip
    seen = f" The very same file was imported at {done.seen_before}." if done.seen_before else ""
    click.echo(
        f"{done.events} events: {done.added} new, {done.changed} changed, {done.gone} gone at their source.{seen}"
    )
    click.echo(found.digest)


@command.command()
@click.argument("candidate")
@click.argument("stage")
@click.option("--exit", "how", type=click.Choice(("advance", "reject", "withdraw")), help="They have left it, and how.")
@_AT
@_BY
@_STORE
def stage(candidate: str, stage: str, how: str | None, at: str, who: str, store: str) -> None:
    """CANDIDATE enters STAGE, or with --exit has left it."""
    from grader.analytics.imports import key
    from grader.store.hire import BY_HAND, HireEvent

    moment = _moment(at)
    mine = key(_short(candidate), _short(stage))
    entered = _entered(store, mine) or moment
    if how and entered > moment:
        raise UsageError(f"They entered {stage!r} at {entered}, after they are said to have left it.")
    event = HireEvent(source=BY_HAND, key=mine, candidate=candidate, kind="stage", name=stage, entered_at=entered,
                      left_at=moment if how else "", exit=how or "")  # fmt: skip
    _say(_keep(store, [event], name="grade hire stage", who=who, why="by hand"))


@command.command()
@click.argument("candidate")
@click.argument("what", type=click.Choice(("offer", "started", "rating", "left")))
@click.option("--exit", "how", type=click.Choice(("advance", "withdraw", "reject")),
              help="Of an offer: advance if it was accepted, withdraw if declined, reject if taken back.")  # fmt: skip
@click.option("--value", type=float, help="Of a rating.")
@click.option("--rater", default="", help="Who rates.")
@click.option("--why", default="", help="Why they left.")
@_AT
@_BY
@_STORE
def outcome(
    candidate: str, what: str, how: str | None, value: float | None, rater: str, why: str, at: str, who: str, store: str
) -> None:
    """An offer to CANDIDATE, their first day, a rating on the job, or that they left."""
    from grader.analytics.imports import key
    from grader.store.hire import BY_HAND, HireEvent, Kind

    if (what == "rating") != (value is not None):
        raise UsageError("--value belongs to a rating, and a rating needs one.")
    moment = _moment(at)
    mine = key(_short(candidate), what, *((rater, moment) if what == "rating" else ()))
    entered = (_entered(store, mine) if how else "") or moment
    kinds: dict[str, Kind] = {"offer": "offer", "started": "start", "rating": "rating", "left": "leaving"}
    event = HireEvent(source=BY_HAND, key=mine, candidate=candidate, kind=kinds[what], name=_short(why or what),
                      value=value, rater=_short(rater, 200), entered_at=entered, left_at=moment if how else "",
                      exit=how or "")  # fmt: skip
    _say(_keep(store, [event], name=f"grade hire outcome {what}", who=who, why="by hand"))


@command.command()
@click.argument("file", metavar="FILE.csv", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "url", required=True, metavar="URL", help="A database for this alone: sqlite:///groups.db")
@click.option("--key", required=True, metavar="KEYFILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Its key, made where there is none. Keep it where the database's backups are not.")  # fmt: skip
@click.option("--forget", default="", metavar="CANDIDATE", help="Remove what somebody said.")
def groups(file: Path | None, url: str, key: Path, forget: str) -> None:
    """Keep what candidates said about themselves, apart from all else: for `grade analyse impact --groups URL`.

    FILE has the column candidate and one for each dimension, such as sex and race. Write down who would rather not say
    as "declined", and who was not asked as "not asked"; an empty cell is "unknown". Delete FILE afterwards.

    Nobody is in the database by name: it holds a digest made with the key.
    """
    from grader.analytics.group_store import GroupStore
    from grader.analytics.groups import read_groups
    from grader.settings import Settings

    if bool(file) == bool(forget):
        raise UsageError("Give either FILE.csv or --forget CANDIDATE.")
    if url == Settings.read().store:
        raise UsageError("That is the store of grades: what people say about themselves is kept in another one.")
    said = read_groups(file) if file else {}
    store = GroupStore(url, key)
    try:
        if forget:
            click.echo("Removed." if store.forget(forget) else "Nothing was known.")
        else:
            click.echo(f"Kept what {store.keep(said)} people said.")
    finally:
        store.close()


def _keep(
    store: str, events: Sequence[HireEvent], *, name: str, who: str, why: str, digest: str = "", whole: bool = False,
    first_date: bool = False,
) -> Imported:  # fmt: skip
    from grader.cli.standing import store_at
    from grader.store import open_store
    from grader.store.hire import keep

    with open_store(store_at(store)) as opened:
        try:
            return keep(opened.engine, events, source=events[0].source, digest=digest, name=name, whole=whole,
                        first_date=first_date, who=who, why=why)  # fmt: skip
        except ValueError as problem:
            raise UsageError(f"{name}: {problem}.") from None


def _entered(store: str, key: str) -> str:
    """When the event with this key began, as it was written down by hand; empty where it was not."""
    from grader.cli.standing import store_at
    from grader.store import open_store
    from grader.store.hire import BY_HAND, standing

    with open_store(store_at(store)) as opened:
        return next((e.entered_at for e in standing(opened.engine) if e.source == BY_HAND and e.key == key), "")


def _say(done: Imported) -> None:
    click.echo("Written down." if done.added else "Changed." if done.changed else "That is known already.")


def _moment(text: str) -> str:
    from grader.analytics.tables import moment
    from grader.store.store import moment as written

    try:
        return written(moment(text) if text else datetime.now(UTC))
    except ValueError:
        raise UsageError(f"--at {text!r} is no date such as 2026-03-31.") from None


def _short(text: str, most: int = 500) -> str:
    if len(text) > most:
        raise UsageError(f"A text of {len(text)} characters; {most} are the most.")
    return text
