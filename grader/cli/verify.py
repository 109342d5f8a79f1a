"""`grade verify OUT`: check that a result is what was signed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--public-key",
    required=True,
    metavar="KEY",
    help="The key to trust, as `grade sign` prints it, or a file that holds it.",
)
def command(out: Path, public_key: str) -> int:
    """Check that every file in OUT is as it was when the result was signed, and that KEY signed it.

    Exits with 0 when it is, with 1 and a sentence that names the file when it is not.
    """
    from grader.grading import signing

    path = Path(public_key)
    text = path.read_text(encoding="utf-8") if len(public_key) < 4096 and path.is_file() else public_key
    signed = signing.verify(out, signing.load_public(text))
    click.echo(f"{out}: {len(signed.files)} files are as they were signed with {signed.key}")
    return 0
