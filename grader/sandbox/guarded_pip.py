"""pip for lists that a candidate wrote: run as a script of its own, never imported by the grader.

    python -P guarded_pip.py FACTS download|install …

It starts no process (to build a package is to run its code), opens no address that a package names, uses a limited
amount of memory and of each file, and appends to the file FACTS, a line of JSON each, what came of its requests: whose
fault a failure was is told by those, not by pip's words.
"""

from __future__ import annotations

import json
import os
import resource
import runpy
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

STARTS_A_PROCESS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"}
)
MOST_MEMORY = 1_500_000_000
"""Bytes of address space: metadata that swells when it is unpacked ends pip and not the machine."""
MOST_FILES, MOST_RATIO = 40_000, 200
"""Of all wheels together, and of each: laid out to packed."""
TOO_LARGE = 71
"""Exit code: the wheels would take more than is allowed when they are laid out."""


def refuse_processes(event: str, _arguments: object) -> None:
    if event in STARTS_A_PROCESS:
        raise PermissionError("a package that has to be built is not installed here")


def refuse_addresses() -> None:
    """A requirement that names an address can only come out of a package's metadata: the list is read before, and
    has none."""
    from pip._internal.exceptions import InstallationError
    from pip._vendor.packaging import requirements

    made = requirements.Requirement.__init__

    def checked(self: Any, text: str) -> None:
        made(self, text)
        if self.url:
            raise InstallationError("a package names an address, which is not followed here")

    setattr(requirements.Requirement, "__init__", checked)  # noqa: B010 - pip's own class


class Facts:
    """Notes what came of requests."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115 - open as long as pip runs
        self._asked = ""

    def note(self, **fact: object) -> None:
        self._file.write(json.dumps({"at": time.time(), **fact}) + "\n")

    def watch_requests(self) -> None:
        """Every request of pip's goes through this one method of the requests library, which pip brings along."""
        from pip._vendor.requests.adapters import HTTPAdapter

        sent: Any = HTTPAdapter.send

        def send(adapter: Any, request: Any, *args: Any, **options: Any) -> Any:
            self._asked = plain(request.url)
            with _Waiting(self.note, self._asked):
                answer = sent(adapter, request, *args, **options)
                self.note(url=self._asked, status=answer.status_code)
                return answer

        setattr(HTTPAdapter, "send", send)  # noqa: B010

    def watch_contents(self) -> None:
        from pip._vendor.urllib3.response import HTTPResponse

        read: Any = HTTPResponse.stream

        def stream(answer: Any, *args: Any, **options: Any) -> Iterator[bytes]:
            with _Waiting(self.note, self._asked):
                yield from read(answer, *args, **options)
                if answer.length_remaining:
                    raise ConnectionError(f"ended {answer.length_remaining:,} bytes early")

        setattr(HTTPResponse, "stream", stream)  # noqa: B010


class _Waiting:
    """The time within it is the network's; what is raised in it is a failure of the service."""

    def __init__(self, note: Callable[..., None], url: str) -> None:
        self._note, self._url = note, url

    def __enter__(self) -> None:
        self._note(waits=True)

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        self._note(waits=False)
        if isinstance(problem, Exception):
            reason = getattr(problem.args[0] if problem.args else None, "reason", None) or problem
            self._note(url=self._url, problem=cause(reason))


def cause(problem: Any) -> str:
    """What the system, or the name service, said; else the error in words."""
    seen: Any = problem
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return str(seen.strerror)
        seen = seen.__cause__ or seen.__context__
    said = str(problem).rpartition("object at 0x")[2].partition(">: ")[2] or str(problem)
    return f"{type(problem).__name__}: {said}"[:500]


def plain(url: str) -> str:
    """An address without user, password and query."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises there, and urlsplit for a bracket
    except ValueError:
        return "an address that is none"
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return f"{parts.scheme}://{host}{parts.path}"


def check_sizes(paths: list[str], most: int) -> None:
    """Ends this process where the wheels would take more than `most` bytes, or are made to swell. What a wheel says of
    itself holds: no more than that is ever read of a file in it."""
    files = size = 0
    for path in paths:
        with zipfile.ZipFile(path) as wheel:
            entries = wheel.infolist()
        laid_out = sum(entry.file_size for entry in entries)
        files, size = files + len(entries), size + laid_out
        if files > MOST_FILES:
            stop(f"The packages hold more than {MOST_FILES:,} files.")
        if size > most:
            stop(f"The packages take {size:,} bytes or more; at most {most:,} are allowed.")
        if laid_out > MOST_RATIO * max(os.path.getsize(path), 100_000):
            stop(f"{os.path.basename(path)} swells to more than {MOST_RATIO} times its size.")


def stop(why: str) -> None:
    sys.stderr.write(why + "\n")
    raise SystemExit(TOO_LARGE)


def main() -> None:
    facts, most, *arguments = sys.argv[1:]
    sys.addaudithook(refuse_processes)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    refuse_addresses()
    if arguments[0] == "install":
        check_sizes([part for part in arguments if part.endswith(".whl")], int(most))
    else:
        noted = Facts(facts)
        noted.watch_requests()
        noted.watch_contents()
    sys.argv[:] = ["pip", *arguments]
    runpy.run_module("pip", run_name="__main__")


if __name__ == "__main__":
    main()
