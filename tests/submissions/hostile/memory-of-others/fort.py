"""Reads and writes the memory of pid 1 and of every other process, by /proc, ptrace and process_vm_readv."""

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


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def attack(key):
    buffer = ctypes.create_string_buffer(64)
    near, far = Span(ctypes.addressof(buffer), 64), Span(0x400000, 64)
    return worked(
        {
            "mem": lambda: open("/proc/1/mem", "rb"),
            "mem for writing": lambda: open("/proc/1/mem", "r+b"),
            "maps": lambda: open("/proc/1/maps").read(),
            "environ": lambda: open("/proc/1/environ").read(),
            "auxv": lambda: open("/proc/1/auxv").read(),
            "stack": lambda: open("/proc/1/stack").read(),
            "syscall": lambda: open("/proc/1/syscall").read(),
            "pagemap": lambda: open("/proc/1/pagemap", "rb").read(8),
            "clear_refs": lambda: open("/proc/1/clear_refs", "w").write("1"),
            "oom_score_adj": lambda: open("/proc/1/oom_score_adj", "w").write("1000"),
            "comm": lambda: open("/proc/1/comm", "w").write("x"),
            "attach": lambda: call("ptrace", 16, 1, None, None),
            "seize": lambda: call("ptrace", 0x4206, 1, None, None),
            "traceme": lambda: call("ptrace", 0, 0, None, None),
            "readv": lambda: call("process_vm_readv", 1, ctypes.byref(near), 1, ctypes.byref(far), 1, 0),
            "writev": lambda: call("process_vm_writev", 1, ctypes.byref(near), 1, ctypes.byref(far), 1, 0),
            "descriptors": lambda: os.listdir("/proc/1/fd"),
            "stdout": lambda: open("/proc/1/fd/1", "w"),
            "root": lambda: os.listdir("/proc/1/root"),
            "cwd": lambda: os.listdir("/proc/1/cwd"),
            "exe": lambda: os.readlink("/proc/1/exe"),
            "namespace": lambda: os.open("/proc/1/ns/mnt", os.O_RDONLY),
        }
    )


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
