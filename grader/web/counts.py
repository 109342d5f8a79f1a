"""How many requests were answered, and how: for a monitor. Nothing in it belongs to a person, a case or an address."""

from __future__ import annotations

import hmac
import threading
from collections import Counter

CLASSES = ("2xx", "3xx", "4xx", "5xx")


class Counts:
    """Answers by class of status since the server started. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[str] = Counter()

    def add(self, status: int) -> None:
        with self._lock:
            self._answers[f"{status // 100}xx"] += 1

    def text(self) -> str:
        """The text format of Prometheus."""
        with self._lock:
            answers = Counter(self._answers)
        lines = [
            "# HELP grader_requests_total Requests answered since the start, by class of status.",
            "# TYPE grader_requests_total counter",
            *(f'grader_requests_total{{status="{one}"}} {answers[one]}' for one in CLASSES),
            "# HELP grader_errors_total Requests that the server failed to answer as asked (5xx).",
            "# TYPE grader_errors_total counter",
            f"grader_errors_total {answers['5xx']}",
        ]
        return "\n".join(lines) + "\n"


def may_read(token: str, header: str) -> bool:
    """Whether an Authorization header carries the token; never where there is none."""
    wanted = f"Bearer {token}".encode()
    return bool(token) and hmac.compare_digest(header.encode("utf-8", "surrogateescape"), wanted)
