"""Will not end: sleeps when it is asked to, and so do its children."""

import atexit
import os
import signal
import sys
import threading
import time


def double(number):
    return 2 * number


def attack(key):
    atexit.register(time.sleep, 3600)
    threading.Thread(target=time.sleep, args=(3600,)).start()
    if os.fork() == 0:
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        time.sleep(3600)
    sys.exit("never")


if __name__ == "__main__":
    print(sys.stdin.readline().strip().upper())
