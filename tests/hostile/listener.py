"""A real listener on this machine's addresses: proof that nothing arrives from a candidate's container."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

FAR = ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "10.0.0.1", "172.17.0.1", "172.18.0.1", "192.168.0.1"]
FAR += ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "fe80::1"]
"""Metadata services, usual gateways, name servers."""
PORTS = [53, 80, 443, 2375]


class Heard(list[str]):
    """Who connected or sent something, and to what port."""

    def __init__(self) -> None:
        super().__init__()
        self.port = 0

    def wait(self, seconds: float = 5.0) -> None:
        """Until something has been heard."""
        deadline = time.monotonic() + seconds
        while not self and time.monotonic() < deadline:
            time.sleep(0.01)


@contextlib.contextmanager
def listening(submission: Path) -> Iterator[Heard]:
    """Listens by TCP and UDP, IPv4 and IPv6, on all addresses, where `submission` holds targets.json; the addresses are
    written there for the attack to use."""
    heard = Heard()
    if not (submission / "targets.json").exists():
        yield heard
        return
    sockets = _sockets()
    heard.port = sockets[0].getsockname()[1]
    own = [[address, heard.port] for address in own_addresses()]
    far = [[address, port] for address in FAR for port in (heard.port, *PORTS)]
    (submission / "targets.json").write_text(json.dumps([*own, *far]))
    threads = [threading.Thread(target=_hear, args=(each, heard), daemon=True) for each in sockets]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def targets(submission: Path) -> list[tuple[str, int]]:
    return [(host, port) for host, port in json.loads((submission / "targets.json").read_text())]


def own_addresses() -> list[str]:
    """Every address of this machine but those of loopback."""
    found = set()
    with contextlib.suppress(OSError), open("/proc/net/fib_trie") as tree:
        lines = tree.read().splitlines()
        pairs = itertools.pairwise(lines)
        found |= {line.split()[-1] for line, below in pairs if "host LOCAL" in below}
    with contextlib.suppress(OSError), open("/proc/net/if_inet6") as table:
        raw = [line.split()[0] for line in table]
        found |= {":".join(part[i : i + 4] for i in range(0, 32, 4)) for part in raw}
    kept = sorted(a for a in found if not a.startswith(("127.", "0000:0000", "fe80")))
    return kept or ["127.0.0.1"]


def _sockets() -> list[socket.socket]:
    """TCP and UDP on one port that is free for both."""
    stream = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    datagram = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    datagram.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    datagram.bind(("::", stream.getsockname()[1]))
    return [stream, datagram]


def _hear(listener: socket.socket, heard: Heard) -> None:
    while True:
        try:
            if listener.type == socket.SOCK_STREAM:
                connection, sender = listener.accept()
                connection.close()
            else:
                _, sender = listener.recvfrom(4096)
        except OSError:
            return
        if sender is None:  # it was shut down: nobody sent anything
            return
        heard.append(str(sender))
