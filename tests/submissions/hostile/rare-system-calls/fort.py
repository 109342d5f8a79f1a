"""Calls what kernel exploits start from: bpf, io_uring, userfaultfd, key rings, perf and more."""

import ctypes
import errno
import os
import sys

LIBC = ctypes.CDLL(None, use_errno=True)


def double(number):
    return 2 * number


NUMBERS = {
    "x86_64": {"bpf": 321, "perf": 298, "userfault": 323, "io_uring": 425, "add_key": 248, "request_key": 249, "keyctl": 250,
               "kexec": 246, "open_by_handle": 304, "fanotify": 300, "pidfd_getfd": 438, "kcmp": 312, "clone3": 435,
               "open_tree": 428, "fsopen": 430, "move_mount": 429, "process_madvise": 440, "landlock": 444, "memfd_secret": 447,
               "lookup_dcookie": 212, "vhangup": 153, "iopl": 172, "modify_ldt": 154, "quotactl": 179, "mbind": 237,
               "move_pages": 279, "syslog": 103, "acct": 163, "seccomp": 317},
    "aarch64": {"bpf": 280, "perf": 241, "userfault": 282, "io_uring": 425, "add_key": 217, "request_key": 218, "keyctl": 219,
                "kexec": 104, "open_by_handle": 265, "fanotify": 262, "pidfd_getfd": 438, "kcmp": 272, "clone3": 435,
                "open_tree": 428, "fsopen": 430, "move_mount": 429, "process_madvise": 440, "landlock": 444, "memfd_secret": 447,
                "syslog": 116, "acct": 89, "seccomp": 277},
}


def attack(key):
    """A call that the filter lets through fails in another way than with EPERM or ENOSYS, or not at all."""
    passed = []
    buffer = ctypes.create_string_buffer(256)
    for name, number in NUMBERS[os.uname().machine].items():
        if LIBC.syscall(number, 0, buffer, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            passed.append(name)
    return {"worked": passed}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
