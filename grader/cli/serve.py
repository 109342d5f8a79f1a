"""`grade serve`: people's pages."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.cli.grading import Grading
    from grader.cli.handed_in import Place
    from grader.web.config import Config

THREADS = 8
LOOK_SECONDS = 5.0
"""How often it is looked whether something that was handed in waits."""
TELL_SECONDS = 15.0
"""How often it is looked whether other systems are to be told something."""
REST_SECONDS = 60.0
"""After a grading that did not end well: what is broken now is so in a minute too."""


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
@click.option("--hand-ins", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", envvar="GRADER_HAND_INS",
              help="Where hand-ins are kept (beside the store; one in Postgres needs it).")  # fmt: skip
@click.option("--repository-host", "repositories", multiple=True, metavar="HOST",
              help="A host that repositories are fetched from, instead of the usual public ones.")  # fmt: skip
@click.option("--grade", "grades", is_flag=True, help="Also grade on this machine what candidates hand in.")
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
    hand_ins: Path | None,
    repositories: tuple[str, ...],
    grades: bool,
) -> None:
    """Serve the pages on which people rate, meet over what they said, and decide, and candidates hand in.

    \b
      grade people add "Ada Lin" --role lead       # prints a link to sign in with
      grade serve                                  # http://127.0.0.1:8000, for this machine
      grade serve --public-url https://grade.example.com     # behind a proxy with TLS

    It listens on this machine only; a proxy with TLS stands in front of it (docs/leading.md has the block for Caddy and
    nginx, deploy/ a systemd unit). Ctrl-C or SIGTERM lets what is under way end, a grading for up to a minute, then
    stops; a second one ends it at once. Drafts are saved as they are typed, and what was not graded is graded by the
    next server: nothing is lost when it stops, however it stops.

    An applicant tracking system orders invitations with GRADER_ATS_KEY; whom the server tells what happened is said by
    GRADER_ATS_CALLBACK, GRADER_WEBHOOK and GRADER_WEBHOOK_SECRET (docs/hiring.md). All are off without.
    """
    from grader.cli.standing import store_at
    from grader.web.config import LOCAL, Config, networks, oidc_of, told

    named = networks(proxies) or (LOCAL if public_url.startswith("https://") else ())
    config = Config(
        store=store_at(store), host=host, port=port, public_url=public_url, proxies=named,
        user_header=user_header, challenges=challenges, oidc=oidc_of(oidc_issuer, oidc_client),
        metrics_token=metrics_token, hand_ins=hand_ins, repositories=repositories, **told(),
    )  # fmt: skip
    _serve(config, threads, grades=grades)


def _serve(config: Config, threads: int, *, grades: bool) -> None:
    from grader.errors import UsageError
    from grader.portal import taking
    from grader.web import create_app
    from grader.web.running import Running

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("grader").setLevel(logging.INFO)  # what others note as they go is nobody's news
    app = create_app(config)
    running = Running(app, config, threads)
    with contextlib.suppress(UsageError):  # a store elsewhere, and no folder named: then nothing is handed in here
        taking.remove_partial(taking.folder_of(config.store, config.hand_ins), now=time.time())
    stop = threading.Event()
    grading = _grading(config, stop) if grades else None
    if config.callbacks or config.webhook:
        threading.Thread(target=_tell, args=(config, stop), daemon=True).start()
    click.echo(f"Listening on {running.listening}; people open {running.address}. Ctrl-C stops.")
    try:
        running.until_told()
    finally:
        stop.set()
        if grading:
            grading.stop(click.echo)
    app.extensions["grader"].store.close()
    click.echo("Stopped.")


def _tell(config: Config, stop: threading.Event) -> None:
    """Tells other systems what happened. Whatever goes wrong here is tried again, and reaches nobody else."""
    from grader.errors import GraderError
    from grader.portal.desk import PortalDesk
    from grader.review.desk import Desk
    from grader.store import open_store
    from grader.web import notices

    targets = notices.Targets(callbacks=config.callbacks, ats_key=config.ats_key, webhook=config.webhook,
                              secret=config.webhook_secret)  # fmt: skip
    with open_store(config.store) as store:
        while not stop.wait(TELL_SECONDS):
            try:
                notices.tell(PortalDesk(engine=store.engine), Desk(store.engine), targets)
            except GraderError as problem:
                click.echo(f"Other systems are not told: {problem.message}", err=True)


def _grading(config: Config, stop: threading.Event) -> Grading:
    """What grades hand-ins, begun in a thread of its own."""
    from grader.cli.grading import Grading
    from grader.cli.handed_in import Place

    place = Place(store=config.store, out=Path("hand-ins-graded"), hand_ins=config.hand_ins,
                  challenges=config.challenges)  # fmt: skip
    words = [sys.executable, "-m", "grader", "invite", "collect", "--store", config.store, "--out", str(place.out)]
    words += ["--hand-ins", str(config.hand_ins)] if config.hand_ins else []
    words += ["--challenges", str(config.challenges)] if config.challenges else []
    grading = Grading(words)
    threading.Thread(target=_grade, args=(place, grading, stop), daemon=True).start()
    return grading


def _grade(place: Place, grading: Grading, stop: threading.Event) -> None:
    """Grades what waits, each time in a process of its own: what happens there never reaches who hands in."""
    from grader.cli.handed_in import waiting
    from grader.errors import GraderError
    from grader.portal.desk import PortalDesk
    from grader.store import open_store

    with open_store(place.store) as store:
        desk = PortalDesk(engine=store.engine)
        rest = LOOK_SECONDS
        while not stop.wait(rest):
            try:
                ended = grading.run() if waiting(desk, place) else 0
            except GraderError as problem:
                click.echo(f"Hand-ins are not graded: {problem.message}", err=True)
                ended = 1
            rest = REST_SECONDS if ended else LOOK_SECONDS
