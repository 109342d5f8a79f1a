"""Reviews of generated work in a store: submissions to the tiny pack, rated blind by two or more, and revealed.

All of it is generated and says so in each candidate's name. It shows what the program does with reviews, and nothing
about people or judges.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grader.challenge import load_pack
from grader.judge.config import JudgeConfig
from grader.judge.fingerprint import judge_of
from grader.ratings.sheet import Said, Sheet
from grader.records import JudgedLevel, VerifierResult
from grader.report import oneness
from grader.report import write as output
from grader.result import evidence
from grader.review.desk import Desk, open_desk
from grader.review.records import Actor, Person
from grader.score.combine import unscored
from grader.settings import Settings
from grader.store import open_store
from grader.store.folder import read_result
from grader.store.label_tables import judged_levels
from grader.store.store import About, Store
from grader.store.tables import runs
from grader.submission import make_submission
from grader.testing import judges, packs
from grader.testing.judge_server import known_of
from tests import report_fixtures as graded

OPERATOR = Actor(how="command", user="ops")
FIRST = 3_000
"""Number of the first text: none of the pack's own items is the same."""


@dataclass(frozen=True, kw_only=True)
class Generated:
    """One review: the text's number, the level that it was written to, and the levels that were given it."""

    number: int
    written: int
    given: Mapping[str, int]
    run: str
    case: str


@dataclass(frozen=True, kw_only=True)
class Judging:
    """A judge in gradings under a calibration."""

    calibration: str
    made_at: str
    judge: str
    level: Callable[[int], int]
    """A text's number → the judge's level."""

    def said(self, number: int) -> JudgedLevel:
        return JudgedLevel(criterion="failure-modes", level=self.level(number), model="m", judge=self.judge,
                           counted=True)  # fmt: skip


def level_of(number: int) -> int:
    return number * 7 % 5 + 1


def reviews(
    url: str, root: Path, folder: Path, count: int, *, start: int = 0, raters: Sequence[str] = ("ada", "ben"),
    disagreement: float = 0.1, revealed: bool = True, text: Mapping[str, bytes] | None = None,
    judged: Judging | None = None,
) -> list[Generated]:  # fmt: skip
    """`count` more reviewed submissions, numbered from `start`; each rater is one level off for a share of them.
    `text`: the files of each, instead of generated ones; `judged`: what a judge said of it when it was graded. Their
    reports are not rendered, which takes a tenth of a second for each and is no matter of labels."""
    draw = random.Random(f"{start} {disagreement}")
    made = []
    with open_desk(url) as desk, pytest.MonkeyPatch.context() as patch:
        patch.setattr(oneness, "write_pages", lambda *_: None)
        people = {name: desk.person(name) or desk.add_person(OPERATOR, name, roles=("reviewer",)) for name in raters}
        for number in range(start, start + count):
            level = level_of(number)
            out = result(root, folder / f"generated-{number:03}", number, text, judged)
            said = (judged.said(number),) if judged is not None else ()
            with desk.together():
                Store(desk.engine).record(read_result(out), about(out, number), judged=said)
                levels = {name: _off(level, draw, disagreement) for name in raters}
                case = _reviewed(desk, f"generated{number:03}", {people[name]: levels[name] for name in raters},
                                 revealed=revealed)  # fmt: skip
            made.append(Generated(number=number, written=level, given=levels, run=f"generated{number:03}", case=case))
    return made


def about(out: Path, number: int) -> About:
    return About(folder=str(out.absolute()), candidate=f"Generated {number:03}", blind=f"GEN{number:03}", who="ops")


def _off(level: int, draw: random.Random, share: float) -> int:
    return min(5, max(1, level + (draw.choice((-1, 1)) if draw.random() < share else 0)))


def result(
    root: Path, out: Path, number: int, text: Mapping[str, bytes] | None = None, judged: Judging | None = None
) -> Path:
    """The output folder of a grading, without a judge's levels."""
    pack = load_pack(root)
    files = (
        dict(text) if text is not None else {"DECISIONS.md": packs.answer(FIRST + number, level_of(number)).encode()}
    )
    work = make_submission({**files, "number.txt": f"{number}\n".encode()})
    machine = graded.needs_review()
    made = replace(
        machine,
        challenge={"id": pack.id, "version": pack.version, "digest": pack.digest},
        submission={**machine.submission, "digest": work.digest},
        judge={"calibration": {"id": judged.calibration, "made_at": judged.made_at}} if judged else machine.judge,
        criteria=unscored(pack.rubric.criteria, "no judge configured"),
        provenance={**machine.provenance, "run": f"generated{number:03}", "seed": number, "grader_version": "1.0.0",
                    "started_at": "2026-03-01T10:00:00+00:00"},
    )  # fmt: skip
    tests = machine.objective.tests if machine.objective else ()
    evidence.save(out, pack, work, VerifierResult(expected=tuple(test.id for test in tests), tests=tests))
    output.write_grade(out, made)
    return out


def _reviewed(desk: Desk, run: str, given: Mapping[Person, int], *, revealed: bool) -> str:
    case = desk.open_case(OPERATOR, run)
    for person, level in given.items():
        desk.assign(OPERATOR, case.id, person)
        actor = Actor(person=person)
        said = tuple(Said(criterion=one, level=level, evidence=("DECISIONS.md:1",), note="generated")
                     for one in _criteria(desk, case.id))  # fmt: skip
        desk.submit(actor, case.id, Sheet(said=said, lean="yes", rationale="generated"), version=0)
    if revealed:
        desk.reveal(OPERATOR, case.id)
    return case.id


def _criteria(desk: Desk, case: str) -> list[str]:
    rubric: Mapping[str, Any] = desk.view(OPERATOR, case).rubric
    return [str(one["id"]) for one in rubric["criteria"]] or ["failure-modes"]


def oracle(root: Path, count: int, *, noise: float = 0.0, start: int = 0) -> judges.Judge:
    """A judge that knows what the pack's items and the generated texts were written to."""
    (criterion, *_) = load_pack(root).rubric.criteria
    known = [
        judges.Known(question=criterion.question.strip(), level=level_of(number),
                     runs=judges.runs_of(packs.answer(FIRST + number, level_of(number))))
        for number in range(start, start + count)
    ]  # fmt: skip
    items = known_of(root) if (root / "calibration" / "items.yaml").is_file() else []
    return judges.oracle([*items, *known], noise=noise)


def in_shadow(url: str, root: Path, wanted: judges.Judge, *, judge: str = "") -> None:
    """What the judge says of all work in the store, kept as a grading keeps it."""
    pack = load_pack(root)
    (criterion, *_) = pack.rubric.criteria
    config = JudgeConfig.of(Settings.read())
    with open_store(url) as store, store.engine.begin() as connection:
        known = set(connection.execute(select(judged_levels.c.run)).scalars())
        runs_ = [row for row in connection.execute(select(runs)).mappings() if row["run"] not in known]
        for row in runs_:
            text = evidence.load_submission(Path(row["folder"])).files["DECISIONS.md"].decode()
            files = (("DECISIONS.md", tuple(enumerate(text.splitlines(), 1))),)
            said = wanted(judges.Question(question=criterion.question.strip(), levels=5, files=files))
            connection.execute(judged_levels.insert().values(
                run=row["run"], criterion=criterion.id, level=said.level, model="m", counted=False,
                judge=judge or judge_of(criterion, config, pack.rubric.gate), at="2026-03-02T10:00:00Z"))  # fmt: skip
