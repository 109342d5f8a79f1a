"""The server in this process: waitress, told to stop it lets what is under way end."""

from __future__ import annotations

import logging
import signal
import time
from typing import TYPE_CHECKING, Any

from waitress import create_server, wasyncore

from grader import aside
from grader.errors import InfrastructureError
from grader.portal.records import MOST_BYTES
from grader.web import reading

if TYPE_CHECKING:
    from flask import Flask

    from grader.web.config import Config

GRACE_SECONDS = 10.0
"""How long requests that are under way may take to end after the server was told to stop."""
_LARGEST_REQUEST = MOST_BYTES + 2_000_000
"""Bytes, which wait on the disk; the application refuses with words what is larger than a form, or a hand-in, may be:
this is the wall behind it."""


class _ToldError(Exception):
    """SIGTERM, Ctrl-C or a hang-up."""


class Running:
    """A server that listens from the moment it is made. Raises InfrastructureError where it cannot."""

    def __init__(self, app: Flask, config: Config, threads: int) -> None:
        self._config = config
        self._sockets: dict[int, Any] = {}
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            create_server(
                app, map=self._sockets, host=config.host, port=config.port, threads=threads, ident=None,
                clear_untrusted_proxy_headers=False, max_request_body_size=_LARGEST_REQUEST, channel_timeout=60,
                asyncore_use_poll=True,
            )  # fmt: skip
        except OSError as problem:
            what = f"Nothing can listen on {config.host}:{config.port}: {problem.strerror or problem}."
            raise InfrastructureError(what, fix=f"grade serve --port {config.port + 1}") from problem
        self._servers = [one for one in self._sockets.values() if hasattr(one, "active_channels")]

    @property
    def port(self) -> int:
        return int(self._servers[0].effective_port)

    @property
    def listening(self) -> str:
        host = self._config.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def address(self) -> str:
        """What people type."""
        return self._config.url if self._config.public_url else self.listening

    def until_told(self) -> None:
        """Answers requests until Ctrl-C, SIGTERM or a hang-up; takes no new ones then, and ends when those under way
        are done."""
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # as `nohup` does
        numbers = (signal.SIGTERM, signal.SIGINT, *(() if ignored else (signal.SIGHUP,)))
        for number in numbers:
            signal.signal(number, _told)
        aside.prepare(reading.warm)  # so that the first page of a work need not wait for it
        try:
            wasyncore.loop(timeout=1, use_poll=True, map=self._sockets)
        except _ToldError:
            for number in numbers:
                signal.signal(number, signal.SIG_DFL)  # told twice: at once
            self._finish()

    def _finish(self) -> None:
        for server in self._servers:
            server.accepting = False
            server.del_channel(self._sockets)
            server.socket.close()
        until = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < until and any(map(_busy, self._servers)):
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._sockets, count=1)
        for server in self._servers:
            server.task_dispatcher.shutdown(timeout=0.5)


def _busy(server: Any) -> bool:
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())


def _told(_number: int, _frame: object) -> None:
    raise _ToldError
