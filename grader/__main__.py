"""`python -m grader` is `grade`."""

import contextlib
import os
import sys
from typing import NoReturn

from grader.cli import main


def run() -> NoReturn:
    """The command, as a process of its own: it leaves without taking itself apart, which would take Python longer than
    the report took to write."""
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone
            stream.flush()
    os._exit(code if isinstance(code, int) else int(bool(code)))


if __name__ == "__main__":
    run()
