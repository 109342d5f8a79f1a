"""Listens on the bridge's address and on every abstract address there is, to be given processes."""

import socket
import sys


def double(number):
    return 2 * number


def attack(key):
    addresses = {line.split()[-1] for line in open("/proc/net/unix") if "@" in line}
    addresses |= {"@grader-bridge", "@grader-bridge-1", "@grader-bridge-2"}
    reached = []
    for address in addresses:
        for kind in (socket.SOCK_SEQPACKET, socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                socket.socket(socket.AF_UNIX, kind).connect("\0" + address[1:])
            except OSError:
                continue
            reached.append(address)
    held = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    held.bind("\0grader-bridge")
    held.listen(8)
    held.settimeout(0.3)
    try:
        held.accept()
    except TimeoutError:
        return {"reached": reached, "accepted": 0}
    return {"accepted": 1}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
