"""`grade challenge items` and `grade challenge schema`: what is written for authors to go on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.challenge_shown import CHALLENGES

if TYPE_CHECKING:
    from grader.authoring.editor import Which


@click.command()
@click.argument("challenge", metavar="ID")
@click.option("--criterion", multiple=True, metavar="ID", help="Items for this criterion only; may be repeated.")
@click.option("--borderline", is_flag=True, help="One between each two neighbouring levels, too.")
@CHALLENGES
def items(challenge: str, criterion: tuple[str, ...], borderline: bool, challenges: Path | None) -> int:
    """Write skeletons of items to be rated: an entry in calibration/items.yaml for each level of each criterion, with
    the anchor above it, and a file to write the text into.

    Nothing that is there is changed; `grade challenge check` names the texts that are still to be written. What an
    item is written to is shown to no rater, and is never a label (docs/calibrating.md).
    """
    from grader.authoring.skeletons import write
    from grader.challenge import load_pack
    from grader.errors import visible
    from grader.settings import Settings, find_challenge

    pack = load_pack(find_challenge(challenge, Settings.read(), challenges))
    for path in write(pack, criterion, borderline=borderline):
        click.echo(visible(str(path), 1000))
    return 0


@click.command()
@click.argument("which", type=click.Choice(["challenge", "rubric", "submissions", "model", "items", "equivalent"]),
                default="challenge")  # fmt: skip
@click.option("--out", "-o", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write all of them to DIR, and print what VS Code's settings.json takes to find them.")  # fmt: skip
def schema(which: Which, out: Path | None) -> int:
    """Print the JSON Schema of one of a pack's YAML files, for editors that complete and check while you write.

    challenge.yaml, rubric.yaml, model.yaml, submissions/submissions.yaml, submissions/equivalent.yaml and
    calibration/items.yaml. Every key is described.
    """
    from grader.authoring import editor

    if out is None:
        click.echo(json.dumps(editor.schema(which), indent=2))
    else:
        click.echo(json.dumps({"yaml.schemas": editor.write(out)}, indent=2))
    return 0
