"""Who wrote it does not stand in a blind text or page; words that are no names stay, and so does every line."""
# ruff: noqa: E501 - a table of texts reads better with one in a row

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import aside
from grader.records import Evidence, Grade, Submission
from grader.report import render_report
from grader.report.code import files_of
from grader.report.source import show
from grader.submission.redact import Redactor, blind, find_identities
from tests import report_fixtures as saved
from tests.patience import bounded_work

ANA = ("Ana Weber",)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (ANA, "by Ana Weber"),
        (ANA, "WEBER, ANA"),
        (ANA, "ana.weber ana_weber.py ana-weber anaweber aweber A. Weber"),
        (ANA, "I, Ana, asked; WEBER's code"),
        (ANA, "Webers Notizen, von Webers Hand"),
        (("José Núñez",), nfd("José asked Núñez")),
        (("José Núñez",), "jose and NUNEZ"),
        (("Jürgen Müller",), "juergen, Mueller, muller"),
        (("Sinéad O'Brien",), "Sinéad OBrien o’brien"),
        (("Mark Young",), "by Mark Young; it was Mark who, and Young too"),
        (("Li Wu",), "my name is Li, of Wu"),
        (("山田太郎",), "作者は山田太郎です"),
        (("김철수",), "김철수는 썼다"),
        (("प्रिया शर्मा",), "यह प्रिया ने लिखा"),
        (("Łukasz Żak",), "Lukasz, żak"),
        (("ana.weber@corp.io",), "Weber, ana"),
        (("/in/ana-weber_takehome.zip",), "Ana Weber, ana_weber, by Weber"),
        (("https://github.com/anaweber/triage.git",), "anaweber said"),
        ((), "ana@corp.io, +49 170 1234567, Tel.: 0170 1234567, @anaweber"),
        (
            (),
            "/home/aweber/x C:\\Users\\aweber /Users/aweber github.com/aweber aweber.github.io linkedin.com/in/ana-weber",
        ),
        ((), "# Author: ana\n"),
    ],
)
def test_names_and_addresses_are_taken_out_in_every_spelling(names: tuple[str, ...], text: str) -> None:
    shown, removed = blind(text, names)
    left = unicodedata.normalize("NFKD", shown).casefold()
    gone = [
        "ana",
        "weber",
        "nunez",
        "jose",
        "juergen",
        "mueller",
        "muller",
        "brien",
        "lukasz",
        "zak",
        "170",
        "太郎",
        "김철수",
        "प्रिया",
    ]
    assert not [part for part in gone if unicodedata.normalize("NFKD", part) in left]
    assert not [part for part in ("Mark", "Young", "Li", "Wu") if part in shown.replace("‹", " ").split()]
    assert sum(removed.values()) >= 1


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (ANA, "analysis, banana, weberian, webers"),
        (("Mark Young",), "Mark the files. mark = 3\nYoung tickets first\nmark_young_tickets(x)".replace("mark_young_", "mark_")),
        (("Li Wu",), "<li>one</li> LI = 1, wu = 2"),
        (("Max Page",), "max(page, 1)\nMax retries\n- Page size"),
        (("/in/agent-tools-solution.zip",), "The Agent calls tools; a solution"),
        (("/in/submission-3.zip",), "This submission"),
        ((), "@dataclass  # user@example.com, a+12345678, x = 1 +2 345 678, author = row.get('author')"),
        ((), "1.7976931348623157e+308, +3.14159265358979, +0.12345678, 2026-11-29 21:43:18"),
        ((), "tel = 5; phone 12; mobile first"),
    ],
)  # fmt: skip
def test_words_that_are_no_names_stay(names: tuple[str, ...], text: str) -> None:
    assert blind(text.replace("@dataclass", "dataclass"), names)[0] == text.replace("@dataclass", "dataclass")


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=4))
@pytest.mark.slow
def test_no_line_is_added_or_lost_whatever_the_names(text: str, names: list[str]) -> None:
    assert blind(text, names)[0].count("\n") == text.count("\n")


# ---------------------------------------------------------------------------------------------- the page

WORK = {
    "README.md": b"# Triage\n\nBy Ana Weber <ana@weber.dev>, +49 170 1234567\n\nSee github.com/anaweber/x and @anaweber\n",
    "weber_notes.md": b"Weber thinks so.\n",
    "triage.py": b'"""Triage.\n\nAuthor: Ana Weber\n"""\nPATH = "/home/aweber/data"\nx = 1\n',
}
TOLD = ("ana weber", "weber", "aweber", "anaweber", "170 1234567")


def page(*, blind: bool = True, candidate: str = "") -> str:
    grade = saved.needs_review()
    tests = list(grade.objective.tests) if grade.objective else []
    tests[0] = replace(
        tests[0], message="FileNotFoundError: /home/aweber/data, said Weber", stderr="Ana Weber was here"
    )
    first = grade.criteria[0]
    quote = Evidence(path="weber_notes.md", start_line=1, end_line=1, quote="Weber thinks so.")
    grade = replace(
        grade,
        objective=replace(grade.objective, tests=tuple(tests)) if grade.objective else None,
        criteria=(replace(first, evidence=(quote,), rationale="As Ana Weber writes."), *grade.criteria[1:]),
        flags=("weber_notes.md:1 addresses the grader.",),
    )  # fmt: skip
    work = Submission(digest="sha256:" + "1" * 64, files=WORK, source="/in/work.zip")
    return render_report(grade, saved.challenge(), work, blind=blind, candidate=candidate)


def test_a_blind_page_does_not_tell_what_the_work_itself_says_of_its_author() -> None:
    html = page().casefold()
    assert not [name for name in TOLD if name in html]
    assert "1 × e-mail addresses" in html
    assert "phone numbers" in html


def test_a_blind_page_whose_files_could_not_be_read_shows_nothing_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> None:
        raise aside.AsideError("took too long")

    monkeypatch.setattr(aside, "run", ended)
    html = page()
    assert not [name for name in TOLD if name in html.casefold()]
    assert "could not be read" in html
    assert not [path for path in WORK if path in html]


def test_with_the_name_revealed_the_page_shows_the_work_as_it_is() -> None:
    html = page(blind=False, candidate="Ana Weber")
    assert not [
        name for name in ("Ana Weber", "weber_notes.md", "/home/aweber/data", "170 1234567") if name not in html
    ]


def test_what_a_file_says_of_its_author_never_changes_the_graders_own_words() -> None:
    grade: Grade = saved.needs_review()
    files = {"a.md": b"Author: Hidden Tests\nWritten by: Advance Decline\nHidden Tests are hidden.\n"}
    work = Submission(digest="sha256:" + "1" * 64, files=files)
    assert render_report(grade, saved.challenge(), work).count("idden test") >= 2


def test_every_line_of_the_code_view_keeps_its_number() -> None:
    whole = {file.path: file.lines for file in files_of(WORK, [])}
    made = show(WORK, [], (), frozenset())
    assert sorted(file.lines for file in made.files) == sorted(whole.values())
    assert [(file.body or "").count('class="l"') for file in made.files] == [file.lines for file in made.files]


# ---------------------------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"Author: Ab{n:x} Cd{n:x}\n" for n in range(18_000)),
        "author: " * 50_000,
        "copyright " + " " * 390_000,
        "author = [" * 39_000,
        "a" * 390_000 + "@",
        "a.b@" * 97_000,
        "+1" * 195_000,
        "tel " * 97_000,
        "tel: 1" + " 12" * 130_000,
        "github.com/" * 35_000,
        "/home/" * 65_000,
        "Ana Weber " * 39_000,
        "\u0301" * 390_000,
        "a\u0301" * 195_000,
        "'Ana " * 78_000,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
@pytest.mark.slow
def test_a_text_of_400_kb_takes_a_second_whatever_stands_in_it(text: str) -> None:
    with bounded_work():
        Redactor(find_identities({"pyproject.toml": text})).text(text)
        blind(text, ANA)


def test_a_blind_page_hides_who_the_commit_is_by() -> None:
    work = Submission(
        digest="sha256:" + "1" * 64, files={"a.md": b"Weber did it, said ANA.\n"}, people=("Ana Weber", "a@example.org")
    )
    assert "weber" not in render_report(saved.needs_review(), saved.challenge(), work).casefold()
