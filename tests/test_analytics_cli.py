"""`grade analyse` from tables that people bring: what is refused and how, what is printed, what is never shown."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from grader.analytics.figures.suppression import withheld
from grader.cli import main
from tests.patience import bounded_wait

STAGES = ("applied", "take-home", "interview")
HEADER = "candidate,stage,entered_at,left_at,exit\n"


def analyse(*words: str | Path) -> None:
    main(["analyse", *map(str, words)])


def table(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return json.loads(capsys.readouterr().out)["rows"]


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    with pytest.raises(SystemExit) as ended:
        analyse(*words)
    assert ended.value.code == 2
    return capsys.readouterr().err


# ------------------------------------------------------------------------------------------------ what comes in


def test_a_history_that_only_says_hired_counts_in_every_stage(tmp_path, capsys):
    only = table(tmp_path, HEADER + "k,hired,2026-01-05,2026-01-05,advance\n")
    analyse("funnel", "--table", only, "--stages", "applied,responded,interview,offer,hired", "--json")
    assert [row["reached"] for row in rows(capsys)] == [1, 1, 1, 1, 1]


def test_who_is_still_in_a_stage_is_in_no_share_and_is_said(tmp_path, capsys):
    lines = [f"c{at},applied,2026-01-05,2026-01-06,{'advance' if at < 20 else 'reject'}" for at in range(40)]
    lines += [f"d{at},applied,2026-01-05,," for at in range(7)]
    lines += [f"c{at},take-home,2026-01-06,," for at in range(20)]
    analyse("funnel", "--table", table(tmp_path, HEADER + "\n".join(lines)), "--json")
    first, second = rows(capsys)
    assert (first["reached"], first["open"], first["decided"], first["onward"]) == (47, 7, 40, 20)
    assert first["onward_share"] == 0.5
    assert "7 still open" in str(first["words"])
    assert (second["decided"], second["onward_share"]) == (0, None)
    assert "nobody has left it yet" in str(second["words"])


def test_every_fault_is_said_with_its_line_and_column_and_nothing_is_computed(tmp_path, capsys):
    text = HEADER + (
        "k,applied,05.01.2026,,\n"
        "k,applied,2026-01-05,2026-01-01,reject\n"
        "k,applied,2026-01-05,,reject\n"
        ",applied,2026-01-05,,\n"
        "k,applied,2026-01-05,2026-01-06,sacked\n"
        "k,applied,,,\n"
        f"{'k' * 501},applied,2026-01-05,,\n"
    )
    said = refused(capsys, "funnel", "--table", table(tmp_path, text))
    for part in ("line 2: column entered_at", "line 3: left_at is before entered_at", "line 4: an exit without left_at",
                 "line 5: column candidate: empty", "line 6: column exit: 'sacked' is none of advance, reject,",
                 "line 7: column entered_at: empty", "line 8: column candidate: 501 characters"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    ("report", "text", "part"),
    [
        ("predict", "candidate,score,rating\nk,nan,\n", "line 2: column score: 'nan' is no number"),
        ("predict", "candidate,score,rating\nk,1e400,\n", "line 2: column score"),
        ("predict", "candidate,score,rating\nk,=1+1,\n", "line 2: column score: '=1+1' is no number"),
        ("predict", "candidate,score,rating,hired\nk,1,3,no\n", "line 2: column rating: a rating of somebody"),
        ("impact", "group,n,selected\na,3,4\n", "line 2: column selected: 4 of 3"),
        ("impact", "group,n,selected\na,-3,0\n", "line 2: column n: '-3' is no number from 0"),
        ("impact", "group,n,selected\na,3.5,0\n", "line 2: column n: '3.5' is no whole number"),
        ("signal", "candidate,round,level,outcome\nk,r,3,maybe\n", "line 2: column outcome: 'maybe' is neither yes"),
        ("items", "candidate,item,points\nk,i,\n", "line 2: column points: empty"),
        ("exposure", "candidate,template,share,at\nk,t,1.5,2026-03-01\n", "column share: a number from 0 to 1"),
        ("exposure", "candidate,template,share,at\nk,t,1,\n", "line 2: column at: empty"),
        ("raters", "item,criterion,rater,level\ni,c,r,x\n", "line 2"),
        ("funnel", "candidate,stage\nk,a\n", "no column 'entered_at'"),
        ("funnel", HEADER, "no row below the header"),
        ("funnel", "", "the file is empty"),
        ("dropoff", HEADER[:-1] + ",minutes_asked\nk,a,2026-01-05,,,-5\n", "line 2: column minutes_asked"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_where_it_stands(tmp_path, capsys, report, text, part):
    assert part in refused(capsys, report, "--table", table(tmp_path, text))


def test_a_table_that_is_too_large_is_refused_before_it_is_read(tmp_path, capsys):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(200_000_001)
    assert "a table may have 200 MB" in refused(capsys, "funnel", "--table", path)
    assert "cannot be read" in refused(capsys, "funnel", "--table", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("report", "header", "line", "count"),
    [
        ("funnel", HEADER[:-1], "k,stage-{},2026-01-05,,", 201),
        ("time", HEADER[:-1], "k,stage-{},2026-01-05,,", 201),
        ("impact", "group,n,selected", "g{},100,50", 101),
        ("items", "candidate,item,points", "k,i{},1", 2001),
        ("signal", "candidate,round,level,outcome", "k,r{},1,yes", 2001),
        ("raters", "item,criterion,rater,level", "i,c,r{},1", 501),
    ],
)
def test_more_kinds_than_there_can_be_are_refused_and_not_computed(tmp_path, capsys, report, header, line, count):
    text = "\n".join([header, *(line.format(at) for at in range(count))])
    said = refused(capsys, report, "--table", table(tmp_path, text))
    assert "are the most. Does the column hold what it is called?" in said


def test_hostile_names_come_out_as_text_on_every_way(tmp_path, capsys):
    name = '=HYPERLINK("http://x")<script>alert(1)</script>\x1b[31m\u202e'
    text = "candidate,score,rating\n" + "".join(f"k{at},{at},{at % 7}\n" for at in range(40))
    text += f'"{name.replace(chr(34), chr(34) * 2)}",90,0\n'
    analyse("predict", "--table", table(tmp_path, text), "--line", 20, "--bar", 3, "--out", tmp_path / "out")
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    page = (tmp_path / "out" / "predict.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\x1b" not in page
    assert "Content-Security-Policy" in page
    sheet = (tmp_path / "out" / "predict.csv").read_text(encoding="utf-8")
    assert "\"'=HYPERLINK" in sheet


def test_a_report_says_too_few_instead_of_a_finding(tmp_path, capsys):
    lines = [f"c{at},{at},{at % 5}" for at in range(12)]
    analyse("predict", "--table", table(tmp_path, "candidate,score,rating\n" + "\n".join(lines)))
    assert "too few to tell" in capsys.readouterr().out
    analyse("impact", "--table", table(tmp_path, "group,n,selected\na,20,11\nb,400,300\n"))
    assert "too few to tell" in capsys.readouterr().out


def test_what_is_written_is_what_is_printed(tmp_path, capsys):
    path = table(tmp_path, HEADER + "k,applied,2026-01-05,2026-01-06,advance\n")
    analyse("time", "--table", path, "--until", "2026-02-01", "--out", tmp_path / "out", "--json")
    printed = capsys.readouterr().out
    assert (tmp_path / "out" / "time.json").read_text(encoding="utf-8") == printed
    found = json.loads(printed)
    assert list(found) == ["report", "rows", "notes"]
    head = (tmp_path / "out" / "time.csv").read_text(encoding="utf-8").splitlines()[0]
    assert head.split(",") == list(found["rows"][0])


def test_every_column_of_every_report_is_in_the_docs():
    from grader.analytics import dropoff, exposure, funnel, impact, items, predict, raters, review, signal, time

    text = (Path(__file__).parent.parent / "docs" / "analytics.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([a-z_]+)`", text))
    for module in (dropoff, exposure, funnel, impact, items, predict, raters, review, signal, time):
        missing = {one.name for one in module.COLUMNS} - known
        assert not missing - {"stage", "dimension", "group", "item", "rater", "round", "criterion", "figure", "inputs",
                              "words"}, module.__name__  # fmt: skip


# ------------------------------------------------------------------------------------------------ impact


NEW_YORK = """dimension,group,n,selected
sex,Male,1390,667
sex,Female,1181,555
race,Hispanic,408,204
race,White,797,412
race,Black,390,170
race,NHPI,119,52
race,Asian,616,302
race,Native,41,18
race,Two or more,213,96
sex,unknown,250,110
"""


def test_new_yorks_example_comes_out_as_published_and_says_that_it_is_no_audit(tmp_path, capsys):
    analyse("impact", "--table", table(tmp_path, NEW_YORK), "--form", "new-york", "--json")
    found = json.loads(capsys.readouterr().out)
    ratios = {row["group"]: row["ratio"] for row in found["rows"]}
    assert ratios["Female"] == pytest.approx(0.97934, abs=1e-5)
    assert ratios["Hispanic"] == pytest.approx(0.96723, abs=1e-5)
    assert ratios["unknown"] is None
    native = next(row for row in found["rows"] if row["group"] == "Native")
    assert "under 2 %" in native["words"]
    assert any("no bias audit" in note for note in found["notes"])
    assert any("do not add up" in note for note in found["notes"])  # the rule's own tables do not


def test_scores_count_above_the_median_as_in_new_yorks_example(tmp_path, capsys):
    counts = {"sex": {"Male": (92, 50), "Female": (76, 34)}, "race": {"Hispanic": (28, 18), "White": (40, 15)}}
    lines = [f"{dimension},{group},{2 if at < above else 1}" for dimension, groups in counts.items()
             for group, (n, above) in groups.items() for at in range(n)]  # fmt: skip
    path = table(tmp_path, "dimension,group,score\n" + "\n".join(lines))
    analyse("impact", "--table", path, "--json")
    found = json.loads(capsys.readouterr().out)
    female = next(row for row in found["rows"] if row["group"] == "Female")
    assert (female["n"], female["selected"]) == (76, 34)
    assert female["ratio"] == pytest.approx(0.82316, abs=1e-5)
    many = table(tmp_path, "group,score\n" + "a,3\n" * 60 + "a,4\n" * 20 + "b,2\n" * 20, "ties.csv")
    analyse("impact", "--table", many, "--form", "new-york")
    assert "60 % tie" in " ".join(capsys.readouterr().out.split())


def test_who_went_on_and_is_nowhere_yet_is_in_no_overall_rate(tmp_path, capsys):
    lines = [f"c{at},applied,2026-01-05,2026-01-06,advance" for at in range(40)]
    lines += [f"c{at},interview,2026-01-07,2026-01-08,{'advance' if at < 10 else 'reject'}" for at in range(20)]
    said = table(tmp_path, "candidate,sex\n" + "".join(f"c{at},w\n" for at in range(40)), "g.csv")
    analyse("impact", "--table", table(tmp_path, HEADER + "\n".join(lines)), "--groups", said, "--json")
    counts = {row["stage"]: (row["n"], row["selected"]) for row in rows(capsys)}
    assert counts == {"applied": (40, 40), "interview": (20, 10), "overall": (20, 10)}


def test_a_folder_that_cannot_be_made_is_said(tmp_path, capsys):
    path = table(tmp_path, HEADER + "k,applied,2026-01-05,2026-01-06,advance\n")
    with pytest.raises(SystemExit) as ended:
        analyse("funnel", "--table", path, "--out", path / "below")
    assert ended.value.code == 5
    assert "fault of the grader" not in capsys.readouterr().err


def test_who_declined_is_not_unknown_and_neither_is_compared(tmp_path, capsys):
    text = "group,n,selected\na,100,50\nb,100,60\ndeclined,40,20\nprefer not to say,12,10\nnot asked,30,15\n,50,20\n"
    analyse("impact", "--table", table(tmp_path, text), "--json")
    words = {row["group"]: row["words"] for row in rows(capsys)}
    assert {"declined", "not asked", "unknown"} < set(words)
    assert all(words[one] == "compared with nobody" for one in ("declined", "not asked", "unknown"))


def test_a_small_group_is_not_shown_nor_is_the_one_that_would_give_it_away(tmp_path, capsys):
    text = "group,n,selected\nlarge,500,250\nmiddle,60,30\nsmall,7,3\n"
    analyse("impact", "--table", table(tmp_path, text), "--json")
    shown = {row["group"]: (row["n"], row["selected"], row["rate"]) for row in rows(capsys)}
    assert shown["small"] == (None, None, None)
    assert shown["middle"] == (None, None, None)
    assert shown["large"][0] == 500


def test_nothing_under_ten_can_be_worked_out_from_rows_columns_and_totals():
    """Two dimensions with all totals known: every solution that fits what is shown has to leave a small cell open."""
    generator = np.random.default_rng(3)
    for _ in range(60):
        grid = generator.integers(0, 40, size=(3, 3))
        keys = list(product(range(3), range(3)))
        counts = {key: int(grid[key]) for key in keys}
        lines = [keys, *([k for k in keys if k[axis] == at] for axis in (0, 1) for at in range(3))]
        hidden = withheld(counts, sorted(keys, key=lambda key: counts[key]), lines, 10)
        assert all(key in hidden for key in keys if 0 < counts[key] < 10)
        for line in lines:
            gone = [key for key in line if key in hidden]
            rest = [key for key in line if key not in hidden and counts[key]]
            assert not gone or not rest or (len(gone) > 1 and sum(counts[key] for key in gone) >= 10)


def test_groups_are_in_no_output_but_as_sums(tmp_path, capsys):
    lines, said = [], ["candidate,sex"]
    for at in range(120):
        lines.append(f"who{at},applied,2026-01-05,2026-01-06,{'advance' if at % 2 else 'reject'}")
        said.append(f"who{at},{'women' if at % 3 else 'men'}")
    path, groups = table(tmp_path, HEADER + "\n".join(lines)), table(tmp_path, "\n".join(said), "groups.csv")
    analyse("impact", "--table", path, "--groups", groups, "--out", tmp_path / "out")
    written = capsys.readouterr().out + "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir())
    assert "who1" not in written
    assert "women" in written
    twice = table(tmp_path, "candidate,sex\nwho1,men\nwho1,women\n", "twice.csv")
    assert "line 3: column candidate: somebody who is in the file twice" in refused(
        capsys, "impact", "--table", path, "--groups", twice
    )


def test_groups_in_a_database_of_their_own_name_nobody_and_need_their_key(tmp_path, capsys):
    lines = [f"who{at},applied,2026-01-05,2026-01-06,{'advance' if at % 2 else 'reject'}" for at in range(120)]
    said = table(
        tmp_path, "candidate,sex\n" + "\n".join(f"who{at},{'w' if at % 3 else 'm'}" for at in range(120)), "g.csv"
    )
    path, url, key = table(tmp_path, HEADER + "\n".join(lines)), f"sqlite:///{tmp_path / 'groups.db'}", tmp_path / "key"
    main(["hire", "groups", str(said), "--to", url, "--key", str(key)])
    assert b"who1" not in (tmp_path / "groups.db").read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert (tmp_path / "groups.db").stat().st_mode & 0o077 == 0
    capsys.readouterr()
    analyse("impact", "--table", path, "--groups", url, "--key", key, "--json")
    with_key = {row["group"]: row["n"] for row in rows(capsys) if row["stage"] == "applied"}
    assert with_key == {"m": 40, "w": 80}
    analyse("impact", "--table", path, "--groups", url, "--key", tmp_path / "other", "--json")
    assert rows(capsys) == []
    main(["hire", "groups", "--to", url, "--key", str(key), "--forget", "who3"])
    capsys.readouterr()
    analyse("impact", "--table", path, "--groups", url, "--key", key, "--json")
    assert {row["group"] for row in rows(capsys)} == {"m", "w", "not asked"}
    key.chmod(0o644)
    assert "others can read this key" in refused(capsys, "impact", "--table", path, "--groups", url, "--key", key)
    assert "needs its --key" in refused(capsys, "impact", "--table", path, "--groups", url)


def test_a_large_table_is_done_in_seconds(tmp_path, capsys):
    """20,000 events; for 100,000 it is five times that (n log n)."""

    from grader.analytics.events import read_events
    from grader.analytics.funnel import funnel
    from grader.analytics.time import time as times

    lines = [
        f"c{at // 3},{STAGES[at % 3]},2026-01-{1 + at % 28:02},2026-02-{1 + at % 28:02},advance" for at in range(20_000)
    ]
    with bounded_wait():
        events = read_events(table(tmp_path, HEADER + "\n".join(lines)))
        funnel(events)
        times(events, until=max(one.entered for one in events))
