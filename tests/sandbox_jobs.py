"""What a sandbox is asked to do."""

from __future__ import annotations

from grader.sandbox import images
from grader.sandbox.protocol import CandidateLimits, Job

GOOD = "def test_it(candidate):\n    assert candidate.call('add', 1, 2) == 3\n"


def job(tests: str = GOOD, image: str = "") -> Job:
    return Job(
        tests={"test_it.py": tests.encode()},
        files={"work.py": b"def add(a, b):\n    return a + b\n"},
        module="work",
        seed=7,
        limits=CandidateLimits(memory=96_000_000, total=30.0),
        candidate_image=image or images.candidate_recipe().tag,
    )
