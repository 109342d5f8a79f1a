"""Leaves a daemon behind that ignores signals and serves the answers to the next test."""

import ctypes
import os
import signal
import socket
import sys
import time


def double(number):
    return 2 * number


ADDRESSES = [(socket.AF_INET, ("127.0.0.1", 9999)), (socket.AF_UNIX, "\0keeper")]


def attack(key):
    listening = [socket.socket(family) for family, _ in ADDRESSES]
    for held, (_, address) in zip(listening, ADDRESSES):
        held.bind(address)
        held.listen()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33}:
                signal.signal(number, signal.SIG_IGN)
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
            while True:
                time.sleep(1)
        os._exit(0)
    return "left"


def remains(key):
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
    reached = [str(address) for family, address in ADDRESSES if socket.socket(family).connect_ex(address) == 0]
    return {"worked": others + reached}


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
