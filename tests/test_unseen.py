"""What no reader sees is shown as an escape, in linear time, and joiners that spelling needs stay."""

import json
import sys
import unicodedata
from dataclasses import replace

import pytest

from grader.errors import RefusedError, visible
from grader.pages.text import clean
from grader.result import evidence
from grader.result.grade_json import grade_to_json
from grader.submission.entries import Entry, Kind
from grader.submission.limits import IntakeLimits
from grader.submission.names import check_collisions, check_path
from grader.submission.sanitise import plain
from grader.unseen import UNSEEN, escaped, json_text
from tests import report_fixtures
from tests.patience import bounded_work

DEFAULT_IGNORABLE = [
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B)),
    *range(0xE0000, 0xE1000),
]
"""DerivedCoreProperties.txt of Unicode, Default_Ignorable_Code_Point."""
HEART, FAMILY = "❤\ufe0f", "\U0001f468\u200d\U0001f469\u200d\U0001f467"
NEEDED = {
    "Persian": "می\u200cخواهم",
    "Persian plural": "خانه\u200cها",
    "Hindi": "क्\u200dष",
    "Sinhala": "ශ්\u200dරී",
    "Bengali": "র\u200d্যাপ",
    "heart": HEART,
    "family": FAMILY,
    "hair and skin": "\U0001f469\U0001f3fd\u200d\U0001f9b0",
    "rainbow flag": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "keycap": "1\ufe0f\u20e3",
}


@pytest.mark.parametrize("code", [*DEFAULT_IGNORABLE[:120], 0xE0001, 0xE0041, 0xE0FFF, 0x2800, 0xD800, 0x85, 0x2028])
def test_what_cannot_be_seen_is_refused_in_a_name_and_shown_as_an_escape(code: int) -> None:
    text = f"de{chr(code)}tect.py"
    written = chr(code).encode("unicode_escape", "surrogatepass").decode()
    assert clean(text) == visible(text) == f"de{written}tect.py"
    with pytest.raises(RefusedError, match=r"invisible|UTF-8"):
        check_path(text, IntakeLimits())


def test_no_ignorable_character_and_no_character_of_format_without_a_shape_passes() -> None:
    visible_formats = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    formats = {n for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in {"Cf", "Cs", "Zl", "Zp"}}
    must = {*DEFAULT_IGNORABLE, *(formats - visible_formats)}
    assert not [hex(n) for n in sorted(must) if not UNSEEN.fullmatch(chr(n))]


@pytest.mark.parametrize("text", NEEDED.values(), ids=NEEDED.keys())
def test_joiners_that_spelling_needs_stay_in_names_pages_and_terminals(text: str) -> None:
    assert clean(text) == visible(text) == text
    check_path(f"{text}.md", IntakeLimits())


@pytest.mark.parametrize("text", ["a\u200db", "def o\u200ck", "ا\u200cب", "\u200cمی", "می\u200c", "1\ufe0f", "a\ufe0f"])
def test_joiners_that_change_nothing_are_shown(text: str) -> None:
    assert clean(text) != text
    assert "\\u" in visible(text)


@pytest.mark.parametrize("one", ["detect\u2003x.py", "detect\xa0x.py", "detect\u3000x.py"])
def test_two_names_that_look_alike_are_refused(one: str) -> None:
    entries = [Entry(index=0, path=path, kind=Kind.FILE, size=1) for path in ("detect x.py", one)]
    with pytest.raises(RefusedError, match="looks the same as"):
        check_collisions(entries)


def test_the_judge_reads_none_of_it() -> None:
    text = "".join(f"a{chr(n)}" for n in DEFAULT_IGNORABLE) + "b\u2800c"
    assert set(plain(text, markup=False).text) == {"a", "b", "c"}


@pytest.mark.parametrize("piece", ["\u200d", "\ufe0f", "\U0001f468\u200d", "\u0644\u200c", "a\u2800", "\u094d\u200c"])
@pytest.mark.slow
def test_a_million_of_them_take_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    with bounded_work():
        escaped(text)
        visible(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ab\u202ecd", '"ab\\u202ecd"'),
        ("\x85\x9b31m", '"\\u0085\\u009b31m"'),
        ("tag\U000e0041", '"tag\\udb40\\udc41"'),
        ("Zoë, 日本, \n", '"Zoë, 日本, \\n"'),
        ("👩\u200d💻", '"👩\u200d💻"'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_json_hides_nothing_from_who_reads_it_and_says_the_same_to_programs(text: str, shown: str) -> None:
    assert json_text(text) == shown
    assert json.loads(shown) == text
    assert json_text({text: [text]}, indent=1).encode("utf-8")


def test_grade_json_hides_nothing() -> None:
    grade = report_fixtures.accepted()
    flags = (*grade.flags, "right\u202etfel\x9b2J")
    text = evidence.to_text(grade_to_json(replace(grade, flags=flags)))
    assert UNSEEN.search(text) is None
    assert tuple(json.loads(text)["flags"]) == flags
