"""Runs one submission through the shipped command line, in this process, and looks for what it left behind."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from docker import APIClient

from grader.cli import main
from grader.grading import pipeline
from grader.sandbox.engine import connect
from grader.sandbox.images import Pins
from grader.sandbox.kept import Slots
from grader.sandbox.verifier import Verifier

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "tests" / "packs" / "fortress"
CORPUS = ROOT / "tests" / "submissions" / "hostile"
GATE = "test_fortress.py::test_the_gate_withstands"
WELL = "test_fortress.py::test_the_well_is_fresh"
POSTERN = "test_fortress.py::test_the_postern_answers"
KEYS = {
    "OPENAI_API_KEY": "sk-hostile-0123456789abcdef0123456789abcdef",
    "ANTHROPIC_API_KEY": "sk-ant-hostile-89abcdef0123456789abcdef01234567",
    "GRADER_SECRET": "of-the-operator-fedcba9876543210fedcba9876543210",
}
"""Set in the environment while the corpus runs; they may appear nowhere at all."""


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One line of the manifest: what is tried, and what must be true."""

    name: str
    category: str
    tries: str
    points: float
    """What the honest part earned, of 20."""
    exit: int = 0
    says: tuple[str, ...] = ()
    """Must be found in the message of the attacked test (for a run without a grade: in its reason)."""
    well: tuple[str, ...] = ()
    """Must be found in the message of the test that looks for what is left."""
    limits: tuple[str, ...] = ()
    """The limits that the grade says were hit, exactly, in any test."""
    made: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Files too large or too odd to be kept in a repository: path → what `make_file` takes."""

    @property
    def folder(self) -> Path:
        return CORPUS / self.name


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run ended with."""

    code: int
    terminal: str
    grade: Mapping[str, Any]
    folder: Path
    seconds: float
    began: float

    @property
    def run_id(self) -> str:
        return str(self.grade["provenance"]["run"])

    @property
    def tests(self) -> Mapping[str, Mapping[str, Any]]:
        return {test["id"]: test for test in self.grade["objective"]["tests"]}

    @property
    def points(self) -> float:
        return float(self.grade["objective"]["points"])

    @property
    def observed(self) -> Mapping[str, Any]:
        """The evidence: what the hidden tests saw."""
        return dict(json.loads((self.folder / "evidence" / "verifier.json").read_text()))

    @property
    def limits(self) -> tuple[str, ...]:
        return tuple(sorted({limit for test in self.observed["tests"] for limit in test["limits"]}))


def attacks() -> list[Attack]:
    """The manifest. A folder without a line in it, or a line without a folder, is an error."""
    entries: list[dict[str, Any]] = yaml.safe_load((CORPUS / "attacks.yaml").read_text(encoding="utf-8"))
    tuples = {"says", "well", "limits"}
    found = [Attack(**entry | {key: tuple(entry[key]) for key in tuples & set(entry)}) for entry in entries]
    folders = {path.name for path in CORPUS.iterdir() if path.is_dir()}
    assert folders == {attack.name for attack in found}, folders ^ {attack.name for attack in found}
    return found


def lay_out(attack: Attack, target: Path) -> Path:
    """The submission of `attack`, with what is made anew for each run."""
    shutil.copytree(attack.folder, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path, how in attack.made.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if "link" in how:
            (target / path).symlink_to(how["link"])
        else:
            (target / path).write_bytes(make_file(**how))
    return target


def make_file(*, start: str = "", repeat: str = "", times: int = 0, end: str = "", raw: str = "") -> bytes:
    """`start`, then `repeat` so many `times`, then `end`; or `raw`, in hexadecimal."""
    return bytes.fromhex(raw) if raw else (start + repeat * times + end).encode()


def grade(
    source: Path, out: Path, *, pack: Path = PACK, options: tuple[str, ...] = (), place: Slots | None = None
) -> Outcome:
    """`grade SOURCE --challenge PACK --out OUT`, in this process: with a verifier of its own, or with the one that is
    kept in `place`, as in a batch. `terminal` is all that was printed."""
    began, clock = time.time(), time.monotonic()
    terminal = io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with contextlib.redirect_stdout(terminal), contextlib.redirect_stderr(terminal), _in_place(place):
            code = main([str(source), "--challenge", str(pack), "--out", str(out), *options])
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert (out / "grade.json").exists(), terminal.getvalue()
    return Outcome(
        code=code,
        terminal=terminal.getvalue(),
        grade=json.loads((out / "grade.json").read_text()),
        folder=out,
        seconds=time.monotonic() - clock,
        began=began,
    )


@contextlib.contextmanager
def _in_place(place: Slots | None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if place is not None:
            patch.setattr(pipeline, "grade", partial(pipeline.grade, make_sandbox=place.sandbox))
        yield


class OnePlace(Slots):
    """A place whose verifier is of no single run: what is labelled with a run is the candidate's."""

    def __init__(self) -> None:
        pins = Pins()

        def make(_number: int) -> Verifier:
            verifier = Verifier(pins=pins)
            verifier.boot()
            return verifier

        super().__init__(1, make)

    @property
    def verifier(self) -> Verifier | None:
        """The one that is there; the next submission meets it, or where it is of no use any more, a new one."""
        return self._all[0].verifier

    @property
    def served(self) -> int:
        """How many submissions it has served."""
        return self.verifier.served if self.verifier else 0


@contextlib.contextmanager
def one_place() -> Iterator[OnePlace]:
    place = OnePlace()
    try:
        yield place
    finally:
        place.close()


@contextlib.contextmanager
def own_temporary_folder(folder: Path) -> Iterator[Path]:
    """All temporary files of this process go to `folder` for a while."""
    before = tempfile.tempdir
    folder.mkdir()
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before


def left_behind(client: APIClient, outcome: Outcome, verifier: Verifier | None = None) -> list[str]:
    """Containers, volumes and networks of the run that are still there. `verifier`: one that stays, with volumes that
    it lent to the run."""
    mark = f"grader.run={outcome.run_id}"
    found = [str(c["Names"]) for c in client.containers(all=True, filters={"label": [mark]})]
    found += [network["Name"] for network in client.networks(filters={"label": [mark]})]
    since, now = int(outcome.began) - 1, f"{time.time():.6f}"  # a later moment would be waited for
    events = list(client.events(since=since, until=now, decode=True))
    ours = {e["id"] for e in events if e.get("Type") == "container" and outcome.run_id in str(e["Actor"]["Attributes"])}
    mounted = {
        event["Actor"]["ID"]
        for event in events
        if event.get("Type") == "volume" and event["Actor"]["Attributes"].get("container") in ours
    }
    there = {volume["Name"] for volume in client.volumes()["Volumes"] or ()}
    return [*found, *sorted((mounted & there) - volumes(client, verifier))]


def volumes(client: APIClient, verifier: Verifier | None) -> set[str]:
    if verifier is None or not verifier.container:
        return set()
    return {str(mount["Name"]) for mount in client.inspect_container(verifier.container)["Mounts"] if "Name" in mount}


def engine() -> APIClient:
    return connect()
