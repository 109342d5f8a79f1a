"""Labelling at the terminal: blind, saved at once, resumable; and files of ratings from elsewhere."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.challenge import Challenge, load_pack
from grader.cli import calibrate as calibrate_command
from grader.cli import judge as judge_command
from grader.cli import label as label_command
from grader.errors import ChallengeError, UsageError
from grader.judge import record
from grader.ratings import labelling as labels
from grader.ratings.items import load_items
from grader.testing import judge_server, packs
from grader.testing.judge_server import running

NAME = "failure-modes"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = packs.write_pack(tmp_path / "tiny")
    packs.write_items(made, 10)
    (made / "calibration" / "ratings.csv").unlink()
    return made


@pytest.fixture
def pack(root: Path) -> Challenge:
    return load_pack(root)


def label(root: Path, typed: str = "", *options: str) -> Result:
    return CliRunner().invoke(label_command.command, [str(root), *options], input=typed)


def ratings(root: Path, name: str = "ratings.csv") -> list[dict[str, str]]:
    with (root / "calibration" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_level_is_saved_at_once_with_its_note_and_time_and_the_rest_waits(root: Path) -> None:
    result = label(root, "4\ntwo modes, no example\nq\n", "--rater", "ada")
    assert result.exit_code == 0, result.output
    (row,) = ratings(root)
    assert (row["rater"], row["level"], row["criterion"], row["kind"]) == ("ada", "4", NAME, "human")
    assert row["note"] == "two modes, no example"
    assert re.match(r"20\d\d-\d\d-\d\dT", row["rated_at"])
    assert len(labels.sheet(load_pack(root), "ada").waiting) == 9


def test_a_rater_goes_on_where_they_stopped_until_all_is_rated(root: Path) -> None:
    label(root, "3\n\n" * 4 + "q\n", "--rater", "ada")
    assert "1 of 10" not in label(root, "3\n\n" * 6, "--rater", "ada").output
    assert len({row["item"] for row in ratings(root)}) == 10
    assert "has rated all 10" in label(root, "", "--rater", "ada").output


def test_a_rater_sees_neither_other_levels_nor_what_an_item_was_written_to(root: Path) -> None:
    label(root, "5\nI am sure\n" * 10, "--rater", "ada")
    shown = label(root, "q\n", "--rater", "ben").output
    for secret in ("ada", "I am sure", "written", "authored", "item-0"):
        assert secret not in shown


def order(root: Path) -> list[str]:
    return [item.id for item in labels.sheet(load_pack(root), "ada").waiting]


def test_a_rater_goes_back_to_the_last_item_and_what_was_said_first_is_kept(root: Path) -> None:
    first, second, third, *_ = order(root)
    result = label(root, "4\ntoo fast\n2\n\nb\n3\nread again\n5\n\nq\n", "--rater", "ada")
    assert "You said 2. s leaves it so." in result.output
    rows = ratings(root)
    assert [(row["item"], row["level"], row["note"]) for row in rows] == [
        (first, "4", "too fast"), (second, "3", "read again"), (third, "5", ""),
    ]  # fmt: skip
    assert re.fullmatch(r"2 \(20\d\d-\S+\)", rows[1]["before"])
    label(root, "b 1\n1\n\nb 1\n2\nonce more\nq\n", "--rater", "ada")
    (changed, *_) = ratings(root)
    assert (changed["level"], changed["note"]) == ("2", "once more")
    assert re.fullmatch(r"4 \(20\S+: too fast\); 1 \(20\S+\)", changed["before"])
    assert label(root, "", "--export", "-").output.count("too fast") == 1


def test_the_way_goes_on_where_it_was_left(root: Path) -> None:
    waiting = order(root)
    label(root, "4\n\n4\n\ns\nb 1\ns\n5\n\nq\n", "--rater", "ada")
    assert {row["item"]: row["level"] for row in ratings(root)} == {waiting[0]: "4", waiting[1]: "4", waiting[3]: "5"}


def test_there_is_a_way_back_from_the_last_item_and_after_the_end(root: Path) -> None:
    label(root, "4\n\n" * 10 + "b\n5\n\n\n", "--rater", "ada")
    assert [row["level"] for row in ratings(root)] == ["4"] * 9 + ["5"]
    result = label(root, "b 3\n1\n\n\n", "--rater", "ada")
    assert "has rated all 10" in result.output
    assert [row["level"] for row in ratings(root)] == ["4", "4", "1", *["4"] * 6, "5"]


@pytest.mark.parametrize(("typed", "says"), [("b", "This is the first one."), ("b 2", "This is the first one.")])
def test_there_is_nothing_before_the_first_item(typed: str, says: str, root: Path) -> None:
    assert says in label(root, f"{typed}\nq\n", "--rater", "ada").output


def test_a_place_that_is_none_is_said(root: Path) -> None:
    said = label(root, "4\n\nb 2\nb x\nb 1 1\nq\n", "--rater", "ada").output
    assert said.count("b, or b and a number from 1 to 1.") == 3


def test_the_same_level_again_changes_nothing(root: Path) -> None:
    label(root, "4\nwhy\nb\n4\nq\n", "--rater", "ada")
    (row,) = ratings(root)
    assert (row["level"], row["note"], row["before"]) == ("4", "why", "")


def test_what_one_person_changes_leaves_everybody_elses_rows_as_they_were(root: Path) -> None:
    label(root, "3\nmine\n3\n\nq\n", "--rater", "ben")
    theirs = ratings(root)
    label(root, "4\n\nb\n5\n\nq\n", "--rater", "ada")
    assert ratings(root)[:2] == theirs


def test_a_file_without_the_column_gets_it_with_the_first_change(root: Path, pack: Challenge) -> None:
    item = load_items(pack)[0]
    path = root / "calibration" / "ratings.csv"
    path.write_text(f"item;criterion;rater;level;team\n{item.id};{NAME};ada;3;red\n", encoding="utf-8")
    labels.change(path, item, "ada", 4)
    assert path.read_text().splitlines()[0].startswith("item;criterion;rater;level;team;")
    with path.open(newline="") as file:
        (row,) = csv.DictReader(file, delimiter=";")
    assert (row["level"], row["team"], row["before"]) == ("4", "red", "3")


def test_a_level_that_stands_in_a_calibration_is_not_changed_any_more(root: Path) -> None:
    label(root, "4\n\n" * 10, "--rater", "ada")
    for made_at, level in (("2020-01-01T00:00:00+00:00", "1"), ("2990-01-01T00:00:00", "1")):
        record.save(root, record.Calibration(id="", made_at=made_at, labels_from="ratings.csv", criteria={}))
        said = label(root, f"b\n{level}\n\nb\n2\n\n\n", "--rater", "ada").output
        assert ("Left at 2: it stands in the calibration of 2990-01-01" in said) == made_at.startswith("2990")
        assert ratings(root)[-1]["level"] == "2"
    path = root / "calibration" / "ratings.csv"
    path.write_text(re.sub(r"20\d\d-[^,;) ]+(?=,human)", "", path.read_text()))
    assert "Left at 4" in label(root, "b 1\n1\n\n", "--rater", "ada").output


def test_a_change_of_what_nobody_said_is_refused(root: Path) -> None:
    label(root, "4\n\nq\n", "--rater", "ada")
    item = load_items(load_pack(root))[0]
    with pytest.raises(UsageError, match="ben has not rated"):
        labels.change(root / "calibration" / "ratings.csv", item, "ben", 3)


def test_the_anchors_and_the_text_are_shown(root: Path) -> None:
    shown = label(root, "q\n", "--rater", "ben").output
    assert "Names three, and gives one an example that could be run." in shown
    assert "# Decisions" in shown


def test_a_level_that_is_none_is_asked_for_again(root: Path) -> None:
    result = label(root, "9\n٣\n-1\n\n?\n2\n\nq\n", "--rater", "ada")
    assert result.output.count("That is none of 1, 2, 3, 4, 5.") == 4
    assert [row["level"] for row in ratings(root)] == ["2"]


def test_a_skipped_item_comes_again(root: Path) -> None:
    label(root, "s\nq\n", "--rater", "ada")
    assert len(labels.sheet(load_pack(root), "ada").waiting) == 10


def test_two_raters_get_the_items_in_orders_of_their_own(pack: Challenge) -> None:
    first, second = ([item.id for item in labels.sheet(pack, name).waiting] for name in ("ada", "ben"))
    assert sorted(first) == sorted(second)
    assert first != second


def test_development_labels_are_kept_in_a_file_of_their_own(root: Path) -> None:
    path = root / "calibration" / "items.yaml"
    path.write_text(path.read_text().replace("written_to: 3}", "written_to: 3, development: true}"))
    label(root, "3\n\n" * 2, "--rater", "ada", "--development")
    assert {row["kind"] for row in ratings(root, "development.csv")} == {"development"}
    assert not (root / "calibration" / "ratings.csv").exists()
    assert len(labels.sheet(load_pack(root), "ada").waiting) == 8


def test_text_that_would_move_the_cursor_is_shown_as_text(root: Path) -> None:
    for file in (root / "calibration" / "items").rglob("*.md"):
        file.write_text(file.read_text() + "\x1b[2J\x1b]0;owned\x07\n")
    assert "\x1b" not in label(root, "q\n", "--rater", "ada").output


def test_a_note_cannot_become_a_formula(root: Path) -> None:
    label(root, '4\n=HYPERLINK("x")\nq\n', "--rater", "ada")
    assert ratings(root)[0]["note"].startswith("'=")


@pytest.mark.parametrize("name", ["", "=cmd", "a,b", "x" * 80, "a\nb"])
def test_a_name_that_cannot_stand_in_the_file_is_refused(name: str, pack: Challenge) -> None:
    with pytest.raises(UsageError, match="no name for a rater"):
        labels.sheet(pack, name)


def test_ratings_from_elsewhere_are_added_once_and_come_out_again(root: Path, pack: Challenge, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"item,criterion,rater,level,note\nitem-001,{NAME},cy,2,short\nitem-002,{NAME},cy,3,\n")
    assert labels.take_in(pack, source) == (2, 0)
    assert labels.take_in(pack, source) == (0, 2)
    assert [(row["item"], row["level"], row["note"]) for row in ratings(root)] == [
        ("item-001", "2", "short"),
        ("item-002", "3", ""),
    ]
    exported = tmp_path / "out.csv"
    assert label(root, "", "--export", str(exported)).exit_code == 0
    assert list(csv.DictReader(exported.read_text().splitlines())) == ratings(root)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (f"item-001,{NAME},cy,9", "line 3"),
        (f"item-999,{NAME},cy,2", "line 3: items.yaml has no item 'item-999'"),
        ("item-001,nope,cy,2", "line 3"),
        (f"item-002,{NAME},cy,4", "line 3: cy has already rated item-002 3"),
    ],
)
def test_nothing_is_added_when_a_line_is_wrong_and_the_line_is_named(
    row: str, says: str, root: Path, pack: Challenge, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"item,criterion,rater,level\nitem-002,{NAME},cy,3\n")
    labels.take_in(pack, source)
    source.write_text(f"item,criterion,rater,level\nitem-003,{NAME},cy,3\n{row}\n")
    with pytest.raises(UsageError, match=re.escape(says)):
        labels.take_in(pack, source)
    assert len(ratings(root)) == 1


# ------------------------------------------------------------------------------------------- work for several criteria


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """A pack of two criteria, and three pieces of work: for both by name, for what its files show, and for one."""
    made = packs.write_pack(tmp_path / "tiny", criteria=(packs.DOCUMENT_CRITERION, packs.CODE_CRITERION))
    packs.write_items(made, 1)
    folder = made / "calibration"
    for name in ("both", "whole"):
        (folder / "items" / name).mkdir()
        (folder / "items" / name / "DECISIONS.md").write_text(packs.answer(1, 3))
        (folder / "items" / name / "work.py").write_text("def work():\n    return 1\n")
    (folder / "items" / "prose").mkdir()
    (folder / "items" / "prose" / "DECISIONS.md").write_text(packs.answer(2, 3))
    (folder / "items.yaml").write_text(
        f"schema: 1\nitems:\n  - {{id: both, criteria: [error-handling, {NAME}]}}\n"
        "  - {id: whole}\n  - {id: prose}\n"
    )
    (folder / "ratings.csv").unlink()
    return made


def test_work_is_an_item_for_each_criterion_that_it_names_or_can_show(several: Path) -> None:
    found = [(item.id, item.criterion, sorted(item.content)) for item in load_items(load_pack(several))]
    assert found == [
        ("both", "error-handling", ["work.py"]),
        ("both", NAME, ["DECISIONS.md"]),
        ("whole", NAME, ["DECISIONS.md"]),
        ("whole", "error-handling", ["work.py"]),
        ("prose", NAME, ["DECISIONS.md"]),
    ]


def test_each_criterion_of_a_piece_of_work_is_rated_by_itself(several: Path, tmp_path: Path) -> None:
    assert label(several, "2\n\n" * 5, "--rater", "ada").exit_code == 0
    assert len({(row["item"], row["criterion"]) for row in ratings(several)}) == len(ratings(several)) == 5
    source = tmp_path / "in.csv"
    source.write_text(f"item,criterion,rater,level\nboth,{NAME},cy,3\nboth,error-handling,cy,4\n")
    assert labels.take_in(load_pack(several), source) == (2, 0)
    assert labels.take_in(load_pack(several), source) == (0, 2)
    source.write_text("item,criterion,rater,level\nprose,error-handling,cy,3\n")
    with pytest.raises(UsageError, match="the item prose is for the criterion failure-modes, not error-handling"):
        labels.take_in(load_pack(several), source)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (f"{{id: both, criterion: {NAME}, criteria: [error-handling]}}", "both `criterion` and `criteria`"),
        (f"{{id: both, criteria: [{NAME}, nope]}}", "the rubric has no criterion 'nope'"),
        (f"{{id: prose, criteria: [{NAME}, error-handling]}}", "no file that is evidence for error-handling"),
        ("{id: both, written_to: 3}", "written_to is a level of one criterion"),
        ("{id: both, written_between: [2, 3]}", "written_between is a range of one criterion"),
        (f"{{id: both, criterion: {NAME}, written_to: 2, written_between: [2, 3]}}", "keep one"),
        (f"{{id: both, criterion: {NAME}, written_between: [3, 2]}}", "give the lower, then the higher"),
        (f"{{id: both, criterion: {NAME}, written_between: [3]}}", "give the lower, then the higher"),
        (f"{{id: both, criterion: {NAME}, written_between: [0, 2]}}", "give the lower, then the higher"),
    ],
)
def test_what_a_piece_of_work_is_for_is_held_against_its_files(several: Path, entry: str, says: str) -> None:
    (several / "calibration" / "items.yaml").write_text(f"schema: 1\nitems:\n  - {entry}\n")
    with pytest.raises(ChallengeError, match=re.escape(says)):
        load_items(load_pack(several))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (f"- id: bth\n    criterion: {NAME}", ["3: there is no folder items/bth; did you mean 'both'?"]),
        ("- id: both\n    criterion: failure-mode",
         [f"4: the rubric has no criterion 'failure-mode'; did you mean '{NAME}'?"]),
        ("- id: bth\n    criterium: x\n    criteria: [error-handlin]",
         ["4: bth: unknown key 'criterium'. Did you mean 'criteria'?",
          "5: the rubric has no criterion 'error-handlin'; did you mean 'error-handling'?",
          "3: there is no folder items/bth; did you mean 'both'?"]),
        (f"- id: prose\n    criterion: {NAME}\n    files: [DECISION.md]",
         ["3: items/prose/DECISION.md is not a file there; did you mean 'DECISIONS.md'?"]),
        ("- id: zzz", ["3: there is no folder items/zzz."]),
        ("- both", ["3: item 1: keys and values are wanted"]),
        ("- id: prose\n    files: DECISIONS.md", ['4: prose: files: a list is wanted; write ["DECISIONS.md"]']),
        (f"- id: prose\n    criterion: {NAME}\n  - id: prose", ["5: the item 'prose' stands twice (first in line 3)."]),
    ],
)  # fmt: skip
def test_names_in_an_entry_are_told_with_line_and_nearest_beside_wrong_keys(
    several: Path, entry: str, said: list[str]
) -> None:
    (several / "calibration" / "items.yaml").write_text(f"schema: 1\nitems:\n  {entry}\n")
    with pytest.raises(ChallengeError) as caught:
        load_items(load_pack(several))
    assert [line.partition("items.yaml:")[2] for line in caught.value.message.splitlines()] == said


def test_what_is_wrong_with_the_file_of_items_is_said_beside_its_entries(several: Path) -> None:
    (several / "calibration" / "items.yaml").write_text("schema: 2\ntitel: x\nitems:\n  - id: bth\n")
    with pytest.raises(ChallengeError) as caught:
        load_items(load_pack(several))
    said = [line.partition("items.yaml:")[2].partition(":")[0] for line in caught.value.message.splitlines()]
    assert sorted(said) == ["1", "2", "4"]
    (several / "calibration" / "items.yaml").write_text("schema: 1\nitems: both\n")
    with pytest.raises(ChallengeError, match="yaml:2: items: "):
        load_items(load_pack(several))


# ------------------------------------------------------------------------------------------------ the other commands


@pytest.fixture
def labelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = packs.write_pack(tmp_path / "tiny")
    packs.write_items(made, 60, disagreement=0.05)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "DECISIONS.md").write_text(packs.answer(3, 4))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GRADER_JUDGE_MODEL", "m")
    monkeypatch.chdir(tmp_path)
    return made


@pytest.mark.slow
def test_calibrate_then_judge_from_the_command_line(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = CliRunner()
    with running(judge_server.make("oracle", pack=labelled)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        planned = runner.invoke(calibrate_command.command, [str(labelled), "--dry-run"])
        assert "60 labelled items, 240 questions" in planned.output
        assert server.requests == []
        made = runner.invoke(calibrate_command.command, [str(labelled), "--json"])
        assert made.exit_code == 0, made.output
        assert json.loads(made.stdout)["criteria"][NAME]["verdict"] == "ACCEPT"
        assert record.path_of(labelled).is_file()
        assert (labelled / "calibration" / "calibration.html").is_file()
        judged = runner.invoke(judge_command.command, ["work", "--challenge", str(labelled), "--json"])
    assert json.loads(judged.stdout)["criteria"][0]["accepted"] is True


def test_a_dry_run_prints_the_exact_prompt_and_makes_no_call(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    shown = CliRunner().invoke(judge_command.command, ["work", "--challenge", str(labelled), "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "Names three, and gives one an example that could be run." in shown.output
    assert "3| What we looked at in case" in shown.output
    assert re.search(r"about \d[\d,]* prompt tokens \(estimated\)\. No call was made\.", shown.output)


# ------------------------------------------------------------------------------------------------ files of spreadsheets


@pytest.mark.parametrize(
    "header",
    ["item,criterion,rater,level,note", "Item,Criterion,Rater,Level,Note", "item, criterion ,rater,level, note"],
)
@pytest.mark.parametrize("rater", ["ana", "@ana", "'@ana", "-x"])
def test_a_note_and_a_name_come_in_once_whatever_the_header_looks_like(
    header: str, rater: str, root: Path, pack: Challenge, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"{header}\nitem-001,{NAME},{rater},4,= three\n")
    assert labels.take_in(pack, source) == (1, 0)
    assert labels.take_in(pack, source) == (0, 1)
    (row,) = labels.rows_of(labels.path_of(pack))
    assert (row["rater"], row["note"]) == (rater.removeprefix("'"), "= three")
    exported = tmp_path / "out.csv"
    exported.write_text(labels.export(pack))
    assert labels.take_in(pack, exported) == (0, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_packs_own_file_from_a_spreadsheet_is_read_and_gone_on_with(
    encoding: str, separator: str, root: Path, pack: Challenge
) -> None:
    path = labels.path_of(pack)
    rows = [["Item", "Criterion", "Rater", "Level"], ["item-001", NAME, "ben", "2"]]
    path.write_text("\r\n".join(separator.join(row) for row in rows), encoding=encoding)
    label(root, "4\nthe note\nq\n", "--rater", "ana")
    before, new = labels.rows_of(path)
    assert (before["rater"], before["level"]) == ("ben", "2")
    assert (new["rater"], new["level"], new["note"]) == ("ana", "4", "the note")


def test_a_rater_who_is_typed_in_two_ways_is_refused_before_the_file_is_spoilt(
    root: Path, pack: Challenge, tmp_path: Path
) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"item,criterion,rater,level\nitem-001,{NAME},Ana,4\n")
    labels.take_in(pack, source)
    source.write_text(f"item,criterion,rater,level\nitem-002,{NAME},ana,4\n")
    with pytest.raises(UsageError, match="line 2: 'ana' is written 'Ana' there"):
        labels.take_in(pack, source)
