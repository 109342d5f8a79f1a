"""A result's folder that somebody changed is rendered, scored again, or refused with a sentence: never a traceback.

`GRADER_FUZZ=1500 python -m pytest tests/test_evidence_hostile.py` tries more changes.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import RefusedError, UsageError
from grader.grading import again
from grader.records import VerifierResult
from grader.report.write import Pages, write_grade
from grader.result import evidence
from grader.stored import load_json
from grader.submission import make_submission
from tests import report_fixtures as saved

pytestmark = pytest.mark.slow

CHANGES = int(os.environ.get("GRADER_FUZZ", "150"))
FILES = ("grade.json", "evidence/verifier.json", "evidence/challenge.json")
SCRIPT = "</script><script>alert(1)</script>"
VALUES: list[Any] = [
    *(None, -1, 0, 1e308, 10**400, float("nan"), float("-inf"), True, "a" * 10, "\ud800", SCRIPT),
    *([], {}, [[]], {"__class__": 1}, [None], [{}]),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "result"
    grade = saved.needs_review()
    assert grade.objective is not None
    tests = grade.objective.tests
    observed = VerifierResult(
        expected=tuple(test.id for test in tests), tests=tests, limits_hit=("memory",), resources={"cpu_seconds": 1.0}
    )
    evidence.save(out, saved.challenge(), saved.submission(), observed)
    write_grade(out, grade)
    return out


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, entry in inner:
        yield from places(entry, (*path, key))


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(data)
    at = data
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return data


def tried(out: Path) -> None:
    """Renders and scores again; what is wrong is said by an error of ours, and nothing of it becomes markup."""
    formats = ("junit", "ctrf", "gradescope", "csv", "markdown", "sarif")
    for work in (lambda: again.render(out, Pages(formats=formats)), lambda: again.rescore(out, lambda _text: None)):
        with contextlib.suppress(UsageError, RefusedError):
            work()
    for page in out.glob("*.html"):
        assert "<script>alert(1)" not in page.read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_value_is_never_a_traceback(name: str, result: Path, tmp_path: Path) -> None:
    data = json.loads((result / name).read_text("utf-8"))
    drawn = random.Random(3)
    known = list(places(data))
    for number in range(CHANGES // len(FILES)):
        out = tmp_path / str(number)
        shutil.copytree(result, out)
        path, value = drawn.choice(known), drawn.choice(VALUES)
        (out / name).write_text(json.dumps(put(data, path, value)), "utf-8", errors="surrogatepass")
        try:
            tried(out)
        except Exception as problem:
            raise AssertionError(f"{name} {path} = {str(value)[:40]}") from problem
        shutil.rmtree(out)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 5_000, "[" * 100_000, '"\\ud800"', ""])
def test_what_no_grade_holds_is_refused_when_it_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "grade.json"
    path.write_text(f'{{"a": {text}}}')
    if "ud800" in text:
        assert load_json(path) == {"a": "\ufffd"}
        return
    with pytest.raises(UsageError, match=r"grade\.json is not"):
        load_json(path)


def test_types_of_the_evidence_are_named_with_their_place(result: Path, tmp_path: Path) -> None:
    out = tmp_path / "changed"
    shutil.copytree(result, out)
    path = out / "evidence" / "verifier.json"
    path.write_text(json.dumps(put(json.loads(path.read_text("utf-8")), ("tests", 0, "points"), "many")), "utf-8")
    with pytest.raises(
        UsageError, match=r"verifier\.json is not evidence of this grader: tests\[0\]: points is 'many'"
    ):
        evidence.load_observed(out)


def test_the_archive_in_the_evidence_is_read_with_the_limits_of_the_challenge(result: Path, tmp_path: Path) -> None:
    out = tmp_path / "large"
    shutil.copytree(result, out)
    with zipfile.ZipFile(out / "evidence" / "submission.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.writestr(f"{number}.bin", bytes(9_000_000))
    with pytest.raises(RefusedError, match="larger than it may be"):
        evidence.load_submission(out)


def test_what_was_taken_in_is_read_back_however_well_it_packs(result: Path, tmp_path: Path) -> None:
    out = tmp_path / "zeros"
    shutil.copytree(result, out)
    kept = make_submission({"zeros.bin": bytes(9_000_000)})
    observed = VerifierResult(expected=(), tests=())
    evidence.save(out, saved.challenge(), kept, observed)
    assert evidence.load_submission(out).digest == kept.digest
