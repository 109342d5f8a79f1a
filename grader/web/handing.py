"""A candidate's page: what they are told before anything starts, the clock, the files, handing in, the letter.

Whoever holds the link is the candidate; there is no account, no cookie and no script. GET changes nothing. Nothing of
what assessors do reaches this page before a person has released the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from grader.challenge import Manifest, load_manifest
from grader.challenge.here import root_of
from grader.challenge.starter import round_of
from grader.errors import RefusedError, UsageError
from grader.loop.deciding import addressed
from grader.portal import desk as rules
from grader.portal import handout, known_work, taking
from grader.portal.records import MOST_BYTES, Invitation, read_moment
from grader.settings import Settings
from grader.store.store import moment as as_kept
from grader.web import visit, work
from grader.web.accounts import AccountError
from grader.web.errors import said
from grader.web.render import page
from grader.web.times import moment

GONE = "The files of this challenge are not on the server at the moment. Nothing is lost; write to whoever invited you."


class Receipt(NamedTuple):
    """A hand-in as its sender may show it."""

    number: int
    when: str
    digest: str
    size: str
    late: int
    tests: str
    """What the starter's public tests came to, in words."""
    output: str
    counts: bool


def show(token: str) -> ResponseReturnValue:
    one = _found(token)
    return _shown(token, one) if isinstance(one, Invitation) else one


def files(token: str) -> ResponseReturnValue:
    """Instruction and starter as one archive, once the work has begun."""
    one = _found(token)
    if not isinstance(one, Invitation):
        return one
    root = _root(one)
    if not one.started_at or one.state(_now()) == "withdrawn":
        return _shown(token, one, wrong="Press Start first: the files come with it.", status=409)
    if root is None:
        return _shown(token, one, wrong=GONE, status=503)
    name = f'attachment; filename="{one.challenge}.zip"'
    return Response(
        handout.archive(root, round_of(root, one.id)),
        content_type="application/zip",
        headers={"Content-Disposition": name},
    )


def start(token: str) -> ResponseReturnValue:
    return _done(token, lambda one: visit.server().portal.start(one))


def finish(token: str) -> ResponseReturnValue:
    return _done(token, lambda one: visit.server().portal.finish(one))


def withdraw(token: str) -> ResponseReturnValue:
    def sure(one: Invitation) -> None:
        if request.form.get("sure") != "yes":
            raise UsageError("Tick the box to withdraw: it cannot be taken back.")
        visit.server().portal.withdraw(one)

    return _done(token, sure)


def appeal(token: str) -> ResponseReturnValue:
    """What a person should look at again, into the events of the case. Only where a letter has gone out."""

    def write(one: Invitation) -> None:
        words = request.form.get("words", "").replace("\r\n", "\n")
        if not _letter(one) and not _stages(one):
            raise UsageError("There is no letter yet that could be appealed.")
        visit.server().portal.appeal(one, words)
        visit.desk().appealed(one.blind, one.challenge, _own(one), words.strip())

    return _done(token, write)


def state_work(token: str) -> ResponseReturnValue:
    """The candidate's own public work, in their words; nothing of it is fetched."""

    def write(one: Invitation) -> None:
        pairs = zip(request.form.getlist("address"), request.form.getlist("words"), strict=False)
        visit.server().portal.state_work(one, list(pairs))

    return _done(token, write)


def hand_in(token: str) -> ResponseReturnValue:
    """Takes an archive, or a repository's address. What was handed in before stays, whatever becomes of this."""

    def take(one: Invitation) -> None:
        rules.refuse_closed(one, _now())
        root = _root(one)
        if root is None:
            raise UsageError(GONE)
        taken = _taken(load_manifest(root))
        try:
            visit.server().portal.keep(one, taken)
        except UsageError:  # closed while it came in
            taking.place_of(_folder(), taken.id).unlink(missing_ok=True)
            raise

    request.max_content_length = MOST_BYTES + 1_000_000
    return _done(token, take)


def _taken(manifest: Manifest) -> taking.Taken:
    address = request.form.get("repository", "").strip()
    if address:
        hosts = visit.server().config.repositories or taking.HOSTS
        return taking.take_repository(_folder(), address, manifest, hosts)
    upload = request.files.get("work")
    if upload is None:
        raise RefusedError("No file came with the form. Choose the archive again, then send it.")
    return taking.take_upload(_folder(), upload.stream, manifest)


def _done(token: str, do: Callable[[Invitation], None]) -> ResponseReturnValue:
    """Does it, and shows the page again; or shows why not, with all that there is."""
    one = _found(token)
    if not isinstance(one, Invitation):
        return one
    try:
        do(one)
    except RequestEntityTooLarge:
        return _shown(token, one, wrong=taking.TOO_LARGE, status=413)
    except HTTPException:  # what came was no form that can be read: torn on the way
        return _shown(token, one, wrong="This came in torn. Send it again; what was there before is there.", status=400)
    except RefusedError as problem:
        return _shown(token, one, wrong=f"{problem.message} {problem.fix}".strip(), status=422)
    except UsageError as problem:
        return _shown(token, one, wrong=problem.message, status=409)
    return redirect(url_for("handing.show", token=token), 303)


def _found(token: str) -> Invitation | ResponseReturnValue:
    """The invitation, or the page for a link that leads nowhere."""
    one = visit.server().portal.opened(token)
    if one is not None:
        return one
    try:
        visit.server().accounts.guessed(request.remote_addr or "")
    except AccountError:
        return said("Too many links that lead nowhere", "Wait a quarter of an hour, then open your link again.", 429)
    text = "Copy the whole address out of the message that you were sent. If it still leads here, ask for a new one."
    return said("This link leads nowhere", text, 404)


def _shown(token: str, one: Invitation, *, wrong: str = "", status: int = 200) -> ResponseReturnValue:
    current = visit.server().portal.opened(token) or one
    letter, stages = _letter(current), _stages(current)
    shown = page(
        "handing.html.j2", title=str(current.about["title"]), about=current.about, wrong=wrong, token=token,
        blind=current.blind, state=current.state(_now()), ends=moment(current.ends_at), clock=_clock(current),
        working=_words(current.seconds), receipts=[_receipt(current, at) for at in range(len(current.hand_ins))],
        started=moment(current.started_at) if current.started_at else "", answer=_answer(current),
        letter=work.instruction(letter) if letter else "", stages=stages, most=MOST_BYTES // 1_000_000,
        appeals=[(str(one.body["words"]), moment(one.at)) for one in current.events if one.what == "appealed"],
        work=known_work.stated(current), most_work=known_work.MOST,
        hosts=", ".join(visit.server().config.repositories or taking.HOSTS),
    )  # fmt: skip
    return shown, status


def _clock(one: Invitation) -> str:
    """When the working time is over; empty without a clock, or before the start."""
    if not one.seconds or not one.started_at:
        return ""
    return moment(as_kept(read_moment(one.started_at) + timedelta(seconds=one.seconds)))


def _answer(one: Invitation) -> str:
    """The day by which the candidate hears."""
    until = read_moment(one.ends_at) + timedelta(days=int(one.about["answer_days"]))
    return moment(as_kept(until)).rpartition(",")[0]


def _receipt(one: Invitation, at: int) -> Receipt:
    came = one.hand_ins[at]
    tests = one.public_tests(came.id)
    if tests is None or (tests["passed"] is None and not tests["message"]):
        words = ""
    elif tests["passed"] is None:
        words = "The starter’s public tests do not come to an end on it. It counts all the same; you may hand in again."
    elif tests["passed"]:
        words = "The starter’s public tests pass."
    else:
        words = "The starter’s public tests do not pass on it. It counts all the same; you may hand in again."
    size = f"{came.bytes:,} bytes, {came.files} file{'s' if came.files != 1 else ''}"
    output = "" if not words or tests is None or tests["passed"] else str(tests["message"])
    return Receipt(
        came.number, moment(came.at), came.digest, size, came.late, words, output, at == len(one.hand_ins) - 1
    )


def _words(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [f"{hours} hour{'s' if hours != 1 else ''}"] if hours else []
    return " ".join([*parts, *([f"{minutes} minutes"] if minutes else [])])


def _letter(one: Invitation) -> str:
    return visit.desk().released_letter(one.blind, one.challenge, _own(one))


def _stages(one: Invitation) -> list[tuple[str, str]]:
    """(day, text as HTML) of the letters after the loop's stages, to this candidate alone."""
    if visit.server().portal.namesakes(one):
        return []
    found = visit.desk().released_stages(one.blind, _own(one))
    return [(moment(at).rpartition(",")[0], work.instruction(addressed(text, one.candidate))) for _, text, at in found]


def _own(one: Invitation) -> list[str]:
    return [came.submission for came in one.hand_ins]


def _root(one: Invitation) -> Path | None:
    return root_of(one.challenge, one.version, Settings.read(), visit.server().config.challenges)


def _folder() -> Path:
    config: Any = visit.server().config
    return taking.folder_of(config.store, config.hand_ins)


def _now() -> str:
    return visit.server().portal.now()
