"""Whether a check says that a pack tells weak, typical and strong work apart, and where on its scale."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.authoring import spread
from grader.authoring.check import Options, Report, check
from grader.authoring.entries import load_entries
from grader.authoring.export import report_json
from grader.authoring.spread import Spread
from grader.challenge.findings import Finding, FindingKind
from grader.errors import ChallengeError
from grader.settings import Settings
from tests import authoring_fakes as fakes
from tests.authoring_fakes import FILES, Maker, write_pack

ENTRY = "- path: {path}\n  status: graded\n  objective: [0, 1]\n  spread: {level}\n"
WORKS = {"rejected/low": ("weak", 0.2), "accepted/middle": ("typical", 0.6), "accepted/high": ("strong", 0.9)}


def pack_of(root: Path, works: dict[str, tuple[str, float]]) -> Path:
    """The small pack, with works that say what they earn."""
    listed = "".join(ENTRY.format(path=path, level=level) for path, (level, _) in works.items())
    submissions = FILES["submissions/submissions.yaml"] + listed
    files = {f"submissions/{path}/work.py": f"SHARE = {share}\n" for path, (_, share) in works.items()}
    notes = {f"submissions/{path}/NOTES.md": "None.\n" for path in works}
    return write_pack(root, {"submissions/submissions.yaml": submissions, **files, **notes})


def play(job: fakes.Job) -> list[dict[str, Any]]:
    """Works that say what they earn, earn it, in a test each half; the others as ever."""
    code = job.files["work.py"].decode()
    if not code.startswith("SHARE = "):
        return fakes.play(job)
    share = float(code.removeprefix("SHARE = "))
    return [
        fakes.test("test_it.py::test_a", "first", min(1.0, 2 * share)),
        fakes.test("test_it.py::test_b", "second", max(0.0, 2 * share - 1)),
    ]


def checked(pack: Path, **options: Any) -> Report:
    given = Options(mutants=0, order=False, **options)
    return check(pack, given, Settings(), Maker(play), lambda _text: None)


def told(findings: Sequence[Finding], outcome: FindingKind = FindingKind.BROKEN) -> list[str]:
    return [f"{each.place}: {each.text}" for each in findings if each.promise == "spread" and each.outcome is outcome]


def work(level: str, *points: float, path: str = "") -> Spread:
    by_test = {"test_it.py::test_a": min(50.0, points[0]), "test_it.py::test_b": max(0.0, points[0] - 50)}
    return Spread(path=path or f"some/{level}", level=level, place="s.yaml:1", points=points, by_test=by_test)


def test_works_in_order_and_apart_are_found_so_on_the_variants_that_were_run(tmp_path: Path) -> None:
    report = checked(pack_of(tmp_path, WORKS), seeds=3)
    assert told(report.findings) == []
    (found,) = told(report.findings, FindingKind.FOUND)
    assert "on 3 variants (50 are the whole): weak 20.0, typical 60.0, strong 90.0" in found
    assert [len(each.points) for each in report.spread] == [3, 3, 3]
    assert report_json(report)["spread"][1]["mean"] == pytest.approx(60)


def test_each_variant_of_a_work_is_another_one_and_the_first_is_not_run_twice(tmp_path: Path) -> None:
    maker = Maker(play)
    check(
        pack_of(tmp_path, WORKS),
        Options(mutants=0, order=False, twice=False, seeds=3),
        Settings(),
        maker,
        lambda _text: None,
    )
    seeds = [job.seed for job in maker.jobs if job.files["work.py"] == b"SHARE = 0.6\n"]
    assert len(seeds) == len(set(seeds)) == 3


def test_levels_that_lie_too_near_are_named_with_both_figures(tmp_path: Path) -> None:
    near = WORKS | {"accepted/high": ("strong", 0.7)}
    (text,) = told(checked(pack_of(tmp_path, near), seeds=2).findings)
    assert "typical and strong work are 10.0 points of 100 apart, at least 15 are wanted" in text
    assert "accepted/middle 60.0, accepted/high 70.0" in text
    assert "submissions.yaml:" in text


def test_a_cheat_that_earns_more_than_weak_work_is_named_whether_declared_or_not(tmp_path: Path) -> None:
    for level in ("cheat", '""'):
        more = WORKS | {"cheating/sly": (level, 0.3)}
        (text,) = told(checked(pack_of(tmp_path / level.strip('"'), more), seeds=2).findings)
        assert "cheating/sly earns 30.0 points of 100, more than rejected/low (weak) with 20.0" in text


def test_an_order_that_one_variant_turns_round_is_said_with_that_variant() -> None:
    works = [work("weak", 20, 20, 20), work("typical", 60, 60, 95), work("strong", 90, 90, 90)]
    text = "\n".join(told(spread.findings(works, [], None, "s.yaml")))
    assert "some/typical (typical) earns 95.0 points of 100, some/strong (strong) 90.0" in text
    assert "out of order on 1 of 3 variants, first on 3" in text


def test_a_work_that_the_variant_moves_is_said_with_how_far() -> None:
    works = [work("weak", 20, 20), work("typical", 56, 64), work("strong", 90, 90)]
    (text,) = told(spread.findings(works, [], None, "s.yaml"))
    assert "some/typical: the variant moves it by 5.7 points of 100" in text
    assert "56.0 to 64.0" in text


def test_two_points_between_variants_are_allowed() -> None:
    works = [work("weak", 20, 20), work("typical", 59, 61), work("strong", 90, 90)]
    assert told(spread.findings(works, [], 65, "s.yaml")) == []


def test_one_variant_says_nothing_of_what_a_variant_moves_and_says_so() -> None:
    works = [work("weak", 20), work("typical", 60), work("strong", 90)]
    assert any("--seeds 2" in text for text in told(spread.findings(works, [], None, "s"), FindingKind.LEFT_OUT))


def test_typical_work_far_from_the_pass_mark_is_worth_a_look() -> None:
    works = [work("weak", 20, 20), work("typical", 60, 60), work("strong", 90, 90)]
    assert told(spread.findings(works, [], 65, "s"), FindingKind.ADVICE) == []
    (text,) = told(spread.findings(works, [], 75, "s"), FindingKind.ADVICE)
    assert "earns 60.0 points of 100, the pass mark is 75" in text


def test_a_cheat_that_luck_moves_below_weak_work_breaks_nothing() -> None:
    works = [work("weak", 40, 40), work("typical", 65, 65), work("strong", 95, 95), work("cheat", 10, 30)]
    assert told(spread.findings(works, [], 65, "s.yaml")) == []
    works[-1] = work("cheat", 10, 75)
    assert "some/cheat" in "\n".join(told(spread.findings(works, [], 65, "s.yaml")))


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"kinds": ("accepted",)}, "rejected/low (weak)"),
        ({"only": ("rejected/low",)}, "accepted/middle (typical), accepted/high (strong)"),
        ({"only": ("rejected/low", "accepted/middle", "accepted/high")}, ""),
    ],
)
def test_levels_that_were_not_asked_for_are_named_and_all_of_them_are_held_apart(
    tmp_path: Path, asked: dict[str, Any], left: str
) -> None:
    report = checked(pack_of(tmp_path, WORKS), seeds=2, **asked)
    silent = told(report.findings, FindingKind.LEFT_OUT)
    assert [one.rpartition("not asked for: ")[2] for one in silent] == ([left] if left else [])
    assert len(report.spread) == (0 if left else 3)


def test_a_level_that_nobody_stands_for_is_broken_and_no_level_at_all_is_left_out(tmp_path: Path) -> None:
    (text,) = told(checked(pack_of(tmp_path / "a", {"rejected/low": ("weak", 0.2)})).findings)
    assert "no submission is declared typical and none strong" in text
    (text,) = told(checked(write_pack(tmp_path / "b")).findings, FindingKind.LEFT_OUT)
    assert "no submission says `spread: weak`" in text


def test_a_level_that_there_is_not_and_one_of_a_refused_submission_are_refused(tmp_path: Path) -> None:
    for n, (level, status) in enumerate((("middling", "graded"), ("weak", "refused"))):
        entry = f"- {{path: accepted/other, status: {status}, spread: {level}"
        entry += ", objective: [0, 1]}\n" if status == "graded" else "}\n"
        pack = write_pack(tmp_path / str(n), {"submissions/submissions.yaml": entry})
        with pytest.raises(ChallengeError) as caught:
            load_entries(pack)
        assert "spread" in caught.value.message


def test_the_curve_says_where_the_points_lie_and_which_tests_they_come_from() -> None:
    works = [work("strong", 90, 92), work("weak", 20, 22), work("typical", 60, 60)]
    lines = spread.curve(works)
    assert [line.split()[0] for line in lines[1::2]] == ["some/weak", "some/typical", "some/strong"]
    assert "+39.0" in lines[2]
    assert "test_a +30.0, test_b +10.0" in lines[2]
    assert "39.0 times" in lines[2]
    assert "above it nobody was tried: 9.0 points" in lines[-1]


def test_the_schema_for_editors_knows_the_levels(tmp_path: Path) -> None:
    from grader.cli import challenge

    printed = CliRunner().invoke(challenge.command, ["schema", "submissions"]).output
    field = json.loads(printed)["$defs"]["ShippedSubmission"]["properties"]["spread"]
    assert set(field["enum"]) >= {"weak", "typical", "strong", "cheat"}
