"""YAML at the border: nothing is guessed, nothing is coerced, and each problem has its file and line."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from grader.authoring import schema
from grader.challenge import strict_yaml
from grader.challenge.strict import Strict
from grader.errors import ChallengeError, GraderError, UsageError
from tests.small_packs import write_pack


class Inner(Strict):
    amount: float = 1.0
    names: list[str] = []


class Outer(Strict):
    title: str
    count: int = Field(default=1, ge=1)
    inner: Inner = Inner()
    many: list[Inner] = []
    by_name: dict[str, Inner] = {}


def data(text: str) -> Any:
    return strict_yaml.loads(text.encode(), "x.yaml")[0]


def outer(text: str) -> Outer:
    value, lines = strict_yaml.loads(text.encode(), "x.yaml")
    return strict_yaml.validate(Outer, value, lines, "x.yaml")


def refusal(text: str) -> str:
    with pytest.raises(ChallengeError) as caught:
        outer(text)
    return caught.value.message


# ------------------------------------------------------------------------------------------------ what a word means


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "No", "YES", "y", "n", "True", "FALSE"])
def test_only_true_and_false_are_booleans(word: str) -> None:
    assert data(f"a: {word}") == {"a": word}
    assert data("a: true\nb: false") == {"a": True, "b": False}


@pytest.mark.parametrize(
    "word",
    ["2026-03-01", "2026-03-01T10:00:00Z", "4:00", "1:30:00", "010", "0x10", "0b11", "0o17", "1_000", ".5", "+-1"],
)
def test_dates_times_and_odd_numbers_stay_text(word: str) -> None:
    assert data(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("10", 10), ("-3", -3), ("0", 0), ("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0), ("1.5E-2", 0.015)],
)
def test_decimal_numbers_are_numbers(word: str, value: float) -> None:
    found = data(f"a: {word}")["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("word", [".inf", "-.inf", ".nan", "1e999", "-1e999"])
def test_what_is_not_finite_is_no_number(word: str) -> None:
    assert "x.yaml:2: inner.amount" in refusal(f"title: t\ninner: {{amount: {word}}}")


@given(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_they_were_written(whole: int, broken: float) -> None:
    assert data(f"a: {whole}\nb: {broken!r}") == {"a": whole, "b": broken}


def test_nothing_is_coerced() -> None:
    assert "title" in refusal("title: 3")
    assert "count" in refusal("title: t\ncount: 1.0")
    assert "count" in refusal('title: t\ncount: "1"')
    assert "count" in refusal("title: t\ncount: true")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert strict_yaml.loads(b"\xef\xbb\xbfa: 1", "x.yaml")[0] == {"a": 1}


# ------------------------------------------------------------------------------------------------ keys


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    assert refusal("title: a\ninner:\n  amount: 1.0\n  amount: 2.0\n") == (
        "x.yaml:4: the key 'amount' stands twice (first in line 3)."
    )


def test_all_duplicates_are_said_at_once() -> None:
    assert refusal("title: a\ntitle: b\ntitle: c\n").count("stands twice") == 2


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("titel: t", 1, "Did you mean 'title'?"),
        ("title: t\ninner:\n  amout: 1.0", 3, "Did you mean 'amount'?"),
        ("title: t\nmany:\n- {amount: 1.0}\n- {nams: []}", 4, "Did you mean 'names'?"),
        ("title: t\nby_name:\n  x: {amuont: 1.0}", 3, "Did you mean 'amount'?"),
    ],
)
def test_an_unknown_key_has_a_line_and_the_nearest_known_key(text: str, line: int, word: str) -> None:
    said = next(row for row in refusal(text).splitlines() if "unknown key" in row)
    assert said.startswith(f"x.yaml:{line}: unknown key")
    assert word in said


def test_a_key_like_no_other_gets_no_hint() -> None:
    assert refusal("title: t\nzzzzzz: 1").startswith("x.yaml:2: unknown key 'zzzzzz'. Known here: ")


def test_a_missing_key_is_named() -> None:
    assert refusal("count: 2") == "x.yaml:1: the key 'title' is missing."


def test_all_problems_come_at_once_in_the_order_of_lines() -> None:
    rows = refusal("titel: t\ncount: 0\ninner:\n  amount: x\n").splitlines()
    assert [row.split(":")[1] for row in rows] == ["1", "1", "2", "4"]


def test_a_hostile_key_is_shown_escaped() -> None:
    said = refusal('title: t\n"\\e[31mred": 1\n"limits[0]": 2')
    assert "\x1b" not in said
    assert "x.yaml:3: unknown key 'limits[0]'" in said


@pytest.mark.parametrize("text", ["- a\n- b", "just text", "3", "", "~", "# only a comment"])
def test_a_file_without_keys_is_refused(text: str) -> None:
    assert "expected keys and values" in refusal(text)


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "text",
    [
        "title: &a t\ninner: {names: [*a]}",
        "title: t\ninner: &b {names: [x, *b]}",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]",
        "a: &a {b: 1}\nc: {<<: *a}",
    ],
)
def test_aliases_are_refused_with_their_line(text: str) -> None:
    assert "an alias (*name) stands here" in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [true]",
        "a: !!python/name:os.system",
        "a: !unknown x",
        "a: !!timestamp x",
        "a: !!bool x",
        "a: !!int x",
        "a: !!float x",
        "a: !!binary ä",
        "a: " + "9" * 5000,
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        "a: [1, 2",
        "a: 'x",
        "a: b: c",
        "\ta: 1",
        "a: 1\n---\nb: 2",
        "a: \x00",
        "%YAML 9.9\n---\na: 1",
        "[" * 5000,
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ChallengeError) as caught:
        strict_yaml.loads(text.encode(), "x.yaml")
    assert caught.value.message.startswith("x.yaml")


def test_bytes_that_are_not_text_are_refused_with_their_place() -> None:
    with pytest.raises(ChallengeError, match=r"not UTF-8 text \(byte 3\)"):
        strict_yaml.loads(b"a: \xff", "x.yaml")


@given(st.text(alphabet="ab:-[]{}&*!#|>'\"%@`,? \n\t0159.~<=\x00é", max_size=60))
def test_no_text_ends_in_anything_but_data_or_a_sentence(text: str) -> None:
    with contextlib.suppress(GraderError):
        strict_yaml.loads(text.encode(), "x.yaml")


def test_a_file_that_is_not_there_or_too_large_is_an_error_of_the_asked_kind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        strict_yaml.load(tmp_path / "none.yaml", UsageError)
    (tmp_path / "large.yaml").write_bytes(b"#" * (strict_yaml.MAX_BYTES + 1))
    with pytest.raises(UsageError, match="larger than"):
        strict_yaml.load(tmp_path / "large.yaml", UsageError)
    with pytest.raises(ChallengeError, match="cannot be read"):
        strict_yaml.load(tmp_path)


def test_records_do_not_change_later() -> None:
    made = outer("title: t")
    with pytest.raises(ValueError, match="frozen"):
        made.title = "other"  # type: ignore[misc]


# ------------------------------------------------------------------------------------------------ comments in texts


@pytest.mark.parametrize(
    ("text", "line", "cut"),
    [
        ("3: Names three or more kinds beyond issue #12 of the list", 2, "#12 of the list"),
        ("3: Names three or more kinds beyond issue # 12 of the list", 2, "# 12 of the list"),
        ("3: Says why it is ranked so; #1, with a reason", 2, "#1, with a reason"),
        ("list:\n  - says why it is ranked #1, with a reason", 3, "#1, with a reason"),
        ("question: Does it follow the rule of\n    issue #4 in the list", 3, "#4 in the list"),
    ],
)
def test_a_comment_that_cuts_a_sentence_is_named_with_its_line(text: str, line: int, cut: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"nested:\n  {text.replace('list:' + chr(10), 'list:' + chr(10) + '  ')}\n")
    (found,) = strict_yaml.cut_texts(path)
    assert (found[0], found[2]) == (line, cut)


def test_aliases_of_aliases_are_looked_at_once_each(tmp_path: Path) -> None:
    names = "abcdefghijklmnopqrst"
    lines = [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise(names)]
    path = tmp_path / "x.yaml"
    path.write_text("\n".join(["a: &a [says why it is ranked #1, with a reason, x]", *lines]))
    assert strict_yaml.cut_texts(path) == []
    path.write_text("\n".join(["a: &a", "  - says why it is ranked #1, with a reason", *lines]))
    assert [line for line, _, _ in strict_yaml.cut_texts(path)] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "weight: 2  # of the whole",
        "id: failure-modes #1",
        "title: Two words # for the page",
        "question: Does it say why it was done?  # asked of all",
        '3: "Names three or more kinds beyond issue #12 of the list"',
        "3: 'Names three or more kinds beyond issue #12 of the list'",
        "3: >\n    Names three or more kinds beyond issue #12 of the list",
        "3: Names the issue#12 without a blank before it",
        "3: Names three or more kinds\n  # a comment between",
    ],
)
def test_a_remark_behind_a_whole_text_is_one(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"nested:\n  {text}\n")
    assert strict_yaml.cut_texts(path) == []


def test_a_check_tells_the_author(tmp_path: Path) -> None:
    root = write_pack(tmp_path / "pack", "def test_it(candidate):\n    pass\n")
    manifest = root / "challenge.yaml"
    manifest.write_text(
        manifest.read_text().replace("title: A small pack", "title: A small pack about issue #12 of ours")
    )
    _, _, findings = schema.read(root)
    (told,) = [finding for finding in findings if "comment" in finding.text]
    assert (str(told.outcome), told.place) == ("advice", f"{manifest}:4")
    assert "'A small pack about issue', without '#12 of ours'; quote it" in told.text


def test_an_empty_file_is_called_empty() -> None:
    assert refusal("") == "x.yaml:1: expected keys and values, the file is empty."
