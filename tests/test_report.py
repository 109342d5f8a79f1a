"""report.html: sealed, blind, honest about what is open, and whole without a script."""

from __future__ import annotations

import base64
import hashlib
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.records import Evidence, Fault, TestStatus
from grader.report import render_report
from tests import report_fixtures as saved
from tests.patience import bounded_work
from tests.report_pages import NASTY, Page, hostile, many, render

ROOT = Path(__file__).parent.parent


def page(name: str) -> Page:
    return Page(render(saved.ALL[name]()))


# ---------------------------------------------------------------------------------------------- sealed


@pytest.mark.parametrize("name", saved.ALL)
def test_every_page_is_well_formed_and_loads_nothing(name: str) -> None:
    found = page(name)
    assert found.urls == []
    assert found.attributes["style"] == 0
    assert not [attribute for attribute in found.attributes if attribute.startswith("on")]
    assert found.tags["script"] == found.tags["style"] == found.tags["h1"] == found.tags["main"] == 1


@pytest.mark.parametrize("name", saved.ALL)
def test_every_link_leads_somewhere_and_every_id_is_one(name: str) -> None:
    found = page(name)
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links} <= set(found.ids)


@pytest.mark.parametrize("name", saved.ALL)
def test_the_policy_lets_exactly_this_style_and_script_run(name: str) -> None:
    html = render(saved.ALL[name]())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    wanted = {}
    for tag in ("style", "script"):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert inner is not None
        wanted[tag] = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{wanted['style']}'; script-src 'sha256-{wanted['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_same_run_always_gives_the_same_page() -> None:
    assert render(saved.needs_review()) == render(saved.needs_review())


def test_a_normal_page_is_small() -> None:
    assert len(render(saved.needs_review()).encode()) < 200_000


# ---------------------------------------------------------------------------------------------- blind


def test_a_blind_page_shows_neither_name_nor_source() -> None:
    html = render(saved.needs_review(), candidate="Jane Doe")
    assert "jane" not in html.lower()
    assert "recruiter" not in html
    assert f"Submission {saved.submission().digest[7:15]}" in Page(html).text


def test_a_blind_page_hides_the_author_in_files_quotes_and_messages() -> None:
    files = {
        "a.py": b"# Author: Jane Doe <jane@doe.dev>\nx = 1  # asked jane@doe.dev\n",
        "Jane Doe.md": b"# By Jane Doe\n",
    }
    grade = saved.needs_review()
    assert grade.objective is not None
    told = replace(grade.objective.tests[0], message="mail to jane@doe.dev", stdout="I am Jane Doe")
    cited = replace(
        grade.criteria[0], rationale="Jane Doe measured.",
        evidence=(Evidence(path="a.py", start_line=1, end_line=1, quote="# Author: Jane Doe"),),
    )  # fmt: skip
    changed = replace(
        grade, objective=replace(grade.objective, tests=(told, *grade.objective.tests[1:])),
        criteria=(cited, *grade.criteria[1:]), reason="jane",
    )  # fmt: skip
    html = render(changed, submission=saved.submission(files=files), candidate="Jane Doe")
    assert "jane" not in html.lower().replace("code/jane_doe.md", "")
    assert "doe.dev" not in html


def test_only_a_page_that_is_not_blind_is_headed_by_the_name() -> None:
    html = render(saved.needs_review(), candidate="Jane <b>Doe</b>", blind=False)
    assert "Jane <b>Doe</b>" in Page(html).text
    assert "blind copy" not in Page(html).text
    assert "<b>Doe" not in html
    assert "recruiter" not in html


# ---------------------------------------------------------------------------------------------- the answer first


def test_the_first_screen_answers_with_outcome_range_recommendation_and_who_can_close_what() -> None:
    text = page("needs_review").text
    first = text[: text.index("34 hidden tests")]
    for said in (
        "Needs review: one criterion decides", "74of 100", "68–81", "mark 70", "min 40", "27–73 %",
        "“How was quality measured?”: at level 3 or better every mark is reached",
        "Two reviewers, or the challenge’s owner by repeating the calibration can close it.",
        "README.md, lines 15–16: text that addresses the grader.", "4 h asked for", "memory in 1 test", "1 left out",
    ):  # fmt: skip
        assert said in first, said


def test_with_nothing_open_the_list_says_so_and_keeps_its_place() -> None:
    text = page("accepted").text
    assert "Open, and who can close it Nothing is open" in text
    assert "68–81" not in text


@pytest.mark.parametrize(
    ("name", "fault", "step"),
    [
        ("refused", "The submission.", "Ask the candidate for a new archive"),
        ("challenge_error", "The challenge’s author.", "grade challenge check rag-triage says where"),
        ("infrastructure_error", "The infrastructure.", "grade doctor helps"),
    ],
)
def test_without_a_grade_the_page_says_whose_fault_it_is_and_what_to_do(name: str, fault: str, step: str) -> None:
    grade = saved.ALL[name]()
    for challenge in (saved.challenge(), None):
        text = Page(render_report(grade, challenge, None)).text
        assert fault in text
        assert step in text
        assert grade.reason in text
        assert "of 100" not in text
        assert "Hidden tests" not in text


def test_every_number_of_the_table_that_adds_up_adds_up() -> None:
    html = render(saved.accepted())
    for body in re.findall(r'<tbody id="k-.*?</tbody>', html, re.DOTALL):
        points = [float(value) for value in re.findall(r'<td class="n">([\d.]+)</td>', body)]
        total = re.search(r'<td class="n"><b>([\d.]+)</b></td>', body)
        assert total is not None
        assert sum(points) == pytest.approx(float(total[1]), abs=0.02)


# ---------------------------------------------------------------------------------------------- tests and criteria


def test_a_test_that_could_not_be_judged_says_whose_fault_it_is_and_is_open() -> None:
    results = list(saved.tests())
    results[0] = replace(
        results[0], status=TestStatus.ERROR, fault=Fault.CHALLENGE, points=0.0, message="KeyError: 'queue'", metrics=()
    )
    html = render(saved.combine(tuple(results), saved.closed()))
    text = Page(html).text
    assert "1 could not be judged" in text
    assert "The fault is the challenge’s; the points are open." in text
    assert "the test could not be judged" in text.lower()


def test_what_lost_points_comes_first_in_its_group() -> None:
    html = render(saved.needs_review())
    for body in re.findall(r'<table class="tests.*?</table>', html, re.DOTALL):
        states = [bool(found) for found in re.findall(r'<tr id="t-[^"]*"( class="full")?>', body)]
        assert states == sorted(states)


def test_long_messages_and_outputs_fold_away_and_are_cut() -> None:
    results = list(saved.tests())
    results[0] = replace(results[0], message="first line\n" + "more\n" * 50, stdout="o" * 100_000, stderr="E\n")
    html = render(saved.combine(tuple(results), saved.closed()))
    assert "<summary>Message</summary>" in html
    assert "<summary>Standard output</summary>" in html
    assert "characters …" in html
    assert len(html) < 200_000


def test_a_given_level_is_marked_and_a_suggested_one_never_looks_like_it() -> None:
    html = render(saved.needs_review())
    assert html.count('class="given" aria-current="true"') == 4
    assert html.count('class="hint"') == 1
    hint = re.search(r'<li class="hint">.*?</li>', html)
    assert hint is not None
    assert "<em>suggested</em>" in hint[0]
    assert "not counted:" in Page(html).text


def test_what_a_stale_judge_said_is_absent_from_the_source_of_the_page() -> None:
    html = render(saved.needs_review())
    assert "SECRET-STALE-RATIONALE" not in html
    section = html[html.index('id="c-measurement"') : html.index('id="c-trade-offs"')]
    assert "suggested" not in section
    assert "given" not in section
    assert "Gate: STALE" in section


def test_how_the_judge_came_to_its_level_is_told_only_where_the_level_is() -> None:
    html = render(saved.needs_review())
    assert "Read 3 times: 4, 4, 5 · 3.4 s · 10,200 tokens in, 640 out · $0.05." in Page(html).text
    first, *rest = saved.criteria()
    withheld = replace(first, accepted=False, level=None, source="none", reason="STALE: the endpoint answers otherwise")
    html = render(saved.combine(saved.tests(), (withheld, *rest)))
    start, end = (html.index(f'<article class="crit" id="c-{name}"') for name in ("retrieval", "failure-modes"))
    section = Page(html[start:end]).text
    assert "4, 4, 5" not in section
    assert "The judge may score this criterion, but this reading does not count." in section
    assert "Keyword and embedding search" not in section


def test_an_interval_of_the_judges_error_is_told_in_levels() -> None:
    first, *rest = saved.criteria()
    judged = replace(first, low=3.2, high=4.7)
    text = Page(render(saved.combine(saved.tests(), (judged, *rest)))).text
    assert "people would give 3.2 to 4.7 (90 % interval)" in text


def test_a_level_that_does_not_count_is_not_shown() -> None:
    first, *rest = saved.criteria()
    lone = replace(
        first, accepted=False, level=2, source="human", rationale="ONLY-ONE-READER", reason="one of two readings"
    )
    html = render(saved.combine(saved.tests(), (lone, *rest)))
    assert "ONLY-ONE-READER" not in html
    section = html[html.index('id="c-retrieval"') : html.index('id="c-failure-modes"')]
    assert 'class="given"' not in section


def test_each_quote_leads_to_its_lines_and_the_lines_lead_back() -> None:
    html = render(saved.needs_review())
    assert 'href="#m3a">evaluate.py, lines 12–13</a>' in html
    lines = html[html.index('id="m3a"') :][:600]
    assert 'id="code/evaluate.py:12"' in lines
    assert 'href="#e3a"' in lines


def test_a_quote_whose_file_is_not_on_the_page_has_no_dead_link() -> None:
    first, *rest = saved.criteria()
    gone = replace(first, evidence=(Evidence(path="gone.py", start_line=1, end_line=2, quote="x"),))
    html = render(saved.combine(saved.tests(), (gone, *rest)))
    assert "gone.py, lines 1–2" in Page(html).text
    assert "(not on this page)" in Page(html).text


def test_model_calls_are_a_trace_where_the_run_recorded_them() -> None:
    calls = [
        {"purpose": "Route", "started": 0.0, "seconds": 0.21, "prompt_tokens": 640, "completion_tokens": 18},
        {
            "purpose": "Answer",
            "started": 0.3,
            "seconds": 0.09,
            "prompt_tokens": 1604,
            "completion_tokens": 0,
            "fault": "429, injected",
        },
    ]
    grade = saved.needs_review()
    text = Page(render(replace(grade, provenance={**grade.provenance, "model_calls": calls}))).text
    assert "Model calls 2 of 2" in text
    assert "429, injected" in text
    assert "Model calls" not in page("needs_review").text


def test_model_calls_stand_under_the_test_that_made_them_with_a_link_to_it() -> None:
    grade = saved.needs_review()
    assert grade.objective
    first, second = grade.objective.tests[:2]
    call = {"purpose": "chat small", "started": 0.0, "seconds": 0.1, "prompt_tokens": 5, "completion_tokens": 5}
    calls = [
        {**call, "test": first.id},
        {**call, "test": first.id},
        {**call, "test": second.id},
        {**call, "test": "gone"},
    ]
    html = render(replace(grade, provenance={**grade.provenance, "model_calls": calls}))
    trace = html.partition('class="trace"')[2]
    heads = re.findall(r'class="of"><th scope="rowgroup" colspan="7"><a href="#([^"]+)"', trace)
    assert len(heads) == 2
    assert all(f'<tr id="{anchor}"' in html for anchor in heads)
    assert "Model calls 4 of 4" in Page(html).text


def test_the_run_can_be_repeated_from_what_the_page_says() -> None:
    text = page("needs_review").text
    grade = saved.needs_review()
    for value in (
        grade.submission["digest"],
        grade.challenge["digest"],
        "judge-large-2026-08",
        "20 November 2026, 14:02:11 UTC",
    ):
        assert str(value) in text
    for image in grade.provenance["images"].values():  # type: ignore[attr-defined]
        assert image in text


# ---------------------------------------------------------------------------------------------- hostile


def test_hostile_names_and_contents_stay_text() -> None:
    grade, submission = hostile()
    html = render(grade, submission=submission, candidate=NASTY, blind=False)
    html.encode("utf-8")
    found = Page(html)
    assert found.tags["script"] == 1
    assert found.tags["img"] == 0
    assert found.urls == []
    assert not [name for name in found.attributes if name.startswith("on")]
    assert "{{7*7}}" in found.text
    for character in ("\x00", "\x1b", "\u202e"):
        assert character not in html


def test_a_name_cannot_break_out_of_the_style_sheet() -> None:
    html = render(saved.needs_review(), candidate='x"; } body { display: none } </style><script>', blind=False)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    assert "body { display: none }" not in style[1]
    assert Page(html).tags["script"] == 1


@pytest.mark.slow
def test_five_hundred_files_and_two_thousand_tests_make_a_bounded_page_in_bounded_time() -> None:
    grade, submission = many()
    with bounded_work():
        html = render(grade, submission=submission)
    assert len(html) < 8_000_000
    assert html.count('class="file"') == 500
    assert html.count('<tr id="t-') == 2_000


@pytest.mark.slow
def test_warming_up_imports_all_that_a_page_needs() -> None:
    """In a process of its own, because this one has imported everything long ago."""
    script = (
        "import pickle, sys; import grader.report as report; saved = pickle.load(sys.stdin.buffer); report.warm(); "
        "before = set(sys.modules); report.render_report(*saved); "
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('encodings')))"
    )
    given = pickle.dumps((saved.accepted(), saved.challenge(), saved.submission()))
    done = subprocess.run([sys.executable, "-c", script], input=given, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == b"[]"


def test_importing_the_package_is_cheap() -> None:
    heavy = "{'jinja2', 'pygments', 'markdown_it', 'nh3', 'pydantic'}"
    script = f"import sys; import grader.report; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_figures_stand_with_the_command_and_what_came_of_it_and_a_blind_page_hides_whose_they_are() -> None:
    from grader.claims import documents
    from grader.claims.marks import CommandOutcome, marked

    text = (
        b"# Notes\n\n```console\n$ python greta.sandmann@gmail.com.py <b>\nright 0.92\n```\n"
        + b"\n" * 12
        + b"| all | 0.55 |\n"
    )
    text = text.replace(b" <b>", b" '<i>'")
    files = {**saved.submission().files, "EVAL.md": text}
    claims = marked(documents.read({"EVAL.md": text}), [CommandOutcome(outputs=("right 0.61\n<script>\n",))])
    grade = replace(saved.needs_review(), claims=claims)
    page = render_report(grade, saved.challenge(), replace(saved.submission(), files=files))
    part = page[page.index('id="figures"') : page.index('id="code"')]
    assert "1 not what is printed and 1 without a command" in part
    assert "differs: 0.61 is printed (-0.31)" in part
    assert 'href="#code/EVAL.md:5"' in part
    assert "sandmann" not in part.casefold()
    assert "<script>" not in part
    assert "<i>" not in part


def test_where_no_command_is_named_the_page_says_that_nothing_was_run() -> None:
    from grader.claims import documents
    from grader.claims.marks import marked

    files = {**saved.submission().files, "EVAL.md": b"# Notes\n\nRecall is 0.92.\n"}
    grade = replace(saved.needs_review(), claims=marked(documents.read({"EVAL.md": files["EVAL.md"]}), []))
    page = render_report(grade, saved.challenge(), replace(saved.submission(), files=files))
    part = page[page.index('id="figures"') : page.index('id="code"')]
    assert "1 without a command. No document names a command that gives them, so nothing was run" in part
    assert "was held against" not in part
