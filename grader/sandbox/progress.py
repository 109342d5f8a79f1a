"""How far the hidden tests are, by their own words, and what becomes of them where the verifier ends in the middle."""

from __future__ import annotations

from collections.abc import Iterator

from grader.sandbox.failure import ContainerFault
from grader.sandbox.inside import agreed
from grader.sandbox.protocol import Event


class Progress:
    """Listens to the events of one run."""

    def __init__(self) -> None:
        self.in_hand = ""
        """The test that runs now, once it has taken something of the candidate's."""
        self._left: dict[str, None] = {}

    def hear(self, event: Event) -> bool:
        """Whether `event` is for others too."""
        if event["event"] == "expected":
            self._left = dict.fromkeys(test["id"] for test in event["tests"])
        elif event["event"] == "test":
            self._left.pop(event["id"], None)
            self.in_hand = ""
        elif event["event"] == "in_hand":
            self.in_hand = event["test"]
        return bool(event["event"] != "in_hand")

    def ended_by_the_candidate(self, verdict: ContainerFault) -> Iterator[Event]:
        """The events that the verifier did not come to: the test in hand is lost, and those after it have not run."""
        for name in self._left:
            if name == self.in_hand:
                yield _result(name, "failed", verdict.sentence, [verdict.limit])
        for name in self._left:
            if name != self.in_hand:
                yield _result(
                    name, "not_run", "Not run: a test before it ended the verifier, by what it was given.", []
                )
        yield {"event": "done", "code": 0, "message": "", "resources": {}}


def _result(name: str, status: agreed.Status, message: str, limits: list[str]) -> agreed.Tested:
    return {
        "event": "test", "id": name, "status": status, "message": message, "fault": "candidate", "seconds": 0.0,
        "metrics": [], "limits": [limit for limit in limits if limit], "stdout": "", "stderr": "", "dropped_bytes": 0,
        "peak_memory": None, "used": True, "stumbled": status == "failed", "model_calls": [],
    }  # fmt: skip
