"""Rating on the pages: nothing that somebody wrote is lost or overwritten, and nothing counts before it is whole.

On SQLite, and where two write at once or a server ends, on Postgres too: pages reach a store by the desk alone, which
tests/test_review_rules.py holds to the same on both."""

from __future__ import annotations

import contextlib
import http.client
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from grader.ratings.sheet import Sheet
from grader.review.records import Actor
from grader.store.case_tables import cases
from grader.store.check import problems
from grader.web.accounts import IDLE
from tests.patience import WAIT, until
from tests.web_fixtures import OPERATOR, PASSWORD, House, Visitor, house, levels

pytestmark = pytest.mark.xdist_group("web-rating")


on_both_stores = pytest.mark.parametrize("home", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    kind = getattr(request, "param", "sqlite")
    made = house(tmp_path, "" if kind == "sqlite" else request.getfixturevalue("postgres").database())
    for name in ("Ann", "Bob", "Cem"):
        made.person(name)
    made.person("Lea", "lead")
    made.case("C1", "Ann", "Bob")
    yield made
    made.store.close()


@on_both_stores
@pytest.mark.slow
def test_a_case_goes_from_two_blind_levels_to_a_letter(home: House) -> None:
    case = home.cases["C1"].id
    for name, given in (("Ann", {"clarity": 2, "record": 5}), ("Bob", {"clarity": 5})):
        rater = home.visitor(name)
        assert "1 to rate" in rater.get("/").text
        rater.get(f"/rate/{case}")
        assert rater.post(f"/rate/{case}/submit", levels(home.cases["C1"], given)).status_code == 303
        assert "Handed in" in rater.get(f"/rate/{case}").text
    lead = home.visitor("Lea")
    lead.get(f"/cases/{case}")
    assert lead.post(f"/cases/{case}/reveal").headers["Location"].endswith("/debrief")
    page = lead.get(f"/cases/{case}/debrief").text
    assert page.index("3 levels apart") < page.index("2 levels apart") < page.index("All gave 3")
    refused = lead.post(f"/cases/{case}/decide", {"outcome": "advance", "why": "good"})
    assert "still open" in refused.text
    settled = {"criterion": "clarity", "level": "4", "why": "The names are explained."}
    assert lead.post(f"/cases/{case}/adjudicate", settled).status_code == 303
    settled = {"criterion": "record", "level": "4", "why": "One choice has no reason."}
    assert lead.post(f"/cases/{case}/adjudicate", settled).status_code == 303
    ann = home.visitor("Ann")
    ann.get(f"/cases/{case}/debrief")
    assert ann.post(f"/cases/{case}/respond", {"agrees": "no", "words": "Not yet."}).status_code == 303
    decided = lead.post(f"/cases/{case}/decide", {"outcome": "advance", "why": "Measured and honest."})
    assert decided.status_code == 303
    page = lead.get(f"/cases/{case}/debrief").text
    assert "Dissents:" in page
    assert "Has not said whether they agree" in page
    assert lead.post(f"/cases/{case}/letter", {"text": "Dear you", "do": "release"}).status_code == 303
    assert "Released on" in lead.get(f"/cases/{case}/debrief").text


def revealed(home: House, *given: int) -> tuple[str, Visitor]:
    """The case with Ann's and Bob's levels open to all, and the lead."""
    case = home.cases["C1"].id
    for name, level in zip(("Ann", "Bob"), given, strict=True):
        rater = home.visitor(name)
        rater.get(f"/rate/{case}")
        assert rater.post(f"/rate/{case}/submit", levels(home.cases["C1"], level)).status_code == 303
    lead = home.visitor("Lea")
    lead.get(f"/cases/{case}")
    assert lead.post(f"/cases/{case}/reveal").status_code == 303
    return case, lead


@pytest.mark.slow
def test_a_decision_against_the_recommendation_is_marked_so_and_another_is_not(home: House) -> None:
    case, lead = revealed(home, 1, 1)
    for outcome, marked in (("decline", False), ("advance", True), ("more", False)):
        assert lead.post(f"/cases/{case}/decide", {"outcome": outcome, "why": "As we see it."}).status_code == 303
        assert ("against the recommendation (decline)" in lead.get(f"/cases/{case}/debrief").text) is marked


@pytest.mark.slow
def test_what_is_refused_on_the_debrief_comes_back_as_it_was_written(home: House) -> None:
    case, lead = revealed(home, 2, 4)
    refused = lead.post(f"/cases/{case}/decide", {"outcome": "advance", "why": "Measured <b> & honest."})
    assert refused.status_code == 409
    assert "Measured &lt;b&gt; &amp; honest.</textarea>" in refused.text
    assert 'value="advance" required checked' in refused.text
    assert refused.text.count("required checked") == 1
    form = {"criterion": "clarity", "level": "4", "why": " ", "for_candidate": "Name the parts."}
    refused = lead.post(f"/cases/{case}/adjudicate", form)
    assert refused.status_code == 409
    assert refused.text.count("Name the parts.</textarea>") == 1
    assert refused.text.count("<option selected>4</option>") == 1
    ann = home.visitor("Ann")
    ann.get(f"/cases/{case}/debrief")
    assert "Well, well.</textarea>" in ann.post(f"/cases/{case}/respond", {"agrees": "", "words": "Well, well."}).text
    refused = lead.post(f"/cases/{case}/reopen", {"why": "a new fact"})
    assert refused.status_code == 409
    assert 'value="a new fact"' in refused.text
    lead.post(f"/cases/{case}/decide", {"outcome": "more", "why": "Talk first."})
    refused = lead.post(f"/cases/{case}/letter", {"text": "Dear [name], my own words", "do": "release"})
    assert refused.status_code == 409
    assert "Dear [name], my own words</textarea>" in refused.text
    assert "Talk first.</textarea>" not in lead.get(f"/cases/{case}/debrief").text


@pytest.mark.slow
def test_the_debrief_leads_to_a_third_person_and_opens_what_has_come_in_since(home: House) -> None:
    case, lead = revealed(home, 2, 4)
    page = lead.get(f"/cases/{case}/debrief").text
    assert f'href="/cases/{case}#asked">ask a third person</a>' in page
    assert 'id="asked"' in lead.get(f"/cases/{case}").text
    cem = next(one for one in home.desk.people() if one.name == "Cem")
    assert lead.post(f"/cases/{case}/ask", {"person": cem.id, "kind": "assessor"}).status_code == 303
    assert "come in since" not in lead.get(f"/cases/{case}/debrief").text
    third = home.visitor("Cem")
    third.get(f"/rate/{case}")
    third.post(f"/rate/{case}/submit", levels(home.cases["C1"], 4))
    page = lead.get(f"/cases/{case}/debrief").text
    assert f'action="/cases/{case}/reveal"' in page
    assert "Open what has come in since" in page
    ann = home.visitor("Ann").get(f"/cases/{case}/debrief").text
    assert "come in since" not in ann
    assert "ask a third person" not in ann
    lead.post(f"/cases/{case}/reveal")
    page = lead.get(f"/cases/{case}/debrief").text
    assert "come in since" not in page
    assert "Nothing is open between people" in page


@pytest.mark.parametrize("level", ["9" * 5_000, "²", "٣", "-1", "3.0", "6"])
def test_a_level_that_is_none_is_not_taken(home: House, level: str) -> None:
    ann, case = home.visitor("Ann"), home.cases["C1"].id
    ann.get(f"/rate/{case}")
    for what in ("draft", "submit"):
        typed = {"version": "0", "clarity:level": level, "clarity:torn": level}
        assert ann.post(f"/rate/{case}/{what}", typed).status_code < 500
    assert not re.search(r"value=\"[1-5]\"[^>]* checked", ann.get(f"/rate/{case}").text)


def test_a_draft_is_kept_as_it_was_typed(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    typed = {"version": "0", "clarity:level": "4", "clarity:note": "öä <b>&\n  two lines", "rationale": "half a",
             "clarity:torn": "3", "clarity:tick": "4.1", "integrity": "a figure", "lean": "yes",
             "record:level": "cannot", "record:cannot_judge": "no record"}  # fmt: skip
    answer = ann.post(f"/rate/{case}/draft", typed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Saved 09:00 UTC." in answer.text
    page = ann.get(f"/rate/{case}").text
    assert "öä &lt;b&gt;&amp;\n  two lines</textarea>" in page
    for checked in (
        'value="4" aria-labelledby="clarity-4-n',
        'name="clarity:torn" value="3"',
        'value="4.1" aria-label',
    ):
        assert re.search(re.escape(checked) + r"[^>]* checked>", page), checked
    assert 'class="cannot" name="record:level" value="cannot" checked' in page
    assert 'name="lean" value="yes" checked' in page
    assert 'name="version" value="1"' in page


@on_both_stores
def test_of_two_windows_the_second_is_shown_both_texts_and_nothing_is_overwritten(home: House) -> None:
    case = home.cases["C1"].id
    first, second = home.visitor("Ann"), home.visitor("Ann")
    for window in (first, second):
        window.get(f"/rate/{case}")
    first.post(f"/rate/{case}/draft", {"version": "0", "rationale": "written first"})
    answer = second.post(f"/rate/{case}/draft", {"version": "0", "rationale": "written second", "clarity:level": "2"})
    assert answer.status_code == 409
    assert "written first" in answer.text
    assert "written second" in answer.text
    assert "written first" in second.get(f"/rate/{case}").text
    by_script = second.post(
        f"/rate/{case}/draft", {"version": "0", "rationale": "third"}, headers={"HX-Request": "true"}
    )
    assert by_script.status_code == 409
    assert "another window" in by_script.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    second.token = fields.pop("csrf_token")
    assert second.post(f"/rate/{case}/draft", fields).status_code == 303
    assert "written second" in second.get(f"/rate/{case}").text
    versions = home.desk.view(_actor(home, "Ann"), case).own
    assert versions is not None
    assert [one.sheet.rationale for one in versions.versions] == ["written first", "written second"]


def test_what_was_typed_outlives_the_session(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    home.watch.later(seconds=IDLE.total_seconds() + 60)
    typed = {"version": "0", "rationale": "two hours of thought", "clarity:level": "4", "clarity:tick": "4.1"}
    by_script = ann.post(f"/rate/{case}/draft", typed, headers={"HX-Request": "true"})
    assert by_script.status_code == 401
    assert "Your session has ended" in by_script.text
    asked = ann.post(f"/rate/{case}/draft", typed)
    assert asked.status_code == 401
    assert "nothing is lost" in asked.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    ann.token = fields.pop("csrf_token")
    wrong = ann.post("/sign-in", {**fields, "name": "ann", "password": "not the right one"})
    assert "two hours of thought" in wrong.text
    back = ann.post("/sign-in", {**fields, "name": "ann", "password": PASSWORD})
    assert back.status_code == 200
    assert "two hours of thought</textarea>" in back.text
    assert re.search(r'name="clarity:level" value="4"[^>]* checked', back.text)
    assert "and saved as a draft" in back.text
    own = home.desk.view(_actor(home, "Ann"), case).own
    assert own is not None
    assert own.latest is not None
    assert own.latest.sheet.rationale == "two hours of thought"  # though nobody has pressed a key since
    assert own.latest.sheet.ticked == ("clarity:4.1",)
    assert 'name="version" value="1"' in back.text
    assert ann.post(f"/rate/{case}/draft", {**typed, "version": "1"}).status_code == 303


@on_both_stores
def test_what_was_typed_before_a_sign_in_overwrites_nothing_that_is_newer(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.client.delete_cookie("grade")
    asked = ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "of the old window"})
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    other = home.visitor("Ann")
    other.get(f"/rate/{case}")
    other.post(f"/rate/{case}/draft", {"version": "0", "rationale": "of the new window"})
    ann.token = fields.pop("csrf_token")
    back = ann.post("/sign-in", {**fields, "name": "ann", "password": PASSWORD})
    assert back.status_code == 409
    assert "of the old window" in back.text
    assert "of the new window" in back.text
    assert home.desk.view(_actor(home, "Ann"), case).own.latest.sheet.rationale == "of the new window"  # type: ignore[union-attr]


def test_what_cannot_be_saved_after_a_sign_in_is_shown_and_said(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.client.delete_cookie("grade")
    asked = ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "long " * 5_000})
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    ann.token = fields.pop("csrf_token")
    back = ann.post("/sign-in", {**fields, "name": "ann", "password": PASSWORD})
    assert "What you wrote is here, and not saved: " in back.text
    assert "long long long" in back.text


def test_a_draft_with_a_token_of_another_day_is_answered_in_one_line_and_not_saved(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.token = "of another day"
    answer = ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "mine"}, headers={"HX-Request": "true"})
    assert answer.status_code == 400
    assert answer.text.startswith('<p class="saved is-bad" id="saved"')
    assert "<html" not in answer.text
    assert home.desk.view(_actor(home, "Ann"), case).own.latest is None  # type: ignore[union-attr]


@pytest.mark.slow
def test_all_that_happened_is_on_the_cases_page_by_page_with_whom_it_was_about(home: House) -> None:
    case = home.cases["C1"].id
    lead = home.visitor("Lea")
    assert lead.get(f"/cases/{case}").status_code == 200
    home.desk.assign(OPERATOR, case, home.people["Cem"], "adjudicator")
    for _ in range(120):
        home.desk.view(OPERATOR, case)
    address, numbers, text = f"/cases/{case}", [], ""
    while address:
        page = lead.get(address).text
        numbers.append(page.count('<td class="when">'))
        text += page
        older = re.search(r'<a href="([^"]+)" rel="next">Earlier</a>', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert numbers[:2] == [50, 50]
    assert sum(numbers) == len(home.desk.events(OPERATOR, case)) - (len(numbers) - 1)  # each look is one more
    assert '<td>asked</td><td class="free">Ann as assessor</td>' in text
    assert '<td>asked</td><td class="free">Cem to settle</td>' in text
    assert text.index(">Cem to settle<") < text.index(">Ann as assessor<")
    assert lead.get(f"/cases/{case}?before=not-a-number").status_code == 200
    assert home.visitor("Ann").get(f"/cases/{case}?before=3").status_code == 404


def test_what_happened_with_people_is_there_page_by_page_too(home: House) -> None:
    home.person("Ada", "admin")
    for number in range(60):
        home.desk.log(Actor(person=home.people["Ann"], how="page"), f"signed in {number}")
    ada = home.visitor("Ada")
    first = ada.get("/audit").text
    assert "signed in 59<" in first
    assert "signed in 1<" not in first
    older = re.search(r'<a href="([^"]+)" rel="next">Earlier</a>', first)
    assert older
    assert "signed in 1<" in ada.get(older[1]).text


@on_both_stores
@pytest.mark.slow
def test_old_drafts_go_and_what_was_handed_in_stays(home: House) -> None:
    from grader.review.rating import KEPT_DRAFTS

    case, ann = home.cases["C1"].id, _actor(home, "Ann")
    for version in range(3):
        home.desk.save(ann, case, Sheet(rationale=f"draft {version}"), version=version)
    visitor = home.visitor("Ann")
    visitor.get(f"/rate/{case}")
    assert visitor.post(f"/rate/{case}/submit", {**levels(home.cases["C1"]), "version": "3"}).status_code == 303
    home.desk.withdraw(ann, case)
    for version in range(5, 65):
        home.desk.save(ann, case, Sheet(rationale=f"draft {version}"), version=version)
    own = home.desk.view(ann, case).own
    assert own is not None
    assert [one.version for one in own.versions if one.kind == "submitted"] == [4]
    drafts = [one for one in own.versions if one.kind == "draft"]
    assert [one.version for one in drafts] == list(range(66 - KEPT_DRAFTS, 66))
    assert drafts[-1].sheet.rationale == "draft 64"
    assert list(problems(home.store, evidence=False)) == []


def test_another_persons_form_is_not_sent_by_whoever_signs_in_next(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.client.delete_cookie("grade")
    asked = ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "mine"})
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    ann.token = fields.pop("csrf_token")
    assert ann.post("/sign-in", {**fields, "name": "cem", "password": PASSWORD}).status_code == 404
    assert home.desk.view(_actor(home, "Ann"), case).own.latest is None  # type: ignore[union-attr]


def test_what_was_typed_outlives_a_token_that_is_no_longer_good(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.token = "of another day"
    answer = ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "kept"})
    assert answer.status_code == 400
    assert "kept</textarea>" in answer.text
    assert ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "kept"}).status_code == 303


def test_any_other_form_is_given_back_to_be_sent_again(home: House) -> None:
    case = home.cases["C1"].id
    lead = home.visitor("Lea")
    lead.get(f"/cases/{case}")
    lead.token = "of another day"
    answer = lead.post(f"/cases/{case}/decide", {"outcome": "more", "why": "a long and careful reason"})
    assert answer.status_code == 400
    assert "a long and careful reason" in answer.text
    assert f'action="/cases/{case}/decide"' in answer.text


def test_handing_in_lists_what_is_missing_where_it_is_missing_and_saves_the_rest(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    form = levels(home.cases["C1"], {"clarity": 5})
    form |= {"clarity:evidence": "NOTHING.md:3", "record:level": "", "record:note": "", "retrieval:level": "cannot",
             "retrieval:cannot_judge": ""}  # fmt: skip
    answer = ann.post(f"/rate/{case}/submit", form)
    assert answer.status_code == 422
    assert "3 places to mend" in answer.text
    for name, said in (("clarity", "which does not stand in the work"), ("record", "has no level"),
                       ("retrieval", "has no level")):  # fmt: skip
        section = answer.text.split(f'id="c-{name}"')[1].split("</fieldset>")[0]
        assert said in section, name
    assert 'name="version" value="1"' in answer.text
    form |= {"version": "1", "clarity:evidence": "DECISIONS.md:12", "record:level": "3",
             "retrieval:cannot_judge": "It needs somebody who knows the domain."}  # fmt: skip
    assert ann.post(f"/rate/{case}/submit", form).status_code == 303
    assert ann.post(f"/rate/{case}/submit", form).status_code == 303, "the same form sent twice"


@on_both_stores
@pytest.mark.slow
def test_what_is_handed_in_can_be_taken_back_until_the_case_is_opened(home: House) -> None:
    case = home.cases["C1"].id
    ann, bob, lead = home.visitor("Ann"), home.visitor("Bob"), home.visitor("Lea")
    for rater in (ann, bob):
        rater.get(f"/rate/{case}")
        rater.post(f"/rate/{case}/submit", levels(home.cases["C1"]))
    assert ann.post(f"/rate/{case}/withdraw").status_code == 303
    assert 'name="version" value="2"' in ann.get(f"/rate/{case}").text
    lead.get(f"/cases/{case}")
    assert "have not handed in" in lead.post(f"/cases/{case}/reveal").text
    ann.post(f"/rate/{case}/submit", levels(home.cases["C1"], version="2"))
    assert lead.post(f"/cases/{case}/reveal").status_code == 303
    assert ann.post(f"/rate/{case}/withdraw").status_code == 409


def test_stepping_back_takes_a_reason_and_the_case_is_gone_from_ones_pages(home: House) -> None:
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    assert ann.post(f"/rate/{case}/recuse", {"why": " "}).status_code == 409
    assert ann.post(f"/rate/{case}/recuse", {"why": "I taught the candidate."}).status_code == 303
    assert "you stepped back" in ann.get("/").text
    assert "DECISIONS.md" not in ann.get(f"/rate/{case}").text
    assert ann.get(f"/cases/{case}/files/DECISIONS.md").status_code == 404


@on_both_stores
def test_two_who_hand_in_at_the_same_moment_are_both_in(home: House) -> None:
    case = home.cases["C1"].id
    raters = [home.visitor(name) for name in ("Ann", "Bob")]
    for rater in raters:
        rater.get(f"/rate/{case}")
    start, answers = threading.Barrier(2), []

    def hand_in(at: int) -> None:
        start.wait()
        answers.append(raters[at].post(f"/rate/{case}/submit", levels(home.cases["C1"])).status_code)

    threads = [threading.Thread(target=hand_in, args=(at,)) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    lead = home.visitor("Lea")
    lead.get(f"/cases/{case}")
    assert "2 of 2" in lead.get("/cases").text
    assert lead.post(f"/cases/{case}/reveal").status_code == 303


def test_the_work_names_nobody(tmp_path: Path) -> None:
    from tests import report_fixtures as saved
    from tests.web_fixtures import changed

    made = house(tmp_path)
    made.person("Ann")
    work = saved.submission()
    notes = b"# Notes\n\nWritten by Greta Sandmann, greta.sandmann@gmail.com, +49 170 1234567\nSee https://github.com/gretas\n"
    files = {**work.files, "AUTHORS.md": notes, "src/sandmann/util.py": b"# greta.sandmann@gmail.com\n"}
    made.case("C1", "Ann", submission=changed(saved.submission(files=files), 0))
    case, ann = made.cases["C1"].id, made.visitor("Ann")
    page = ann.get(f"/rate/{case}").text + ann.get(f"/cases/{case}/files/AUTHORS.md").text
    for private in ("Sandmann", "sandmann", "greta", "Greta", "1234567", "Person C1"):
        assert private not in page, private
    assert "Taken out:" in page
    made.store.close()


# ---------------------------------------------------------------------------------------------- a real process


class Browser:
    """A visitor of a server in another process, who follows no redirect."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), Staying())
        self.text = ""

    def open(self, path: str, data: dict[str, str] | None = None) -> str:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.text)
        form = urllib.parse.urlencode({"csrf_token": token[1] if token else "", **data}).encode() if data else None
        with self.opener.open(self.address + path, form, timeout=WAIT) as answer:
            self.text = answer.read().decode()
        return self.text

    def sign_in(self, name: str) -> None:
        self.open("/sign-in")
        self.open("/sign-in", {"name": name, "password": PASSWORD})


class Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """None: the answer itself is what is asked for."""

    def http_error_303(self, _request: object, answer: object, *_: object) -> object:
        return answer


@contextlib.contextmanager
def serving(home: House) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`grade serve` as a process of its own; its address."""
    command = [sys.executable, "-u", "-m", "grader", "serve", "--port", "0", "--store", home.url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=home.folder
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"people open (http://127.0.0.1:\d+)", process.stdout.readline())
            assert found
            yield process, found[1]
        finally:
            process.kill()


@on_both_stores
@pytest.mark.slow
def test_a_server_that_is_killed_in_the_middle_of_a_draft_has_lost_nothing_that_it_said_was_saved(home: House) -> None:
    case = home.cases["C1"].id
    with serving(home) as (process, address):
        saved = typed_until_it_is_killed(process, Browser(address), case)
    with serving(home) as (_, address):
        again = Browser(address)
        again.sign_in("ann")
        found = re.search(r"thought (\d+)</textarea>", again.open(f"/rate/{case}"))
    assert found
    assert saved > 0
    assert int(found[1]) in {saved, saved + 1}


def typed_until_it_is_killed(process: subprocess.Popen[str], ann: Browser, case: str) -> int:
    """The number of the last draft that the server said it had saved."""
    ann.sign_in("ann")
    page, saved = ann.open(f"/rate/{case}"), -1
    killer = threading.Timer(0.05, process.send_signal, [signal.SIGKILL])
    for number in range(100_000):
        ann.text = page
        try:
            ann.open(f"/rate/{case}/draft", {"version": str(number), "rationale": f"thought {number}"})
        except (OSError, http.client.HTTPException):  # it was killed before an answer, or in the middle of one
            return saved
        saved = number
        if number == 3:
            killer.start()
    raise AssertionError("nobody killed it")


@on_both_stores
@pytest.mark.slow
def test_a_server_that_is_told_to_stop_ends_what_is_under_way(home: House) -> None:
    case = home.cases["C1"].id
    with serving(home) as (process, address):
        ann, answers = Browser(address), list[str]()
        ann.sign_in("ann")
        ann.open(f"/rate/{case}")

        def save() -> None:
            form = {"version": "0", "rationale": "the last thought " * 1_000}
            answers.append(ann.open(f"/rate/{case}/draft", form))

        connection = home.store.engine.connect()
        held = connection.begin()
        connection.execute(cases.update().where(cases.c.id == case).values(bar_raiser=False))  # it waits for this
        under_way = threading.Thread(target=save)
        under_way.start()
        until(lambda: has_read(address))
        time.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        held.commit()
        connection.close()
        under_way.join(WAIT)
        assert process.wait(WAIT) == 0
        assert process.stdout is not None
        assert "Stopped." in process.stdout.read()
        assert f"/rate/{case}" in answers[0]
    view = home.desk.view(_actor(home, "Ann"), case)
    assert view.own is not None
    assert view.own.latest is not None
    assert "the last thought" in view.own.latest.sheet.rationale


def has_read(address: str) -> bool:
    """Whether the server there has taken somebody's connection, read what came, and not yet closed it."""
    port = f":{int(address.rsplit(':', 1)[1]):04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    theirs = [(line[3], line[4], line[9]) for line in lines if line[1].endswith(port)]
    return any(state == "01" and queues.endswith(":00000000") and inode != "0" for state, queues, inode in theirs)


def _actor(home: House, name: str) -> Actor:
    return Actor(person=home.people[name])


def test_a_raters_own_words_are_not_redacted(home: House) -> None:
    """Only the work is blind: what a rater types comes back as it was typed, even where it is a candidate's name."""
    case = home.cases["C1"].id
    ann = home.visitor("Ann")
    ann.get(f"/rate/{case}")
    ann.post(f"/rate/{case}/draft", {"version": "0", "rationale": "Person C1 would write to mail@real.dev"})
    assert "Person C1 would write to mail@real.dev</textarea>" in ann.get(f"/rate/{case}").text


@pytest.mark.slow
def test_what_somebody_thinks_after_the_reveal_is_added_and_never_counts(home: House) -> None:
    case = home.cases["C1"].id
    raters = {name: home.visitor(name) for name in ("Ann", "Bob")}
    for rater in raters.values():
        rater.get(f"/rate/{case}")
        rater.post(f"/rate/{case}/submit", levels(home.cases["C1"], 3))
        assert rater.get(f"/rate/{case}/amend").status_code == 303, "not before the reveal"
    lead = home.visitor("Lea")
    lead.get(f"/cases/{case}")
    lead.post(f"/cases/{case}/reveal")
    before = re.findall(r"All gave 3", lead.get(f"/cases/{case}/debrief").text)
    assert "never counts" in raters["Ann"].get(f"/rate/{case}/amend").text
    form = levels(home.cases["C1"], 2, version="1", rationale="Bob has a point.")
    assert raters["Ann"].post(f"/rate/{case}/amend", form).status_code == 303
    page = lead.get(f"/cases/{case}/debrief").text
    assert "Added after the reveal, not counted:</span> Bob has a point." in page
    assert re.findall(r"All gave 3", page) == before


def test_an_admin_who_looks_early_gives_a_reason_that_everybody_reads_later(home: House) -> None:
    case = home.cases["C1"].id
    home.person("Ada", "admin")
    for name in ("Ann", "Bob"):
        rater = home.visitor(name)
        rater.get(f"/rate/{case}")
        rater.post(f"/rate/{case}/submit", levels(home.cases["C1"], 3, rationale=f"{name} says so"))
    admin = home.visitor("Ada")
    assert "says so" not in admin.get(f"/cases/{case}").text
    refused = admin.post(f"/cases/{case}/look", {"why": " "})
    assert refused.status_code == 422
    assert "says so" not in refused.text
    assert "Ann says so" in admin.post(f"/cases/{case}/look", {"why": "a complaint came in"}).text
    admin.post(f"/cases/{case}/reveal")
    assert (
        "Ada looked before the case was opened: a complaint came in"
        in home.visitor("Bob").get(f"/cases/{case}/debrief").text
    )


@pytest.mark.slow
def test_what_is_added_after_the_reveal_is_not_lost_either(home: House) -> None:
    case = home.cases["C1"].id
    windows = [home.visitor("Ann"), home.visitor("Ann")]
    for rater in (windows[0], home.visitor("Bob")):
        rater.get(f"/rate/{case}")
        rater.post(f"/rate/{case}/submit", levels(home.cases["C1"]))
    home.desk.reveal(OPERATOR, case)
    for window in windows:
        window.get(f"/rate/{case}/amend")
    windows[0].post(f"/rate/{case}/amend", levels(home.cases["C1"], version="1", rationale="first"))
    answer = windows[1].post(f"/rate/{case}/amend", levels(home.cases["C1"], version="1", rationale="second"))
    assert answer.status_code == 409
    assert f'action="/rate/{case}/amend"' in answer.text
    windows[1].token = "of another day"
    answer = windows[1].post(f"/rate/{case}/amend", levels(home.cases["C1"], version="2", rationale="third"))
    assert answer.status_code == 400
    assert "third</textarea>" in answer.text
    assert f'action="/rate/{case}/amend"' in answer.text
