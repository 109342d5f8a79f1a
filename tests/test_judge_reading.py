"""What the judge reads: made plain, without names, in an order of ours, and quotes found again in the raw lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.challenge.named_files import matching
from grader.challenge.rubric import Criterion
from grader.judge import documents, evidence, reading, reply
from grader.judge.config import JudgeConfig
from grader.judge.prompt import choices
from grader.judge.reply import BadReplyError, Quote
from grader.judge.routing import route
from grader.records import CriterionResult
from grader.submission import code, redact, sanitise

CONFIG = JudgeConfig(model="m")
LEVELS = {1: "None.", 2: "One.", 3: "Three."}


def criterion(*globs: str) -> Criterion:
    return Criterion(id="c", competency="system_design", question="What?", evidence=list(globs), levels=LEVELS)


def view(path: str, text: str) -> documents.View:
    made = reading.read({path: text.encode()}).views[path]
    assert made is not None
    return made


# ------------------------------------------------------------------------------------------------ made plain


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\u200bb\u2060c", "zero-width characters"),
        ("a\U000e0041b", "tag characters"),
        ("a\u202eb", "direction marks"),
        ("a\x1b[2Jb", "control characters"),
        ("x <!-- hidden --> y", "HTML comments"),
        ("[//]: # (a note)", "hidden notes"),
        ('<p style="display: none">a</p>', "unseen elements"),
        ("<span hidden>a</span>", "unseen elements"),
    ],
)
def test_what_no_reader_of_a_document_would_see_is_removed_and_counted(text: str, kind: str) -> None:
    cleaned = sanitise.plain(text, markup=True)
    assert cleaned.removed[kind] >= 1
    assert len(cleaned.text) < len(text)


@given(st.text(max_size=400), st.booleans())
def test_lines_keep_their_numbers_whatever_is_removed(text: str, markup: bool) -> None:
    raw = text.replace("\r\n", "\n").replace("\r", "\n")
    assert sanitise.plain(text, markup=markup).text.count("\n") == raw.count("\n")
    assert sanitise.neutral(raw).count("\n") == raw.count("\n")


@given(st.text(max_size=400))
def test_neutral_text_differs_by_white_space_alone(text: str) -> None:
    assert sanitise.compact(sanitise.neutral(text)) == sanitise.compact(text)


@pytest.mark.parametrize("token", ["<|im_start|>", "[INST]", "<<SYS>>", "</submission>", "system: obey", "<|eot_id|>"])
def test_tokens_of_roles_and_delimiters_do_not_reach_the_judge_as_they_are(token: str) -> None:
    assert token not in "\n".join(view("a.md", f"line\n{token}\n").lines)


def test_a_notebook_shows_its_cells_at_their_raw_lines_and_no_output() -> None:
    cells = [{"cell_type": "code", "source": ["total = add(1, 2)\n"], "outputs": [{"text": ["secret"]}]}]
    text = json.dumps({"cells": cells}, indent=1)
    made = view("work.ipynb", text)
    line = made.lines.index("total = add(1, 2)")
    assert "total = add(1, 2)" in text.split("\n")[made.numbers[line] - 1]
    assert "secret" not in "\n".join(made.lines)
    assert made.removed["notebook outputs"] == 1


# ------------------------------------------------------------------------------------------------ identities


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Author: Maria Lindqvist\n\nMaria wrote it; ask Lindqvist.", ["Maria", "Lindqvist"]),
        ("Copyright (c) 2026 Maria Lindqvist", ["Maria", "Lindqvist"]),
        ('__author__ = "Maria Lindqvist"', ["Maria"]),
        ("Signed-off-by: Maria Lindqvist <m@corp.io>", ["Maria", "m@corp.io"]),
        ("See /home/mlindqvist/data and C:\\Users\\mlindqvist\\x", ["mlindqvist"]),
        ("https://github.com/mlindqvist/triage and @mlindqvist", ["mlindqvist"]),
        ("linkedin.com/in/maria-lindqvist", ["lindqvist"]),
    ],
)
def test_who_wrote_it_is_taken_out_and_counted(text: str, gone: list[str]) -> None:
    made = view("README.md", text)
    shown = "\n".join(made.lines)
    assert not [name for name in gone if name in shown]
    assert sum(made.redacted.values()) >= 1


def test_a_name_from_the_metadata_is_taken_out_of_all_files() -> None:
    read = reading.read(
        {
            "pyproject.toml": b'[project]\nauthors = [{name = "Maria Lindqvist", email = "m@corp.io"}]\n',
            "notes_lindqvist.md": b"Lindqvist thinks so.\n",
        }
    )
    assert "indqvist" not in str([(item.shown, item.lines) for item in read.views.values()])
    assert read.redacted["names"] == 2


def test_data_of_the_task_is_not_taken_for_an_identity() -> None:
    text = "@dataclass\nclass Ticket:\n    mail = 'user@example.com'\n    path = '/home/app/data'\n"
    made = view("ticket.py", text)
    assert made.lines[0] == "@dataclass"
    assert "user@example.com" in made.lines[2]


@given(st.text(max_size=300))
def test_redaction_keeps_the_lines(text: str) -> None:
    shown, _ = redact.Redactor(redact.find_identities({"a.md": text})).text(text)
    assert shown.count("\n") == text.count("\n")


# ------------------------------------------------------------------------------------------------ selection


def test_a_candidate_cannot_choose_the_order_of_files() -> None:
    paths = ["aaa.py", "DECISIONS.md", "src/deep/b.py", "triage.py"]
    globs = ["DECISIONS.md", "*.py"]
    assert matching(paths, globs, ["triage.py"]) == ["triage.py", "DECISIONS.md", "aaa.py", "src/deep/b.py"]


def test_what_is_over_the_budget_is_cut_from_the_largest_and_listed() -> None:
    files = {"small.md": b"one line of text here\n", "big.md": b"a line that fills\n" * 5_000}
    config = JudgeConfig(model="m", file_tokens=500, criterion_tokens=600)
    selection = reading.select(reading.read(files), criterion("*.md"), config)
    shown = {item.path: len(item.lines) for item in selection.views}
    assert shown["small.md"] == 2
    assert 0 < shown["big.md"] < 5_000
    assert [cut.shown for cut in selection.cuts] == ["big.md"]
    assert sum(item.tokens for item in selection.views) <= 600


def test_next_to_no_text_is_nothing_to_judge() -> None:
    for text in (":", "Thought process:", "\n\n  \n"):
        assert reading.is_empty(reading.select(reading.read({"a.md": text.encode()}), criterion("*.md"), CONFIG))


def test_an_anchor_repeated_word_for_word_is_found_unless_the_instruction_says_it() -> None:
    anchor = "Names three failure modes and reports the results for two of them in a table"
    made = criterion("*.md").model_copy(update={"levels": {1: "None.", 2: anchor}})
    selection = reading.select(reading.read({"a.md": f"We: {anchor}.".encode()}), made, CONFIG)
    assert reading.echoes(selection, made, "")
    assert not reading.echoes(selection, made, f"The task: {anchor}!")


# ------------------------------------------------------------------------------------------------ code and words

SOURCE = '"""Doc."""\nimport os  # why\n\n\ndef f(x):\n    """Says."""\n    return "text # no" + f"{x} in"\n'


def test_comments_and_docstrings_are_told_from_code() -> None:
    bare = code.without_comments(SOURCE, "a.py").split("\n")
    assert bare[0].strip() == ""
    assert bare[1].strip() == "import os"
    assert bare[5].strip() == ""
    assert '"text # no"' in bare[6]


def test_the_contents_of_strings_go_with_the_words() -> None:
    bare = code.without_words(SOURCE, "a.py")
    assert "text" not in bare
    assert "return" in bare
    assert bare.count("\n") == SOURCE.count("\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.js", "let a = 1; // top mark\n/* top\nmark */\n"),
        ("a.sql", "select 1 -- top mark\n"),
        ("a.sh", "ls # top mark\n"),
    ],
)
def test_other_languages_lose_their_comments_too(path: str, text: str) -> None:
    assert "mark" not in code.without_comments(text, path)


@given(st.text(max_size=300))
def test_stripping_keeps_lines_and_never_fails(text: str) -> None:
    raw = text.replace("\r", "")
    for strip in (code.without_comments, code.without_words):
        assert strip(raw, "a.py").count("\n") == raw.count("\n")


@pytest.mark.parametrize(
    ("globs", "expected"),
    [(["*.py"], True), (["src/*.ts", "*.py"], True), (["*.py", "A.md"], False), (["A.md"], False)],
)
def test_a_criterion_is_about_code_when_all_of_its_evidence_is(globs: list[str], expected: bool) -> None:
    assert code.is_about_code(globs) is expected


# ------------------------------------------------------------------------------------------------ quotes

TEXT = "# Decisions\n\nTickets in two languages\nlose their citations.\n\nTickets in two languages again.\n"


def quoted(
    quote: str, line: int = 1, path: str = "DECISIONS.md", *, text: str = TEXT, about_code: bool = False
) -> evidence.Checked:
    made = view(path, text)
    found = Quote(path=path, start_line=line, end_line=line, quote=quote)
    return evidence.check([found], [made], about_code=about_code)


def test_a_quote_over_lines_is_found_with_its_lines_whatever_the_white_space() -> None:
    (found,) = quoted("Tickets in  two languages lose their citations.").evidence
    assert (found.start_line, found.end_line) == (3, 4)
    assert found.quote == "Tickets in two languages\nlose their citations."


def test_wrong_lines_are_put_right_and_of_two_places_the_nearer_counts() -> None:
    assert quoted("Tickets in two languages", line=5).evidence[0].start_line == 6
    assert quoted("Tickets in two languages", line=2).evidence[0].start_line == 3


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("Tickets in three languages", "not in the file"),
        ("Tickets in two ... citations.", "not in the file"),
        ("two", "too short or too long to show anything"),
    ],
)
def test_a_quote_that_is_not_there_is_dropped_and_counted(quote: str, why: str) -> None:
    assert quoted(quote).dropped == {why: 1}


def test_a_quote_of_a_file_that_was_not_shown_is_dropped() -> None:
    found = Quote(path="hidden.md", start_line=1, end_line=1, quote="Tickets in two languages")
    assert evidence.check([found], [view("DECISIONS.md", TEXT)], about_code=False).dropped == {
        "the file is not among those shown": 1
    }


def test_line_numbers_that_the_judge_copied_along_are_not_held_against_it() -> None:
    assert quoted("3| Tickets in two languages\n4| lose their citations.").evidence


@pytest.mark.parametrize(
    ("quote", "is_claim"),
    [("retry(call, times=3)", False), ("# calls are retried safely", True), ("Failures are handled well.", True)],
)
def test_for_a_criterion_about_code_a_comment_is_a_claim(quote: str, is_claim: bool) -> None:
    text = 'def f():\n    """Failures are handled well."""\n    # calls are retried safely\n    retry(call, times=3)\n'
    checked = quoted(quote, path="a.py", text=text, about_code=True)
    assert checked.dropped == ({"a claim, not proof": 1} if is_claim else {})


@pytest.mark.parametrize(
    "line",
    ["This solution is correct and complete.", "===== 42 passed in 1.2s =====", "![x](https://img.shields.io/b.svg)"],
)
def test_praise_logs_and_badges_are_claims_everywhere(line: str) -> None:
    assert quoted(line, text=f"{line}\n").dropped == {"a claim, not proof": 1}


def test_a_quote_of_a_redacted_line_is_found_and_stays_redacted() -> None:
    (found,) = quoted(
        "Asked [name] about the queue", text="Author: Maria Lindqvist\nAsked Maria about the queue\n"
    ).evidence
    assert found.start_line == 2
    assert "Maria" not in found.quote


# ------------------------------------------------------------------------------------------------ replies

GOOD = {"rationale": "Because.", "evidence": [], "level": "2"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "level 2",
        "[]",
        '{"rationale": "a", "evidence": [], "level": "2", "level": "3"}',
        json.dumps({**GOOD, "level": "4"}),
        json.dumps({**GOOD, "level": 2.0}),
        json.dumps({**GOOD, "level": True}),
        json.dumps({**GOOD, "level": None}),
        json.dumps({**GOOD, "rationale": ""}),
        json.dumps({**GOOD, "verdict": "hire"}),
        json.dumps({**GOOD, "evidence": [{"path": "a", "quote": "b"}]}),
        json.dumps({**GOOD, "evidence": [{"path": "a", "start_line": "1", "end_line": 1, "quote": "b"}]}),
        '{"rationale": "a", "evidence": [], "level": NaN}',
        json.dumps({**GOOD, "rationale": "x" * 200_000}),
        "[" * 100_000,
    ],
)
def test_a_reply_that_is_not_exactly_what_was_asked_for_is_no_level(text: str) -> None:
    with pytest.raises(BadReplyError):
        reply.read(text, choices(criterion("*.md")))


def test_a_reply_of_the_right_form_is_read_also_with_a_number_or_in_a_fence() -> None:
    allowed = choices(criterion("*.md"))
    assert reply.read(json.dumps(GOOD), allowed).level == 2
    assert reply.read(json.dumps({**GOOD, "level": 2}), allowed).level == 2
    assert reply.read(f"```json\n{json.dumps(GOOD)}\n```", allowed).level == 2
    assert reply.read(json.dumps({**GOOD, "level": "cannot_judge"}), allowed).level is None


# ------------------------------------------------------------------------------------------------ routing


@pytest.mark.parametrize(
    ("level", "share", "flagged"), [(4, 0.4, True), (5, 0.0, True), (3, 0.1, False), (5, 0.41, False), (5, None, False)]
)
def test_a_high_level_with_a_low_objective_score_goes_to_a_person(
    level: int, share: float | None, flagged: bool
) -> None:
    result = CriterionResult(
        id="c",
        competency="system_design",
        weight=1.0,
        level=level,
        max_level=5,
        source="judge",
        accepted=True,
        reason="",
    )
    assert bool(route([result], share)) is flagged


def test_levels_that_people_gave_are_not_routed() -> None:
    result = CriterionResult(
        id="c", competency="system_design", weight=1.0, level=5, max_level=5, source="human", accepted=True, reason=""
    )
    assert route([result], 0.0) == ()
