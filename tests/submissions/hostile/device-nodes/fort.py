"""Makes device nodes and opens those of memory, disks, the kernel log and terminals."""

import fcntl
import os
import stat
import sys
import termios


def double(number):
    return 2 * number


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
    ways = {
        "mknod mem": lambda: os.mknod("/tmp/mem", stat.S_IFCHR | 0o666, os.makedev(1, 1)),
        "mknod disk": lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o666, os.makedev(8, 0)),
        "mknod dev": lambda: os.mknod("/dev/shm/kmsg", stat.S_IFCHR | 0o666, os.makedev(1, 11)),
        "sti": lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x"),
    }
    for name in ("mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop-control", "fuse", "kvm", "net/tun", "vsock", "console"):
        ways[name] = lambda n=name: os.open(f"/dev/{n}", os.O_RDWR | os.O_NOCTTY)
    return worked(ways)


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
