"""`grade label ID --rater NAME`: rate a challenge's items at the terminal, blind to everybody else."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import beside

if TYPE_CHECKING:
    from grader.challenge import Challenge
    from grader.challenge.rubric import Criterion
    from grader.ratings.items import Item
    from grader.ratings.labelling import Sheet

KEYS = "level, s skip, ? text again, q quit"


@click.command()
@click.argument("challenge", metavar="ID")
@click.option("--rater", metavar="NAME", help="Who rates. The name stands in the ratings file.")
@click.option("--criterion", metavar="ID", default="", help="Items of this criterion only.")
@click.option("--development", is_flag=True, help="Label items that shape the prompt; these never count for the gate.")
@click.option("--import", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Add the ratings in this CSV file to the pack's.")  # fmt: skip
@click.option("--export", "target", metavar="FILE", help="Write the pack's ratings as CSV (- is standard output).")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
def command(
    challenge: str,
    rater: str | None,
    criterion: str,
    development: bool,
    source: Path | None,
    target: str | None,
    challenges: Path | None,
) -> int:
    """Rate the items of a challenge, one after the other: the text, the anchors, and your level.

    You see no one else's level, and not what an item was written to. Each level is saved at once; run the same
    command again to go on. Two people's ratings of the same items are what a judge is measured against.
    """
    from grader.challenge import load_pack
    from grader.errors import UsageError
    from grader.ratings import labelling as labels
    from grader.settings import Settings, find_challenge

    settings = Settings.read()
    pack = load_pack(find_challenge(challenge, settings, challenges))
    if source is not None:
        added, there = labels.take_in(pack, source, development=development)
        click.echo(f"{added} ratings added to {labels.path_of(pack, development=development)}; {there} were there.")
    elif target is not None:
        _export(labels.export(pack, development=development), target)
    elif rater is None:
        raise UsageError("Who rates?", fix=f"grade label {shlex.quote(challenge)} --rater NAME")
    else:
        sheet = labels.sheet(pack, rater, criterion=criterion, development=development)
        with beside.stopping(f"Interrupted. Levels are saved in {sheet.path}. The same command goes on from here."):
            _rate(pack, sheet, development=development)
    return 0


def _export(text: str, target: str) -> None:
    if target == "-":
        click.echo(text, nl=False)
    else:
        Path(target).write_text(text, encoding="utf-8")
        click.echo(f"Wrote {target}.")


def _rate(pack: Challenge, sheet: Sheet, *, development: bool) -> None:
    from grader.ratings import labelling as labels

    criteria = {criterion.id: criterion for criterion in pack.rubric.criteria}
    if not sheet.waiting:
        click.echo(f"{sheet.rater} has rated all {sheet.done} items.")
        return
    for number, item in enumerate(sheet.waiting, sheet.done + 1):
        criterion = criteria[item.criterion]
        _show(item, criterion, f"{number} of {sheet.done + len(sheet.waiting)}")
        answer = _ask(item, criterion)
        if answer is None:
            click.echo(f"Saved in {sheet.path}. The same command goes on from here.")
            return
        if answer > 0:
            note = beside.line("Why, in a few words (may stay empty): ") or ""
            labels.append(sheet.path, item, sheet.rater, answer, note=note, development=development)
    click.echo(f"That was all. Saved in {sheet.path}.")


def _ask(item: Item, criterion: Criterion) -> int | None:
    """The level, 0 to skip the item, None to stop."""
    from grader.ratings.sheet import chosen

    while True:
        said = beside.line(f"Level ({KEYS}): ")
        if said is None or said == "q":
            return None
        if said == "s":
            return 0
        if said == "?":
            _show(item, criterion, "again")
        elif (level := chosen(said, criterion.levels)) is not None:
            return level
        else:
            click.echo(f"That is none of {', '.join(map(str, criterion.levels))}.")


def _show(item: Item, criterion: Criterion, place: str) -> None:
    click.echo(f"\n{beside.rule()}\n{criterion.name} · {place}\n{beside.plain(criterion.question)}\n")
    beside.show(_text(item), criterion.levels)


def _text(item: Item) -> list[str]:
    """The item's lines, made plain and without identities: what the judge would read, so that both rate the same."""
    from grader.errors import visible
    from grader.judge import reading

    lines: list[str] = []
    for path, view in reading.read_for_people(item.content).views.items():
        lines += [f"[{visible(path, 80)}]", *(visible(line, 2_000) for line in view.lines), ""]
    return lines
