"""Other places that read what a candidate wrote: none takes the square of its length."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import aside
from grader.claims.figures import COMMAND, FIGURE
from grader.claims.numbers import numbers, skeleton
from grader.errors import UsageError
from grader.judge.reading import read_for_people
from grader.records import Submission
from grader.report import render_report
from grader.report.source import show
from grader.store.folder import read_result
from grader.submission.speech.disguise import LONGEST, passages
from grader.trust import _remotes
from tests import report_fixtures as saved
from tests.patience import bounded_work

pytestmark = pytest.mark.slow

SIZE = 400_000


@pytest.mark.parametrize("piece", ["\n", " ", "url = ", "url =" + " " * 900 + "x\n", '"'])
def test_the_configuration_of_a_repository_is_read_at_once(piece: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(piece * (SIZE // len(piece)) + "\n\turl = https://example.org/a.git\n")
    with bounded_work():
        assert _remotes(tmp_path)[-1].endswith("https://example.org/a.git")


@pytest.mark.parametrize("piece", ["1,111", ",111", "1 111 ", "1.", "\n", " ", "python ", "$ ", ">>> ", "`python "])
def test_figures_and_commands_of_a_document_are_found_at_once(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    with bounded_work():
        assert sum(1 for _ in FIGURE.finditer(text)) >= 0
        assert sum(1 for _ in COMMAND.finditer(text)) >= 0
        assert len(numbers(text)) >= 0
        assert len(skeleton(text)) >= 0


MARKS = [*"-*_~`|\u2010\u2015", "<a>", "<!-- x -->", "</b>", "-*", "a-", "<a", "&#x", "%4", "\\x", "@", "a@1"]


@pytest.mark.parametrize("piece", MARKS)
def test_a_line_of_marks_is_looked_into_at_once(piece: str) -> None:
    """Each of many lines, as long as one is that is taken apart: a word, marks, and no word behind them."""
    line = "Name" + piece * (4 * LONGEST // len(piece) - 4)
    with bounded_work():
        assert len(list(passages("\n".join([line, "x" + piece * 31, line])))) >= 0


WORK = {"a.py": b"def f(x):\n    return x\n", "README.md": b"# Title\n\n*text*\n"}


def test_files_that_took_too_long_are_shown_plain_with_every_line() -> None:
    files = show(WORK, [], (), frozenset(), "shown plain: a.py took too long to be read").files
    made = {file.path: file for file in files}
    assert "shown plain" in made["a.py"].notes[-1]
    assert made["README.md"].document is None
    assert '<i class="' not in (made["a.py"].body or "")
    assert (made["a.py"].body or "").count('class="l"') == 2


def test_where_not_even_that_comes_to_an_end_there_is_a_page_and_the_grade_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aside, "SECONDS", 0.02)
    grade = saved.needs_review()
    files = {f"{n}.py": b"def f(x):  # some words\n    return 'x'\n" * 2_000 for n in range(200)}
    html = render_report(grade, saved.challenge(), Submission(digest="sha256:" + "1" * 64, files=files))
    assert "the files took too long to be read" in html
    assert "Needs review" in html or "needs review" in html


def test_a_work_that_cannot_be_read_in_time_is_not_waited_for_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """`grade assess` and `grade label` read what candidates wrote; in their own process nothing could end that."""
    monkeypatch.setattr("grader.judge.reading.SECONDS", 0.02)
    files = {f"{n}.md": b"# Title\n\nSome *words* of `code` by a person.\n" * 5_000 for n in range(30)}
    read = read_for_people(files)
    assert read.views == {}
    assert "could not be read: " in read.trouble


@pytest.mark.parametrize("content", ["[" * 50_000, '{"provenance": ' * 50_000, '{"status": 1e999}', "nonsense"])
def test_a_result_of_any_shape_is_refused_with_a_sentence(content: str, tmp_path: Path) -> None:
    (tmp_path / "grade.json").write_text(content)
    with pytest.raises(UsageError, match=r"grade\.json"):
        read_result(tmp_path)
