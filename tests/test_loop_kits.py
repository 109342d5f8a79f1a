"""Kits of live rounds: the shipped ones hold to what makes one; what is drawn is a candidate's alone, and the same each
time; a page shows all of it and lets nothing out that is the interviewer's."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.authoring.anchor_lint import misfits
from grader.authoring.rubric_lint import content, vague
from grader.cli.loop import command
from grader.errors import ChallengeError, UsageError
from grader.loop.drawn import SumError, worked_out
from grader.loop.kit_page import as_page
from grader.loop.kits import LoadedKit, find_kit, held, kits_for, load_kit
from grader.loop.matrix import load_loop
from grader.loop.rounds import draw, round_of

ROOT = Path(__file__).parent.parent
NAMES = sorted(kits_for())
LOOP = ROOT / "rubrics" / "genai-engineer.yaml"
WANTED = {
    "system-design", "trade-off", "debugging-replay", "eval-design", "past-project", "motivation-and-reliability",
    "reference-check", "screening-talk",
}  # fmt: skip


def every_variant(kit: LoadedKit) -> set[str]:
    return {held(kit, seed).variant for seed in range(60)}


def test_there_is_a_kit_for_each_live_round_of_the_sources() -> None:
    assert set(NAMES) >= WANTED


@pytest.mark.parametrize("name", NAMES)
def test_two_people_would_apply_a_shipped_cards_anchors_alike(name: str) -> None:
    for criterion in find_kit(name).kit.criteria:
        assert [*misfits(criterion)] == []
        assert {level: vague(anchor) for level, anchor in criterion.levels.items() if vague(anchor)} == {}
        assert all(content(criterion.levels[a]) != content(criterion.levels[b]) for a, b in pairwise(range(1, 6)))


@pytest.mark.parametrize("name", NAMES)
def test_a_kit_is_the_same_for_the_same_candidate_and_every_case_of_it_can_be_drawn(name: str) -> None:
    kit = find_kit(name)
    assert held(kit, 7) == held(kit, 7)
    assert every_variant(kit) == ({variant.id for variant in kit.kit.variants} or {""})
    if kit.kit.draw:
        assert len({tuple(held(kit, seed).values.items()) for seed in range(20)}) > 1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_unfilled_and_everybody_is_asked_the_same(name: str) -> None:
    kit = find_kit(name)
    asked = set()
    for seed in range(30):
        made = held(kit, seed)
        assert re.findall(r"\{[a-z_]+\}", str(made.kit)) == []
        asked.add(tuple(len(part["questions"]) for part in made.kit["parts"]))
    assert len(asked) == 1


def test_the_secret_and_the_candidate_decide_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_loop(LOOP)
    one = round_of(loaded, "trace-debugging")

    def drawn(key: str, blind: str) -> object:
        monkeypatch.setenv("GRADER_SECRET", key * 40)
        return draw(loaded, one, blind)

    assert drawn("a", "K7Q2ML") == drawn("a", "k7q2ml ")
    assert len({str(drawn(key, blind)) for key in "abcd" for blind in ("K7Q2ML", "ABC234")}) > 4
    assert drawn("a", "") == drawn("b", "")  # a sample is nobody's, and everybody's


@pytest.mark.slow
def test_the_figures_of_the_load_sheet_come_to_what_the_interviewer_reads() -> None:
    for seed in range(40):
        texts = {name: text.replace(",", "") for name, text in held(find_kit("system-design"), seed).values.items()}
        value = {name: float(text) for name, text in texts.items() if re.fullmatch(r"[\d.]+", text)}
        questions = value["users"] * value["questions_a_user"]
        a_day = questions * (value["tokens_in"] * value["price_in"] + value["tokens_out"] * value["price_out"]) / 1e6
        assert value["questions"] == questions
        assert value["cost_day"] == pytest.approx(a_day, rel=0.01)
        assert value["budget_day"] < value["cost_day"]  # the constraint that decides
        assert value["peak_rate"] == pytest.approx(questions / 86_400 * value["peak"], rel=0.01)


def test_each_cause_of_the_replay_shows_in_its_traces() -> None:
    """What the wrong rows have in common is the cause's alone."""
    kit, signs = find_kit("debugging-replay"), {}
    for variant in kit.kit.variants:
        rows = next(sheet for sheet in variant.sheets if sheet.id == "traces").rows
        wrong = [row for row in rows if row[5] == "no"]
        right = [row for row in rows if row[5] == "yes"]
        assert 3 <= len(wrong) <= 5
        signs[variant.id] = (
            min(int(row[2]) for row in wrong) > max(int(row[2]) for row in right),  # long conversations
            all(row[4] in {"D-20", "D-05"} for row in wrong),  # documents that were replaced
            all(set(row[3].split(", ")) == {"D-20", "D-41"} for row in wrong),  # documents that contradict
        )
    assert signs == {
        "context-cut": (True, False, False),
        "stale-index": (False, True, False),
        "model-confused": (False, False, True),
    }


# ------------------------------------------------------------------------------------------------ the page


@pytest.mark.parametrize("name", NAMES)
def test_what_the_candidate_gets_holds_nothing_of_the_interviewers(name: str) -> None:
    made = held(find_kit(name), 3)
    page = as_page(made, who="K7Q2ML", hand_outs=True)
    secret = [sheet["title"] for sheet in made.kit["sheets"] if sheet["reader"] == "interviewer"]
    secret += [text for part in made.kit["parts"] for one in part["questions"] for text in one["listen"]]
    secret += [anchor for one in made.criteria for anchor in one["levels"].values()]
    assert [text for text in secret if text and text in page] == []
    for sheet in made.kit["sheets"]:
        if sheet["reader"] == "candidate":
            assert sheet["title"] in page


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_questions_in_order_and_loads_nothing(name: str) -> None:
    made = held(find_kit(name), 3)
    page = as_page(made, role="R", round_id="r", who="K7Q2ML")
    from html import escape

    places = [page.find(escape(one["ask"], quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
              for part in made.kit["parts"] for one in part["questions"]]  # fmt: skip
    assert -1 not in places
    assert places == sorted(places)
    assert not re.search(r"<script|https?://(?!www\.w3)|src=", page)
    assert "default-src &#39;none&#39;" in page


def test_a_kit_of_ones_own_is_escaped_on_its_page(tmp_path: Path) -> None:
    data = yaml.safe_load((ROOT / "kits" / "past-project.yaml").read_text())
    data["parts"][1]["questions"][0]["ask"] = "<script>alert(1)</script>"
    (tmp_path / "past-project.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    page = as_page(held(load_kit(tmp_path / "past-project.yaml"), 1))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_command_writes_a_page_and_says_for_whom(tmp_path: Path) -> None:
    out = tmp_path / "kit.html"
    words = ["kit", str(LOOP), "trace-debugging", "--candidate", "K7Q2ML", "--out", str(out)]
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exit_code == 0, done.output
    assert "the kit of debugging-replay for candidate K7Q2ML, case " in done.output
    assert "K7Q2ML" in out.read_text()


@pytest.mark.parametrize(("name", "said"), [("nothing", "has no round 'nothing'"), ("rag-triage", "names no kit")])
def test_a_round_without_a_kit_is_refused_with_those_that_have_one(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as problem:
        round_of(load_loop(LOOP), name)
    assert "repository, system-design, trace-debugging, incident, past-project" in problem.value.message


def test_a_kit_beside_the_loop_is_taken_before_a_shipped_one(tmp_path: Path) -> None:
    data = yaml.safe_load((ROOT / "kits" / "past-project.yaml").read_text())
    (tmp_path / "kits").mkdir()
    (tmp_path / "kits" / "past-project.yaml").write_text(yaml.safe_dump({**data, "revision": "ours"}, sort_keys=False))
    assert find_kit("past-project", tmp_path / "loop.yaml").kit.revision == "ours"
    assert find_kit("past-project").kit.revision != "ours"


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(("change", "said"), [
    (lambda kit: kit.update(minutes=41), "the parts take 40 minutes, minutes says 41"),
    (lambda kit: kit["parts"][1].update(say="{nobody_knows}"), "{nobody_knows} is neither drawn nor worked out"),
    (lambda kit: kit["parts"][1].update(hand=["none"]), "there is no sheet none"),
    (lambda kit: kit["criteria"][0].update(competency="system_design"), "a criterion measures system_design"),
    (lambda kit: kit["criteria"].pop(3), "production_engineering has no criterion"),
    (lambda kit: kit["criteria"][0]["levels"].pop(5), "a card has levels 1 to 5"),
    (lambda kit: kit.update(colour="red"), "unknown key 'colour'"),
    (lambda kit: kit["parts"][0].update(id="what"), "the part what stands twice"),
    (lambda kit: kit.update(draw={"n": {"between": [5, 1]}}), "a lower and a higher number"),
    (lambda kit: kit.update(draw={"n": {"choose": [1], "between": [1, 2]}}), "one of the two"),
    (lambda kit: kit.update(draw={"n": {"between": [0, 1e308], "step": 1e-300}}), "1e+15 at most"),
    (lambda kit: kit.update(work_out={"n": "m + 1"}), "nothing above it is called m"),
    (lambda kit: kit.update(work_out={"n": "__import__('os')"}), "a sum has numbers"),
    (lambda kit: kit.update(sheets=[{"id": "s", "title": "S", "columns": ["A"], "rows": [["1", "2"]]}]), "1 cells"),
])  # fmt: skip
def test_a_kit_that_cannot_be_held_is_refused_with_file_and_line(tmp_path: Path, change: object, said: str) -> None:
    data = yaml.safe_load((ROOT / "kits" / "past-project.yaml").read_text())
    change(data)  # type: ignore[operator]
    path = tmp_path / "past-project.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    with pytest.raises(ChallengeError) as problem:
        load_kit(path)
    assert said in problem.value.message
    assert re.match(rf"{re.escape(str(path))}:\d+: ", problem.value.message)


RUNS = ("().__class__", "a.b", "[1][0]", "2 ** 9 ** 9", "f'{a}'", "lambda: 1", "a if a else 1", "min(*a)",
        "round(a, ndigits=2)", "open('x')", "True", "'a' * 9", "1 +", "")  # fmt: skip


@pytest.mark.parametrize("text", RUNS)
def test_a_sum_cannot_do_more_than_reckon(text: str) -> None:
    with pytest.raises(SumError):
        worked_out(text, {"a": 1.0})


@pytest.mark.parametrize("text", ["1/0", "round(1e308 * 10)", "1e308 * 10", "ceil(1e308*10 - 1e308*10)", "max(1)",
                                  "round(1, 2, 3)", "round(1, 0.5)", "1" + "0" * 280 + " * 1e99"])  # fmt: skip
def test_a_kit_whose_sum_cannot_be_worked_out_is_refused_with_file_and_line(tmp_path: Path, text: str) -> None:
    data = yaml.safe_load((ROOT / "kits" / "past-project.yaml").read_text())
    path = tmp_path / "past-project.yaml"
    path.write_text(yaml.safe_dump({**data, "work_out": {"n": text}}, sort_keys=False))
    with pytest.raises(ChallengeError, match=rf"{re.escape(str(path))}:\d+: .*work_out.n: .*cannot be worked out"):
        held(load_kit(path), 1)


def test_a_kit_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "past-project.yaml").symlink_to(ROOT / "kits" / "past-project.yaml")
    with pytest.raises(ChallengeError, match=r"past-project\.yaml: is a link to"):
        load_kit(tmp_path / "past-project.yaml")


def test_sums_are_worked_out() -> None:
    assert worked_out("ceil(a / 3) * max(2, b) - -1", {"a": 10, "b": 1}) == 9
    with pytest.raises(SumError, match="cannot be worked out"):
        worked_out("a / 0", {"a": 1})
