"""Sheets for a talk about the work: drawn from the candidate's own functions, run against the hidden tests, and with
nothing on the candidate's page that is the interviewer's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import aside
from grader.cli.follow_up import command
from grader.errors import UsageError
from grader.follow_up import sheets
from grader.follow_up.changes import Change, draw
from grader.follow_up.seen import Lost, Seen, chosen
from grader.loop.kit_page import as_page
from grader.loop.kits import Held, find_kit, held
from tests.shell import run_here
from tests.small_packs import write_files, write_pack

WORK = b"""\
import helper


def late(days, limit):
    if days > limit:
        return "late"
    return "in time"


def total(rows):
    left = 0
    for row in rows:
        if row is None:
            continue
        left += row
    return left


def note():
    return "given"
"""
HELPER = b"def share(part, whole):\n    if whole == 0:\n        return 0.0\n    return part / whole\n"
UNUSED = b"def never(a, b):\n    if a > b:\n        return a\n    return b\n"


def changes(count: int = 40, seed: int = 1, given: dict[str, bytes] | None = None, work: bytes = WORK) -> list[Change]:
    return draw({"work.py": work, "helper.py": HELPER, "other.py": UNUSED}, ["work.py"], given or {}, count, seed)


def test_changes_are_of_functions_that_the_interface_leads_to_each_of_a_line_of_its_own() -> None:
    found = changes()
    assert {(one.path, one.function) for one in found} == {
        ("work.py", "late"),
        ("work.py", "total"),
        ("helper.py", "share"),
    }
    assert len({(one.path, one.line) for one in found}) == len(found)
    assert {one.function for one in changes(count=3)} == {"late", "total", "share"}


def test_a_change_shows_the_function_as_it_is_and_with_the_one_thing_that_differs() -> None:
    for one in changes():
        whole = {"work.py": WORK, "helper.py": HELPER}[one.path].decode().splitlines()
        assert list(one.own) == whole[one.first - 1 : one.first - 1 + len(one.own)]
        assert list(one.changed) == one.source.decode().splitlines()[one.first - 1 : one.first - 1 + len(one.changed)]
        differing = [n for n, (a, b) in enumerate(zip(one.own, one.changed, strict=True), one.first) if a != b]
        assert differing == [one.line]


def test_what_the_starter_gave_is_nobodys_own_work() -> None:
    assert {one.function for one in changes(given={"work.py": WORK})} == {"share"}


def test_the_same_seed_draws_the_same_and_another_another() -> None:
    assert changes(seed=5) == changes(seed=5)
    assert len({tuple(one.line for one in changes(count=2, seed=seed)) for seed in range(20)}) > 1


@pytest.mark.parametrize(
    "work",
    [
        b"\xff\xfe\x00",
        b"def f(:\n",
        b"x = " + b"(" * 5_000 + b")" * 5_000,
        b"f" * 500_000,
        b"def f():\n  return\x00 1\n",
    ],
    ids=["no-text", "no-python", "deep", "long", "null"],
)
def test_source_that_cannot_be_read_gives_no_change_and_ends_nothing(work: bytes) -> None:
    assert aside.run(aside.SECONDS, draw, {"work.py": work}, ["work.py"], {}, 9, 1) == []


def test_a_long_file_is_drawn_from_within_the_budget_of_a_page() -> None:
    one = "class C{n}:\n    def late(self, days):\n        if days > {n}:\n            return 1\n        return 0\n\n\n"
    work = "".join(one.format(n=n) for n in range(3_000)).encode()
    found = aside.run(aside.SECONDS, draw, {"work.py": work}, ["work.py"], {}, 9, 1)
    assert len({one.first for one in found}) == 9
    for change in found:
        compile(change.source, "work.py", "exec")
        assert [a == b for a, b in zip(work.splitlines(), change.source.splitlines(), strict=True)].count(False) == 1


def seen(lost: int | None, function: str) -> Seen:
    one = next(one for one in changes() if one.function == function)
    many = None if lost is None else tuple(Lost(id=f"t{n}", title="", points=1.0, why="no") for n in range(lost))
    return Seen(change=one, lost=many)


def test_talked_about_is_first_what_few_tests_saw_and_each_in_a_function_of_its_own() -> None:
    few, all_of_them, none = seen(1, "late"), seen(40, "total"), seen(0, "share")
    unjudged = seen(None, "share")
    assert chosen([all_of_them, none, few, unjudged], 2) == [few, all_of_them]
    assert chosen([none, unjudged], 2) == [none, unjudged]
    same = Seen(change=few.change, lost=all_of_them.lost)
    assert chosen([same, few, all_of_them], 2) == [few, all_of_them]


ROW = {"path": "NOTES.md", "line": 3, "text": "92 % <b>of</b> {title}", "figure": "92 %", "command": 0,
       "mark": "reproduced", "why": "", "printed": "", "by": "", "fresh": "not tried", "fault": None}  # fmt: skip
DOCUMENTS = {
    "EVAL.md": b"# Results\n\n| slice | n | recall |\n|---|---|---|\n| all | 40 | 0.91 |\n| two of them | 12 | 0.42 |\n"
}
COMMAND = {"command": "python measure.py <script>"}


def made(of: list[Seen], figures: list[dict[str, object]], documents: dict[str, bytes] | None = None) -> Held:
    return sheets.filled(held(find_kit(sheets.KIT), 1), of, figures, [COMMAND], 1, documents or DOCUMENTS)


def test_the_candidates_page_has_the_code_escaped_and_nothing_of_the_key() -> None:
    one = seen(2, "late")
    secret = Seen(change=one.change, lost=(Lost(id="test_x.py::t", title="Hidden <i>title</i>", points=1, why="why"),))
    kit = made([secret, seen(1, "total")], [ROW])
    theirs, ours = as_page(kit, hand_outs=True), as_page(kit)
    assert "if days &gt; limit:" in theirs or "if days &lt;= limit:" in theirs
    assert "92 % &lt;b&gt;of&lt;/b&gt; {title}" in theirs
    for words in ("Hidden", "hidden test", "reproduced", "measure.py", "Key"):
        assert words not in theirs
    assert "Hidden &lt;i&gt;title&lt;/i&gt;" in ours
    assert "measure.py &lt;script&gt;" in ours
    assert kit.kit["minutes"] == 20


def sheet(kit: Held, name: str) -> dict[str, str]:
    return next(one for one in kit.kit["sheets"] if one["id"] == name)


def test_a_row_of_a_table_comes_with_its_head() -> None:
    row = {**ROW, "path": "EVAL.md", "line": 6, "text": "two of them | 12 | 0.42 |", "figure": "0.42"}
    assert sheet(made([], [row]), "figure")["code"] == "slice       | n  | recall\ntwo of them | 12 | 0.42"
    assert sheet(made([], [{**row, "line": 99}]), "figure")["code"] == row["text"]
    assert sheet(made([], [ROW]), "figure")["code"] == ROW["text"]


@pytest.mark.parametrize("moved", ["\u2028", "\x0c", "\x85", "\r"])
def test_a_document_moves_no_other_row_into_the_place_of_the_figures(moved: str) -> None:
    """Lines are counted as where the figure was found, by line feeds alone."""
    row = {**ROW, "path": "EVAL.md", "line": 3, "text": "| mine | 0.42 |", "figure": "0.42"}
    text = f"{moved}| slice | recall |\n|---|---|\n| mine | 0.42 |\n| better | 0.99 |\n"
    assert "mine  | 0.42" in sheet(made([], [row], {"EVAL.md": text.encode()}), "figure")["code"]
    elsewhere = {**row, "line": 4}
    assert sheet(made([], [elsewhere], {"EVAL.md": text.encode()}), "figure")["code"] == row["text"]


def test_of_a_long_row_the_beginning_is_shown() -> None:
    row = {**ROW, "path": "EVAL.md", "line": 1, "text": "| 0.42 |", "figure": "0.42"}
    content = b"| 0.42 | " + b"x" * 100_000
    assert len(sheet(made([], [row], {"EVAL.md": content}), "figure")["code"]) <= 2_000


def test_the_line_that_might_stand_there_stands_below_the_one_it_replaces() -> None:
    one = seen(1, "late")
    rows = sheet(made([one], []), "without")["code"].split("\n")
    at = next(n for n, row in enumerate(rows) if row.startswith("→"))
    assert rows[at].endswith(one.change.own[one.change.line - one.change.first])
    assert rows[at + 1] == f"   or   {one.change.changed[one.change.line - one.change.first]}"
    assert len(rows) == len(one.change.own) + 1


def test_a_method_begins_at_the_margin() -> None:
    one = seen(1, "late")
    inner = replace(one.change, own=tuple(f"    {line}" for line in one.change.own),
                    changed=tuple(f"    {line}" for line in one.change.changed))  # fmt: skip
    plain, method = made([one], []), made([replace(one, change=inner)], [])
    assert sheet(method, "without")["code"] == sheet(plain, "without")["code"]


def test_what_is_for_whom_stands_on_the_interviewers_page_alone() -> None:
    kit = made([seen(1, "late"), seen(1, "total")], [ROW])
    assert "for the candidate" in as_page(kit)
    assert "for the candidate" not in as_page(kit, hand_outs=True)


def test_what_a_work_does_not_have_takes_no_minutes() -> None:
    ids = {part["id"]: part["minutes"] for part in made([], [ROW]).kit["parts"]}
    assert ids == {"opening": 2, "figure": 4, "closing": 2}
    kit = made([seen(1, "late")], [])
    assert [part["id"] for part in kit.kit["parts"]] == ["opening", "without", "closing"]
    assert [one["id"] for one in kit.kit["sheets"]] == ["without", "key"]
    assert kit.kit["minutes"] == 10


def test_a_figure_that_can_be_told_something_about_goes_before_one_without_a_command() -> None:
    rows = [{**ROW, "mark": mark, "figure": mark} for mark in ("no_command", "differs", "reproduced", "cannot_run")]
    assert [sheets.picked(rows[: n + 1], 7)["figure"] for n in range(4)] == [  # type: ignore[index]
        "no_command", "differs", "reproduced", "reproduced",
    ]  # fmt: skip
    assert sheets.picked([], 7) is None


HIDDEN = """
import pytest


@pytest.mark.points(1)
@pytest.mark.parametrize("days", [3, 5, 8])
def test_late(candidate, days):
    '''Late is after the limit'''
    assert candidate.call("late", days, 5) == ("late" if days > 5 else "in time")


@pytest.mark.points(1)
def test_total(candidate):
    '''Empty rows are passed over'''
    assert candidate.call("total", [1, None, 2]) == 3
"""
NOTES = "# Notes\n\nIt finds 92 % of the late ones.\n"


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_graded_work_gets_sheets_of_changes_that_were_run(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", HIDDEN)
    work = write_files(tmp_path / "work", {"work.py": WORK, "helper.py": HELPER, "NOTES.md": NOTES})
    out = tmp_path / "out"
    assert run_here(work, "--challenge", pack, "--out", out, "--no-judge").code == 0
    before = (out / "grade.json").read_bytes()
    done = run_here("follow-up", out, "--challenge", pack)
    assert done.code == 0, done.err
    data = json.loads((out / "follow-up.json").read_text())
    lost = {(one["function"], one["line"]): {test["title"] for test in one["lost"]} for one in data["changes"]}
    assert lost["late", 5] == {"Late is after the limit"}
    assert all(titles <= {"Empty rows are passed over"} for (name, _), titles in lost.items() if name == "total")
    assert all(titles == set() for (name, _), titles in lost.items() if name == "share")
    assert "Late is after the limit" in (out / "follow-up.html").read_text()
    assert "Late is after the limit" not in (out / "follow-up-candidate.html").read_text()
    assert (out / "grade.json").read_bytes() == before
    again = json.loads((out / "follow-up.json").read_text())
    assert run_here("follow-up", out, "-c", pack).code == 0
    assert json.loads((out / "follow-up.json").read_text()) == again


def test_a_teams_own_settings_count_where_its_results_lie_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grader.toml").write_text('runtime = "runc"\n')
    (tmp_path / "out").mkdir()
    done = run_here("follow-up", "out")
    assert "grader.toml" not in done.err
    assert "out/grade.json cannot be read" in done.err


def test_a_folder_that_is_no_grading_is_said_to_be_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(done.exception, UsageError)
