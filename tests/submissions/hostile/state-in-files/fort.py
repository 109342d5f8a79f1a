"""Leaves answers for the next test in every folder that can be written."""

import os
import sys


def double(number):
    return 2 * number


PLACES = ["/tmp", "/dev/shm", "/dev/mqueue", "/submission", "/var/tmp", "/run", "/opt/grader", "/home", "/dev"]


def attack(key):
    left = 0
    for place in PLACES:
        try:
            os.makedirs(f"{place}/.deep/" + "/".join(["d" * 200] * 15), exist_ok=True)
            open(f"{place}/.key", "w").write(key)
            os.symlink("/proc", f"{place}/proc")
            os.chmod(f"{place}/.deep", 0)
        except OSError:
            continue
        left += 1
    open("/dev/mqueue/key", "w").close()
    return left


def remains(key):
    found = [f"{place}/{name}" for place in PLACES[:3] for name in os.listdir(place)]
    return {"worked": found + [place for place in PLACES if os.path.exists(f"{place}/.key")]}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
