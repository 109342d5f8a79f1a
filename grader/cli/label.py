"""`grade label ID --rater NAME`: rate a challenge's items at the terminal, blind to everybody else."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import beside
from grader.errors import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.challenge import Pack
    from grader.challenge.rubric import Criterion
    from grader.ratings.items import Item
    from grader.ratings.labelling import Sheet

KEYS = "level, s skip, b back, ? text again, q quit"


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
    command again to go on. b goes back to what you rated before, b 12 to the twelfth: another level takes its place,
    and what you said first is kept beside it. Two people's ratings of the same items are what a judge is measured
    against.
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


def _rate(pack: Pack, sheet: Sheet, *, development: bool) -> None:
    walk = _Walk(pack, sheet, development=development)
    if walk.through():
        click.echo(f"That was all. Saved in {sheet.path}.")
    else:
        click.echo(f"Saved in {sheet.path}. The same command goes on from here.")


class _Walk:
    """One person's way through the items: forward, and back to what they rated before."""

    def __init__(self, pack: Pack, sheet: Sheet, *, development: bool) -> None:
        self.sheet, self.development = sheet, development
        self.criteria = {criterion.id: criterion for criterion in pack.rubric.criteria}
        self.items = (*sheet.given, *sheet.waiting)
        self.compared = _compared(pack)
        self.back: int | None = None
        """Where to go on after an item that was gone back to."""

    def through(self) -> bool:
        """Whether the end was reached."""
        at = self.sheet.done
        if not self.sheet.waiting:
            click.echo(f"{self.sheet.rater} has rated all {self.sheet.done} items.")
        while True:
            said = self._end() if at == len(self.items) else self._one(at)
            if said in {"q", None}:
                return at == len(self.items)
            at, self.back = _moved(said, at, self.back)

    def _end(self) -> str | None:
        """There is a way back from the last item, too."""
        while self.items:
            said = beside.line("b goes back to the last one, b NUMBER to that one, Enter ends: ")
            if not said or said == "q":
                return None
            if (to := _back(said, len(self.items))) is not None:
                return f"to {to}"
        return None

    def _one(self, at: int) -> str | None:
        """What to do next: `q`, `next`, or `to` an earlier place; None at the end of the input."""
        from grader.ratings import labelling as labels
        from grader.ratings.sheet import chosen

        item = self.items[at]
        criterion = self.criteria[item.criterion]
        _show(item, criterion, f"{at + 1} of {len(self.items)}")
        before = labels.said_of(self.sheet.path, item, self.sheet.rater) if self._is_saved() else {}
        if before:
            why = f" ({visible(before['note'], 400)})" if before.get("note") else ""
            click.echo(f"You said {visible(before['level'], 20)}{why}. s leaves it so.")
        while True:
            said = beside.line(f"Level ({KEYS}): ")
            if said is None or said == "q":
                return said
            if said == "s":
                return "next"
            if said == "?":
                _show(item, criterion, "again")
            elif said.split()[:1] == ["b"]:
                if (to := _back(said, at)) is not None:
                    return f"to {to}"
            elif (level := chosen(said, criterion.levels)) is None:
                click.echo(f"That is none of {', '.join(map(str, criterion.levels))}.")
            else:
                self._keep(item, level, before)
                return "next"

    def _is_saved(self) -> bool:
        return self.sheet.path.is_file()

    def _keep(self, item: Item, level: int, before: Mapping[str, str]) -> None:
        from grader.ratings import labelling as labels

        if before and str(level) == before["level"]:
            click.echo(f"Left at {level}.")
            return
        if before and self.compared and not _is_after(before.get("rated_at", ""), self.compared):
            day = f"{self.compared:%Y-%m-%d}"
            click.echo(f"Left at {visible(before['level'], 20)}: it stands in the calibration of {day}, "
                       "whose page shows levels side by side, and what is said after that is not blind. A rating with "
                       "the role `adjudicator` (--import) settles an item.")  # fmt: skip
            return
        note = beside.line("Why, in a few words (may stay empty): ") or ""
        if before:
            labels.change(self.sheet.path, item, self.sheet.rater, level, note=note)
            click.echo("Changed; what you said first is kept beside it.")
        else:
            labels.append(self.sheet.path, item, self.sheet.rater, level, note=note, development=self.development)


def _moved(said: str, at: int, back: int | None) -> tuple[int, int | None]:
    """The next place, and where the way goes on after it."""
    if said == "next":
        return (at + 1, None) if back is None else (back, None)
    to = int(said.removeprefix("to "))
    return to, max(at, back or 0)


def _back(said: str, here: int) -> int | None:
    """The place, from 0, that `b` or `b NUMBER` means from the place `here`; None, said so, where there is none."""
    from grader.ratings.sheet import chosen

    words = said.split()
    to = (
        here
        if words == ["b"]
        else chosen(words[1], range(1, here + 1))
        if len(words) == 2 and words[0] == "b"
        else None
    )
    if to:
        return to - 1
    click.echo("This is the first one." if here == 0 else f"b, or b and a number from 1 to {here}.")
    return None


def _compared(pack: Pack) -> datetime | None:
    """When the pack was calibrated: from then on people may know each other's levels."""
    from grader.judge import record

    found = record.read(pack.root, {})
    return _moment(found.made_at) if found else None


def _is_after(text: str, moment: datetime) -> bool:
    """Whether the time in `text` is later; not where it says none."""
    try:
        return bool(text) and _moment(text) > moment
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    made = datetime.fromisoformat(text)
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _show(item: Item, criterion: Criterion, place: str) -> None:
    click.echo(f"\n{beside.rule()}\n{criterion.name} · {place}\n{beside.plain(criterion.question)}\n")
    beside.show(_text(item), criterion.levels)


def _text(item: Item) -> list[str]:
    """The item's lines, made plain and without identities: what the judge would read, so that both rate the same."""
    from grader.judge import reading

    lines: list[str] = []
    for path, view in reading.read_for_people(item.content).views.items():
        lines += [f"[{visible(path, 80)}]", *(visible(line, 2_000) for line in view.lines), ""]
    return lines
