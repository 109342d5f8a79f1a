"""`grade secret`: the secret that keys the data of hidden tests."""

from __future__ import annotations

import json

import click


@click.group()
def command() -> None:
    """Show or rotate the secret that the data of hidden tests is drawn with.

    Each submission meets data and questions of its own, drawn with this secret, so that whoever has the challenge's
    folder can still not work out the answers. The same submission meets the same data as long as the secret is the
    same.

    \b
    It is made by the first grading, in $XDG_CONFIG_HOME/grader/secret (~/.config/grader/secret), for its owner's eyes.
    Machines that grade together share one: copy that file, or set GRADER_SECRET to the same text (32 characters or
    more, such as `openssl rand -hex 32` makes) for `grade batch --queue` and for every worker.

    Results hold its fingerprint (provenance.secret in grade.json), and never the secret.
    """


@command.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(as_json: bool) -> None:
    """Print the fingerprint of the secret in force, where it is from, and which ones there were before."""
    from grader import secret
    from grader.settings import Settings

    now = secret.of(Settings.read())
    before = [
        {"fingerprint": one.fingerprint, "until": one.until.isoformat(timespec="seconds"), "kept": str(one.path)}
        for one in secret.earlier()
    ]
    if as_json:
        click.echo(json.dumps({"fingerprint": now.fingerprint, "source": now.source, "earlier": before}, indent=2))
        return
    click.echo(f"{now.fingerprint}  in force, from {now.source}")
    for one in before:
        click.echo(f"{one['fingerprint']}  until {one['until']}, kept in {one['kept']}")


@command.command()
def rotate() -> None:
    """Make a new secret. From then on each submission meets other data, one that was graded before too.

    The old one is kept beside it, so that a run from before can be explained or run again as it was:

    \b
      GRADER_SECRET="$(cat ~/.config/grader/secret.FINGERPRINT)" grade SUBMISSION --challenge ID

    Delete that file when nobody will ask any more. Rotate between two rounds and not within one, and whenever somebody
    may have read the secret. Workers on other machines need the new one too.
    """
    from grader import secret
    from grader.settings import PLACES, Settings

    settings = Settings.read()
    before = secret.of(settings)
    now = secret.rotate(settings)
    click.echo(f"{now.fingerprint}  in force, from {now.source}")
    click.echo(f"{before.fingerprint}  kept in {PLACES.config / secret.NAME}.{before.fingerprint}")
