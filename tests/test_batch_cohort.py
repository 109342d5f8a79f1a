"""The cohort's pages: right figures, sealed against what candidates write, and quick with thousands of rows."""

from __future__ import annotations

import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from grader.batch import blind, entries
from grader.batch.runner import Batch
from grader.challenge import load_pack
from grader.cohort import difficulty
from grader.cohort import write as cohort
from grader.cohort.index import COLUMNS
from grader.cohort.lateness import Policy
from grader.cohort.pairs import Pair, Passage
from grader.cohort.tables import to_csv, to_json
from grader.settings import Settings
from tests.batch_fixtures import ALL, SUMS, Quiet, Scripted, plan, submissions
from tests.batch_pages import row, written
from tests.patience import bounded_work
from tests.programs import program

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def ids(text: str) -> list[str]:
    return re.findall(r'<tr><th scope="row"><a href="[^"]*blind/(ID\d+)/', text)


def test_candidates_text_stays_text(tmp_path: Path) -> None:
    rows = [row(1, flags=(HOSTILE,), status="graded"), row(2, status="refused", recommendation="", reason=HOSTILE)]
    pairs = [
        Pair(left="ID0001", right="ID0002", share=0.5, shared=9, page="pairs/x.html", passages=(passage(HOSTILE),))
    ]
    text = written(tmp_path, rows, pairs)
    page = Page(text)
    assert [tag for tag, _ in page.seen].count("script") == 1
    assert "img" not in {tag for tag, _ in page.seen}
    assert not [name for _, attrs in page.seen for name in attrs if name.startswith("on") or name == "style"]
    assert "\u202e" not in text


def passage(path: str) -> Passage:
    return Passage(left_path=path, left_start=1, left_end=2, right_path=path, right_start=3, right_end=4)


def test_the_page_lets_nothing_be_loaded(tmp_path: Path) -> None:
    text = written(tmp_path, [row(1)])
    policy = next(attrs["content"] or "" for tag, attrs in Page(text).seen if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_each_column_has_its_own_page_so_that_sorting_needs_no_script(tmp_path: Path) -> None:
    none = row(2, score=None, low=None, high=None, status="refused", recommendation="")
    rows = [row(1, score=50.0, low=50.0), none, row(3, score=90.0, low=90.0)]
    text = written(tmp_path, rows)
    for column in COLUMNS:
        assert f'href="sorted/{column.key}.html"' in text
        page = (tmp_path / "sorted" / f"{column.key}.html").read_text()
        assert sorted(ids(page)) == ["ID0001", "ID0002", "ID0003"]
        assert 'href="../blind/ID0001/report.html"' in page
    assert ids((tmp_path / "sorted" / "score.html").read_text()) == ["ID0003", "ID0001", "ID0002"]


def test_what_is_open_brings_nobody_before_others(tmp_path: Path) -> None:
    rows = [row(1, score=60.0, low=20.0), row(2, score=50.0, low=50.0)]
    assert ids(written(tmp_path, rows)) == ["ID0002", "ID0001"]
    assert ids((tmp_path / "sorted" / "score.html").read_text()) == ["ID0002", "ID0001"]
    assert 'data-low="20"' in (tmp_path / "index.html").read_text(), "where the script sorts by it too"


def test_who_needs_a_person_stands_first(tmp_path: Path) -> None:
    rows = [row(1, recommendation="decline"), row(2, recommendation="needs_review"), row(3)]
    assert ids(written(tmp_path, rows)) == ["ID0002", "ID0003", "ID0001"]


def test_a_cohort_without_any_grade_has_a_page_too(tmp_path: Path) -> None:
    nothing = row(
        1, status="not_started", score=None, low=None, high=None, recommendation="", points=None, tests=(), levels=()
    )
    assert "0 of 1 graded" in written(tmp_path, [nothing])


def test_five_thousand_rows_are_written_in_seconds_and_stay_small(tmp_path: Path) -> None:
    rows = [row(number) for number in range(5000)]
    with bounded_work():
        text = written(tmp_path, rows)
    assert len(text) < 2_500_000
    assert len(ids(text)) == 5000


# ------------------------------------------------------------------------------------------------ figures


def test_difficulty_and_discrimination_are_those_of_numpy() -> None:
    rows = [row(number) for number in range(40)]
    matrix = np.array([[points for _, points, _ in one.tests] for one in rows])
    for at, figures in enumerate(difficulty.tests(rows)):
        rest = np.delete(matrix, at, axis=1).sum(axis=1)
        assert figures.difficulty == pytest.approx(matrix[:, at].mean())
        assert figures.discrimination == pytest.approx(np.corrcoef(matrix[:, at], rest)[0, 1])


def test_open_tests_count_neither_for_nor_against() -> None:
    rows = [row(number) for number in range(20)]
    first = rows[0].tests
    rows[0] = row(0, tests=((first[0][0], None, 1.0), *first[1:]))
    figures = difficulty.tests(rows)[0]
    assert (figures.n, figures.open) == (19, 1)
    assert figures.difficulty == pytest.approx(np.mean([one.tests[0][1] for one in rows[1:]]))


def test_too_few_submissions_and_equal_ones_have_no_discrimination() -> None:
    assert {one.discrimination for one in difficulty.tests([row(n) for n in range(9)])} == {None}
    assert {one.discrimination for one in difficulty.tests([row(3) for _ in range(30)])} == {None}


def test_a_test_that_measures_backwards_is_named_and_chance_is_not() -> None:
    draw = random.Random(5)
    rows = []
    for number in range(40):
        skill = draw.random()
        others = [(f"t{at}", float(draw.random() < skill), 1.0) for at in range(10)]
        wrong = ("wrong", float(draw.random() > skill), 1.0)
        rows.append(row(number, tests=(*others, wrong, ("coin", float(draw.random() < 0.5), 1.0))))
    assert [one.id for one in difficulty.tests(rows) if one.backwards] == ["wrong"]


def test_levels_are_counted_and_missing_ones_apart() -> None:
    rows = [row(1, levels=(("depth", level, 5),)) for level in (1, 3, 3, None)]
    (found,) = difficulty.levels(rows)
    assert (found.counts, found.unscored) == ((1, 0, 2, 0, 0), 1)


def test_the_histogram_holds_every_score() -> None:
    assert difficulty.histogram([0, 4.99, 5, 99.9, 100]) == [2, 1, *[0] * 17, 2]
    assert difficulty.quantile([1, 2, 3, 4], 0.25) == np.quantile([1, 2, 3, 4], 0.25)


def test_a_spreadsheet_runs_nothing(tmp_path: Path) -> None:
    text = to_csv([row(1, flags=("=cmd|' /C calc'!A0",), reason="@SUM(1)")], reveal=False)
    assert "'=cmd" in text
    assert "'@SUM" in text


def test_the_json_is_json() -> None:
    data = {"a": [{"b": 1}, {"c": [1, 2]}], "d": {"e": None}, "f": []}
    assert json.loads(to_json(data)) == data


# ------------------------------------------------------------------------------------------------ similarity


def graded(tmp_path: Path, texts: dict[str, str]) -> tuple[Path, tuple[blind.Known, ...]]:
    folder = submissions(tmp_path / "in", dict.fromkeys(texts, ALL))
    for name, text in texts.items():
        path = folder / name / "sums.py"
        path.write_text(path.read_text() + text)
    what = plan(folder, tmp_path / "out")
    Batch(what, Settings(), Quiet(), make_sandbox=lambda run: Scripted(run, {}, [])).run()
    return what.out, blind.assign(entries.from_folder(folder, what.out).entries)


def test_copies_are_flagged_for_people_and_cost_no_point(tmp_path: Path) -> None:
    texts = {
        "ann-roe": program(1),
        "bob-poe": program(2),
        "cat-doe": program(1).replace("x", "beta"),
        "dan-low": program(3),
    }
    out, known = graded(tmp_path, texts)
    cohort.write(out, load_pack(SUMS), known, policy=Policy(), reveal=False, similarity=True)
    data = json.loads((out / "index.json").read_text())
    who = {one.id: one.entry.name for one in known}
    (pair,) = data["pairs"]
    assert {who[pair["left"]], who[pair["right"]]} == {"ann-roe", "cat-doe"}
    assert {who[one["id"]] for one in data["submissions"] if one["needs_person"]} == {"ann-roe", "cat-doe"}
    assert {one["score"] for one in data["submissions"]} == {100}
    page = (out / pair["page"]).read_text()
    assert 'class="l same"' in page
    assert not {name for name in ("ann-roe", "cat-doe") if name in page}
    assert f'href="{pair["page"]}"' in (out / "index.html").read_text()


def test_a_pair_that_is_no_more_leaves_no_page(tmp_path: Path) -> None:
    out, known = graded(tmp_path, {"ann": program(1), "bob": program(1)})
    challenge = load_pack(SUMS)
    cohort.write(out, challenge, known, policy=Policy(), reveal=False, similarity=True)
    assert len(list((out / "pairs").iterdir())) == 1
    cohort.write(out, challenge, known, policy=Policy(), reveal=False, similarity=False)
    assert list((out / "pairs").iterdir()) == []
    assert "Not compared in this run." in (out / "index.html").read_text()


def test_a_hostile_submission_cannot_break_out_of_the_page_of_its_pair(tmp_path: Path) -> None:
    text = program(1) + f"\nx = '''{HOSTILE}'''\n"
    out, known = graded(tmp_path, {"ann": text, "bob": text})
    cohort.write(out, load_pack(SUMS), known, policy=Policy(), reveal=False, similarity=True)
    (path,) = (out / "pairs").iterdir()
    tags = {tag for tag, _ in Page(path.read_text()).seen}
    assert not tags & {"script", "img"}
