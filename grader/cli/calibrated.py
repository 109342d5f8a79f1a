"""What `grade calibrate` does with a store: labels out of reviews, what a calibration rests on, how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.calibration.material import Beside, Material
    from grader.calibration.run import CalibrationRun
    from grader.calibration.status import Status
    from grader.challenge import Pack
    from grader.judge.record import Calibration
    from grader.records import Closed
    from grader.review.labels import Reviewed
    from grader.settings import Settings


def store_of(named: str, settings: Settings) -> str:
    """The store whose reviews count: `named`, else one that was set on purpose; empty for none."""
    from grader.cli.standing import store_at

    return store_at(named) if named or settings.store_is_named else ""


def reviewed_in(pack: Pack, url: str) -> tuple[Reviewed, ...]:
    from grader.cli.reviewed import operator
    from grader.review.desk import open_desk

    if not url:
        return ()
    with open_desk(url) as desk:
        return desk.labels(operator(), pack.id)


def sharing(pack: Pack, settings: Settings, challenges: Path | None, url: str) -> Beside:
    """Other packs that ask some of the same by the same anchors, each with what reviews in the store brought. A pack
    that cannot be read is passed over: it is not what is calibrated."""
    from grader.calibration.work import same_anchors
    from grader.challenge import load_pack
    from grader.errors import ChallengeError
    from grader.settings import list_challenges

    own = {one.id: one for one in pack.rubric.criteria}
    places = {path.parent.name: path.parent for path in sorted(pack.root.absolute().parent.glob("*/challenge.yaml"))}
    found = []
    for root in {**list_challenges(settings, challenges), **places}.values() if url else ():
        with contextlib.suppress(ChallengeError):
            other = load_pack(root)
            if other.id != pack.id and any(same_anchors(one, own.get(one.id)) for one in other.rubric.criteria):
                found.append((other, reviewed_in(other, url)))
    return found


def closed_in(url: str, calibration: str) -> Mapping[str, Closed]:
    """Criterion → why its gate is closed under a calibration, as the store at `url` has it; none without a store."""
    from grader.store import open_store
    from grader.store.labels import closed_under

    if not url:
        return {}
    with open_store(url) as opened:
        return closed_under(opened.engine, calibration)


def keep(pack: Pack, material: Material, outcome: CalibrationRun, url: str) -> None:
    """Keeps in the store what the calibration rests on: whose data goes, goes out of that too."""
    from grader.judge import record
    from grader.store import open_store
    from grader.store.labels import keep_items

    saved = record.read(pack.root, {})
    if not url or saved is None:
        return
    rested = [(one.item.id, one.item.criterion) for one in outcome.judged if one.item.id in material.works]
    with open_store(url) as opened:
        opened.calibrated(pack.id, saved.id, material.config.model, record.path_of(pack.root).read_text("utf-8"))
        keep_items(opened.engine, saved.id, rested)


def show_status(
    pack: Pack, settings: Settings, ratings: Path | None, url: str, beside: Beside, *, as_json: bool
) -> None:
    """Prints how far each criterion is."""
    from grader.calibration import load
    from grader.calibration.material import gather
    from grader.calibration.status import lines, pooled
    from grader.judge.config import JudgeConfig

    reviewed = reviewed_in(pack, url)
    config = JudgeConfig.of(settings)
    material = gather(pack, config, ratings=ratings, repeats=3, reviewed=reviewed, beside=beside)
    said = {one.case.id: one.judged for _, theirs in (*beside, (pack, reviewed)) for one in theirs}
    found = [pooled(one, material, said) for one in _statuses(material, reviewed, load(pack), url)]
    out = material.real.left_out
    if as_json:
        data = {"criteria": [one.as_json() for one in found], "reviews": len(reviewed), "left_out": dict(out)}
        click.echo(json_text(data, indent=2))
        return
    click.echo(f"{pack.id}: {len(reviewed)} reviewed submissions{'' if url else ' (no store is named: --store URL)'}.")
    for why, count in out.items():
        click.echo(f"{count} levels of reviews are left out: {why}.")
    click.echo("\n".join(lines(found)))


def _statuses(
    material: Material, reviewed: Sequence[Reviewed], calibration: Calibration | None, url: str
) -> Sequence[Status]:
    from grader.calibration.erasure import seen
    from grader.calibration.status import followed, statuses
    from grader.store import open_store

    if calibration is None or not url:
        return statuses(material, reviewed, calibration)
    with open_store(url) as opened:
        known = seen(calibration, opened.engine)
        return followed(statuses(material, reviewed, known), opened.engine, material, known)


def note_erasures(roots: Iterable[Path], url: str) -> None:
    """Notes in calibration.json of each pack what the store no longer has of what it rests on, and says so on standard
    error; also where that could not be written."""
    from grader.calibration.erasure import note
    from grader.errors import GraderError
    from grader.judge import record
    from grader.store import open_store

    there = [root for root in roots if record.path_of(root).is_file()] if url else []
    if not there:
        return
    with open_store(url) as opened:
        for root in there:
            try:
                new = note(root, opened.engine)
            except GraderError as problem:
                click.echo(f"grade: what was erased is not noted: {problem}", err=True)
                continue
            if new is not None:
                gone = ", ".join(f"{count} of {name}" for name, count in new.items.items())
                path = record.path_of(root)
                click.echo(f"grade: noted in {path}: reviews it rested on are erased ({gone}). Commit it.", err=True)
