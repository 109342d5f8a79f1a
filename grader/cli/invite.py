"""`grade invite CHALLENGE --candidate NAME`: a candidate's link; list, show, extend, withdraw, collect."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click_default_group import DefaultGroup

from grader.cli.reviewed import STORE_OPTION

if TYPE_CHECKING:
    from grader.portal.desk import PortalDesk

URL = click.option("--public-url", default="", metavar="URL", envvar="GRADER_PUBLIC_URL",
                   help="What the link begins with (http://127.0.0.1:8000).")  # fmt: skip
CHALLENGES = click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR",
                          help="Folder to look for challenges in.")  # fmt: skip
HAND_INS = click.option("--hand-ins", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
                        envvar="GRADER_HAND_INS", help="Folder of what was handed in, where it is not beside the "
                        "store.")  # fmt: skip


@click.group(cls=DefaultGroup, default="to", default_if_no_args=False)
def command() -> None:
    """Invite a candidate to a challenge, and print their link. No mail is sent: you hand it over.

    \b
      grade invite rag-triage --candidate "Cara Doe"
      grade invite rag-triage --candidate "Cara Doe" --loop loop.yaml --window 7d --working 4h
      grade invite list
      grade invite extend "Cara Doe" --window 2d
      grade invite withdraw "Cara Doe"
      grade invite collect                    # grade what is due, here or on the queue

    Behind the link a candidate reads how it goes, starts, downloads, hands in and finds the answer (`grade serve`).
    Wherever a candidate is named, it is their name or their blind id.
    """


_group: click.Group = command


@_group.command("to", hidden=True)
@click.argument("challenge")
@click.option("--candidate", required=True, metavar="NAME", help="Who is invited. Assessors see a blind id.")
@click.option("--loop", "loop", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="LOOP.yaml",
              help="Tell the rounds of this loop on the candidate's page.")  # fmt: skip
@click.option(
    "--window", default="", metavar="TIME", help="Until when it may be handed in, from now (the challenge's)."
)
@click.option("--working", default="", metavar="TIME",
              help="A working clock from Start on, as 4h: later is marked, never refused.")  # fmt: skip
@click.option(
    "--answer", default="10d", metavar="TIME", show_default=True, help="An answer comes so long after the end."
)
@click.option("--keep", default="180d", metavar="TIME", show_default=True, help="What is kept goes so long after it.")
@CHALLENGES
@URL
@STORE_OPTION
def to(
    challenge: str, candidate: str, loop: Path | None, window: str, working: str, answer: str, keep: str,
    challenges: Path | None, public_url: str, store: str,
) -> None:  # fmt: skip
    """Invite a candidate, and print the link."""
    from grader.challenge import load_pack
    from grader.cli.standing import settings_for
    from grader.portal.desk import Wish
    from grader.portal.orders import about as said
    from grader.settings import find_challenge
    from grader.store.store import user

    pack = load_pack(find_challenge(challenge, settings_for(), challenges))
    about = {**said(pack), "rounds": _rounds(loop), "answer_days": round(seconds(answer, "--answer") / 86_400),
             "keep_days": round(seconds(keep, "--keep") / 86_400)}  # fmt: skip
    wish = Wish(
        candidate=candidate, challenge=pack.id, version=pack.version, about=about, by=user(),
        window=seconds(window, "--window") if window else pack.time.window,
        working=int(seconds(working, "--working")) if working else 0,
    )  # fmt: skip
    with opened(store) as desk:
        made, token = desk.invite(wish)
    base = (public_url or "http://127.0.0.1:8000").rstrip("/")
    click.echo(f"{base}/h/{token}")
    click.echo(f"{made.number} {made.blind}: until {made.ends_at}. Whoever has the link is the candidate: hand it over "
               "privately; it is not shown again.", err=True)  # fmt: skip


@_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each, without names.")
@STORE_OPTION
def list_(as_json: bool, store: str) -> None:
    """Who was invited to what, and how it stands; the newest first."""
    from grader.errors import visible

    with opened(store) as desk:
        found, now = desk.all(), desk.now()
    for one in found:
        count = len(one.hand_ins)
        if as_json:
            row = {"number": one.number, "blind": one.blind, "challenge": one.challenge, "state": one.state(now),
                   "ends_at": one.ends_at, "started_at": one.started_at, "hand_ins": count,
                   "minutes_late": one.last.late if one.last else 0}  # fmt: skip
            click.echo(json.dumps(row))
        else:
            late = f", {one.last.late} min late" if one.last and one.last.late else ""
            click.echo(f"{one.number}  {one.blind:<8} {visible(one.candidate, 28):<28} {one.challenge:<20} "
                       f"{one.state(now):<10} until {one.ends_at[:16]}  {count} handed in{late}")  # fmt: skip
    if not found and not as_json:
        click.echo('Nobody yet: grade invite CHALLENGE --candidate "Cara Doe"')


@command.command()
@click.argument("candidate")
@STORE_OPTION
def show(candidate: str, store: str) -> None:
    """What happened to an invitation: hand-ins with their digests, extensions, an appeal in its words.

    CANDIDATE is a blind id, a name, or the number of one invitation, as `grade invite list` shows them.
    """
    from grader.errors import visible

    with opened(store) as desk:
        one = desk.named(candidate)
        click.echo(
            f"{one.number}  {one.blind}  {one.challenge} {one.version}  {one.state(desk.now())}, until {one.ends_at}"
        )
    lines = [(one.at, f"invited by {visible(one.by, 80)}")]
    lines += [(event.at, f"{event.what} by {visible(event.who, 80)}{_said(event.body)}") for event in one.events]
    for came in one.hand_ins:
        late = f", {came.late} minutes after the working time" if came.late else ""
        lines.append((came.at, f"No. {came.number} handed in, {came.bytes} bytes, {came.digest}{late}"))
    click.echo("\n".join(f"{at}  {text}" for at, text in sorted(lines)))


@command.command()
@click.argument("candidate")
@URL
@STORE_OPTION
def link(candidate: str, public_url: str, store: str) -> None:
    """Print the link of an invitation that an applicant tracking system ordered: with GRADER_ATS_KEY it can be made
    again. Of others only a digest is kept: withdraw, and invite anew.

    CANDIDATE is a blind id, a name, or the number of one invitation, as `grade invite list` shows them.
    """
    from grader.errors import UsageError
    from grader.portal.orders import link_token
    from grader.web.config import told

    with opened(store) as desk:
        one = desk.named(candidate)
        token = link_token(told()["ats_key"], one.id)
        found = desk.opened(token)
    if found is None or found.id != one.id:
        raise UsageError(
            f"The link of {one.number} cannot be made again here.",
            fix="set GRADER_ATS_KEY as the server has it, or withdraw it and invite again",
        )
    click.echo(f"{(public_url or 'http://127.0.0.1:8000').rstrip('/')}/h/{token}")


@command.command()
@click.argument("candidate")
@click.option("--window", default="", metavar="TIME", help="So much longer to hand in; from now, where it is over.")
@click.option("--working", default="", metavar="TIME", help="So much more working time, where a clock runs.")
@STORE_OPTION
def extend(candidate: str, window: str, working: str, store: str) -> None:
    """Give CANDIDATE more time. Why is asked nobody, so no reason can reach who rates.

    CANDIDATE is a blind id, a name, or the number of one invitation, where there are several.
    """
    from grader.errors import UsageError
    from grader.store.store import user

    if not window and not working:
        raise UsageError("Say how much: --window 2d, --working 1h, or both.")
    with opened(store) as desk:
        more = {"window": seconds(window, "--window") if window else 0.0,
                "working": seconds(working, "--working") if working else 0.0}  # fmt: skip
        found = desk.extend(desk.named(candidate), **more, who=user())
    clock = f", {found.seconds // 60} minutes of work" if found.seconds else ""
    click.echo(f"{found.number} {found.blind}: until {found.ends_at}{clock}")


@command.command()
@click.argument("candidate")
@STORE_OPTION
def withdraw(candidate: str, store: str) -> None:
    """End CANDIDATE's invitation. What came in stays until `grade purge`, and is graded no more.

    CANDIDATE is a blind id, a name, or the number of one invitation, where there are several.
    """
    from grader.store.store import user

    with opened(store) as desk:
        one = desk.named(candidate)
        desk.withdraw(one, who=user())
    click.echo(f"{one.number} {one.blind}: withdrawn. grade purge --candidate removes what is kept.")


@command.command()
@click.option("--all", "everybody", is_flag=True, help="Also of those who may still hand in again.")
@click.option("--out", "-o", type=click.Path(path_type=Path), default=Path("hand-ins-graded"), show_default=True,
              help="Folder for the results, one below it for each challenge.")  # fmt: skip
@click.option("--queue", "queued", is_flag=True, help="Let the workers of the queue grade (a Postgres as the store).")
@click.option("--no-public", is_flag=True, help="Do not run the starter's public tests on what came in.")
@click.option("--of", "server", type=int, hidden=True, help="Process of the server that this is for, and ends with.")
@CHALLENGES
@HAND_INS
@STORE_OPTION
def collect(
    everybody: bool, out: Path, queued: bool, no_public: bool, server: int | None, challenges: Path | None,
    hand_ins: Path | None, store: str,
) -> int:  # fmt: skip
    """Run the starter's public tests on what came in, and grade what is due: the last hand-in of each candidate who is
    through, or whose window is over. What is graded is skipped; `grade serve --grade` does this by itself.

    Ctrl-C or SIGTERM finishes what is in flight; a second one abandons it."""
    from grader.cli.handed_in import Place, collect_all

    if server is not None:
        from grader.cli.grading import end_with

        end_with(server)
    place = Place(store=store, out=out, hand_ins=hand_ins, challenges=challenges)
    with opened(store) as desk:
        return collect_all(desk, place, everybody=everybody, queued=queued, public=not no_public)


@contextlib.contextmanager
def opened(store: str) -> Iterator[PortalDesk]:
    from grader.cli.reviewed import named_store
    from grader.portal.desk import PortalDesk
    from grader.store import open_store

    with open_store(named_store(store)) as kept:
        yield PortalDesk(engine=kept.engine)


def seconds(text: str, name: str) -> float:
    """A time as `7d` or `4h`. Raises UsageError."""
    from pydantic import TypeAdapter, ValidationError

    from grader.challenge.schema import Seconds
    from grader.errors import UsageError, visible

    try:
        found = float(TypeAdapter(Seconds).validate_python(text))
    except ValidationError as problem:
        raise UsageError(f"{name} {visible(text, 40)!r} is no time; write 7d, 4h or 90min.") from problem
    if not 60 <= found <= 400 * 86_400:
        raise UsageError(f"{name} {visible(text, 40)!r} lies outside of a minute to 400 days.")
    return found


def _rounds(loop: Path | None) -> list[dict[str, Any]]:
    if loop is None:
        return []
    from grader.loop.matrix import load_loop

    return [{"title": one.title, "minutes": round(one.time / 60),
             "who": f"{'read by' if one.kind == 'take_home' else 'with'} {_a(one.interviewer.replace('_', ' '))}"}
            for one in load_loop(loop).loop.rounds]  # fmt: skip


def _a(what: str) -> str:
    return f"{'an' if what[:1].lower() in 'aeiou' else 'a'} {what}"


def _said(body: Any) -> str:
    from grader.errors import visible

    if "words" in body:
        return f": {visible(str(body['words']), 2_000)}"
    if "ends_at" in body:
        return f" until {body['ends_at']}"
    if "passed" in body:
        if body["passed"] is None:
            return f": {visible(str(body['message']), 300) or 'there are none'}"
        return ": pass" if body["passed"] else f": do not pass, {visible(str(body['message']), 300)}"
    return ""
