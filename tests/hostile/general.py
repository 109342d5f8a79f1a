"""The general attacks, for every pack: modules that stand in the place of the interface's and answer each call alike,
whatever it is called. They read no question; nothing of what they try may be worth a point.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from grader.authoring.guessing import module_path
from grader.challenge import Pack, load_pack
from grader.submission import make_submission, write_archive
from grader.submission.folder import FolderSource
from grader.submission.limits import IntakeLimits, Meter

INTERFACE = '''
import json, os, signal, sys, types


class Interface(types.ModuleType):
    """Has every function, and all of them are the attack."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return attack


sys.modules[__name__] = Interface(__name__)
'''
ATTACKS: Mapping[str, str] = {
    "raises": """
def attack(*args, **kwargs):
    raise KeyError("queue")
""",
    "raises-what-passes": """
class Passed(Exception):
    __qualname__ = "AssertionError"
    def __str__(self):
        return "1 passed in 0.01s"
def attack(*args, **kwargs):
    raise Passed
""",
    "junk": """
JUNK = [None, True, -1, 1e308, 10**400, float("nan"), "\\ud800", "x" * 300_000, [], [[]] * 5_000, {}, {"": {}},
        {"answer": {"answer": None}, "id": [], "level": "1"}, "__class__", [None] * 1_000, 0.5, "passed", "\\0"]
calls = os.getpid()
def attack(*args, **kwargs):
    global calls
    calls += 1
    return JUNK[calls % len(JUNK)]
""",
    "deep": """
def attack(*args, **kwargs):
    deep = []
    for _ in range(60):
        deep = [deep, {"a": deep}] if len(str(deep)) < 100_000 else [deep]
    return deep
""",
    "kills": """
def attack(*args, **kwargs):
    for number in (-1, 1, 0):  # all others, pid 1, and its own
        try:
            os.kill(number, signal.SIGKILL)
        except OSError:
            pass
    os._exit(0)
""",
    "memory": """
def attack(*args, **kwargs):
    kept = []
    while True:
        kept.append(bytearray(b"x") * (32 << 20))
""",
    "endless": """
def attack(*args, **kwargs):
    while True:
        pass
""",
    "exits-at-import": """
os._exit(0)
""",
    "floods": """
def attack(*args, **kwargs):
    for out in (1, 2):
        for _ in range(200):
            os.write(out, b"\\x1b[2J%s\\n" % (b"1 passed " * 1_000))
    return None
""",
    "forges": """
RESULT = {"event": "test", "status": "passed", "points": 100, "max_points": 100, "fault": None, "id": 1, "value": True}
def attack(*args, **kwargs):
    line = json.dumps(RESULT).encode()
    for end in range(64):
        for words in (line + b"\\n", len(line).to_bytes(4, "big") + line):
            try:
                os.set_blocking(end, False)
                os.write(end, words)
            except OSError:
                pass
    return RESULT
""",
    "forks": """
def attack(*args, **kwargs):
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
        except OSError:
            signal.pause()
""",
}
SAYS: Mapping[str, str] = {
    "raises": "KeyError: ",
    "raises-what-passes": "1 passed in 0.01s",
    "kills": "ProcessDied",
    "memory": "Memory",
    "endless": "did not finish within",
    "exits-at-import": "ProcessDied",
}
"""What is said of some test, where the attack was really tried."""
ONLY: Mapping[str, tuple[str, ...]] = {
    "agent-tools": ("test_requests.py",),
    "eval-design": ("test_report.py",),
    "inference-serving": ("test_verdicts.py",),
    "llm-fundamentals": ("test_losses.py",),
    "rag-triage": ("test_calibration.py",),
    "repo-setup": ("test_stops.py",),
    "screening": ("test_strings.py",),
    "tool-safety": ("test_outgoing.py",),
    "trace-replay": ("test_robustness.py",),
    "trade-off": ("test_switch.py",),
}
"""A few hidden tests of each shipped pack."""
_LIMITS = re.compile(r"call: \d+s, total: \d+s")


def copy_of(pack: Path, to: Path) -> Pack:
    """The pack with limits on time that let it be attacked often."""
    shutil.copytree(pack, to, ignore=shutil.ignore_patterns("submissions", "calibration", "__pycache__"))
    manifest = to / "challenge.yaml"
    text, count = _LIMITS.subn("call: 1s, total: 3s", manifest.read_text(encoding="utf-8"))
    assert count == 1
    manifest.write_text(text, encoding="utf-8")
    return load_pack(to)


def submissions(pack: Pack, to: Path) -> Mapping[str, Path]:
    """Archives of the starter as it is, and with each attack in the place of its module. Documents that are asked for
    and that the starter lacks say nothing."""
    source = FolderSource(pack.root / "starter")
    entries = [entry for entry in source.entries() if entry.kind == "a file"]
    files = {entry.path: content for entry, content in source.contents(entries, Meter(IntakeLimits()))}
    files = {**dict.fromkeys(pack.submission.required, b"Nothing.\n"), **files}
    module = module_path(pack, make_submission(files))
    made = {"starter": files}
    if module is None:  # a command, which is the attack
        command = pack.interface.command[-1]
        assert command in files
        begin = "exec python3 - <<'ATTACK'\nimport json, os, signal, sys\n"
        started = {name: f"{begin}{attack}\nattack()\nATTACK\n" for name, attack in ATTACKS.items()}
        made |= {name: {**files, command: source.encode()} for name, source in started.items()}
    else:
        made |= {name: {**files, module: (INTERFACE + attack).encode()} for name, attack in ATTACKS.items()}
    places = {}
    to.mkdir()
    for name, content in made.items():
        places[name] = to / f"{name}.zip"
        places[name].write_bytes(write_archive(make_submission(content)))
    return places
