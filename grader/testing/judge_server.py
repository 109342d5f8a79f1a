"""An OpenAI-compatible server with a judge of known character behind it, and faults on request.

python -m grader.testing.judge_server --kind oracle --pack challenges/rag-triage --port 8123
"""

from __future__ import annotations

import argparse
import json
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from grader.testing import judges
from grader.testing.judges import Judge, Known, Opinion

KINDS = ("constant", "random", "oracle", "lenient", "verbose", "obedient")
FAULTS = ("429", "500", "drop", "stall", "truncated", "off_menu", "extra_keys", "refusal", "cut", "prose")


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How the server behaves around its judge. Seconds."""

    latency: float = 0.0
    fault: str = ""
    """One of FAULTS; empty for none."""
    fault_times: int = 10**9
    """How many requests are faulty before the rest are answered."""
    modes: tuple[str, ...] = ("json_schema", "json_object")
    """Values of response_format.type that are taken; others get a 400."""
    system_fingerprint: str = "fp_test"
    report_usage: bool = True


class JudgeServer(ThreadingHTTPServer):
    """Serves `/v1/chat/completions` on 127.0.0.1. `requests` holds the bodies received."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, judge: Judge, behaviour: Behaviour | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.judge = judge
        self.behaviour = behaviour or Behaviour()
        self.requests: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        self._name = secrets.token_hex(4)  # ports come again, and a judge keeps what was answered at an address

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{self._name}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nothing to report."""


@contextmanager
def running(judge: Judge, behaviour: Behaviour | None = None) -> Iterator[JudgeServer]:
    """The server on a free port, until the block ends."""
    server = JudgeServer(judge, behaviour)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: JudgeServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        behaviour = self.server.behaviour
        with self.server.lock:
            self.server.requests.append(body)
            faulty = bool(behaviour.fault) and len(self.server.requests) <= behaviour.fault_times
        self.server.over.wait(behaviour.latency)
        if faulty and self._broken(behaviour.fault):
            return
        asked = (body.get("response_format") or {}).get("type")
        if asked is not None and asked not in behaviour.modes:
            self._send(400, {"error": {"message": f"response_format {asked} is not supported", "type": "invalid"}})
            return
        self._send(200, self._completion(body, behaviour.fault if faulty else ""))

    def do_GET(self) -> None:
        self._send(200, {"object": "list", "data": [{"id": "test-judge", "object": "model"}]})

    def _broken(self, fault: str) -> bool:
        """Faults of the transport. Returns whether there was one."""
        if fault in {"429", "500"}:
            self._send(int(fault), {"error": {"message": "not now"}}, {"Retry-After": "0.05"})
        elif fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault == "stall":
            self.server.over.wait(600)
        elif fault == "truncated":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b'{"id": "x", "choices": [{"mess')
            self.close_connection = True
        else:
            return False
        return True

    def _completion(self, body: dict[str, Any], fault: str) -> dict[str, Any]:
        texts = [message["content"] for message in body["messages"]]
        question = judges.question_of(texts[0], texts[1])
        content = _reply(self.server.judge(question), fault)
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if fault == "refusal":
            message = {"role": "assistant", "content": None, "refusal": "I will not."}
        completion: dict[str, Any] = {
            "id": "chatcmpl-test",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "system_fingerprint": self.server.behaviour.system_fingerprint,
            "choices": [{"index": 0, "message": message, "finish_reason": "length" if fault == "cut" else "stop"}],
        }
        if self.server.behaviour.report_usage:
            used, made = sum(map(len, texts)) // 4, len(content) // 4
            completion["usage"] = {"prompt_tokens": used, "completion_tokens": made, "total_tokens": used + made}
        return completion

    def _send(self, status: int, data: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing is printed: tests read `requests`."""


def _reply(opinion: Opinion, fault: str) -> str:
    if fault == "prose":
        return f"I think that this is level {opinion.level}."
    evidence = {
        "path": opinion.path,
        "start_line": opinion.line,
        "end_line": opinion.line,
        "quote": opinion.quote,
    }
    reply: dict[str, Any] = {
        "rationale": f"Line {opinion.line} of {opinion.path} shows it.",
        "evidence": [evidence] if opinion.quote else [],
        "level": str(opinion.level),
    }
    if fault == "off_menu":
        reply["level"] = "11"
    if fault == "extra_keys":
        reply["verdict"] = "hire"
    return json.dumps(reply)


def known_of(pack: Path) -> list[Known]:
    """What the calibration items of a pack were written to, for an oracle."""
    from grader.challenge import load_pack
    from grader.ratings.items import load_items

    challenge = load_pack(pack)
    questions = {criterion.id: criterion.question.strip() for criterion in challenge.rubric.criteria}
    known = []
    for item in load_items(challenge):
        text = "\n".join(content.decode("utf-8", "replace") for content in item.content.values())
        level = item.written_between[0] if item.written_between else item.written_to
        if level is not None:
            known.append(Known(question=questions[item.criterion], runs=judges.runs_of(text), level=level))
    return known


def make(kind: str, *, pack: Path | None = None, level: int = 3, noise: float = 0.0) -> Judge:
    """The judge of a kind. Raises ValueError for a kind that there is not."""
    known: Sequence[Known] = known_of(pack) if pack is not None and kind in {"oracle", "lenient"} else ()
    if kind == "oracle":
        return judges.oracle(known, otherwise=level, noise=noise)
    if kind == "lenient":
        return judges.lenient(known, otherwise=level)
    plain = {
        "constant": judges.constant(level),
        "random": judges.at_random(),
        "verbose": judges.verbose(),
        "obedient": judges.obedient(),
    }
    if kind not in plain:
        raise ValueError(f"there is no judge {kind!r}; there are {', '.join(KINDS)}")
    return plain[kind]


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m grader.testing.judge_server", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, default="oracle")
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--pack", type=Path, help="pack whose calibration items the oracle knows")
    parser.add_argument("--level", type=int, default=3, help="level of the constant, and of texts that are not known")
    parser.add_argument("--noise", type=float, default=0.0, help="share of texts that the oracle gets wrong by one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--fault", choices=FAULTS, default="")
    parser.add_argument("--fault-times", type=int, default=10**9)
    chosen = parser.parse_args(arguments)
    behaviour = Behaviour(latency=chosen.latency, fault=chosen.fault, fault_times=chosen.fault_times)
    judge = make(chosen.kind, pack=chosen.pack, level=chosen.level, noise=chosen.noise)
    with running_at(judge, behaviour, chosen.port) as server:
        print(f"OPENAI_BASE_URL={server.url}", flush=True)  # noqa: T201 - what the reader needs next
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


@contextmanager
def running_at(judge: Judge, behaviour: Behaviour, port: int) -> Iterator[JudgeServer]:
    """The server bound to `port`, not serving yet."""
    server = JudgeServer(judge, behaviour, port)
    try:
        yield server
    finally:
        server.over.set()
        server.server_close()


if __name__ == "__main__":
    main()
