"""`grade follow-up OUT`: sheets for a talk with the candidate about the work that they handed in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--challenge", "-c", default="", metavar="ID", help="The challenge, where it is not found by its id.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--changes", type=click.IntRange(2, 60), default=8, show_default=True, help="Changes to run.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Runs at a time.")
@click.option("--set", "again", type=click.IntRange(0, 1000), default=0, show_default=True,
              help="Another set of sheets, for a second talk.")  # fmt: skip
def command(out: Path, challenge: str, challenges: Path | None, changes: int, jobs: int, again: int) -> int:
    """Make the sheets of a 20-minute talk about the work that was graded into OUT.

    Small changes of the candidate's own functions are drawn and run against the hidden tests. Two go on sheets: a line
    as it might read instead (what goes wrong first?), and a function in which one thing was changed (which?). A figure
    of their documents is to be derived again. What the tests saw of each change is in the key.

    \b
    OUT/follow-up.html             for you: questions, sheets, key, a card with anchors (kit `own-work`)
    OUT/follow-up-candidate.html   for the candidate: the sheets alone
    OUT/follow-up.json             for programs

    The same work gets the same sheets, which nobody can foresee without your secret (`grade secret`). Nothing of it
    changes a grade. Exits with 0, 2 where the work gives nothing to draw from, 5 where the sandbox failed.
    """
    from grader.authoring import runs
    from grader.challenge import load_pack
    from grader.cli.progress import Progress
    from grader.cli.standing import say_origin, settings_for
    from grader.errors import visible
    from grader.follow_up.make import graded, make
    from grader.own_files import FOLLOW_UP
    from grader.sandbox.guard import guarded
    from grader.settings import find_challenge

    settings = settings_for()  # as `rescore`: what lies in OUT is ours, and no pack is looked for in it
    about = graded(out)[0].challenge
    pack = load_pack(find_challenge(challenge or str(about["id"]), settings, challenges))
    if pack.digest != about["digest"]:
        was = visible(str(about.get("version", "")), 40)
        click.echo(f"grade: {pack.id} is {pack.version} by now, and was {was} when this was graded.", err=True)
    with guarded(), Progress() as progress, runs.kept(settings, jobs) as sandbox:
        made = make(out, pack, settings, sandbox, progress.say, changes=changes, jobs=jobs, again=again)
    seen = f"{made.noticed} of {made.tried} changes were seen by a hidden test" if made.tried else "no code to change"
    click.echo(f"  {made.minutes} minutes; {seen}; {'a figure' if made.figure else 'no figure'} to derive again")
    for name, whom in zip(FOLLOW_UP, ("for you", "for the candidate", "for programs"), strict=True):
        click.echo(f"  {out / name}   {whom}")
    say_origin(pack, settings)
    return 0
