"""Reading ratings: everything that is wrong with a file is said at once, with its line."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from grader.agreement.labels import Labels, labels_of, levels_by
from grader.errors import UsageError
from grader.ratings.table import Rating, Ratings, read_ratings

HEADER = "item,criterion,rater,level\n"


@pytest.fixture
def read(tmp_path):
    """Reads ratings given as text or bytes."""

    def read_it(content, **options):
        path = tmp_path / "ratings.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_ratings(path, **options)

    return read_it


@pytest.fixture
def refused(read):
    """The message with which ratings are refused."""

    def message(content, **options):
        with pytest.raises(UsageError) as caught:
            read(content, **options)
        return caught.value.message

    return message


def test_a_plain_file_gives_its_ratings_in_order(read):
    found = read(HEADER + "a1,depth,ada,4\na1,depth,ben,3\na2,style,ada,1\n")
    assert [(row.item, row.criterion, row.rater, row.level, row.line) for row in found.rows] == [
        ("a1", "depth", "ada", 4, 2),
        ("a1", "depth", "ben", 3, 3),
        ("a2", "style", "ada", 1, 4),
    ]
    assert found.criteria == ("depth", "style")
    assert found.raters == ("ada", "ben")
    assert found.levels == {"depth": (1, 2, 3, 4, 5), "style": (1, 2, 3, 4, 5)}
    assert {(row.kind, row.role, row.rated_at) for row in found.rows} == {("human", "rater", None)}


def test_columns_come_in_any_order_and_others_are_ignored(read):
    found = read(" Level ,Rater,note,Criterion,Item\n 4 ,ada,hm,depth,a1\n")
    assert (found.rows[0].item, found.rows[0].level) == ("a1", 4)


def test_a_byte_order_mark_windows_line_ends_quotes_and_blank_lines_are_fine(read):
    found = read(b'\xef\xbb\xbfitem,criterion,rater,level\r\n"a,1",depth,"ad\r\na",4\r\n\r\n,,,\r\na2,depth,ben,3\r\n')
    assert [(row.item, row.rater, row.line) for row in found.rows] == [("a,1", "ad\r\na", 2), ("a2", "ben", 6)]


def test_optional_columns_are_read(read):
    found = read(
        "item,criterion,rater,level,rated_at,candidate,kind,role\n"
        "a1,depth,ada,4,2025-03-31,c1,Human,adjudicator\n"
        "a1,depth,gpt,4,2025-03-31T14:05:00+02:00,,model,judge\n"
        "a2,depth,ada,2,2025-03-31T14:05:00Z,,,\n"
    )
    first, second, third = found.rows
    assert (first.kind, first.role, first.candidate) == ("human", "adjudicator", "c1")
    assert first.rated_at == datetime(2025, 3, 31, tzinfo=UTC)
    assert (second.kind, second.role, second.rated_at) == ("model", "judge", datetime(2025, 3, 31, 12, 5, tzinfo=UTC))
    assert second.candidate == "c1", "one row that names an item's candidate is enough"
    assert third.candidate == "a2", "an item without a candidate stands for itself"
    assert third.rated_at == datetime(2025, 3, 31, 14, 5, tzinfo=UTC)


def test_levels_may_be_given_by_criterion(read, refused):
    text = HEADER + "a1,depth,ada,4\na1,style,ada,0\n"
    found = read(text, levels={"depth": range(1, 6), "style": (0, 1)})
    assert found.levels == {"depth": (1, 2, 3, 4, 5), "style": (0, 1)}
    assert "line 3: level 0 is not between 1 and 5" in refused(text)
    assert "line 3: criterion 'style' is not in the rubric; did you mean 'styles'?" in (
        refused(text, levels={"depth": range(1, 6), "styles": (0, 1)})
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a1,depth,ada,6", "level 6 is not between 1 and 5"),
        ("a1,depth,ada,0", "level 0 is not between 1 and 5"),
        ("a1,depth,ada,3.0", "level '3.0' is not an integer"),
        ("a1,depth,ada,four", "level 'four' is not an integer"),
        ("a1,depth,ada,٣", "level '٣' is not an integer"),
        ("a1,depth,ada,1_0", "level '1_0' is not an integer"),
        ("a1,depth,ada,", "level is blank"),
        (",depth,ada,3", "item is blank"),
        ("a1, ,ada,3", "criterion is blank"),
        ("a1,depth,,3", "rater is blank"),
        ("a1,depth,ada", "3 cells where the header has 4"),
        ("a1,depth,ada,3,4", "5 cells where the header has 4"),
    ],
)
def test_a_bad_row_is_named_by_its_line(refused, row, fault):
    assert f"line 3: {fault}" in refused(HEADER + f"a0,depth,ada,3\n{row}\n")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("31.03.2025,,", "rated_at '31.03.2025' is not a date"),
        ("2025-02-30,,", "rated_at '2025-02-30' is not a date"),
        (",robot,", "kind 'robot' is none of human, authored, model, development"),
        (",,boss", "role 'boss' is none of rater, adjudicator, judge"),
    ],
)
def test_a_bad_optional_cell_is_named_by_its_line(refused, row, fault):
    assert f"line 2: {fault}" in refused(f"item,criterion,rater,level,rated_at,kind,role\na1,depth,ada,3,{row}\n")


def test_a_second_rating_of_the_same_item_names_both_lines(refused):
    message = refused(HEADER + "a1,depth,ada,3\na1,style,ada,3\na1,depth,ben,3\na1,depth,ada,3\n")
    assert "line 5: 'ada' has rated item 'a1' for 'depth' on line 2 already" in message
    assert "1 fault in" in message


def test_an_item_of_two_candidates_is_a_fault(refused):
    header = "item,criterion,rater,level,candidate\n"
    message = refused(header + "a1,depth,ada,3,\na1,depth,ben,3,c1\na1,depth,cy,3,c2\n")
    assert "line 4: item 'a1' is by 'c2' here and 'c1' on line 3" in message


def test_one_person_typed_in_two_ways_does_not_become_two_people(refused):
    message = refused(HEADER + "a1,depth,Ada,3\na1,depth,ada,3\na2,Depth,Ada,3\n")
    assert "line 3: rater 'ada' and 'Ada' differ only in how they are typed" in message
    assert "line 4: criterion 'Depth' and 'depth' differ only in how they are typed" in message


def test_all_faults_are_told_at_once_up_to_twenty(refused):
    message = refused(HEADER + "".join(f"a{n},depth,ada,9\n" for n in range(25)))
    assert message.count("is not between") == 20
    assert "25 faults" in message
    assert "and 5 more" in message


def test_several_faults_of_one_row_are_all_told(refused):
    message = refused(HEADER + ",depth,,9\n")
    assert "line 2: item is blank" in message
    assert "line 2: rater is blank" in message
    assert "line 2: level 9" in message


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "the file is empty"),
        (HEADER, "a header and no ratings"),
        ("item,criterion,rater\na1,depth,ada\n", "line 1: no column 'level'"),
        ("item|criterion|rater|level\n", "no column 'item'"),
        ("item,criterion,rater,level,level\n", "column 'level' appears twice"),
        (HEADER.encode() + b"a1,depth,J\xfcrgen,3\n", "line 2: not UTF-8"),
        (HEADER.encode("utf-16") + b"x", "damaged UTF-16"),
        (HEADER + 'a1,depth,"ada,3\n', "line 2: not CSV"),
        (HEADER + 'a1,depth,"ada"x,3\n', "line 2: not CSV"),
        (HEADER + f"a1,depth,{'x' * 200_000},3\n", "line 2: not CSV: field larger"),
    ],
)
def test_a_file_that_is_not_ratings_is_refused(refused, content, fault):
    assert fault in refused(content)


def test_a_header_that_lacks_columns_is_shown(refused):
    message = refused("item,score\na1,3\n")
    assert "no column 'criterion'" in message
    assert "no column 'rater'" in message
    assert "the header is: item, score" in message


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_ratings(tmp_path / "missing.csv")
    with pytest.raises(UsageError, match="cannot be read"):
        read_ratings(tmp_path)


def test_hostile_names_reach_no_terminal(refused):
    message = refused(HEADER + "a1,depth,\x1b[31mada\x1b[0m,3\na1,depth,\x1b[31mada\x1b[0m,4\n\x1b]0;x\x07,depth,b,9\n")
    assert "\x1b" not in message
    assert "\\x1b[31mada" in message


def test_reading_ratings_does_not_import_numpy():
    code = "import sys, grader.ratings.table, grader.agreement.labels, grader.agreement.thresholds; "
    code += "import grader.cli.agreement; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_package_offers_its_names_when_asked():
    import grader.agreement as package

    assert package.levels_by is levels_by
    for names in package._HOME.values():
        assert all(getattr(package, name).__name__ == name for name in names)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018 - the look-up is what is tested


def rows(*cells):
    """Ratings of one criterion from (item, rater, level, and what differs)."""
    made = [
        Rating(item=item, criterion="depth", rater=rater, level=level, **other) for item, rater, level, other in cells
    ]
    return Ratings(rows=tuple(made), levels={"depth": (1, 2, 3, 4, 5)})


def test_only_people_speak_for_people():
    ratings = rows(
        ("a1", "ada", 4, {}),
        ("a1", "ben", 3, {}),
        ("a1", "writer", 5, {"kind": "authored"}),
        ("a1", "claude", 4, {"kind": "model"}),
        ("a1", "gpt-b", 4, {"role": "judge"}),
        ("a1", "gpt-a", 2, {}),
    )
    found = labels_of(ratings, "depth", judge="gpt-a")
    assert found.people == {"ada": {"a1": 4}, "ben": {"a1": 3}}
    assert found.left_out == {"authored": 1, "model": 2}
    assert found.adjudicated == {}
    assert levels_by(ratings, "depth", "gpt-a") == {"a1": (2,)}


def test_an_item_that_shaped_the_prompt_is_left_out_whole():
    ratings = rows(
        ("a1", "ada", 4, {"kind": "development"}),
        ("a1", "ben", 3, {}),
        ("a2", "ada", 4, {}),
        ("a3", "gpt", 4, {"kind": "development"}),
        ("a3", "ada", 4, {"role": "adjudicator"}),
    )
    found = labels_of(ratings, "depth", judge="gpt")
    assert found.people == {"ada": {"a2": 4}}
    assert found.adjudicated == {}
    assert found.left_out == {"development": 3}


def test_an_adjudicator_settles_items_and_is_not_one_of_the_people():
    ratings = rows(("a1", "ada", 4, {}), ("a1", "ben", 3, {}), ("a1", "cy", 2, {}), ("a2", "cy", 5, {}))
    assert labels_of(ratings, "depth").people.keys() == {"ada", "ben", "cy"}
    found = labels_of(ratings, "depth", adjudicator="cy")
    assert found.people.keys() == {"ada", "ben"}
    assert found.adjudicated == {"a1": 2, "a2": 5}


def test_the_role_makes_an_adjudicator_too_but_never_an_authored_level():
    ratings = rows(
        ("a1", "ada", 4, {"role": "adjudicator"}),
        ("a1", "ben", 5, {"role": "adjudicator"}),
        ("a2", "writer", 5, {"role": "adjudicator", "kind": "authored"}),
    )
    assert labels_of(ratings, "depth").adjudicated == {"a1": 5}


def test_labels_of_another_criterion_stay_away():
    ratings = Ratings(
        rows=(
            Rating(item="a1", criterion="depth", rater="ada", level=4),
            Rating(item="a1", criterion="style", rater="ben", level=2),
        ),
        levels={"depth": (1, 2, 3, 4, 5), "style": (1, 2)},
    )
    assert labels_of(ratings, "style").people == {"ben": {"a1": 2}}
    assert labels_of(ratings, "style").levels == (1, 2)
    assert levels_by(ratings, "style", "ada") == {}


@pytest.mark.parametrize("levels", [(), (1,), (1, 3), (2, 1), (1, 1, 2)])
def test_levels_must_be_consecutive(levels):
    with pytest.raises(ValueError, match="consecutive"):
        Labels(criterion="depth", levels=levels, people={})


def test_a_label_off_the_scale_is_an_error():
    with pytest.raises(ValueError, match=r"\[7\]"):
        Labels(criterion="depth", levels=(1, 2, 3), people={"ada": {"a1": 7}})
    with pytest.raises(ValueError, match=r"\[0\]"):
        Labels(criterion="depth", levels=(1, 2, 3), people={}, adjudicated={"a1": 0})
