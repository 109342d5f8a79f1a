"""Connects to everything that listens on loopback, by TCP, UDP and IPv6."""

import socket
import sys


def double(number):
    return 2 * number


def attack(key):
    found = [name for name in ("tcp", "tcp6", "udp", "udp6", "raw") if len(open(f"/proc/net/{name}").readlines()) > 1]
    for port in [*range(1, 2000), 2375, 2376, 5000, 5432, 6379, 8000, 8080, 8888, 9000, 11434]:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return {"worked": found}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
