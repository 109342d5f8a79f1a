"""`grade purge`: remove what is too old, or one person's data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from grader.portal.records import Invitation
    from grader.store.people import Meaning
    from grader.store.retention import Removal
    from grader.store.store import Store


@click.command()
@click.option("--older-than", default="", metavar="AGE", help="Runs older than AGE: 180d, 26w.")
@click.option("--candidate", default="", metavar="NAME", help="All of one person, by name or blind id.")
@click.option("--as", "how", type=click.Choice(["name", "blind"]), help="What NAME is, where it is one person's name "
              "and another's blind id.")  # fmt: skip
@click.option("--why", default="", help="Kept with the removal: a request, a policy.")
@click.option("--yes", is_flag=True, help="Do it. Without this, only say what would go.")
@click.option("--hand-ins", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", envvar="GRADER_HAND_INS",
              help="Folder of what was handed in, where it is not beside the store.")  # fmt: skip
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
def command(
    older_than: str, candidate: str, how: Meaning | None, why: str, yes: bool, hand_ins: Path | None, store: str
) -> int:  # fmt: skip
    """Remove runs from the store and their results from the disk: grades, pages and evidence; and invitations with what
    came in by them, with --older-than those whose window ended that long ago; and live rounds with their cards. With
    --candidate also the stages and outcomes that `grade hire` keeps.

    Pages of a batch that speak of them go too; `grade batch` writes them again for those who stay. What stays is a
    note of how much was removed, when, by whom and why, and no name. Backups, the submitted archives themselves and
    the judge's cache are not touched; what is printed says where they are. Where a calibration rested on what went and
    its pack is here, calibration.json says from then on of how many reviews, by criterion.

    A name is found however it is typed: case, accents' forms, kinds of apostrophe and hyphen, "Weber, Ana" for
    "Ana Weber", and each member of a group. Names that are only near are shown and left alone. Where it is one person's
    name and another's blind id, nothing is done before --as says which is meant.

    Exits with 1 when nothing was found for --candidate.
    """
    from grader.cli.standing import store_at
    from grader.errors import UsageError
    from grader.portal.forget import of_person
    from grader.portal.forget import older_than as portal_older_than
    from grader.queue.forget import near
    from grader.store import open_store, retention

    if bool(older_than) == bool(candidate) or (how and not candidate):
        raise UsageError("Give either --older-than AGE or --candidate NAME.")
    waiting, close, meant = 0, tuple[str, ...](), how or "either"
    with open_store(store_at(store)) as opened:
        if candidate:
            _say_who(opened, candidate, meant)
            removal = retention.of_person(opened, candidate, meant)
            waiting, close = _purge_queue(opened.engine, candidate, meant, yes=yes), near(opened.engine, candidate)
            invited = of_person(opened.engine, candidate, meant)
        else:
            removal = retention.older_than(opened, _before(older_than))
            invited = portal_older_than(opened.engine, _before(older_than))
        waiting += _purge_hand_ins(opened.engine, invited, store_at(store), hand_ins, yes=yes)
        waiting += _purge_live(opened.engine, candidate, meant, older_than, yes=yes)
        if not waiting or not removal.nothing:
            click.echo(report(removal, done=yes))
        if yes and not removal.nothing:
            reason = why or ("a person's data" if candidate else f"older than {older_than}")
            retention.remove(opened, removal, why=reason)
    if yes and not removal.nothing:
        _note_erasures(store_at(store))
    _say_what_stays(removal, close, waiting=waiting, done=yes)
    return 1 if candidate and removal.nothing and not waiting else 0


def _note_erasures(url: str) -> None:
    """Says in the packs that are here what their calibrations have lost. That fails no removal."""
    from grader.cli.calibrated import note_erasures
    from grader.errors import GraderError
    from grader.settings import Settings, list_challenges

    try:
        roots = list_challenges(Settings.read()).values()
    except GraderError as problem:
        click.echo(f"grade: what was erased is not noted in any pack: {problem}", err=True)
    else:
        note_erasures(roots, url)


def _say_what_stays(removal: Removal, close: Sequence[str], *, waiting: int, done: bool) -> None:
    """Names that were not taken for the one that was asked for (somebody has to look), and what no removal touches."""
    from grader.errors import visible
    from grader.settings import PLACES

    for name in dict.fromkeys([*removal.near, *close]):
        click.echo(f"  near    {visible(name, 200)!r} (another name, so not touched)")
    if not removal.nothing:
        click.echo(
            f"Left alone: backups, and the judge's cache ({PLACES.cache / 'judge'}), which may quote submissions."
        )
    if (waiting or not removal.nothing) and not done:
        click.echo("Nothing was removed; --yes does it.")


def _say_who(store: Store, candidate: str, how: Meaning) -> None:
    """Whom it is about, by all names and blind ids. Raises UsageError where these are several people: whoever asks to
    be removed takes nobody along."""
    from grader.errors import UsageError
    from grader.queue.forget import known_by
    from grader.store import people, retention

    known = retention.known_by(store) | known_by(store.engine)
    meant = sorted(one for one in known if people.is_meant(candidate, how, name=one[0], blind=one[1]))
    if several := people.several(candidate, meant):
        raise UsageError(
            f"{_called(candidate)} is not one person: {'; '.join(_who(*one) for one in several)}.",
            fix="--as blind means who has it as a blind id, --as name who is called so; or give another name of theirs",
        )
    for one in meant:
        click.echo(f"  person  {_who(*one)}")


def _who(name: str, blind: str) -> str:
    return f"{_called(name) if name else 'no name'}, blind id {_called(blind) if blind else 'none'}"


def _called(name: str) -> str:
    from grader.errors import visible

    return repr(visible(name, 200))


def _purge_queue(engine: Engine, candidate: str, how: Meaning, *, yes: bool) -> int:
    """How many jobs of the queue go, or have gone."""
    from grader.queue.forget import forget, jobs_of

    waiting = len(jobs_of(engine, candidate, how))
    if waiting:
        click.echo(f"{'Removing' if yes else 'Would remove'} {waiting} jobs of the queue.")
        if yes:
            forget(engine, candidate, how)
    return waiting


def _purge_hand_ins(engine: Engine, found: Sequence[Invitation], store: str, named: Path | None, *, yes: bool) -> int:
    """How many invitations go, or have gone, with what was handed in."""
    from grader.portal.forget import forget
    from grader.portal.taking import folder_of

    if found:
        came = sum(len(one.hand_ins) for one in found)
        click.echo(f"{'Removing' if yes else 'Would remove'} {len(found)} invitations and {came} hand-ins.")
        for one in found:
            click.echo(f"  invited {_who(one.candidate, one.blind)}: {one.number} to {one.challenge}")
        folder = folder_of(store, named) if came else Path()
        if yes:
            forget(engine, found, folder)
    return len(found)


def _purge_live(engine: Engine, candidate: str, how: Meaning, age: str, *, yes: bool) -> int:
    """How many live rounds go, or have gone, with the cards of those who held them."""
    from grader.review import live_rows

    found = live_rows.of_person(engine, candidate, how) if candidate else live_rows.older_than(engine, _before(age))
    if found:
        click.echo(f"{'Removing' if yes else 'Would remove'} {len(found)} live rounds with their cards.")
        if yes:
            live_rows.forget(engine, found)
    return len(found)


def _before(age: str) -> str:
    from datetime import UTC, datetime, timedelta

    from grader.errors import UsageError
    from grader.store.store import moment

    found = re.fullmatch(r"(\d{1,5})\s*([dw])", age.strip())
    if not found:
        raise UsageError(f"--older-than {age!r} is not understood; write it like 180d or 26w.")
    return moment(datetime.now(UTC) - timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1)))


def report(removal: Removal, *, done: bool) -> str:
    """What goes, and what the operator has to see to."""
    from grader.errors import visible

    if removal.nothing:
        return "No run matches; there is nothing to remove."
    word = "Removing" if done else "Would remove"
    lines = [f"{word} {len(removal.runs)} runs and {len(removal.folders)} results on this machine's disk."]
    lines += [f"  result  {visible(str(folder), 300)}" for folder in removal.folders]
    lines += [f"  row     {visible(name, 100)} in {visible(str(path), 300)}" for path, name in removal.listed]
    lines += [
        f"  stages  of {visible(name, 200)}: all that happened to them, and what came of it" for name in removal.hired
    ]
    lines += [f"  shared  {visible(group, 200)}: it goes for all of them" for group in removal.shared]
    lines += [f"  pages   {visible(str(out / 'index.html'), 300)}" for out in removal.batches]
    lines += [f"  yours   {visible(source, 300)} (not touched)" for source in removal.sources]
    lines += [
        f"  stays   {visible(str(path), 300)} (lies in a result, and no grading wrote it)" for path in removal.left
    ]
    return "\n".join(lines)
