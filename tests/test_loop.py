"""What makes a hiring loop, each rule held and broken; and the shipped example."""

from __future__ import annotations

import copy
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from grader.challenge import Challenge, load_pack
from grader.challenge.findings import FindingKind
from grader.cli.loop import command
from grader.errors import ChallengeError
from grader.loop import check as loop_check
from grader.loop import matrix as loop
from grader.loop import views as loop_views
from grader.loop.kits import LoadedKit, kits_for, load_kit

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "rubrics" / "genai-engineer.yaml"
Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    """The example as data that a test may change; without alternatives, which tests give their own."""
    read: Data = yaml.safe_load(EXAMPLE.read_text())
    for one in read["rounds"]:
        one.pop("alternatives", None)
    read["matrix"]["agreed_on"] = str(read["matrix"]["agreed_on"])
    return read


def write(folder: Path, data: Data, *, agree: bool = True, scorecard: Data | None = None) -> loop.LoadedLoop:
    """The loop in a file; with `agree`, its digest is renewed, so that only what the test changed is broken."""
    card = scorecard or yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text())
    (folder / "scorecard.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    shutil.copytree(ROOT / "rubrics" / "letters", folder / "letters", dirs_exist_ok=True)
    path = folder / "loop.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    if agree:
        data["matrix"]["digest"] = loop.digest(loop.load_loop(path))
        path.write_text(yaml.safe_dump(data, sort_keys=False))
    return loop.load_loop(path)


@cache
def challenges() -> dict[str, Challenge]:
    return {path.parent.name: load_pack(path.parent) for path in (ROOT / "challenges").glob("*/challenge.yaml")}


@cache
def kits() -> dict[str, LoadedKit]:
    return {name: load_kit(path) for name, path in kits_for().items()}


def broken(loaded: loop.LoadedLoop) -> list[tuple[str, str]]:
    found = loop_check.check(loaded, challenges(), kits())
    return [(finding.promise, finding.text) for finding in found if finding.outcome is FindingKind.BROKEN]


@pytest.mark.parametrize(
    "name", ["genai-engineer", "agent-engineer", "platform-engineer", "serving-engineer", "junior-engineer"]
)
def test_the_shipped_loops_hold(name: str) -> None:
    assert broken(loop.load_loop(ROOT / "rubrics" / f"{name}.yaml")) == []


def test_each_shipped_challenge_is_a_round_of_a_shipped_loop() -> None:
    loops = [loop.load_loop(path).loop for path in (ROOT / "rubrics").glob("*-engineer.yaml")]
    assert {name for one in loops for each in one.rounds for name in each.challenges} == set(challenges())


@pytest.mark.parametrize("name", ["missing", "dearer"])
def test_each_alternative_is_there_and_takes_the_same(tmp_path: Path, data: Data, name: str) -> None:
    data["rounds"][0]["alternatives"] = [name]
    known = challenges()
    same = known["rag-triage"]
    other = same.model_copy(update={"id": "dearer", "time": same.time.model_copy(update={"working": 9 * 3600.0})})
    found = loop_check.check(write(tmp_path, data), {**known, "dearer": other}, kits())
    texts = [finding.text for finding in found if finding.outcome is FindingKind.BROKEN]
    assert texts == [
        "rag-triage: there is no challenge missing, neither in challenges/ beside this file nor elsewhere"
        if name == "missing"
        else "rag-triage: it takes 240 minutes, dearer says 540 minutes"
    ]


def test_alternatives_change_what_was_agreed(tmp_path: Path, data: Data) -> None:
    agreed = write(tmp_path, data).loop.matrix.digest
    data["rounds"][0]["alternatives"] = ["another"]
    assert write(tmp_path, data).loop.matrix.digest != agreed


def test_a_challenge_stands_once_in_a_round(tmp_path: Path, data: Data) -> None:
    data["rounds"][0]["alternatives"] = ["rag-triage"]
    with pytest.raises(ChallengeError, match="stands twice"):
        write(tmp_path, data, agree=False)


# ------------------------------------------------------------------------------------------------ the agreement


@pytest.mark.parametrize("change", ["time", "round", "row", "weight", "anchor", "date"])
@pytest.mark.slow
def test_a_change_without_a_new_agreement_is_refused(tmp_path: Path, data: Data, change: str) -> None:
    card: Data = yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text())
    write(tmp_path, data)
    match change:
        case "time":
            data["rounds"][1]["time"] = "50m"
        case "round":
            gone = data["rounds"].pop()
            data["matrix"]["rows"].pop(gone["id"])
        case "row":
            data["matrix"]["rows"]["incident"]["secondary"] = []
        case "weight":
            data["weights"]["system_design"] = 16
        case "anchor":
            card["competencies"][0]["levels"][3] = "Names three tests."
        case "date":
            data["matrix"]["agreed_on"] = "2026-02-01"
    loaded = write(tmp_path, data, agree=False, scorecard=card)
    assert [text for promise, text in broken(loaded) if promise == "agreement"] != []
    assert loop.digest(loaded) in dict(broken(loaded))["agreement"]


def test_a_comment_in_the_file_needs_no_new_agreement(tmp_path: Path, data: Data) -> None:
    write(tmp_path, data)
    path = tmp_path / "loop.yaml"
    path.write_text("# A comment.\n" + path.read_text())
    assert broken(loop.load_loop(path)) == []


# ------------------------------------------------------------------------------------------------ the rules


def test_a_competency_that_no_round_measures_is_a_gap(tmp_path: Path, data: Data) -> None:
    gone = data["rounds"].pop()
    data["matrix"]["rows"].pop(gone["id"])
    data["stages"][1]["rounds"].remove(gone["id"])
    data["matrix"]["rows"]["repository"]["secondary"] = []
    assert broken(write(tmp_path, data)) == [("coverage", "gap: no round measures collaboration_communication")]


def test_a_competency_that_is_measured_beside_others_only_is_pointed_out(tmp_path: Path, data: Data) -> None:
    gone = data["rounds"].pop()
    data["matrix"]["rows"].pop(gone["id"])
    data["stages"][1]["rounds"].remove(gone["id"])
    found = loop_check.check(write(tmp_path, data), challenges(), kits())
    text = [
        finding.text for finding in found if finding.outcome is FindingKind.ADVICE and finding.promise == "coverage"
    ]
    assert text == ["collaboration_communication is measured beside other things only: it is no round's primary"]


def test_two_rounds_with_one_primary_overlap(tmp_path: Path, data: Data) -> None:
    data["matrix"]["rows"]["incident"] = {"primary": "system_design", "secondary": ["production_engineering"]}
    data["rounds"][4]["interviewer"] = "platform_engineer"
    assert ("overlaps", "overlap: system_design is the primary of system-design, incident") in broken(
        write(tmp_path, data)
    )


def test_weights_that_are_all_equal_are_reported_unless_a_reason_is_given(tmp_path: Path, data: Data) -> None:
    data["weights"] = dict.fromkeys(data["weights"], 10)
    assert [promise for promise, _ in broken(write(tmp_path, data))] == ["weights"]
    data["equal_weights_because"] = "the first three hires do everything"
    assert broken(write(tmp_path, data)) == []


def test_a_competency_without_a_weight_and_one_that_is_not_on_the_scorecard_are_reported(
    tmp_path: Path, data: Data
) -> None:
    card: Data = yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text())
    card["competencies"] = [one for one in card["competencies"] if one["id"] != "system_design"]
    data["weights"].pop("coding_fundamentals")
    texts = [text for _, text in broken(write(tmp_path, data, scorecard=card))]
    assert texts == ["system_design is not on the scorecard scorecard.yaml", "coding_fundamentals has no weight"]


def test_an_interviewer_who_cannot_judge_the_primary_is_reported_with_those_who_can(tmp_path: Path, data: Data) -> None:
    data["rounds"][3]["interviewer"] = "engineering_manager"
    text = "trace-debugging: the role engineering_manager does not judge evaluation_methodology"
    able = "; these do: genai_engineer, applied_scientist"
    assert broken(write(tmp_path, data)) == [("interviewers", text + able)]
    data["rounds"][3]["interviewer"] = "nobody"
    assert broken(write(tmp_path, data)) == [("interviewers", "trace-debugging: 'nobody' is none of the roles")]


def test_rounds_that_are_too_long_alone_or_together_are_reported(tmp_path: Path, data: Data) -> None:
    data["rounds"][1]["time"] = "90m"
    del data["rounds"][1]["kit"]  # which takes as long as it takes
    assert broken(write(tmp_path, data)) == [
        ("time", "repository takes 90 minutes, over 60 minutes for a live round"),
        ("time", "live rounds take 265 minutes in all, over 240 minutes"),
    ]


def test_a_round_without_a_row_and_a_row_without_a_round_are_reported(tmp_path: Path, data: Data) -> None:
    data["matrix"]["rows"]["incidents"] = data["matrix"]["rows"].pop("incident")
    texts = [text for promise, text in broken(write(tmp_path, data)) if promise == "matrix"]
    assert texts == ["the round incident has no row: what does it measure?", "there is no round incidents"]


def test_a_take_home_that_is_not_what_its_challenge_says_is_reported(tmp_path: Path, data: Data) -> None:
    data["rounds"][0]["time"] = "2h"
    data["matrix"]["rows"]["rag-triage"]["secondary"].append("system_design")
    texts = [text for promise, text in broken(write(tmp_path, data)) if promise == "challenges"]
    assert texts == [
        "rag-triage: rag-triage does not measure system_design",
        "rag-triage: it takes 120 minutes, rag-triage says 240 minutes",
    ]
    data["rounds"][0]["challenge"] = "nothing-like-it"
    text = "rag-triage: there is no challenge nothing-like-it, neither in challenges/ beside this file nor elsewhere"
    assert ("challenges", text) in broken(write(tmp_path, data))


def test_signal_shares_out_exactly_the_weights_that_are_covered() -> None:
    loaded = loop.load_loop(EXAMPLE)
    points = loop.signal(loaded.loop)
    assert sum(points.values()) == pytest.approx(100)
    # 25 × 2/4 for LLM knowledge, 20 × 1/3 for evaluation, 15 × 1/4 for production
    assert points["rag-triage"] == pytest.approx(12.5 + 20 / 3 + 3.75)
    assert loop_check.per_hour(loaded)["rag-triage"] == pytest.approx(points["rag-triage"] / 4)


# ------------------------------------------------------------------------------------------------ the file


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(wieghts={}), "unknown key 'wieghts'. Did you mean 'weights'?"),
        (lambda d: d["rounds"].append(dict(d["rounds"][0])), "an id stands twice"),
        (lambda d: d["weights"].update(system_design=0), "each is above 0"),
        (lambda d: d["matrix"]["rows"]["incident"].update(secondary=["production_engineering"]), "stands twice"),
        (lambda d: d["matrix"]["rows"]["incident"].pop("primary"), "matrix.rows.incident.primary' is missing"),
        (lambda d: d["matrix"].update(agreed_by=[]), "agreed_by"),
        (lambda d: d["rounds"][0].update(time="soon"), "rounds.0.time"),
        (lambda d: d.update(scorecard="none.yaml"), "there is no"),
    ],
)
def test_a_file_that_is_no_loop_is_refused_with_the_place(tmp_path: Path, data: Data, change: Any, reason: str) -> None:
    change(data)
    with pytest.raises(ChallengeError) as caught:
        write(tmp_path, data, agree=False)
    assert reason in caught.value.message
    assert "loop.yaml:" in caught.value.message


@pytest.mark.parametrize("count", [2, 7])
def test_a_scorecard_has_three_to_six_competencies(tmp_path: Path, data: Data, count: int) -> None:
    card: Data = yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text())
    card["competencies"] = [copy.deepcopy(one) for one in (card["competencies"] * 2)[:count]]
    with pytest.raises(ChallengeError, match="competencies"):
        write(tmp_path, data, agree=False, scorecard=card)


def test_a_scorecard_with_a_gap_in_its_levels_is_refused(tmp_path: Path, data: Data) -> None:
    card: Data = yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text())
    del card["competencies"][0]["levels"][3]
    with pytest.raises(ChallengeError, match="without a gap"):
        write(tmp_path, data, agree=False, scorecard=card)


# ------------------------------------------------------------------------------------------------ the command


def run(*words: str) -> Result:
    return CliRunner().invoke(command, ["check", *words], standalone_mode=False, catch_exceptions=False)


def test_the_matrix_is_printed_with_minutes_and_weights() -> None:
    done = run(str(EXAMPLE))
    assert done.return_value == 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("rag-triage"))
    assert row.split() == ["rag-triage", "·", "·", "primary", "secondary", "·", "secondary", "240", "5.7"]
    assert max(map(len, done.stdout.splitlines()[:8])) <= 120


def test_a_broken_loop_exits_with_4_and_says_so_for_programs(tmp_path: Path, data: Data) -> None:
    data["rounds"][0]["time"] = "2h"
    write(tmp_path, data, agree=False)
    done = run(str(tmp_path / "loop.yaml"), "--json")
    assert done.return_value == 4
    read = json.loads(done.stdout)
    assert read["holds"] is False
    assert read["rounds"][0]["cells"]["llm_domain_knowledge"] == "primary"


def test_the_page_stands_alone_and_escapes_what_a_file_says(tmp_path: Path, data: Data) -> None:
    data["rounds"][0]["title"] = "<script>alert(1)</script>"
    loaded = write(tmp_path, data)
    done = run(str(tmp_path / "loop.yaml"), "--html", str(tmp_path / "loop.html"))
    assert done.return_value == 0
    page = (tmp_path / "loop.html").read_text()
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
    assert page == loop_views.as_page(loaded, loop_check.check(loaded, challenges(), kits()))


# ------------------------------------------------------------------------------------------------ kits and stages


@pytest.mark.parametrize(("change", "said"), [
    ({"kit": "nothing"}, "there is no kit nothing"),
    ({"time": "45m"}, "it takes 45 minutes, the kit system-design takes 50 minutes"),
    ({"kit": "past-project"}, "its primary is system_design, that of the kit past-project is collaboration_"),
])  # fmt: skip
def test_a_live_round_measures_and_takes_what_its_kit_says(tmp_path: Path, data: Data, change: Data, said: str) -> None:
    data["rounds"][2].update(change)
    assert any(text.startswith(f"system-design: {said}") for _, text in broken(write(tmp_path, data)))


def test_a_kit_and_stages_belong_to_what_was_agreed_and_older_agreements_stand(tmp_path: Path, data: Data) -> None:
    agreed = write(tmp_path, data).loop.matrix.digest
    data["stages"][0]["goes_on"]["people"] = 3
    assert write(tmp_path, data).loop.matrix.digest != agreed
    del data["stages"]
    for one in data["rounds"]:
        one.pop("kit", None)
    data["rounds"][2]["time"] = "45m"  # as it was before there were kits
    data["matrix"]["agreed_on"] = "2026-01-12"
    assert write(tmp_path, data).loop.matrix.digest == (
        "sha256:7d62d3fb1e7dd1ee075dddc85b83177d26b2ca0826dd53f5e7cc6396f32a1cf1"
    )


def test_a_first_digest_is_proposed_and_not_complained_about(tmp_path: Path, data: Data) -> None:
    data["matrix"]["digest"] = ""
    loaded = write(tmp_path, data, agree=False)
    assert broken(loaded) == []
    [said] = [one for one in loop_check.check(loaded, challenges(), kits()) if one.promise == "agreement"]
    assert said.outcome is FindingKind.ADVICE
    assert f"`digest: {loop.digest(loaded)}`" in said.text


def test_a_check_has_no_row_and_counts_in_the_candidates_time(tmp_path: Path, data: Data) -> None:
    talk = {"id": "talk", "title": "A first talk", "kind": "check", "kit": "screening-talk", "time": "30m",
            "interviewer": "engineering_manager"}  # fmt: skip
    data["rounds"].insert(0, talk)
    data["stages"][0]["rounds"].insert(0, "talk")
    assert broken(write(tmp_path, data)) == [("time", "live rounds take 265 minutes in all, over 240 minutes")]
    data["matrix"]["rows"]["talk"] = {"primary": "system_design"}
    assert ("matrix", "talk is a check and measures nothing; it has no row") in broken(write(tmp_path, data))


@pytest.mark.parametrize(("change", "said"), [
    (lambda one: one["rounds"].append("nothing"), "talks: there is no round nothing"),
    (lambda one: one["rounds"].append("rag-triage"), "rag-triage stands in two stages"),
    (lambda one: one["rounds"].remove("incident"), "the round incident stands in no stage"),
    (lambda one: one["goes_on"].update(people=1), "talks recommends on one person's word; at least two, independent"),
    (lambda one: one["goes_on"]["least"].update(system_design=6), "talks: a level is 1 to 5, not 6"),
    (lambda one: one["letters"].update(ends="letters/none.md"), "talks: there is no letter "),
    (lambda one: one["letters"].update(ends="../../etc/passwd"), "talks: a letter lies beside the loop's file or"),
])  # fmt: skip
def test_a_stage_that_cannot_work_is_reported(tmp_path: Path, data: Data, change: Any, said: str) -> None:
    change(data["stages"][1])
    assert any(text.startswith(said) for _, text in broken(write(tmp_path, data)))


def test_a_stage_asks_only_for_what_has_been_measured_by_then(tmp_path: Path, data: Data) -> None:
    data["stages"][0]["goes_on"]["least"]["system_design"] = 3
    said = "take-home asks for system_design, which no round so far has measured"
    assert broken(write(tmp_path, data)) == [("stages", said)]


def test_a_letter_leaves_open_only_what_its_sender_fills_in_and_speaks_of_no_machine(
    tmp_path: Path, data: Data
) -> None:
    loaded = write(tmp_path, data)
    (tmp_path / "letters" / "ends.md").write_text(
        "Dear {{ name }},\n\nyour {{ score }} {{ 7*7 }} {% include '/etc/passwd' %} did not reach the line.\n"
    )
    found = {(one.outcome, one.text, one.place.rpartition(":")[2]) for one in loop_check.check(loaded, {}, kits())
             if one.promise == "stages"}  # fmt: skip
    texts = {text for _, text, _ in found}
    assert any("{{score}} is nothing that a letter leaves open" in text for text in texts)
    assert any("'{{ 7*7 }}' is nothing that a letter leaves open" in text for text in texts)
    assert any("include" in text and "nothing that a letter leaves open" in text for text in texts)
    assert any("'did not reach' sounds as if a machine had decided" in text for text in texts)
    assert {line for outcome, _, line in found if outcome is FindingKind.BROKEN} == {"3"}


def test_a_new_loop_holds_but_for_the_agreement_and_writes_over_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "hiring"
    words = ["new", str(folder), "--role", 'Engineer: "agents"']
    assert CliRunner().invoke(command, words, standalone_mode=False).exit_code == 0
    checked = CliRunner().invoke(
        command, ["check", str(folder / "loop.yaml"), "--post", str(folder / "post.json")], standalone_mode=False
    )
    assert checked.return_value == 0, checked.output
    assert "BROKEN" not in checked.output
    assert loop.load_loop(folder / "loop.yaml").loop.role == 'Engineer: "agents"'
    (folder / "loop.yaml").write_text("mine")
    again = CliRunner().invoke(command, words, standalone_mode=False)
    assert "nothing was written" in str(again.exception)
    assert (folder / "loop.yaml").read_text() == "mine"


def test_challenges_are_found_beside_the_loops_file_wherever_one_stands(
    tmp_path: Path, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, data)
    shutil.copytree(ROOT / "challenges" / "rag-triage", tmp_path / "challenges" / "ours")
    manifest = tmp_path / "challenges" / "ours" / "challenge.yaml"
    manifest.write_text(manifest.read_text().replace("id: rag-triage", "id: ours", 1))
    data["rounds"][0]["challenge"] = "ours"
    write(tmp_path, data)
    monkeypatch.chdir("/")
    done = CliRunner().invoke(command, ["check", str(tmp_path / "loop.yaml")], standalone_mode=False)
    assert "rag-triage: competencies and time are those of ours" in done.output


@pytest.mark.parametrize("name", ["genai-engineer", "agent-engineer"])
def test_each_live_round_of_a_shipped_loop_has_a_kit(name: str) -> None:
    loaded = loop.load_loop(ROOT / "rubrics" / f"{name}.yaml")
    assert [one.id for one in loaded.loop.rounds if one.kind != "take_home" and not one.kit] == []
    assert all(one.outcome is not FindingKind.BROKEN for one in loop_check.check(loaded, challenges(), kits()))
