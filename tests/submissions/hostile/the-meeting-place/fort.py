"""Looks for a way through the two folders that its container shares with the verifier's."""

import ctypes
import fcntl
import os
import socket
import sys

FOLDERS = ("/run/grader", "/submission")


def double(number):
    return 2 * number


def attack(key):
    libc = ctypes.CDLL(None, use_errno=True)
    worked = []

    def listens(place):
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).bind(place)

    def watches(place):
        if libc.inotify_add_watch(libc.inotify_init(), b"/run/grader", 0xFFF) < 0:
            raise OSError(ctypes.get_errno())

    for folder in FOLDERS:
        attempts = {
            "creates": lambda place: open(place, "w").write(key),
            "makes a folder": os.mkdir,
            "links": lambda place: os.symlink("/etc/passwd", place),
            "listens": listens,
            "makes a pipe": os.mkfifo,
            "marks": lambda place: os.setxattr(os.path.dirname(place), "user.mark", b"x"),
            "dates": lambda place: os.utime(os.path.dirname(place), (1, 1)),
            "opens up": lambda place: os.chmod(os.path.dirname(place), 0o777),
            "moves": lambda place: os.rename(os.path.dirname(place), "/tmp/moved"),
            "replaces": lambda place: os.rename("/submission/fort.py", place),
            "counts": lambda place: os.statvfs(os.path.dirname(place)).f_flag & os.ST_RDONLY or worked.append("writable"),
        }
        if folder != "/submission":
            attempts["lists"] = lambda place: os.listdir(os.path.dirname(place))
            attempts["locks"] = lambda place: fcntl.flock(os.open(os.path.dirname(place), os.O_RDONLY), fcntl.LOCK_EX)
            attempts["watches"] = watches
        for name, attempt in attempts.items():
            try:
                attempt(folder + "/x")
            except OSError:
                continue
            if name != "counts":
                worked.append(f"{name} in {folder}")
    worked += ["its own file is of its own"] if os.stat("/submission/fort.py").st_uid == os.getuid() else []
    return {"worked": worked}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
