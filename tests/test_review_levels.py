"""What one person says, what is missing in it, and how the levels of several become one. Pure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.ratings import places, sheet
from grader.ratings.file import read_sheet
from grader.ratings.places import Work
from grader.ratings.sheet import Said, Sheet, complete, gaps
from grader.records import CriterionResult
from grader.review.combine import combine
from grader.review.grade import with_people
from grader.review.visible import Side, SideBySide
from tests.report_fixtures import rubric

CRITERIA = rubric().criteria
WORK = Work.of(
    {"EVAL.md": b"# Eval\n\nWe measured nine of\nforty by hand.\n", "src/a.py": b"x = 1\n", "b.bin": b"\xff"}
)

# ------------------------------------------------------------------------------------------------ levels


@pytest.mark.parametrize(
    ("levels", "level", "how", "gap"),
    [
        ([3, 3], 3, "median", 0),
        ([3, 4], 4, "median", 1),  # rounded half up, as labels of the gate are
        ([1, 2], 2, "median", 1),
        ([2, 4], None, "open", 2),
        ([1, 5], None, "open", 4),
        ([2, 4, 4], 4, "median", 2),
        ([1, 3, 5], 3, "median", 4),
        ([1, 3, 3, 5], 3, "median", 4),
        ([1, 2, 4, 5], None, "open", 4),
        ([3], None, "open", 0),
        ([], None, "open", 0),
    ],
)
def test_levels_become_their_median_or_stay_open(levels: list[int], level: int | None, how: str, gap: int) -> None:
    found = combine(levels)
    assert (found.level, found.how, found.gap) == (level, how, gap)
    assert combine(levels[::-1]) == found


@given(st.lists(st.integers(1, 5), max_size=7), st.one_of(st.none(), st.integers(1, 5)))
def test_an_adjudicated_level_stands_whatever_the_others_are(levels: list[int], level: int | None) -> None:
    found = combine(levels, adjudicated=level, settled=True, why="so")
    assert (found.level, found.how) == (level, "adjudicated")


@given(st.lists(st.integers(1, 5), min_size=2, max_size=7))
def test_a_level_lies_among_those_that_were_given(levels: list[int]) -> None:
    found = combine(levels)
    assert found.level is None or min(levels) <= found.level <= max(levels)


def side(*levels: int | None, **more: object) -> SideBySide:
    sides = tuple(Side(who=f"Reviewer {at}", said=Said(criterion="k", level=level)) for at, level in enumerate(levels))
    given_ = [level for level in levels if level is not None]
    return SideBySide(criterion="k", sides=sides, combined=combine(given_), adjudication=None)


def judged(level: int | None, *, accepted: bool, suggestion: int | None = None) -> CriterionResult:
    return CriterionResult(
        id="k", competency="system_design", weight=1.0, level=level, max_level=5,
        source="none" if level is None else "judge", accepted=accepted, reason="gate", rationale="the judge's",
        suggestion=suggestion, details={"model": "m"},
    )  # fmt: skip


def test_peoples_levels_stand_and_the_judges_is_kept_beside_with_the_difference() -> None:
    found = with_people(judged(5, accepted=True), side(3, 3))
    assert (found.level, found.source, found.accepted, found.rationale) == (3, "human", True, "")
    assert found.details["judge"] == {"level": 5, "accepted": True, "people_less_judge": -2}
    hint = with_people(judged(None, accepted=False, suggestion=2), side(3, 3))
    assert hint.details["judge"] == {"level": 2, "accepted": False, "people_less_judge": 1}
    assert hint.suggestion is None


def test_what_people_leave_open_is_open_though_a_judge_had_a_level() -> None:
    found = with_people(judged(5, accepted=True), side(2, 4))
    assert (found.level, found.source, found.accepted) == (None, "human", False)


def test_where_no_person_could_judge_an_accepted_judges_level_stays() -> None:
    found = with_people(judged(4, accepted=True), side(None, None))
    assert (found.level, found.source, found.accepted) == (4, "judge", True)
    assert found.details["people"]["combined"] == "open"  # type: ignore[index]


# ------------------------------------------------------------------------------------------------ evidence


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("EVAL.md:1", ("EVAL.md", 1, 1)),
        ("EVAL.md:3-4", ("EVAL.md", 3, 4)),
        ("EVAL.md: lines 3–4", ("EVAL.md", 3, 4)),
        ("./src/a.py:1", ("src/a.py", 1, 1)),
        ("a.py:1", ("src/a.py", 1, 1)),
        ("nine of forty", ("EVAL.md", 3, 4)),
        ('"by hand."', ("EVAL.md", 4, 4)),
        ("EVAL.md:5", None),
        ("EVAL.md:0", None),
        ("EVAL.md:4-3", None),
        ("nowhere.md:1", None),
        ("ten of forty", None),
        ("x", None),
        ("", None),
    ],
)
def test_a_place_is_one_that_stands_in_the_work(text: str, where: tuple[str, int, int] | None) -> None:
    found = places.find(text, WORK)
    assert (found and (found.path, found.start_line, found.end_line)) == where


@given(st.text(max_size=40))
def test_no_text_is_taken_for_a_place_that_is_not_there(text: str) -> None:
    found = places.find(text, WORK)
    assert found is None or 1 <= found.start_line <= found.end_line <= len(WORK.files[found.path])


def test_a_quote_as_it_was_shown_without_names_is_found_where_it_stands() -> None:
    named = Work.of({"a.md": b"by Ann Roe, measured\n"})
    assert places.find("by [name], measured", named) is None
    shown = replace(named, shown={"a.md": ("by [name], measured",)})
    assert places.find("by [name], measured", shown) is not None


# ------------------------------------------------------------------------------------------------ sheets


def full(**more: object) -> Sheet:
    return Sheet(said=tuple(Said(criterion=one.id, level=3) for one in CRITERIA))


def missing(said: Said) -> list[str]:
    return [gap.what for gap in gaps(full().having(said), CRITERIA, WORK) if gap.criterion == said.criterion]


def test_a_sheet_is_whole_when_every_criterion_has_a_level_or_a_reason() -> None:
    assert gaps(full(), CRITERIA, WORK) == ()
    assert len(gaps(Sheet(), CRITERIA, WORK)) == len(CRITERIA)
    name = CRITERIA[0].id
    assert missing(Said(criterion=name, cannot_judge="no file")) == []
    assert missing(Said(criterion=name, cannot_judge=" ")) != []
    assert missing(Said(criterion=name, level=3, cannot_judge="no file")) != []
    assert missing(Said(criterion=name, level=6)) != []
    assert [gap.criterion for gap in gaps(full().having(Said(criterion="other", level=3)), CRITERIA, WORK)] == ["other"]


@pytest.mark.parametrize("level", [1, 5])
def test_the_outer_levels_rest_on_lines_of_the_work(level: int) -> None:
    name = CRITERIA[0].id
    assert missing(Said(criterion=name, level=level)) != []
    assert missing(Said(criterion=name, level=level, evidence=("EVAL.md:9",))) != []
    assert missing(Said(criterion=name, level=level, evidence=("EVAL.md:3",))) == []
    assert missing(Said(criterion=name, level=level, note="see EVAL.md:3, which says it")) == []
    assert missing(Said(criterion=name, level=level, note="it says “nine of forty” there")) == []


def test_what_is_handed_in_has_the_places_looked_up_in_the_rubrics_order() -> None:
    name = CRITERIA[1].id
    made = complete(full().having(Said(criterion=name, level=5, evidence=("EVAL.md:3-4",))), CRITERIA, WORK)
    assert [one.criterion for one in made.said] == [one.id for one in CRITERIA]
    assert [(place.start_line, place.quote) for place in made.said[1].found] == [
        (3, "We measured nine of\nforty by hand.")
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=4, max_size=4))
def test_a_sheet_comes_back_as_it_was_written(texts: list[str]) -> None:
    plain = [text.replace("\x00", "") for text in texts]
    said = Said(criterion="k", level=3, note=plain[0], evidence=(plain[1],), cannot_judge=plain[2])
    made = Sheet(said=(said,), lean="no", rationale=plain[3])
    assert sheet.from_data(sheet.to_data(made)) == made


@pytest.mark.parametrize(
    "data",
    [
        {"said": [{"level": 3}]},
        {"said": [{"criterion": "k", "level": "3"}]},
        {"said": [{"criterion": "k", "level": True}]},
        {"lean": "maybe"},
        {"said": 3},
        {"rationale": 3},
        {"rationale": "x" * 30_000},
        {"said": [{"criterion": "k"}, {"criterion": "k"}]},
    ],
)
def test_what_is_no_sheet_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        sheet.from_data(data)


def test_a_table_is_read_with_evidence_lean_and_reasons(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = ["Criterion;Level;Note;Evidence", 'retrieval;5;good;"EVAL.md:3\nEVAL.md:4"', "clarity;;not my field;",
            "*;strong_yes;in all;"]  # fmt: skip
    path.write_text("\n".join(rows))
    read = read_sheet(path, CRITERIA)
    assert read.on("retrieval").evidence == ("EVAL.md:3", "EVAL.md:4")
    assert (read.on("clarity").level, read.on("clarity").cannot_judge) == (None, "not my field")
    assert (read.lean, read.rationale) == ("strong_yes", "in all")
