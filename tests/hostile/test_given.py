"""What a submission gives to hidden tests that use it without much care: services, documents, sizes, requests.

Each costs its test and nothing else: a grade, no open points, and the honest test keeps its own. A verifier stays and
serves one after the other, as in a batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.harness import OnePlace, Outcome, grade, one_place
from tests.small_packs import write_files, write_pack

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]
LIMITS = "{memory: 96MB, processes: 12, disk: 4MB, call: 2s, total: 30s}"
HONEST = '\n\n@pytest.mark.points(5)\ndef test_honest(candidate):\n    assert candidate.call("honest") == 1\n'
SERVICE = """
import json, urllib.request, pytest

@pytest.mark.points(15)
def test_service(candidate):
    url = candidate.start(["python3", "work.py"], port=8000)
    with urllib.request.urlopen(url, timeout=5) as reply:
        assert json.load(reply)["sum"] == 5
"""
DOCUMENT = """
import json, pytest

@pytest.mark.points(5)
def test_yaml(candidate):
    assert candidate.files.yaml("a.yaml")["sum"] == 5

@pytest.mark.points(5)
def test_json(candidate):
    assert candidate.files.json("a.json")["sum"] == 5

@pytest.mark.points(5)
def test_text(candidate):
    said = json.loads(candidate.files.text("a.json"))
    assert said == 5, f"it said {said!r:.200}"
"""
SIZE = """
import pytest
from grader_verifier import bounds

bounds.TEST_SECONDS = 3.0  # of the processor, not 20: docs/authoring.md states those (tests/test_docs_authoring.py)

@pytest.mark.points(5)
def test_large(candidate):
    assert len("x" * candidate.call("size")) == 3

@pytest.mark.points(5)
def test_long(candidate):
    assert sum(1 for _ in range(candidate.call("size"))) == 3

@pytest.mark.points(5)
def test_metric(candidate, metric):
    metric("share", candidate.call("size") * 1e300, floor=0.0, target=1.0)
"""
SERVER = """
import socket, time

def honest():
    return 1

def size():
    return 10**11

if __name__ == "__main__":
    door = socket.create_server(("127.0.0.1", 8000))
    while True:
        line, _ = door.accept()
        try:
            line.recv(65536)
            {answer}
        except OSError:
            pass
        line.close()
"""
OK = 'b"HTTP/1.1 200 OK\\r\\nContent-Length: {}\\r\\n\\r\\n{}"'
SERVICES = {
    "hangs up": "pass",
    "says no": 'line.sendall(b"HTTP/1.1 500 No\\r\\nContent-Length: 0\\r\\n\\r\\n")',
    "speaks something else": 'line.sendall(b"\\x16\\x03\\x01" * 9)',
    "says no JSON": "line.sendall(" + OK.format(5, "hello") + ")",
    "says half": "line.sendall(" + OK.format(50, "{}") + ")",
    "says a number without end": "line.sendall(" + OK.format(10, '{\\"sum\\": 1') + ' + b"e999}")',
    "never ends": 'line.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")\n            while True: line.sendall(b"[" * 65536)',
    "trickles": "line.sendall(" + OK.format(999, "") + ')\n            while True: line.sendall(b" "); time.sleep(0.5)',
    "is silent": "time.sleep(60)",
    "sends headers without end": 'line.sendall(b"HTTP/1.1 200 OK\\r\\n" + b"A: b\\r\\n" * 100_000)',
}
DOCUMENTS = {
    "merges": ("a: &a {b: 1}\nsum: {<<: [*a, *a]}\n", '{"sum": 1e999}'),
    "tags": ("sum: !!int ''\n", '"\\ud800"'),
    "depth": ("[" * 90_000, "[" * 90_000),
    "sizes": ("sum: " + "9" * 9000, '{"sum": ' + "9" * 4200 + "}"),
    "nothing": ("", ""),
}


@pytest.fixture(scope="module")
def place() -> Iterator[OnePlace]:
    with one_place() as made:
        yield made


def check(tmp_path: Path, tests: str, files: dict[str, str], place: OnePlace | None = None) -> Outcome:
    pack = write_pack(tmp_path / "pack", {"test_it.py": tests + HONEST}, limits=LIMITS)
    work = write_files(tmp_path / "work", {"work.py": SERVER.format(answer="pass"), **files})
    outcome = grade(work, tmp_path / "out", pack=pack, options=("--fail-under", "30"), place=place)
    assert outcome.code == 1, outcome.terminal
    assert (outcome.points, outcome.grade["objective"]["open_points"]) == (5, 0)
    assert {test["fault"] for test in outcome.observed["tests"] if test["status"] != "passed"} == {"candidate"}
    assert outcome.grade["recommendation"] == "decline"
    assert "Traceback" not in outcome.terminal
    return outcome


@pytest.mark.parametrize("answer", SERVICES.values(), ids=SERVICES)
def test_a_broken_service_costs_its_test(tmp_path: Path, answer: str, place: OnePlace) -> None:
    check(tmp_path, SERVICE, {"work.py": SERVER.format(answer=answer)}, place)


@pytest.mark.parametrize("texts", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_made_to_be_trouble_costs_its_tests(tmp_path: Path, texts: tuple[str, str], place: OnePlace) -> None:
    check(tmp_path, DOCUMENT, {"a.yaml": texts[0], "a.json": texts[1]}, place)


def test_a_size_made_to_be_trouble_costs_its_tests(tmp_path: Path) -> None:
    outcome = check(tmp_path, SIZE, {})
    assert "took more than 3 s of processor time" in outcome.tests["test_it.py::test_long"]["message"]


def test_a_crash_of_the_tests_own_python_on_what_was_given_still_leaves_a_grade(tmp_path: Path) -> None:
    tests = """
import ctypes, pytest

@pytest.mark.points(15)
def test_crash(candidate):
    assert candidate.call("size")
    ctypes.string_at(0)
"""
    pack = write_pack(tmp_path / "pack", {"test_it.py": tests}, limits=LIMITS)
    work = write_files(tmp_path / "work", {"work.py": SERVER.format(answer="pass")})
    outcome = grade(work, tmp_path / "out", pack=pack)
    assert (outcome.code, outcome.points, outcome.grade["objective"]["open_points"]) == (0, 0, 0)
    (test,) = outcome.tests.values()
    assert "Python crashed in a hidden test" in test["message"]
