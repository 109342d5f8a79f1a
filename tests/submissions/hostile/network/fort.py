"""Sends to the listener of the host, its bridge, its own addresses, metadata services and name servers."""

import socket
import sys


def double(number):
    return 2 * number


TARGETS = __import__("json").load(open("targets.json"))


def attack(key):
    reached = []
    for host, port in TARGETS:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            probe = socket.socket(family, kind)
            probe.settimeout(0.2)
            try:
                probe.connect((host, port))
                probe.send(key.encode())
            except OSError:
                continue
            reached.append([host, port])
    routes = open("/proc/net/route").read().splitlines()[1:]
    links = [name for _, name in socket.if_nameindex()]
    return {"worked": reached + routes, "links": links}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
