"""What came in by links, graded: a manifest for each challenge, and the batch that everybody else uses.

The blind ids of the invitations are written into the batch's list before it begins, so they are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError, InfrastructureError, Interrupted, visible

if TYPE_CHECKING:
    from grader.portal.desk import PortalDesk
    from grader.portal.records import Invitation

MANIFEST = "hand-ins.csv"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where what came in lies, and where results go."""

    store: str
    out: Path
    hand_ins: Path | None
    challenges: Path | None

    @property
    def url(self) -> str:
        from grader.cli.reviewed import named_store

        return named_store(self.store)

    def of(self, hand_in: str) -> Path:
        from grader.portal.taking import folder_of, place_of

        return place_of(folder_of(self.url, self.hand_ins), hand_in)


def collect_all(desk: PortalDesk, place: Place, *, everybody: bool, queued: bool, public: bool) -> int:
    """The exit code: the highest of the batches'. Whoever collects into the same folder meanwhile waits: what is
    graded by then is skipped."""
    from grader import scratch
    from grader.cli.public_tests import run_public_tests

    with scratch.alone(place.out / ".collecting"):
        codes = [0 if not public or run_public_tests(desk, place) else InfrastructureError.exit_code]
        found = [one for one in desk.due(everybody=everybody) if one.last and place.of(one.last.id).is_file()]
        for which in sorted({(one.challenge, one.version) for one in found}):
            codes.append(_graded(found, which, place, queued=queued))
            if codes[-1] == Interrupted.exit_code:
                break
    if not found:
        click.echo("Nothing is due: nobody is through, and no window is over.")
    return max(codes)


def _graded(found: Sequence[Invitation], which: tuple[str, str], place: Place, *, queued: bool) -> int:
    """Grades what was handed in for one version of a challenge. What ends one ends none of the others."""
    mine = [one for one in found if (one.challenge, one.version) == which]
    try:
        return _grade(mine, place, place.out / which[0], queued=queued)
    except GraderError as problem:
        click.echo(f"{which[0]} {which[1]} is not graded: {visible(problem.message, 600)}", err=True)
        return problem.exit_code


def waiting(desk: PortalDesk, place: Place) -> bool:
    """Whether there is anything to do: a hand-in whose public tests have not run, or one that is due and not graded."""
    from sqlalchemy import select

    from grader.cli.public_tests import untested
    from grader.store.engine import reading
    from grader.store.tables import runs

    if untested(desk, place):
        return True
    due = {str(place.of(one.last.id)) for one in desk.due() if one.last and place.of(one.last.id).is_file()}
    with reading(desk.engine) as connection:
        graded = set(connection.execute(select(runs.c.source).where(runs.c.source.in_(due))).scalars())
    return bool(due - graded)


def _grade(found: Sequence[Invitation], place: Place, out: Path, *, queued: bool) -> int:
    from grader import csv_files, files
    from grader.challenge.around import check_outside
    from grader.cli.batch import command as batch
    from grader.store.candidates import LIST, read_list, write_list

    check_outside(out)
    out.mkdir(parents=True, exist_ok=True)
    columns = ("path", "candidate", "started", "submitted", "minutes", "late", "round")
    root = _root(found[0], place)
    rows = [_row(one, place, root) for one in found]
    manifest = out / MANIFEST
    files.write(manifest, "".join(map(csv_files.line, (columns, *rows))), durable=True, private=True)
    known = read_list(out / LIST) if (out / LIST).is_file() else []
    named = {row["candidate"] for row in known}
    fresh = [(one.blind, one.last.id if one.last else "", one.candidate, "", "", "", "", "") for one in found
             if one.candidate not in named]  # fmt: skip
    write_list(out / LIST, [*(tuple(row.values()) for row in known), *fresh])
    words = [
        "--challenge",
        found[0].challenge,
        "--manifest",
        str(manifest),
        "--out",
        str(out),
        "--store",
        place.url,
    ]
    words += ["--queue"] if queued else []
    words += ["--challenges", str(place.challenges)] if place.challenges else []
    try:
        return int(batch.main(words, standalone_mode=False) or 0)
    finally:  # it names people, and what takes somebody out of the batch's list knows nothing of it
        manifest.unlink(missing_ok=True)


def _root(one: Invitation, place: Place) -> Path:
    """The pack of the very version that the candidate was given. Raises UsageError where it is not here."""
    from grader.challenge.here import root_of
    from grader.cli.standing import settings_for
    from grader.errors import UsageError

    root = root_of(one.challenge, one.version, settings_for(), place.challenges)
    if root is None:
        raise UsageError(f"The version that {one.blind} was given is not on this machine.",
                         fix="name the folder with that version: --challenges DIR")  # fmt: skip
    return root


def _row(one: Invitation, place: Place, root: Path) -> tuple[str, ...]:
    from grader.challenge.starter import round_of

    last = one.last
    if last is None:
        raise ValueError("only what was handed in is graded")
    late = ("yes" if last.late else "no") if one.seconds else ""
    return str(place.of(last.id)), one.candidate, one.started_at, last.at, "", late, round_of(root, one.id)
