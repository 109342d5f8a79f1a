"""The submission, compiled once: each process of its own would compile it again, and most of them do little else.

A process of the candidate's compiles it before there is any test. It writes to a file in memory that pid 1 made; pid 1
hands that on when all that ever held it is dead, and when the kernel lets nobody write to it any more. No byte of it is
read but by processes of the candidate's, whose own code it becomes: whoever breaks the compiler changes what is theirs.
What did not come about in time, or whole, is compiled by each process, as it would be without this.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import resource
import sys
from importlib import machinery

from grader_protocol import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

LEAST_BYTES, MOST_BYTES = 6_000, 2_000_000
"""Of all sources. Fewer are compiled sooner than a process is made for them."""
MOST_MADE = 4_000_000
"""Bytes of what is made of them."""
CPU_SECONDS, WAIT_SECONDS = 2, 10.0
"""What the process may compute, and how long it is waited for on a busy machine."""
MEMORY = 200_000_000
"""Bytes of data that it may take beside what it has from its start."""
KEPT = 3
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


def sources(top: str) -> list[str]:
    """The Python files in `top`; none where compiling them once gains nothing, or is too much for once."""
    found, total, folders = [], 0, [top]
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.name.endswith(".py") and entry.is_file(follow_symlinks=False):
                    found.append(entry.path)
                    total += entry.stat().st_size
    return found if LEAST_BYTES <= total <= MOST_BYTES else []


def file() -> int:
    """A file in memory that can be sealed."""
    return os.memfd_create("compiled", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def write(paths: list[str], end: int) -> None:
    """In a process of the candidate's: compiles `paths` into the file `end`. One that cannot be compiled, or not
    without a warning, is left out, so that whoever imports it hears of that."""
    import warnings

    with open("/proc/self/statm") as sizes:
        most = int(sizes.read().split()[5]) * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    warnings.simplefilter("error")
    made: dict[str, bytes] = {}
    for path in paths:
        try:
            with open(path, "rb") as source:
                made[path] = marshal.dumps(compile(source.read(), path, "exec", dont_inherit=True))
        except Exception:  # noqa: S112 - whoever imports it meets the same
            continue
    content = marshal.dumps(made)
    if len(content) <= MOST_MADE:
        os.write(end, content)


def sealed(end: int) -> bool:
    """Whether nobody can change the file `end` any more, and there is something in it. All who held it must be dead."""
    try:
        fcntl.fcntl(end, fcntl.F_ADD_SEALS, SEALS)
        return 0 < os.fstat(end).st_size <= MOST_MADE
    except OSError:  # somebody has it mapped
        return False


def read(end: int | None) -> bytes:
    """What a sealed file holds; to be called before its descriptor goes."""
    return b"" if end is None else os.pread(end, MOST_MADE, 0)


def lay_out(content: bytes) -> None:
    """In a process of the candidate's: from here on, modules of the submission are not compiled where they were
    before."""
    if not content:
        return
    try:
        made = {str(path): bytes(code) for path, code in marshal.loads(content).items()}  # noqa: S302 - see above
    except Exception:  # it is the candidate's to spoil
        return

    class Loader(machinery.SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType | None:
            code = made.get(self.get_filename(fullname))
            return super().get_code(fullname) if code is None else marshal.loads(code)  # noqa: S302

    kinds = (
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (Loader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )
    for folder in {os.path.dirname(path) for path in made}:
        sys.path_importer_cache[folder] = machinery.FileFinder(folder, *kinds)
