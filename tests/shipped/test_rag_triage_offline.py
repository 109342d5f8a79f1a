"""rag-triage in real containers, on a host without a network."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import works
from tests.shell import command, without_network

PACK = Path(__file__).resolve().parents[2] / "challenges" / "rag-triage"
TIMED = {
    "test_operations.py::test_latency_hardly_grows_with_the_collection",
    "test_operations.py::test_building_a_large_collection_costs_little",
}
"""They measure milliseconds; with other tests on the same cores, what they find is the machine's."""

pytestmark = [pytest.mark.packs, pytest.mark.docker, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def image(images: None) -> None:
    from grader.doctor import mend
    from grader.settings import Settings

    mend(Settings(), lambda _text: None, [str(PACK)])


def lost(submission: str, out: Path, *around: str) -> set[str]:
    """Hidden tests that did not earn `submission` four fifths of their points, the timed ones left out: on some
    variants of the data a measure is short of its target. `around` is put before the command."""
    words = command(works.copy(PACK, submission, out / "work"), "--challenge", PACK, "--out", out / "out", "--no-judge")
    done = subprocess.run([*around, *words], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    grade: dict[str, Any] = json.loads((out / "out" / "grade.json").read_text(encoding="utf-8"))
    assert grade["provenance"]["model_calls"]
    return {test["id"] for test in grade["objective"]["tests"] if test["points"] < 0.8 * test["max_points"]} - TIMED


@pytest.mark.usefixtures("image")
def test_on_a_host_without_a_network_the_reference_earns_its_points(tmp_path: Path) -> None:
    """The grader's process has no network at all, not even a loopback: the model is in the verifier, and the engine is
    reached over its socket."""
    assert lost("solution", tmp_path, *without_network()) == set()
