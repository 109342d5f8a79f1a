"""`grade norm`: a norming session without a server: borderline cases rated blind, compared, an anchor mended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.ratings.items import Item
    from grader.review.desk import Desk
    from grader.review.norming_rows import Norming
    from grader.review.records import Actor

NEW = click.option("--new", is_flag=True, help="NAME is somebody else than the person of a nearly equal name.")


@click.group()
def command() -> None:
    """The same borderline cases, rated alone on one criterion, then compared: where people read an anchor in two ways,
    the anchor is mended. It is practice, and enters no grade.

    \b
    grade norm offer rag-triage measurement             # revealed cases, the widest gap first
    grade norm open rag-triage measurement RUN RUN --rater Ann --rater Ben
    grade norm rate SESSION --rater Ann                 # blind, resumable
    grade norm compare SESSION                          # all levels, once everybody is through
    grade norm mend SESSION 3 --by Ann --text "…" --why "…"      # prints the diff for rubric.yaml
    grade norm again SESSION                            # the same cases by the mended anchors

    SESSION is the id that `open` prints and `list` shows; its beginning is enough.
    """


@command.command()
@click.argument("challenge")
@click.argument("criterion")
@click.option("--judge", is_flag=True, help="The judge's widest errors instead of people's widest gaps.")
@click.option("--texts", is_flag=True, help="Texts that the challenge's authors wrote, for before anybody has applied.")
@click.option("--count", default=12, show_default=True, type=click.IntRange(1, 100), help="How many at most.")
@STORE_OPTION
def offer(challenge: str, criterion: str, judge: bool, texts: bool, count: int, store: str) -> None:
    """What a session on CRITERION of CHALLENGE may be opened on."""
    from grader.cli.reviewed import operator

    with _opened(store) as desk:
        if texts:
            names = [one.id for one in authored(challenge)[1] if one.criterion == criterion][:count]
            click.echo("\n".join(names) or f"The challenge has no authored text for {criterion} here.")
            return
        found = desk.borderline(operator(), challenge, criterion, count, source="judge" if judge else "people")
        runs = desk.case_runs(operator(), [one.case for one in found])
        for one in found:
            said = f"judge {one.judge}, people {one.settled}" if judge else f"levels {', '.join(map(str, one.levels))}"
            click.echo(f"{runs[one.case]:<24} {said}")
        if not found:
            click.echo("On this criterion nobody lay apart in a case that is open to all; --texts are authored ones.")


@command.command("open")
@click.argument("challenge")
@click.argument("criterion")
@click.argument("runs", nargs=-1)
@click.option("--rater", "raters", multiple=True, required=True, metavar="NAME", help="Who rates; two at least.")
@click.option("--text", "texts", multiple=True, metavar="ID", help="An authored text of the challenge, by its id.")
@NEW
@STORE_OPTION
def open_(
    challenge: str, criterion: str, runs: tuple[str, ...], raters: tuple[str, ...], texts: tuple[str, ...], new: bool,
    store: str,
) -> None:  # fmt: skip
    """Open a session on the revealed cases of RUNS, and print its id. Best are raters to whom the cases are new."""
    from grader.cli.reviewed import operator, person
    from grader.errors import UsageError, visible

    pack, items = authored(challenge) if texts else (None, ())
    chosen = [one for one in items if one.id in texts and one.criterion == criterion]
    lacking = [text for text in texts if text not in {one.id for one in chosen}]
    if lacking:
        raise UsageError(f"No authored text {visible(lacking[0], 80)!r} for {visible(criterion, 80)!r}.",
                         fix=f"grade norm offer {challenge} {criterion} --texts")  # fmt: skip
    with _opened(store) as desk, desk.together():
        cases = [_case(desk, run) for run in runs]
        asked = [person(desk, name, new=new) for name in raters]
        made = desk.open_norming(operator(), criterion, cases, asked, pack=pack, items=chosen)
    click.echo(made)
    click.echo(f"Each rates alone: grade norm rate {made[:8]} --rater NAME", err=True)


@command.command("list")
@STORE_OPTION
def list_(store: str) -> None:
    """The sessions, the newest first, and who is not yet through."""
    from grader.cli.reviewed import operator
    from grader.errors import visible

    with _opened(store) as desk:
        found = desk.normings(operator())
        for one in found:
            view = desk.norming(operator(), one.id)
            waiting = [name for name in view.raters or () if name not in (view.through or ())]
            state = "compared" if one.compared else f"waits for {', '.join(waiting)}" if waiting else "all are through"
            click.echo(f"{one.id[:8]}  {one.at[:10]}  round {one.phase}  {one.items} cases  "
                       f"{visible(one.criterion, 40)}  {visible(state, 200)}")  # fmt: skip
    if not found:
        click.echo("No session was opened yet: grade norm open CHALLENGE CRITERION RUN… --rater NAME --rater NAME")


@command.command()
@click.argument("session")
@click.option("--rater", required=True, metavar="NAME", help="Who rates; one of those who were asked.")
@STORE_OPTION
def rate(session: str, rater: str, store: str) -> None:
    """Give your level for each case of SESSION, beside its work and the anchors. Nobody sees another's before all are
    compared, and until then you may change yours: run it again with --rater and answer y."""
    from grader.cli import norm_walk

    with _opened(store) as desk:
        actor = _rater(desk, rater)
        norm_walk.walk(desk, actor, _session(desk, actor, session))


@command.command()
@click.argument("session")
@click.option("--early", is_flag=True, help="Though somebody is not through; two have to be.")
@STORE_OPTION
def compare(session: str, early: bool, store: str) -> None:
    """Open all levels of SESSION to its raters at once, and print them; from then on nobody changes one."""
    from grader.cli import norm_walk
    from grader.cli.reviewed import operator

    with _opened(store) as desk:
        view = _session(desk, operator(), session)
        if not view.compared:
            desk.compare(operator(), view.id, early=early)
        click.echo("\n".join(norm_walk.compared(desk.norming(operator(), view.id))))


@command.command()
@click.argument("session")
@click.option("--rater", required=True, metavar="NAME", help="Who looks; others are then 'Rater A'.")
@STORE_OPTION
def show(session: str, rater: str, store: str) -> None:
    """What all said in a compared SESSION, as one of its raters may see it, and how the anchors were mended."""
    from grader.cli import norm_walk

    with _opened(store) as desk:
        actor = _rater(desk, rater)
        view = _session(desk, actor, session)
        click.echo("\n".join(norm_walk.compared(view)))
        click.echo(desk.anchors_diff(actor, view.id) if view.compared or view.phase == 2 else "")


@command.command()
@click.argument("session")
@click.argument("level", type=int)
@click.option("--by", required=True, metavar="NAME", help="Who mends it: a rater of the session, or a lead.")
@click.option("--text", required=True, help="What the anchor says from now on.")
@click.option("--why", required=True, help="What was read in two ways.")
@STORE_OPTION
def mend(session: str, level: int, by: str, text: str, why: str, store: str) -> None:
    """Another text for the anchor of LEVEL, after the comparison; prints the change as a diff. Put it into the
    challenge's rubric.yaml and raise the version: no grade that was given changes."""
    from grader.errors import visible

    with _opened(store) as desk:
        actor = _rater(desk, by)
        found = _session(desk, actor, session)
        desk.propose(actor, found.id, level, text, why)
        for line in desk.anchors_diff(actor, found.id).splitlines():
            click.echo(visible(line, 20_000))


@command.command()
@click.argument("session")
@STORE_OPTION
def again(session: str, store: str) -> None:
    """Begin the second round of SESSION: the same cases, by the mended anchors, blind again."""
    from grader.cli.reviewed import operator

    with _opened(store) as desk:
        found = _session(desk, operator(), session)
        desk.again(operator(), found.id)
        click.echo(f"Second round: grade norm rate {found.id[:8]} --rater NAME")


@contextlib.contextmanager
def _opened(store: str) -> Iterator[Desk]:
    from grader.cli.reviewed import named_store
    from grader.review.desk import open_desk

    with open_desk(named_store(store)) as desk:
        yield desk


def _rater(desk: Desk, name: str) -> Actor:
    """Somebody who is there: nobody is added by rating. Raises UsageError."""
    from grader.errors import UsageError, visible
    from grader.review.records import Actor

    who = desk.person(name)
    if who is None:
        raise UsageError(f"There is nobody called {visible(name, 80)!r}.", fix="grade people list")
    return Actor(person=who, how="command")


def _session(desk: Desk, actor: Actor, wanted: str) -> Norming:
    """The session whose id begins with `wanted`, of those that are there for the actor. Raises UsageError."""
    from grader.review.problems import NotFoundError

    found = [one.id for one in desk.normings(actor) if one.id.startswith(wanted)] if len(wanted) >= 4 else []
    if len(found) != 1:
        raise NotFoundError(wanted)
    return desk.norming(actor, found[0])


def _case(desk: Desk, wanted: str) -> str:
    """The case of a run. Raises UsageError where nobody has assessed it."""
    from grader.cli.reviewed import begun_of

    return begun_of(desk, wanted).id


def authored(challenge: str) -> tuple[Pack | None, tuple[Item, ...]]:
    """The challenge, and the texts that its authors wrote. Raises UsageError where it is not here."""
    from grader.challenge import load_pack
    from grader.cli.standing import settings_for
    from grader.ratings.items import load_items
    from grader.settings import find_challenge

    pack = load_pack(find_challenge(challenge, settings_for()))
    if not (pack.root / "calibration" / "items.yaml").is_file():
        return pack, ()
    return pack, tuple(one for one in load_items(pack) if one.kind == "authored")
