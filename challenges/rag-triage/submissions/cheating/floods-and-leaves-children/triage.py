"""Replies without end, fills what it may fill, and leaves processes behind that want to change the next test."""

import os


def leave_child():
    try:
        if os.fork() == 0:
            os.setsid()
            for turn in range(20):
                with open(f"/tmp/left-over-{os.getpid()}-{turn % 5}", "w") as file:
                    file.write("passed\n" * 1_000)
            os._exit(0)
    except OSError:
        pass


def build(documents):
    for _ in range(4):
        leave_child()


def triage(ticket):
    os.write(1, b"PASSED " * 2_000)
    nested = "end"
    for _ in range(5_000):
        nested = [nested]
    return {"queue": "billing", "confidence": float("nan"), "citations": ["x" * 1000] * 5_000, "escalate": nested}
