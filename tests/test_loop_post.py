"""A job post against a loop, both ways: each kind of promise kept and broken, with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.challenge.findings import FindingKind
from grader.cli.loop import command
from grader.errors import ChallengeError
from grader.loop.matrix import LoadedLoop, load_loop
from grader.loop.post import compare, load_post
from grader.loop.scaffold import write

Found = list[tuple[str, str]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedLoop:
    folder = tmp_path_factory.mktemp("loop")
    write(folder, "Engineer")
    return load_loop(folder / "loop.yaml")


def found(loaded: LoadedLoop, folder: Path, kind: FindingKind = FindingKind.BROKEN, **change: Any) -> Found:
    """(text, place after the file) of what is found in the scaffold's post with `change`."""
    post = json.loads((loaded.path.parent / "post.json").read_text())
    for key, value in change.items():
        post[key] = post[key].replace(*value) if isinstance(value, tuple) else value
    path = folder / "post.json"
    path.write_text(json.dumps(post, indent=2, ensure_ascii=False))
    findings = compare(load_post(path), loaded)
    return [(one.text, one.place.removeprefix(f"{path}:")) for one in findings if one.outcome is kind]


def test_the_post_that_a_new_loop_comes_with_keeps_its_promises(loaded: LoadedLoop, tmp_path: Path) -> None:
    assert found(loaded, tmp_path) == []
    assert found(loaded, tmp_path, FindingKind.ADVICE) == []


def test_what_is_asked_for_and_not_measured_is_found_at_its_line(loaded: LoadedLoop, tmp_path: Path) -> None:
    said = found(
        loaded, tmp_path, skills=["LLM evaluation", "Python"], description=("talks:", "talks on design, team:")
    )
    assert ("asks for coding_fundamentals ('Python'), and no round measures it", "12 (skills, 2.)") in said


def test_what_is_measured_and_not_said_is_found_in_the_loop(loaded: LoadedLoop, tmp_path: Path) -> None:
    said = found(loaded, tmp_path, skills=["LLMs", "evaluation", "communication", "system design"])
    assert [text for text, _ in said] == [
        "the round trade-off measures production_engineering, and the post does not say so"
    ]
    assert said[0][1].startswith(f"{loaded.path}:")


@pytest.mark.parametrize(("change", "said"), [
    (("six rounds", "three interviews"), "says 'three interviews', the loop has 6 rounds"),
    (("take-home of 4 hours", "take-home of two hours"), "says 'take-home of two hours', the loop's take-homes take 4"),
    (("take-home of 4 hours", "90-minute take-home"), "says '90-minute take-home', the loop's take-homes take 4 hours"),
    (("7.5 hours in all", "5 hours in all"), "says '5 hours in all', the loop takes 7.2 hours in all"),
    (("hear from us within 10 days", "get an answer within 2 days"), "promises 'answer within 2 days', the stages"),
    (("At least two people", "Four people"), "promises 'Four people assess', the stages ask for 2"),
    (("a past project", "a past project and a whiteboard session"), "promises 'whiteboard', and the loop has no such"),
    (("a past project", "a past project, then reference checks"), "promises 'reference checks', and the loop has no"),
    (("take-home", "homework"), "the loop has a take-home, and the post does not say so"),
])  # fmt: skip
def test_a_promise_about_rounds_hours_people_or_answers_is_held(
    loaded: LoadedLoop, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    texts = [text for text, _ in found(loaded, tmp_path, description=change)]
    assert any(text.startswith(said) for text in texts), texts


def test_what_is_promised_not_to_happen_is_no_round(loaded: LoadedLoop, tmp_path: Path) -> None:
    assert (
        found(loaded, tmp_path, description=("How we hire:", "There is no whiteboard and no IQ test. How we hire:"))
        == []
    )


def test_years_and_degrees_that_nobody_measures_are_pointed_out(loaded: LoadedLoop, tmp_path: Path) -> None:
    more = {"experienceRequirements": "5+ years in AI", "educationRequirements": {"credentialCategory": "PhD degree"}}
    said = found(loaded, tmp_path, FindingKind.ADVICE, **more)
    assert [place for _, place in said] == ["18 (experienceRequirements)", "20 (educationRequirements)"]
    assert "'5+ years', which no round measures" in said[0][0]


@pytest.mark.parametrize("wrap", [
    lambda post: [post], lambda post: {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, post]},
    lambda post: {**post, "@type": ["JobPosting", "Thing"]},
])  # fmt: skip
def test_a_post_is_found_as_pages_carry_it(loaded: LoadedLoop, tmp_path: Path, wrap: Any) -> None:
    post = json.loads((loaded.path.parent / "post.json").read_text())
    (tmp_path / "p.json").write_text(json.dumps(wrap(post)))
    assert [one.outcome for one in compare(load_post(tmp_path / "p.json"), loaded)] == [FindingKind.FOUND]


def test_markup_and_entities_are_read_as_readers_read_them(loaded: LoadedLoop, tmp_path: Path) -> None:
    said = found(loaded, tmp_path, description=("six rounds", "<p><b>three</b>&nbsp;rounds</p>"))
    assert ("says 'three rounds', the loop has 6 rounds") in [text for text, _ in said]


@pytest.mark.parametrize(("raw", "said"), [
    (b"{", "p.json:1: not readable as JSON"), (b'{"@type": "Article"}', "there is no JobPosting in it"),
    (b"[" * 100_000, "not readable as JSON"), (b"\xff", "not readable as JSON"), (b" " * 1_000_001, "larger than"),
])  # fmt: skip
def test_what_is_no_post_is_refused_in_one_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "p.json").write_bytes(raw)
    with pytest.raises(ChallengeError, match=said):
        load_post(tmp_path / "p.json")


@pytest.mark.slow
def test_a_hostile_post_is_read_in_no_time_and_printed_without_control_characters(
    loaded: LoadedLoop, tmp_path: Path
) -> None:
    post = {"@type": "JobPosting", "skills": "\u202eevil\x1b[31m " + "<" * 200_000, "description": "four " * 100_000}
    (tmp_path / "p.json").write_text(json.dumps(post))
    done = CliRunner().invoke(command, ["check", str(loaded.path), "--post", str(tmp_path / "p.json")],
                              standalone_mode=False)  # fmt: skip
    assert done.return_value == 4
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output
