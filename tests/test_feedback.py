"""The candidate's letter: kind, specific, from public facts only, and in a company's own words if it likes."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.pages.text import told
from grader.records import Fault, TestStatus
from grader.report import feedback, render_feedback, render_formats
from grader.report.letter import Letter, letter
from tests import report_fixtures as saved
from tests.report_pages import NASTY, Page, hostile

HEADINGS = {
    "needs_review": "Your work is still being read",
    "accepted": "We would like to go on with you",
    "rejected": "Not this time",
    "cheating": "Your work is still being read",
    "injected": "Your work is still being read",
    "unscored": "Your work is still being read",
    "refused": "We could not open your work",
    "challenge_error": "Something went wrong on our side",
    "infrastructure_error": "Something went wrong on our side",
}


def both(name: str) -> tuple[str, str]:
    return render_feedback(saved.ALL[name](), saved.challenge(), saved.submission())


@pytest.mark.parametrize("name", saved.ALL)
def test_each_outcome_has_its_own_tone(name: str) -> None:
    page, text = both(name)
    assert f"<h1>{HEADINGS[name]}</h1>" in page
    assert f"# {HEADINGS[name]}\n" in text


@pytest.mark.parametrize("name", saved.ALL)
def test_no_hidden_test_level_rater_or_total_reaches_a_candidate(name: str) -> None:
    grade = saved.with_canaries(saved.ALL[name]()) if saved.ALL[name]().score else saved.ALL[name]()
    for shown in render_feedback(grade, saved.challenge(), saved.submission()):
        assert saved.CANARY not in shown
        assert "SECRET-STALE-RATIONALE" not in shown
        assert "test_" not in shown
        assert "queued_low" not in shown
        for word in ("evel 3", "evel 4", "people rated", "adjudicator", "0.79", "pass mark", "of 100", "README.md"):
            assert word not in shown, word


def test_a_flag_is_never_mentioned_by_letter() -> None:
    page, text = both("injected")
    for shown in (page, text):
        assert "grader" not in shown
        assert "flag" not in shown.lower()


@pytest.mark.parametrize("name", ["challenge_error", "infrastructure_error"])
def test_what_broke_on_our_side_is_not_told_in_detail(name: str) -> None:
    for shown in both(name):
        assert "does not count against you" in shown
        assert "yaml" not in shown
        assert "Docker" not in shown


def test_a_refusal_gives_the_reason_without_our_folders() -> None:
    grade = saved.without_grade("refused", "/home/recruiter/in box/work.zip is not a readable archive")
    grade = replace(grade, reason="/home/recruiter/inbox/work.zip is not a readable archive")
    page, text = render_feedback(grade, saved.challenge(), None)
    for shown in (page, text):
        assert "work.zip is not a readable archive." in shown
        assert "recruiter" not in shown


def test_praise_and_advice_come_from_levels_that_count_and_from_sums() -> None:
    facts = letter(saved.needs_review(), saved.challenge())
    praise = {remark.title: " ".join(remark.texts) for remark in facts.strengths}
    advice = {remark.title: " ".join(remark.texts) for remark in facts.advice}
    assert "Keyword and embedding search were measured" in praise["LLM domain knowledge"]
    assert "(DECISIONS.md, line 12)" in praise["LLM domain knowledge"]
    assert "“Routing” and “Retrieval and citations”" in praise["LLM domain knowledge"]
    assert advice["Evaluation methodology"] == "They are listed, not ranked by cost."
    assert "“Model faults and budget” and “Hostile tickets” leave the most room" in advice["Production engineering"]
    assert not any("latency was not measured" in said for said in (*praise.values(), *advice.values()))


def test_below_the_middle_of_the_scale_a_rationale_is_advice_not_praise() -> None:
    facts = letter(saved.rejected(), saved.challenge())
    praise = " ".join(text for remark in facts.strengths for text in remark.texts)
    advice = " ".join(text for remark in facts.advice for text in remark.texts)
    assert "Keyword search is described" not in praise
    assert "Keyword search is described" in advice
    assert "Short functions" in praise
    assert "Two names say the opposite" in advice


@pytest.mark.parametrize(
    ("rationale", "praise", "advice"),
    [
        ("Good work. Why 4 and not 5: no limits.", "Good work", "No limits."),
        ("Good work. Not level 5 because it stops early.", "Good work", "It stops early."),
        ("Good work. Level 5 would need more. It is neat.", "Good work. It is neat", ""),
        ("Does not 3 things at once.", "Does not 3 things at once", ""),
    ],
)
def test_a_rationale_is_parted_where_it_argues_about_levels(rationale: str, praise: str, advice: str) -> None:
    first, *rest = saved.closed()
    facts = letter(saved.combine((), (replace(first, rationale=rationale, evidence=()), *rest)), saved.challenge())
    said = next(remark.texts[0] for remark in facts.strengths if remark.title == "LLM domain knowledge")
    assert said.removesuffix(".") == praise
    assert (advice or "nothing") in (" ".join(t for remark in facts.advice for t in remark.texts) + " nothing")


def test_a_group_that_could_not_be_judged_is_not_in_the_table_and_is_said_to_be_our_fault() -> None:
    results = list(saved.tests())
    results[0] = replace(results[0], status=TestStatus.ERROR, fault=Fault.CHALLENGE, points=0.0, metrics=())
    page, _ = render_feedback(saved.combine(tuple(results), saved.closed()), saved.challenge(), None)
    assert '<th scope="row">Routing</th>' not in page
    assert "One test could not be judged; that is our fault" in page


def test_points_in_the_letter_are_those_of_the_grade() -> None:
    grade = saved.needs_review()
    assert grade.objective is not None
    facts = letter(grade, saved.challenge())
    assert sum(float(group.points) for group in facts.groups) == pytest.approx(grade.objective.points)
    assert sum(float(group.most) for group in facts.groups) == pytest.approx(grade.objective.max_points)


@pytest.mark.parametrize("name", saved.ALL)
def test_the_page_is_sealed_and_whole(name: str) -> None:
    page, _ = both(name)
    found = Page(page)
    assert found.urls == []
    assert found.tags["script"] == 0
    assert found.attributes["style"] == 0
    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in page


def test_hostile_text_stays_text_in_both_letters() -> None:
    grade, submission = hostile()
    page, text = render_feedback(grade, saved.challenge(), submission)
    found = Page(page)
    assert found.tags["img"] == found.tags["script"] == 0
    assert "<script>" not in text.replace("\\<", "‹")
    assert "\x1b" not in text
    assert NASTY[:9] in found.text


def test_a_rejection_can_be_edited_before_a_person_sends_it() -> None:
    _, text = both("rejected")
    assert text.startswith("<!-- A draft until two people have decided.")
    assert "Dear [name]," in text
    assert text.rstrip().endswith(f"Reference: {saved.submission().digest[7:15]}")
    assert "[your name]" in text


@pytest.mark.parametrize("name", saved.ALL)
def test_the_text_is_tidy_markdown(name: str) -> None:
    _, text = both(name)
    assert "\n\n\n" not in text
    assert "{{" not in text
    assert not re.search(r"[ \t]+\n(?<!  \n)", text)


def test_the_shipped_templates_are_loaded_once_and_a_companys_each_time(tmp_path: Path) -> None:
    feedback.warm()
    kept = [feedback._environment(name, None).get_template(name) for name in (feedback.PAGE, feedback.TEXT)]
    render_feedback(saved.rejected(), saved.challenge(), None)
    again = [feedback._environment(name, None).get_template(name) for name in (feedback.PAGE, feedback.TEXT)]
    assert [id(one) for one in again] == [id(one) for one in kept]
    assert feedback._environment(feedback.PAGE, tmp_path) is not feedback._environment(feedback.PAGE, tmp_path)


# ---------------------------------------------------------------------------------------------- a company's templates


def test_a_company_replaces_one_template_and_keeps_the_others(tmp_path: Path) -> None:
    (tmp_path / "feedback.md.j2").write_text("Hi, {{ letter.tone }}: {{ letter.challenge }}")
    page, text = render_feedback(saved.rejected(), saved.challenge(), None, templates=tmp_path)
    assert text == "Hi, decline: Support-ticket triage with retrieval"
    assert "<h1>Not this time</h1>" in page


def test_a_company_replaces_only_the_words_or_only_the_style(tmp_path: Path) -> None:
    shipped = Path(render_feedback.__code__.co_filename).parent / "templates" / "letter_words.j2"
    words = shipped.read_text(encoding="utf-8").replace("Not this time", "Thank you, and goodbye for now")
    (tmp_path / "letter_words.j2").write_text(words, encoding="utf-8")
    (tmp_path / "letter.css").write_text("body { color: teal }")
    page, text = render_feedback(saved.rejected(), saved.challenge(), None, templates=tmp_path)
    assert "<h1>Thank you, and goodbye for now</h1>" in page
    assert "# Thank you, and goodbye for now" in text
    assert "<style>body { color: teal }</style>" in page


@pytest.mark.parametrize(
    "template",
    [
        "{{ letter.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% include '../page.py' %}",
        "{{ letter.tests }}",
        "{{ grade }}",
    ],
)
def test_a_template_can_reach_nothing_but_the_letter(tmp_path: Path, template: str) -> None:
    (tmp_path / "feedback.md.j2").write_text(template)
    with pytest.raises(UsageError):
        render_feedback(saved.rejected(), saved.challenge(), None, templates=tmp_path)


def test_a_broken_template_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "feedback.html.j2").write_text("fine\n{% if %}\n")
    with pytest.raises(UsageError, match=r"feedback\.html\.j2:2: "):
        render_feedback(saved.rejected(), saved.challenge(), None, templates=tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder of templates"):
        render_feedback(saved.rejected(), saved.challenge(), None, templates=tmp_path / "none")


def test_the_facts_of_the_letter_are_a_short_list_that_holds_no_test() -> None:
    assert {field.name for field in fields(Letter)} == {
        "tone", "reference", "challenge", "graded_on", "reason", "strengths", "advice", "groups",
        "open_criteria", "open_tests", "read_by_people", "read_by_program",
    }  # fmt: skip


def test_a_template_compiled_for_text_is_never_used_for_html(tmp_path, monkeypatch):
    """Both letters include the same words; what one environment has kept must not reach the other."""
    from grader.pages import templating

    monkeypatch.setattr(templating.PLACES, "cache", tmp_path)
    (tmp_path / "probe").mkdir()
    (tmp_path / "probe" / "words.j2").write_text("{{ name }}", encoding="utf-8")
    text = templating.letters(tmp_path / "probe", None, str).get_template("words.j2").render(name="<b>")
    page = templating.letters(tmp_path / "probe", None, None).get_template("words.j2").render(name="<b>")
    assert (text, page) == ("<b>", "&lt;b&gt;")


def test_points_of_a_group_tell_no_more_than_the_terminal_does() -> None:
    """Two decimals more, and one who hands in twice reads off what a single test measures."""
    grade = saved.ALL["rejected"]()
    objective = grade.objective
    assert objective is not None
    tests = tuple(
        replace(test, points=test.max_points * share)
        for test, share in zip(objective.tests, [0.98765, *[0.123456] * len(objective.tests)], strict=False)
    )
    grade = replace(grade, objective=replace(objective, tests=tests))
    groups = letter(grade, saved.challenge()).groups
    for group in groups:
        assert re.fullmatch(r"\d+(\.\d)?", group.points), group.points
    for shown in render_feedback(grade, saved.challenge(), saved.submission()):
        rows = [line for line in shown.splitlines() if any(group.title in line for group in groups)]
        assert len(rows) >= len(groups)
        assert not [row for row in rows if re.search(r"\d\.\d\d", row)], "neither in words nor in the length of a bar"
    made = render_formats(grade, saved.challenge(), ["gradescope", "ctrf"], "candidate")
    scores = [test["score"] for test in json.loads(made["results.json"])["tests"]]
    extra = [test["extra"]["points"] for test in json.loads(made["ctrf.json"])["results"]["tests"]]
    assert scores == extra
    assert [round(points, 1) for points in scores] == scores


@pytest.mark.parametrize(
    ("points", "most", "shown"),
    [(9.96, 10, 9.9), (10, 10, 10), (9.9999999999, 10, 10), (3.14159, 7, 3.1), (0.04, 1, 0), (0, 1, 0), (0.99, 1, 0.9)],
)
def test_all_points_are_told_only_where_they_are_earned(points: float, most: float, shown: float) -> None:
    assert told(points, most) == shown
