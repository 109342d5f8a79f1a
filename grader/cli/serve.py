"""`grade serve`: people's pages."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.web.config import Config

THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", metavar="H", help="Address to listen on (127.0.0.1).")
@click.option(
    "--port", default=8000, type=click.IntRange(0, 65535), metavar="P", help="Port (8000; 0 takes a free one)."
)
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option("--public-url", default="", metavar="URL", envvar="GRADER_PUBLIC_URL",
              help="What people type, as soon as they are not on this machine: https://grade.example.com.")  # fmt: skip
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS",
              help="A proxy whose X-Forwarded-For is believed (10.0.0.7 or 10.0.0.0/24); this machine's own, with "
              "--public-url https://…, unless one is named.")  # fmt: skip
@click.option("--user-header", default="", metavar="NAME",
              help="Header in which the proxies say who has signed in (`grade people bind`).")  # fmt: skip
@click.option("--oidc-issuer", default="", metavar="URL", envvar="GRADER_OIDC_ISSUER",
              help="An identity provider that people may sign in with (`grade people bind --oidc`).")  # fmt: skip
@click.option("--oidc-client", default="", metavar="ID", envvar="GRADER_OIDC_CLIENT",
              help="This server's id there; its secret is read from GRADER_OIDC_SECRET.")  # fmt: skip
@click.option("--metrics-token", default="", metavar="TOKEN", envvar="GRADER_METRICS_TOKEN",
              help="Answer /metrics to whoever sends this bearer token: counts of requests and errors.")  # fmt: skip
@click.option(
    "--threads", default=THREADS, type=click.IntRange(1, 64), metavar="N", help=f"Requests at once ({THREADS})."
)
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
def command(
    host: str,
    port: int,
    store: str,
    public_url: str,
    proxies: tuple[str, ...],
    user_header: str,
    oidc_issuer: str,
    oidc_client: str,
    metrics_token: str,
    threads: int,
    challenges: Path | None,
) -> None:
    """Serve the pages on which people rate, meet over what they said, and decide.

    \b
      grade people add "Ada Lin" --role lead       # prints a link to sign in with
      grade serve                                  # http://127.0.0.1:8000, for this machine
      grade serve --public-url https://grade.example.com     # behind a proxy with TLS

    It listens on this machine only; a proxy with TLS stands in front of it (docs/leading.md has the block for Caddy and
    nginx, deploy/ a systemd unit). Ctrl-C or SIGTERM lets what is under way end, then stops. Drafts are saved as they
    are typed: nothing is lost when it stops, however it stops.
    """
    from grader.cli.standing import store_at
    from grader.web.config import LOCAL, Config, networks, oidc_of

    named = networks(proxies) or (LOCAL if public_url.startswith("https://") else ())
    config = Config(
        store=store_at(store), host=host, port=port, public_url=public_url, proxies=named,
        user_header=user_header, challenges=challenges, oidc=oidc_of(oidc_issuer, oidc_client),
        metrics_token=metrics_token,
    )  # fmt: skip
    _serve(config, threads)


def _serve(config: Config, threads: int) -> None:
    from grader.web import create_app
    from grader.web.running import Running

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    app = create_app(config)
    running = Running(app, config, threads)
    click.echo(f"Listening on {running.listening}; people open {running.address}. Ctrl-C stops.")
    running.until_told()
    app.extensions["grader"].store.close()
    click.echo("Stopped.")
