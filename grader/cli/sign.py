"""`grade sign OUT`: sign a result."""

from __future__ import annotations

import os
from pathlib import Path

import click

from grader.errors import UsageError


@click.command()
@click.argument("out", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Private key (PEM); else $GRADER_SIGNING_KEY holds the PEM itself.",
)
@click.option(
    "--new-key", type=click.Path(path_type=Path), metavar="FILE", help="Make a key, print its public half, and stop."
)
def command(out: Path | None, key: Path | None, new_key: Path | None) -> int:
    """Sign the result in OUT, so that a system which did not make it can trust it (`grade verify`).

    The signature covers every file in the folder. Sign last: rendering again changes the files.
    """
    from grader.grading import signing

    if new_key is not None:
        click.echo(signing.new_key(new_key))
        return 0
    if out is None:
        raise click.UsageError("Name the output folder of a grading, or --new-key FILE.")
    text = key.read_text(encoding="utf-8") if key else os.environ.get("GRADER_SIGNING_KEY", "")
    if not text:
        raise UsageError("No signing key: give --key FILE, or set GRADER_SIGNING_KEY to a key's PEM text.")
    signed = signing.sign(out, signing.load_private(text))
    click.echo(f"{out / signing.NAME}: {len(signed.files)} files, signed with {signed.key}")
    return 0
