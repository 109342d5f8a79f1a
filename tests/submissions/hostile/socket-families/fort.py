"""Opens sockets of every family and type: raw, packet, vsock, crypto, Bluetooth, netfilter."""

import socket
import sys


def double(number):
    return 2 * number


KINDS = {"stream": socket.SOCK_STREAM, "datagram": socket.SOCK_DGRAM, "raw": socket.SOCK_RAW, "packet": socket.SOCK_SEQPACKET}


def attack(key):
    opened = set()
    for family in range(46):
        for kind in KINDS.values():
            for protocol in (0, 1, 12, 16, 255):
                try:
                    socket.socket(family, kind, protocol).close()
                except OSError:
                    continue
                opened.add((family, protocol) if family == socket.AF_NETLINK or kind == socket.SOCK_RAW else (family,))
    harmless = {(1,), (2,), (10,), (1, 0), (1, 1), (16, 0)}
    return {"worked": sorted(map(list, opened - harmless))}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
