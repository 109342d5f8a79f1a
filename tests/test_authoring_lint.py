"""What a check of a pack says of files that tell otherwise of each other, of tests that are not the same twice, and
where one run says all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.authoring import published
from grader.authoring.check import Options, PublicTests, check
from grader.authoring.scaffold import write
from grader.authoring.usable import usable
from grader.challenge import load_pack
from grader.challenge.findings import FindingKind
from grader.cli.challenge import command
from grader.errors import ChallengeError, UsageError
from grader.grading.public import PublicResult
from grader.sandbox.protocol import Job
from grader.settings import Settings
from grader.store import open_store
from grader.store.store import About
from tests import authoring_fakes as fakes
from tests.store_fixtures import result

TESTS, LISTED, MANIFEST = "tests/test_masking.py", "submissions/submissions.yaml", "challenge.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    write("greet", "python", folder)
    return folder / "greet"


@pytest.fixture
def pack(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "greet"))


def edited(pack: Path, name: str, before: str, after: str) -> None:
    text = (pack / name).read_text()
    assert before in text
    (pack / name).write_text(text.replace(before, after, 1))


def said(pack: Path) -> list[tuple[str, str, str]]:
    """Outcome, file with line, and text of all that is not found to hold."""
    report = check(pack, Options(static=True), Settings(), fakes.Maker(), lambda _text: None)
    wanted = [finding for finding in report.findings if finding.outcome is not FindingKind.FOUND]
    return [(str(one.outcome), one.place.removeprefix(f"{pack}/"), one.text) for one in wanted]


def test_a_new_pack_has_nothing_to_be_said_about(pack: Path) -> None:
    assert said(pack) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "outcome", "place", "text"),
    [
        (TESTS, 'group="care"', 'group="caer"', "broken", f"{TESTS}:42", "no group 'caer'; did you mean care?"),
        (TESTS, 'group="care"', 'group="speed"', "advice", f"{TESTS}:42", "no group 'speed': its tests count"),
        (TESTS, ', group="care"', "", "advice", f"{TESTS}:43", "has no group; challenge.yaml has finding, care"),
        (TESTS, "import pytest", "from greet import mask\nimport pytest", "broken", f"{TESTS}:5", "they never import"),
        (MANIFEST, "DECISIONS.md]", "DECISIONS.md, NOTES.md]", "broken", "instruction.md", "without NOTES.md is"),
        (TESTS, '@pytest.mark.points(3, group="care")\n', "", "advice", f"{TESTS}:42", "no points mark, as others"),
        (TESTS, "from texts", "from text", "broken", f"{TESTS}:7", "no module text beside the hidden tests; did you"),
        (TESTS, "import pytest", "import numpy\nimport pytest", "broken", f"{TESTS}:5", "no module numpy beside"),
        ("tests/texts.py", 'stream(seed, "plain")', "random.Random()", "advice", "tests/texts.py:22", "another one in"),
        ("tests/texts.py", "draw.choice(NAMES)", "random.choice(NAMES)", "advice", "tests/texts.py:23", "random.ch"),
        (MANIFEST, "module: greet", "module: greets", "broken", "solution", "no greets.py; did you mean greet.py?"),
        (MANIFEST, "DECISIONS.md]", "DECISION.md]", "broken", "solution", "did you mean DECISIONS.md?"),
        (MANIFEST, "working: 1h", "working: 3h", "advice", "instruction.md", "gives 3 h (time.working), and this says"),
        (LISTED, "::test_tricky_a", "::test_trick_a", "broken", f"{LISTED}:13", "did you mean test_masking.py::test_"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_with_line_and_nearest_name(
    pack: Path, name: str, before: str, after: str, outcome: str, place: str, text: str
) -> None:
    edited(pack, name, before, after)
    assert any(found[:2] == (outcome, place) and text in found[2] for found in said(pack)), said(pack)


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("starter/tests/test_public.py", "names starter/tests/test_public.py to candidates; they have it as tests/"),
        ("starter/tests", "names starter/tests to candidates; they have it as tests"),
        ("starter/gret.py", "they are not given it; did you mean greet.py?"),
        ("environment/requirements.txt", "names environment/requirements.txt to candidates; they are not given it"),
    ],
)
def test_a_path_of_the_packs_in_what_candidates_read_is_told_with_its_line(pack: Path, named: str, text: str) -> None:
    instruction = pack / "instruction.md"
    instruction.write_text(f"{instruction.read_text()}\nLook into `{named}`.\n")
    line = instruction.read_text().count("\n")
    ((outcome, place, found),) = said(pack)
    assert (outcome, place) == ("advice", f"instruction.md:{line}")
    assert text in found


def test_the_list_of_packages_is_given_to_candidates_where_there_is_one(pack: Path) -> None:
    (pack / "environment").mkdir()
    (pack / "environment/requirements.txt").write_text("")
    edited(pack, "instruction.md", "\n", "\nThe packages in `environment/requirements.txt` are there.\n")
    assert said(pack) == []


def test_a_module_that_is_only_tried_for_and_one_that_is_laid_beside_the_tests_are_no_faults(pack: Path) -> None:
    tried = "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n"
    edited(pack, TESTS, "import pytest\n", f"import pytest\nimport yaml\nfrom support.more import x\n{tried}")
    (pack / "tests/support").mkdir()
    (pack / "tests/support/more.py").write_text("x = 1\n")
    assert said(pack) == []


def test_without_submissions_and_starter_a_pack_is_told_what_that_leaves_open(pack: Path) -> None:
    shutil.rmtree(pack / "submissions")
    shutil.rmtree(pack / "starter")
    assert [(outcome, place) for outcome, place, _ in said(pack)] == [("advice", "starter"), ("advice", LISTED)]


def test_public_tests_that_nothing_would_run_are_named(pack: Path) -> None:
    (pack / "starter/tests/test_public.py").rename(pack / "starter/test_public.py")
    assert [(found[0], found[2]) for found in said(pack)] == [
        ("broken", "test_public.py: public tests are run out of starter/tests/ only; move it")
    ]
    (pack / "starter/test_public.py").unlink()
    assert [found[:2] for found in said(pack)] == [("advice", "starter")]


def test_calibration_files_are_read_and_a_list_that_waits_for_people_is_none(pack: Path) -> None:
    items = pack / "calibration/items"
    (items / "one").mkdir(parents=True)
    (items / "one/DECISIONS.md").write_text("Words.\n")
    listed, ratings = pack / "calibration/items.yaml", pack / "calibration/ratings.csv"
    listed.write_text("schema: 1\nitems:\n  - {id: one, criterion: failure-modes, kind: model}\n")
    ratings.write_text("item,criterion,rater,level\n")
    assert said(pack) == []
    report = check(pack, Options(static=True), Settings(), fakes.Maker(), lambda _text: None)
    (found,) = [one for one in report.findings if one.promise == "calibration"]
    assert (found.outcome, found.text) == (FindingKind.FOUND, "1 item looked at: files, criteria and ratings fit")
    ratings.write_text("item,criterion,rater,level\ntwo,failure-modes,ann,3\n")
    assert [found for found in said(pack) if "no item 'two'" in found[2] and found[0] == "broken"]
    listed.write_text("schema: 1\nitems:\n  - {id: one, criterion: failure-mode, kind: model}\n")
    assert [found for found in said(pack) if "no criterion 'failure-mode'" in found[2] and found[0] == "broken"]


def test_a_version_under_which_other_files_were_graded_is_told_from_the_store(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_STORE", f"sqlite:///{tmp_path / 'grades.db'}")
    here = load_pack(pack)
    assert published.check(here, Settings.read()) == []
    with open_store(f"sqlite:///{tmp_path / 'grades.db'}") as store:
        names = [("0.1.0", here.digest), ("0.0.9", "sha256:other"), *[("0.1.0", "sha256:12345678aa")] * 2]
        for number, (version, digest) in enumerate(names):
            named = {"id": "greet", "version": version, "digest": digest, "title": "Greet"}
            graded = result(number)
            store.record({**graded, "challenge": named}, About())
    (found,) = published.check(here, Settings.read())
    assert found.text == "2 of the store's gradings of 0.1.0 had other files (12345678): give these a new version"


def test_criteria_that_may_be_taken_are_named_as_a_rubric_names_them_with_who_takes_them(pack: Path) -> None:
    found = {one.use: one for one in usable({"greet": pack})}
    assert found["engineering-memo#trade-offs"].taken_by == ("greet",)
    assert all(len(one.question) > 10 and one.evidence for one in found.values())


def test_a_new_pack_takes_title_and_module_as_they_are_given(tmp_path: Path) -> None:
    write("t1", "python", tmp_path, title="It's: a #test", module="worker")
    made = load_pack(tmp_path / "t1")
    assert (made.title, made.interface.module, made.submission.required[0]) == ("It's: a #test", "worker", "worker.py")
    with pytest.raises(UsageError, match="no name for a module"):
        write("t2", "python", tmp_path, module="os")


# ------------------------------------------------------------------------------------------------ what runs


def ran(
    root: Path, maker: fakes.Maker, changes: dict[str, str | None] | None = None, public: PublicTests | None = None
) -> list[tuple[str, str, str]]:
    pack, wanted = fakes.write_pack(root, changes), Options(mutants=0, order=False, spread=False, seeds=1)
    report = check(pack, wanted, Settings(), maker, lambda _text: None, public=public)
    return [(str(one.outcome), one.promise, one.text) for one in report.findings]


def test_a_reference_that_is_refused_is_a_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    found = ran(tmp_path, fakes.Maker(), {"solution/NOTES.md": None})
    assert [text for outcome, promise, text in found if (outcome, promise) == ("broken", "reference")] == [
        "it is refused: NOTES.md is missing; the submission has 'work.py'."
    ]
    assert any(promise == "submissions" and "rejected/small earns 50.0%" in text for _, promise, text in found)


def test_hidden_tests_that_fail_by_themselves_are_run_once_and_said_once(tmp_path: Path) -> None:
    def fails(_job: Job) -> list[dict[str, Any]]:
        raise ChallengeError("The hidden tests cannot be run: test_it.py:3: ZeroDivisionError")

    maker = fakes.Maker(fails)
    found = ran(tmp_path, maker)
    assert [outcome for outcome, _, text in found if "ZeroDivisionError" in text] == ["broken"]
    assert any(outcome == "left out" and "4 runs were left out" in text for outcome, _, text in found)
    assert len(maker.jobs) == 1


OWN_DRAW = "import random\n\ndef f(x):\n    return random.choice([x, 1])\n"
SEEDED = "import random\n\nrandom.Random(3)\n\ndef f(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    ("who", "unit", "work", "hidden", "outcome", "why"),
    [
        ("reference", "", "", "", "broken", "Draw from the seed, read no clock"),
        ("reference", "ms", "", "", "broken", "Only time and memory differ"),
        ("other", "", "", "", "broken", "Draw from the seed, read no clock"),
        ("other", "calls", "", "", "broken", "Draw from the seed, read no clock"),
        ("other", "ms", "", "", "advice", "Only time and memory differ"),
        ("other", "times", "", "", "advice", "Only time and memory differ"),
        ("other", "", SEEDED, "", "broken", "Draw from the seed, read no clock"),
        ("other", "", OWN_DRAW, "", "advice", "The work may be what differs: work.py:4 has random.choice"),
        ("other", "", "import threading\n", "", "advice", "The work may be what differs: work.py:1 has threading"),
        (
            "other",
            "",
            "import time\nX = time.perf_counter()\n",
            "",
            "advice",
            "The work may be what differs: work.py:2 has time.perf",
        ),
        ("other", "", OWN_DRAW, "import random\nR = random.Random()\n", "broken", "tests/help.py:2 has random.Random"),
        ("other", "", "", "def f(:\n", "broken", "Draw from the seed, read no clock"),
    ],
)
def test_a_work_that_meets_its_seed_twice_earns_the_same_but_for_what_it_took_or_drew(
    tmp_path: Path, who: str, unit: str, work: str, hidden: str, outcome: str, why: str
) -> None:
    other = work or fakes.FILES["submissions/rejected/small/work.py"]
    points = "1 and then 0.5" if who == "reference" else "0.5 and then 0.25"
    found = [
        (kind, text.rpartition(". ")[2])
        for kind, promise, text in met_twice(tmp_path, who, unit, {"other": other, "hidden": hidden})
        if promise == "twice" and f"test_it.py::test_a {points} points" in text
    ]
    assert [(kind, text.startswith(why)) for kind, text in found] == [(outcome, True)], found


def met_twice(tmp_path: Path, who: str, unit: str, files: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is said where a test gives one work half as much each time that it meets it."""
    met: list[str] = []
    works = {"reference": fakes.FILES["solution/work.py"], "other": files["other"]}

    def draws(job: Job) -> list[dict[str, Any]]:
        played = fakes.play(job) if job.files["work.py"] == works["reference"].encode() else fakes.play(small(job))
        met.append(next((one for one, text in works.items() if text.encode() == job.files["work.py"]), ""))
        played[0]["metrics"][0]["unit"] = unit
        if who == met[-1]:
            played[0]["metrics"][0]["value"] = {"other": 0.5, "reference": 1.0}[who] / met.count(who)
        return played

    def small(job: Job) -> Job:
        own = job.files["work.py"] == files["other"].encode()
        text = fakes.FILES["submissions/rejected/small/work.py"].encode() if own else job.files["work.py"]
        return replace(job, files={**job.files, "work.py": text})

    entries = fakes.FILES["submissions/submissions.yaml"].replace("[0.4, 0.6]", "[0, 0.6]")
    changes = {"submissions/submissions.yaml": entries, "submissions/rejected/small/work.py": files["other"]}
    changes |= {"tests/help.py": files["hidden"]} if files["hidden"] else {}
    return ran(tmp_path, fakes.Maker(draws), changes)


def test_a_test_that_passes_once_and_then_fails_is_no_matter_of_time(tmp_path: Path) -> None:
    met: list[int] = []

    def fails(job: Job) -> list[dict[str, Any]]:
        played = fakes.play(job)
        if job.files["work.py"] == fakes.FILES["submissions/rejected/small/work.py"].encode():
            played[0]["metrics"][0] |= {"unit": "s", "value": 0.5}
            met.append(1)
            played[0] |= {"status": "failed", "message": "late"} if len(met) > 1 else {}
        return played

    entries = fakes.FILES["submissions/submissions.yaml"].replace("[0.4, 0.6]", "[0, 0.6]")
    found = ran(tmp_path, fakes.Maker(fails), {"submissions/submissions.yaml": entries})
    assert [(kind, "test_a passed and then failed" in text) for kind, promise, text in found if promise == "twice"] == [
        ("broken", True)
    ]


def test_works_that_are_the_same_twice_are_named(tmp_path: Path) -> None:
    assert [text for _, promise, text in ran(tmp_path, fakes.Maker()) if promise == "twice"] == [
        "the same points in each test on the same seed: solution"
    ]


@pytest.mark.docker
def test_a_preview_shows_the_report_and_the_letter_of_each_decision(pack: Path, tmp_path: Path) -> None:
    words = ["preview", str(pack), "--submission", "rejected/plain-only", "--out", str(tmp_path / "seen")]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    letters = {name: (tmp_path / "seen" / f"letter-{name}.md").read_text() for name in ("advance", "decline", "more")}
    assert len(set(letters.values())) == 3
    assert all("Addresses are found | 4 | 8" in text for text in letters.values())
    assert (
        "Knows lower-case" not in (tmp_path / "seen/report.html").read_text()
    )  # what the pack says of it is no result


@pytest.mark.parametrize(
    ("passed", "outcome", "says"),
    [
        (True, "found", "the reference passes the public tests"),
        (False, "broken", "does not pass the public tests: at least one of them failed (1 failed, 2 passed)"),
    ],
)
def test_the_reference_passes_the_public_tests(tmp_path: Path, passed: bool, outcome: str, says: str) -> None:
    asked: list[str] = []

    def public(work: str) -> PublicResult:
        asked.extend(sorted(path.relative_to(work).as_posix() for path in Path(work).rglob("*") if path.is_file()))
        said = "" if passed else "at least one of them failed"
        return PublicResult(passed=passed, output="...\n1 failed, 2 passed\n", message=said)

    found = ran(tmp_path, fakes.Maker(), {"starter/tests/test_public.py": "def test_it(): ...\n"}, public)
    assert [(one, says in text) for one, promise, text in found if promise == "public"] == [(outcome, True)]
    assert asked == ["NOTES.md", "tests/test_public.py", "work.py"], "the reference lies over the starter"
    assert not [promise for _, promise, _ in ran(tmp_path / "b", fakes.Maker(), None, public) if promise == "public"]


def test_what_earns_otherwise_than_promised_is_told_with_its_tests(tmp_path: Path) -> None:
    listed = fakes.FILES["submissions/submissions.yaml"].replace("[0.4, 0.6]", "[0.7, 0.8]")
    texts = [text for _, _, text in ran(tmp_path, fakes.Maker(), {"submissions/submissions.yaml": listed})]
    assert any("earns 50.0% of the points, promised are 70% to 80%. Lost: test_it.py::test_b" in text for text in texts)
