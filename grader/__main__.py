"""`python -m grader` is `grade`."""

import os
import signal
import sys

INTERRUPTED = 130


def _leave(*_: object) -> None:
    os.write(2, b"grade: interrupted; nothing had been started.\n")
    os._exit(INTERRUPTED)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a traceback of whatever is being imported
    signal.signal(signal.SIGINT, _leave)

import contextlib
from typing import NoReturn

# `-m` puts the working folder before all else, and modules of a candidate's that lie there with it. Where this very
# package lies is no candidate's folder, also when one stands in it.
if not sys.flags.safe_path:
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with contextlib.suppress(OSError):  # a folder that is gone
        sys.path[:] = [place for place in sys.path if place == home or place not in {"", os.getcwd()}]

from grader.cli import main
from grader.cli.printing import end_streams, open_streams


def run() -> NoReturn:
    """The command, as a process of its own: it leaves without taking itself apart, which would take Python longer than
    the report took to write."""
    try:
        if signal.getsignal(signal.SIGINT) is _leave:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        open_streams()
        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as ended:
        code = ended.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    problem = end_streams()
    if problem and code in {None, 0}:
        code = 5
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"grade: not all could be printed: {problem}. What was written to files is there.\n")
            sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(bool(code)))


if __name__ == "__main__":
    run()
