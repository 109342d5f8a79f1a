"""A candidate process. Everything below `main` runs beside candidate code and is trusted with nothing.

It answers framed JSON requests (4 bytes of length, then the text) on descriptor 3: `call`, `make`, `method`, `get`.
What it says is taken by the verifier as what the candidate's code says, no more.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import socket
import struct
import sys
import types
from collections.abc import Awaitable

from grader_bridge import compiled
from grader_protocol import ERROR_MESSAGE, ERROR_NAME, FRAME, FRAME_BYTES, SUBMISSION, TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

KEPT = 3
"""Descriptor of the socket to the verifier."""
PR_SET_DUMPABLE = 4
OURS = {"grader_bridge", "grader_protocol"}
"""What candidate code does not find imported."""
ITERABLE_COROUTINE = 0x100


def main(
    verifier: socket.socket, submission: str, packages: list[str], startup: frozenset[str], made: int | None = None
) -> None:
    """Serves requests until the verifier hangs up. `made`: the submission compiled. Never returns."""
    content = compiled.read(made)
    os.dup2(verifier.fileno(), KEPT)
    os.closerange(KEPT + 1, 4096)
    _own()
    _prepare(submission, packages, startup)
    compiled.lay_out(content)
    del content
    link = socket.socket(fileno=KEPT)
    objects: dict[int, object] = {}
    while True:
        request = _receive(link)
        if request is None:
            os._exit(0)
        link.sendall(_frame(_answer(request, objects)))


def execute(argv: list[str], env: dict[str, str], submission: str, packages: list[str]) -> None:
    """Replaces this process by a command in the submission's folder. Never returns."""
    os.closerange(KEPT, 4096)
    _own()
    os.chdir(submission)
    path = os.pathsep.join([submission, *packages])
    try:
        os.execvpe(argv[0], argv, {**os.environ, "PYTHONPATH": path, **env})  # noqa: S606 - no shell is the point
    except (OSError, ValueError) as problem:
        os.write(2, f"{argv[0]}: {problem}\n".encode(errors="backslashreplace"))
        os._exit(127)


def compile_all(made: int, paths: list[str]) -> None:
    """Compiles `paths` into the file `made`. Never returns."""
    os.dup2(made, KEPT)
    os.closerange(KEPT + 1, 4096)
    _own()
    compiled.write(paths, KEPT)
    os._exit(0)


def _own() -> None:
    """From here on the process is the candidate's, its entries in /proc too; it holds no descriptor of pid 1 any more.
    Out of memory, the kernel ends it before pid 1."""
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write("500")


def _prepare(submission: str, packages: list[str], startup: frozenset[str]) -> None:
    os.chdir(submission)
    ours = os.path.dirname(os.path.dirname(__file__))
    sys.path[:] = [submission, *packages, *[path for path in sys.path if path != ours]]
    own = {name.partition(".")[0] for name in os.listdir(submission)} - startup | OURS
    for name in list(sys.modules):  # the candidate's `queue.py` is the candidate's, though pid 1 has imported another
        if name.partition(".")[0] in own:
            del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")
    importlib.invalidate_caches()
    sys.argv = [""]


def _receive(link: socket.socket) -> dict[str, Any] | None:
    head = _exactly(link, FRAME_BYTES)
    body = head and _exactly(link, struct.unpack(FRAME, head)[0])
    return json.loads(body) if body else None


def _exactly(link: socket.socket, size: int) -> bytes:
    parts, missing = [], size
    while missing:
        part = link.recv(min(missing, 1 << 20))
        if not part:
            return b""
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _answer(request: dict[str, Any], objects: dict[int, object]) -> dict[str, Any]:
    try:
        value = _perform(request, objects)
        if _is_awaitable(value):
            value = importlib.import_module("asyncio").run(_wait(value))
        if request["op"] == "make":
            objects[request["id"]] = value
            value = None
        return {"id": request["id"], "value": value}
    except MemoryError:
        return {"id": request["id"], "error": {"type": "MemoryError", "message": "out of memory"}}
    except BaseException as problem:  # SystemExit and KeyboardInterrupt too: they are the candidate's
        return {"id": request["id"], "error": _describe(problem)}


def _is_awaitable(value: object) -> bool:
    """As `inspect` has it, which takes longer to import than all else here."""
    marked = isinstance(value, types.GeneratorType) and value.gi_code.co_flags & ITERABLE_COROUTINE
    return bool(marked) or isinstance(value, Awaitable)


async def _wait(value: object) -> object:
    return await value  # type: ignore[misc]


def _perform(request: dict[str, Any], objects: dict[int, object]) -> object:
    arguments = [_argument(item, objects) for item in request.get("args", [])]
    named = {name: _argument(item, objects) for name, item in request.get("kwargs", {}).items()}
    if request["op"] == "get":
        return getattr(objects[request["on"]], request["name"])
    owner = objects[request["on"]] if request["op"] == "method" else importlib.import_module(request["module"])
    return getattr(owner, request["name"])(*arguments, **named)


def _argument(item: dict[str, Any], objects: dict[int, object]) -> object:
    return objects[item["object"]] if "object" in item else item["value"]


def _describe(problem: BaseException) -> dict[str, str]:
    try:
        message = str(problem)
    except BaseException as second:  # a message that cannot be made is still the candidate's
        message = f"(its message raised {type(second).__name__})"
    return {
        "type": type(problem).__name__[:ERROR_NAME],
        "message": message[:ERROR_MESSAGE],
        "where": _innermost(problem),
    }


def _innermost(problem: BaseException) -> str:
    """`file.py:12 in function` of the innermost frame of the submission, for the reviewer."""
    place, trace = "", problem.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(f"{SUBMISSION}/"):
            place = f"{code.co_filename.removeprefix(f'{SUBMISSION}/')}:{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
    return place[:ERROR_NAME]


def _frame(answer: dict[str, Any]) -> bytes:
    try:
        text = json.dumps(answer, allow_nan=False).encode()
    except BaseException as problem:  # whatever the value does when it is written down
        kind = type(problem).__name__
        failure = {
            "type": "BadReply",
            "message": f"the result is not plain JSON ({kind}: {_describe(problem)['message']})",
        }
        text = json.dumps({"id": answer["id"], "error": failure}).encode()
    return struct.pack(FRAME, len(text)) + text
