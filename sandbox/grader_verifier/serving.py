"""One submission in the verifier: takes the job from standard input, runs the hidden tests, sends events.

Standard input: one line of JSON, then the files of the hidden tests and of the submission, whose names and sizes the
line gives. It stays open: when the host goes away it closes, and this process ends, and with it both containers.
It is read through a descriptor of our own, because pytest puts another file in the place of descriptor 0.
"""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import queue
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest

from grader_protocol import EXIT_BROKEN, EXIT_DONE, EXIT_LOST, SUBMISSION, TESTS
from grader_verifier import candidate_network
from grader_verifier.bridge_link import BridgeLostError, Link, Listener
from grader_verifier.events import Events, cut
from grader_verifier.observed import ReceivedJob
from grader_verifier.plugin import HiddenTestPlugin

if TYPE_CHECKING:
    from grader_protocol import Answer

STRICT = ("-Werror::pytest.PytestReturnNotNoneWarning",)
"""A test that returns what it should have asserted passes for everybody."""
WITHOUT = (
    "cacheprovider",
    "doctest",
    "faulthandler",
    "junitxml",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
    "terminal",
    "threadexception",
    "unraisableexception",  # which collects garbage several times at the end
)
"""Parts of pytest that no hidden test is the better for."""
CONNECT_SECONDS = 60.0


def read_job(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, bytes], dict[str, bytes]]:
    """Header, hidden tests, submission. Raises EOFError where the host went away instead."""
    line = stream.readline()
    if not line:
        raise EOFError
    header = json.loads(line)
    tests, files = ({name: stream.read(size) for name, size in header.pop(part)} for part in ("tests", "files"))
    return header, tests, files


class Host:
    """Messages from the host, a line each. When it goes away, this process ends."""

    def __init__(self, stream: BinaryIO, events: Events) -> None:
        self.events = events
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.models: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self.numbers = itertools.count(1)
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def _listen(self, stream: BinaryIO) -> None:
        for line in stream:
            message = json.loads(line)
            waiting = self.models.pop(message["model_request"], None) if "model_request" in message else self.answers
            if waiting is not None:
                waiting.put(message)
        os._exit(EXIT_LOST)

    def ask(self, event: str, **fields: object) -> Answer:
        self.events.send(event, **fields)
        return self.answers.get()

    def ask_model(self, request: dict[str, Any]) -> dict[str, Any]:
        """Has the host ask a real model. Several may wait at once, each for its own answer."""
        number = next(self.numbers)
        answer = self.models[number] = queue.SimpleQueue()
        self.events.send("model_request", number=number, **request)
        said: dict[str, Any] = answer.get()["answer"]
        return said


def write(files: dict[str, bytes], top: str) -> None:
    """Lays `files` out in `top`, as everybody may read them. Their times say nothing."""
    folders = {top}
    for name, content in files.items():
        path = f"{top}/{name}"
        folder = os.path.dirname(path)
        if folder not in folders:
            os.makedirs(folder, exist_ok=True)
            folders |= {folder, *(str(each) for each in pathlib.PurePath(folder).parents if len(str(each)) > len(top))}
        with open(path, "xb") as file:
            file.write(content)
        os.chmod(path, 0o755 if content[:2] == b"#!" else 0o644)
        os.utime(path, (0, 0))
    for folder in sorted(folders, reverse=True):
        os.utime(folder, (0, 0))


def run_tests(header: dict[str, Any], files: dict[str, bytes], events: Events, host: Host) -> int:
    listeners = [Listener(header.pop("bridge"))]

    def connect(token: str) -> Link:
        listener = Listener(token) if token else listeners.pop()
        return listener.accept(CONNECT_SECONDS)

    verifier = HiddenTestPlugin(ReceivedJob(files=files, **header), events, connect, host.ask, host.ask_model)
    candidate_network.install(verifier.socket, lambda: verifier.now.candidate)
    os.chdir(TESTS)
    sys.path.insert(0, TESTS)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # a base image may bring some
    options = [f"-pno:{name}" for name in WITHOUT]
    code = int(
        pytest.main([*options, "-c", os.devnull, "--rootdir", TESTS, "--strict-markers", *STRICT, "."], [verifier])
    )
    done = code in {int(pytest.ExitCode.OK), int(pytest.ExitCode.TESTS_FAILED)}
    events.send("done" if done else "broken", code=code, message="", resources=verifier.resources)
    return EXIT_DONE if done else EXIT_BROKEN


def main() -> int:
    events = Events()
    stream = os.fdopen(os.dup(0), "rb")
    try:
        header, tests, files = read_job(stream)
    except EOFError:
        return EXIT_LOST
    host = Host(stream, events)
    os.mkdir(TESTS)
    write(tests, TESTS)
    write(files, SUBMISSION)
    try:
        return run_tests(header, files, events, host)
    except BridgeLostError as lost:
        events.send("broken", message=cut(str(lost)))
        return EXIT_LOST
