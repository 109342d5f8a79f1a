"""What the host, the verifier and the bridge agree on: places, sizes, and all that is said between them.

    host      ── Header, hidden tests, submission ──►  verifier    standard input: a line of JSON, and then bytes
    host      ◄─ events; Answer and Said go back ───   verifier    standard output: a JSON object a line
    verifier  ── requests; replies, descriptors ─────  bridge      packets on a unix socket: grader_bridge/bridge.py
    verifier  ── calls; what they gave ──────────────  worker      a length and JSON text: grader_bridge/worker.py

Standard library only, and nothing but names at run time: it lies beside candidate code too, and keeps no secret.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As `typing` has it, which pid 1 of the candidate's container does without."""
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, NotRequired, TypedDict

# ------------------------------------------------------------------------------------------------ places

CODE, PACKAGES, DEPENDENCIES = "/opt/grader", "/opt/packages", "/opt/dependencies"
"""Folders of the images: our packages; what an image was made with; what a submission lists."""
SUBMISSION = "/submission"
"""Laid out by the verifier, seen by both containers."""
MEETING = "/run/grader"
"""A folder that both containers see. The candidate's cannot list it and cannot write to it: all it ever holds is a
socket, under a name that the host made for one bridge, until that bridge has come. Whatever the candidate's code left
behind in a container that was lost, it cannot know the address of the next one."""
NAMES = "/run/names"
"""A folder of the verifier's with nothing in it but `hosts`, which is /etc/hosts in the candidate's container."""
BRIDGE_VARIABLE = "GRADER_BRIDGE"
"""In the environment of the bridge, which takes it away: the name of that socket."""
TESTS = "/tmp/tests"  # noqa: S108 - the verifier's own
WRITABLE = ("/tmp", "/dev/shm", "/dev/mqueue")  # noqa: S108 - each container's own
"""What is emptied after a test in the one container, after a submission in the other."""

# ------------------------------------------------------------------------------------------------ sizes, in bytes

LINE = 8_000_000
"""The longest event."""
TOLD = 200_000_000
"""All events of one submission."""
TEXT = 4000
"""Characters of a text in an event that may come from a candidate."""
REQUEST, REPLY = 1 << 20, 1 << 16
"""The longest packets to and from the bridge."""
FRAME = ">I"
"""The length before each message to and from a candidate's process, for `struct`."""
FRAME_BYTES = 4
ERROR_NAME, ERROR_MESSAGE = 200, 4000
"""Characters of what a candidate's process says about an exception."""

# ------------------------------------------------------------------------------------------------ seconds

CEILING = 7.0
"""Times its own time: how long the candidate may take, over the whole run, on this machine's clock, at most."""
ANSWER_SECONDS = 30.0
"""How long the bridge may take for one request; it has to empty a full disk at most."""

# ------------------------------------------------------------------------------------------------ exit codes

EXIT_DONE, EXIT_BROKEN, EXIT_LOST = 0, 4, 5
"""Of the verifier's process: all is told; the pack is broken; the host or the bridge went away."""
EXIT_NETWORK = 72
"""Of a candidate's container whose network is wrong; no candidate code has run in it."""

# ------------------------------------------------------------------------------------------------ messages

if TYPE_CHECKING:
    Status = Literal["passed", "failed", "error", "not_run"]
    Fault = Literal["candidate", "challenge", "infrastructure"]

    class Header(TypedDict):
        """The job: the first line of the verifier's standard input. The files follow in this order, tests first."""

        bridge: str
        """Name of the socket in `MEETING`."""
        seed: int
        module: str
        call_seconds: float
        total_seconds: float
        ceiling: float
        """`CEILING`, or less."""
        reply_bytes: int
        output_bytes: int
        packages: list[str]
        """Folders that candidate code may import from."""
        trusted: list[str]
        """Those of them that pid 1 may import from."""
        preload: list[str]
        only: list[str]
        """Parts of test ids; empty for all tests."""
        model: Mapping[str, Any] | None
        """model.yaml as the host checked it."""
        tests: list[tuple[str, int]]
        """Names and sizes."""
        files: list[tuple[str, int]]

    class Ready(TypedDict):
        """A submission may be sent: whoever read the one before it has ended. From the verifier's pid 1."""

        event: Literal["ready"]

    class Expecting(TypedDict):
        id: str
        group: str
        max_points: float
        title: str

    class Expected(TypedDict):
        """The tests that there are. No candidate code has run."""

        event: Literal["expected"]
        tests: list[Expecting]

    class Connected(TypedDict):
        """The bridge has come; from here on candidate code may run."""

        event: Literal["connected"]
        python: str

    class InHand(TypedDict):
        """The test has taken the first thing of the candidate's."""

        event: Literal["in_hand"]
        test: str

    class Sleeps(TypedDict):
        """A call of the candidate's waits, and nothing in its container computes. Said once, of the first."""

        event: Literal["sleeps"]

    class Tested(TypedDict):
        """What became of one test. Said once for each that was expected."""

        event: Literal["test"]
        id: str
        status: Status
        message: str
        fault: Fault | None
        stumbled: bool
        seconds: float
        metrics: list[dict[str, object]]
        limits: list[str]
        stdout: str
        stderr: str
        dropped_bytes: int
        peak_memory: int | None
        used: bool
        """Whether the test asked for the fixture `candidate`."""
        starved: NotRequired[bool]
        """Whether this machine was too busy to let it be judged."""
        model_calls: list[dict[str, Any]]

    class BridgeLost(TypedDict):
        """The candidate's container has gone or does not answer. `Answer` is waited for."""

        event: Literal["bridge_lost"]
        test: str
        message: str

    class BridgeSlow(TypedDict):
        """The container takes too long to clear away. `Answer` is waited for, of which `bridge` is enough."""

        event: Literal["bridge_slow"]
        test: str

    class ModelRequest(TypedDict):
        """A real model is to be asked (an author's own trial). `Said` is waited for."""

        event: Literal["model_request"]
        number: int

    class Ended(TypedDict):
        """Nothing follows. `broken`: the pack's tests cannot be run, for everybody."""

        event: Literal["done", "broken"]
        code: NotRequired[int]
        """Exit code of pytest."""
        message: str
        resources: NotRequired[dict[str, float]]

    class Answer(TypedDict):
        """To `bridge_lost` and `bridge_slow`: the address of the next bridge."""

        bridge: str
        again: NotRequired[bool]
        """Whether there is one."""
        fault: NotRequired[Fault]
        limit: NotRequired[str]
        message: NotRequired[str]

    class Said(TypedDict):
        """To `model_request` of that number."""

        model_request: int
        answer: Mapping[str, Any]
