"""`grade claims SUBMISSION --challenge ID`: the figures that its documents state, run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("submission")
@click.option("--challenge", "-c", required=True, metavar="ID", help="A challenge's id, or the folder of a pack.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a figure differs or its command cannot be run.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs: `claims` of grade.json.")
def command(submission: str, challenge: str, challenges: Path | None, strict: bool, as_json: bool) -> int:
    """Run the commands that SUBMISSION's documents name, and hold each figure against what they print.

    Commands are taken from console blocks, from the text beside a figure, and from a `claims.yaml`:

    \b
      - command: python measure.py data
        figure: 92 %
      - {command: python bench.py, prints: "p95 0.8 ms", within: 0.5, repeats: 3}

    They run in a container of their own, without a network, in the submission's folder, with the starter's data where
    the challenge names some; 20 seconds each and 60 in all. Each figure is then one of

    \b
      reproduced   its command prints a number that rounds to it
      differs      it prints another one, or none
      cannot run   its command failed (why, and whose fault)
      no command   nothing says how to get it again

    Where the challenge can make other data, commands run on these too: a figure that stays the same to the digit "does
    not depend on the data". None of it changes a score; every grading does the same (`grade SUBMISSION`).

    Exits with 0 when it has run, 1 with --strict where a figure is not reproduced, 5 where the sandbox failed.
    """
    from grader.challenge import load_pack
    from grader.cli.printing import say
    from grader.cli.progress import Progress
    from grader.cli.standing import say_origin, settings_for
    from grader.grading import claims, intake
    from grader.grading.run import Request, Run
    from grader.sandbox.guard import guarded
    from grader.settings import find_challenge

    settings = settings_for(submission)
    pack = load_pack(find_challenge(challenge, settings, challenges))
    with guarded(), Progress(quiet=as_json) as progress:
        progress.say("reading the submission")
        read = intake.take_in(submission, pack)
        intake.refuse_brought(pack, read, settings)
        run = Run(request=Request(source=submission, challenge=pack, out=Path()), settings=settings, say=progress.say)
        found = claims.block(run, pack, read)
    text = json.dumps(found, indent=2, ensure_ascii=True) if as_json else table(found)
    say(text, kept="Nothing was kept")
    say_origin(pack, settings)
    if any(one["fault"] == "infrastructure" for one in found.get("commands", ())):
        return 5
    counts = found.get("counts", {})
    return 1 if strict and (counts.get("differs") or counts.get("cannot_run")) else 0


def table(found: Mapping[str, Any]) -> str:
    """The block as lines for a terminal; what a candidate wrote is shown with its control characters escaped."""
    from grader.claims.marks import sentence
    from grader.errors import visible

    if not found:
        return "\n  The documents state no figure and name no command."
    lines = [""]
    for number, one in enumerate(found["commands"], 1):
        why = f"cannot be run: {one['reason']} ({one['fault']})" if one["fault"] else f"not run: {one['reason']}"
        state = f"{one['seconds']:.1f} s" if one["ran"] else why
        other = f"; on {one['fresh']} other sets of data too" if one["fresh"] else ""
        not_tried = f"; other data not tried: {one['not_fresh']}" if one["ran"] and one["not_fresh"] else ""
        lines.append(f"  [{number}] {visible(one['command'], 100)}")
        lines.append(f"      {visible(state, 300)}{other}{visible(not_tried, 200)}")
    lines.append("")
    for row in found["figures"]:
        by = f"[{row['command'] + 1}]" if row["command"] is not None else ""
        place = visible(f"{row['path']}:{row['line']}", 40)
        lines.append(f"  {place:<24} {visible(row['figure'], 24):<16} {by:<4} {sentence(row)}")
    counts = found["counts"]
    words = {"reproduced": "reproduced", "differs": "differ", "cannot_run": "cannot be run",
             "no_command": "without a command", "fixed": "do not depend on the data"}  # fmt: skip
    lines += ["", "  " + ", ".join(f"{counts[name]} {word}" for name, word in words.items())]
    return "\n".join([*lines, *(f"  note  {note}" for note in found["notes"])])
