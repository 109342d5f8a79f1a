"""Does what the hidden tests of this pack ask for: calls of every kind, and each limit reached once."""

import asyncio
import glob
import json
import os
import signal
import struct
import subprocess
import sys
import time

seen = []


def echo(*args, **kwargs):
    return [list(args), kwargs]


def remember(value):
    seen.append(value)
    return seen


def slow_square(number):
    time.sleep(0.2)
    return number * number


def picky(number):
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


class Agent:
    def __init__(self, name="nobody", friend=None):
        self.name, self.friend = name, friend

    def greet(self, other):
        return f"{self.name} greets {other.name}"

    def friend_name(self):
        return self.friend.name


def name_of(agent):
    return agent.name


async def later(value):
    await asyncio.sleep(0.01)
    return value


def where_am_i():
    return {
        "cwd": os.getcwd(),
        "uid": os.getuid(),
        "environment": dict(os.environ),
        "hash": hash("grader"),
        "timezone": time.tzname[0],
        "interfaces": sorted(os.listdir("/sys/class/net")),
        "threads": os.environ.get("OMP_NUM_THREADS"),
    }


# ---------------------------------------------------------------------------------------------- leaving things behind


def leave_things_behind():
    seen.append("left")
    os.makedirs("/tmp/deep/er", exist_ok=True)
    for path in ("/tmp/left", "/tmp/deep/er/left", "/dev/shm/left"):
        with open(path, "w") as file:
            file.write("left")
    os.chmod("/tmp/deep/er", 0)
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    return sorted(glob.glob("/tmp/*"))


def find_things():
    commands = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                commands.append(file.read().replace(b"\0", b" ").decode())
        except OSError:
            pass
    files = glob.glob("/tmp/*") + glob.glob("/dev/shm/*")
    return {"seen": seen, "files": files, "sleepers": [c for c in commands if "sleep" in c]}


def write_to(path):
    with open(path, "w") as file:
        file.write("x")


# ---------------------------------------------------------------------------------------------- ending badly


class OddError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def fail(kind):
    if kind == "exit":
        sys.exit(3)
    if kind == "interrupt":
        raise KeyboardInterrupt
    if kind == "odd":
        raise OddError
    if kind == "recursion":
        return fail(kind)
    if kind == "long":
        raise ValueError("x" * 100_000)
    if kind == "vanish":
        os._exit(7)
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("\x1b[31mred\x1b[0m")


def answer(kind):
    """Replies that are no plain JSON: some by what is returned, some by writing to the socket oneself."""
    if kind == "nan":
        return float("nan")
    if kind == "set":
        return {1, 2}
    if kind == "keys":
        return {(1, 2): 3}
    if kind == "surrogate":
        return "\ud800"
    if kind == "deep":
        value = []
        for _ in range(70):
            value = [value]
        return value
    raw = {
        "twice": b'{"id": 1, "value": {"a": 1, "a": 2}}',
        "huge number": b'{"id": 1, "value": 1e999}',
        "constant": b'{"id": 1, "value": NaN}',
        "not json": b"hello",
        "not text": b'{"id": 1, "value": "\xff"}',
        "other id": b'{"id": 99, "value": "forged"}',
        "a list": b"[1, 2]",
        "odd error": b'{"id": 1, "error": ["a", "b"]}',
    }[kind]
    os.write(3, struct.pack(">I", len(raw)) + raw)
    time.sleep(10)
    return None


# ---------------------------------------------------------------------------------------------- limits


def sleep(seconds):
    time.sleep(seconds)


def spin():
    while True:
        pass


def use_memory(megabytes):
    kept = bytearray(megabytes * 1_000_000)
    for at in range(0, len(kept), 4096):
        kept[at] = 1
    return len(kept)


def reply_of(size):
    return "x" * size


def fill_disk():
    with open("/tmp/full", "wb") as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError as problem:
            return problem.errno


def start_children(count):
    started = 0
    for _ in range(count):
        try:
            subprocess.Popen(["sleep", "1000"])
        except OSError:
            break
        started += 1
    return started


def talk(size):
    sys.stdout.write("o" * size)
    sys.stderr.write("e" * size)
    return size


def garble():
    os.write(1, b"\xff\x1b[2J bytes\n")
    return 1


if __name__ == "__main__":
    words = sys.stdin.read()
    if sys.argv[1:] == ["kill"]:
        os.kill(os.getpid(), signal.SIGTERM)
    if sys.argv[1:] == ["sleep"]:
        time.sleep(30)
    if sys.argv[1:] == ["orphan"]:
        subprocess.Popen(["sleep", "1000"])
    print(json.dumps({"words": words, "args": sys.argv[1:], "extra": os.environ.get("EXTRA")}))
    print("done", file=sys.stderr)
    sys.exit(len(sys.argv) - 1)
