"""Changes its user, its capabilities and runs every set-user-ID program."""

import ctypes
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)


def double(number):
    return 2 * number


def call(function, *arguments):
    """Raises OSError where the C library's function fails."""
    if LIBC[function](*arguments) == -1:
        raise OSError(ctypes.get_errno(), function)


def worked(ways):
    """Those of `ways` that did not fail."""
    found = []
    for name, way in ways.items():
        try:
            way()
        except BaseException:
            continue
        found.append(name)
    return {"worked": found}


def attack(key):
    header, data = ctypes.create_string_buffer(b"\x22\x05\x08\x20" + bytes(4)), ctypes.create_string_buffer(b"\xff" * 24)
    ways = {
        "setuid": lambda: os.setuid(0),
        "setresuid": lambda: os.setresuid(-1, 0, 0),
        "setgid": lambda: os.setgid(0),
        "setgroups": lambda: os.setgroups([0]),
        "capset": lambda: call("capset", header, data),
        "ambient": lambda: call("prctl", 47, 2, 0, 0, 0),
        "new privileges": lambda: call("prctl", 38, 0, 0, 0, 0),
        "chown": lambda: os.chown("/tmp", 0, 0),
        "setcap": lambda: os.setxattr("/tmp", "security.capability", bytes(20)),
    }
    for folder in ("/bin", "/usr/bin", "/usr/sbin", "/usr/lib"):
        for entry in os.scandir(folder):
            if entry.is_file() and entry.stat().st_mode & 0o4000:
                ways[entry.path] = lambda p=entry.path: root(p)
    return worked(ways)


def root(program):
    """What a set-user-ID program sees of itself: its effective user."""
    pid = os.posix_spawn(program, [program, "-h"], {}, file_actions=[(os.POSIX_SPAWN_CLOSE, 1), (os.POSIX_SPAWN_CLOSE, 2)])
    user = open(f"/proc/{pid}/status").read().partition("Uid:")[2].split()[1]
    os.waitpid(pid, 0)
    if user != "0":
        raise PermissionError


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
