"""`grade agreement` as it is typed."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from grader.cli.agreement import command
from grader.errors import UsageError

CONTRACT = [
    "verdict", "reasons", "n", "humans", "qwk", "qwk_low", "qwk_high", "human_human_qwk", "exact", "adjacent", "bias",
    "smd", "alpha", "ac2", "alt_test", "best_constant", "labels_needed",
]  # fmt: skip
M = [[8, 3, 1, 0, 0], [2, 12, 5, 1, 0], [0, 4, 20, 6, 1], [0, 1, 5, 18, 4], [0, 0, 0, 3, 6]]


@pytest.fixture
def written(tmp_path):
    """Writes ratings (dicts) as CSV and gives the path."""

    def write(rows):
        path = tmp_path / "ratings.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    return write


def run(*arguments):
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False, standalone_mode=False)
    assert result.exit_code == 0
    return result.output


def ratings(criterion="depth", *, items=80, judge_noise=0.3, seed=0, **more):
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(items):
        true = number % 5 + 1
        for rater, noise in (("ada", 0.3), ("ben", 0.3), ("gpt", judge_noise)):
            level = int(np.clip(round(true + generator.normal(0, noise)), 1, 5))
            rows.append({"item": f"i{number}", "criterion": criterion, "rater": rater, "level": level, **more})
    return rows


def worked_matrix():
    rows = []
    pairs = [(i + 1, j + 1) for i, row in enumerate(M) for j, count in enumerate(row) for _ in range(count)]
    for number, (person, judge) in enumerate(pairs):
        for rater, level in (("ada", person), ("ben", person), ("gpt", judge)):
            rows.append({"item": f"i{number:03d}", "criterion": "depth", "rater": rater, "level": level})
    return rows


def test_json_has_the_agreed_fields_for_each_criterion(written):
    found = json.loads(run(written([*ratings("depth"), *ratings("style", seed=1)]), "--judge", "gpt", "--json"))
    assert list(found) == ["depth", "style"]
    for figures in found.values():
        assert list(figures)[: len(CONTRACT)] == CONTRACT
        assert figures["verdict"] == "ACCEPT"
        assert (figures["n"], figures["humans"], figures["labels_needed"]) == (80, 2, 0)
        assert [check["id"] for check in figures["checks"]] == list("ABCDEFGHI")
        assert [check["outcome"] for check in figures["checks"][7:]] == ["not_measured", "not_measured"]
        assert figures["undefined"] == {}


def test_json_carries_the_worked_figures(written):
    found = json.loads(run(written(worked_matrix()), "--judge", "gpt", "--json"))["depth"]
    assert found["qwk"] == pytest.approx(0.817906, abs=5e-7)
    assert found["qwk_se"] == pytest.approx(0.037020, abs=5e-7)
    assert (found["qwk_low"], found["qwk_high"]) == (pytest.approx(0.736, abs=0.005), pytest.approx(0.881, abs=0.005))
    assert (found["exact"], found["adjacent"], found["mae"]) == (0.64, 0.96, 0.4)
    assert (found["bias"], found["smd"]) == (pytest.approx(0.08), pytest.approx(0.0694, abs=5e-5))
    assert found["spearman"] == pytest.approx(0.8146, abs=5e-5)
    assert found["ac2"] == pytest.approx(0.89448, abs=5e-6)
    assert (found["human_human_qwk"], found["alpha"]) == (1.0, 1.0)
    assert found["off_by_two"]["high"] == pytest.approx(0.0984, abs=5e-5)
    assert found["confusion"] == M
    assert found["best_constant"]["level"] == 3
    assert found["best_constant"]["qwk"] == 0.0
    # One hundred labels, but people who agree perfectly: the judge is .18 below their ceiling.
    assert (found["verdict"], [c["id"] for c in found["checks"] if c["outcome"] == "reject"]) == ("REJECT", ["D"])
    assert found["alt_test"].keys() == {"winning_rate", "passed", "advantage", "epsilon", "p_values"}
    assert found["alt_test"]["p_values"].keys() == {"ada", "ben"}


def test_undefined_figures_are_null_with_a_reason(written):
    rows = [row for row in ratings() if row["rater"] != "ben"]
    found = json.loads(run(written(rows), "--judge", "gpt", "--json"))["depth"]
    assert found["human_human_qwk"] is None
    assert found["undefined"]["human_human_qwk"] == "no two raters share an item"
    assert found["alt_test"]["winning_rate"] is None
    assert found["undefined"]["alt_test"]
    assert found["verdict"] == "INCONCLUSIVE"


def test_one_candidate_gives_no_interval_and_says_so(written):
    found = json.loads(run(written(ratings(candidate="c1")), "--judge", "gpt", "--json"))["depth"]
    assert (found["qwk_low"], found["qwk_high"], found["verdict"]) == (None, None, "INCONCLUSIVE")
    assert "fewer than two candidates" in found["undefined"]["qwk_low"]
    assert found["qwk"] > 0.8


def test_a_judge_that_rated_nothing_of_a_criterion_has_no_figures(written):
    rows = [*ratings("depth"), *(row for row in ratings("style") if row["rater"] != "gpt")]
    found = json.loads(run(written(rows), "--judge", "gpt", "--json"))["style"]
    assert (found["n"], found["qwk"], found["qwk_low"], found["best_constant"]) == (0, None, None, None)
    assert found["verdict"] == "INCONCLUSIVE"
    nulls = {name for name in CONTRACT if found[name] is None}
    assert nulls == {"qwk", "qwk_low", "qwk_high", "exact", "adjacent", "bias", "smd", "ac2", "best_constant"}
    assert found["undefined"].keys() >= nulls
    assert all(found["undefined"].values())
    assert "INCONCLUSIVE" in run(written(rows), "--judge", "gpt", "--criterion", "style")


def test_output_is_the_same_every_time_and_another_for_another_seed(written):
    path = written(ratings(judge_noise=0.9))
    first = run(path, "--judge", "gpt", "--json")
    assert first == run(path, "--judge", "gpt", "--json")
    assert first != run(path, "--judge", "gpt", "--json", "--seed", "1")


def test_one_criterion_is_shown_and_all_are_tested(written):
    path = written([*ratings("depth"), *ratings("style", seed=1)])
    found = json.loads(run(path, "--judge", "gpt", "--json", "--criterion", "style"))
    assert list(found) == ["style"]
    assert any("2 criteria" in note for note in found["style"]["notes"])


def test_model_ratings_never_open_the_gate(written):
    rows = [{**row, "kind": "human" if row["rater"] == "gpt" else "model"} for row in ratings()]
    found = json.loads(run(written(rows), "--judge", "gpt", "--json"))["depth"]
    assert (found["verdict"], found["humans"], found["n"], found["labels_needed"]) == ("INCONCLUSIVE", 0, 0, 50)
    assert "No rating by a person counts here" in found["reasons"][0]


def test_the_adjudicator_is_named_by_option_or_role(written):
    rows = ratings()
    final = [{**row, "rater": "chief", "level": 6 - int(row["level"])} for row in rows if row["rater"] == "ada"]
    by_option = json.loads(run(written([*rows, *final]), "--judge", "gpt", "--adjudicator", "chief", "--json"))["depth"]
    marked = [*({**row, "role": ""} for row in rows), *({**row, "role": "adjudicator"} for row in final)]
    by_role = json.loads(run(written(marked), "--judge", "gpt", "--json"))["depth"]
    assert by_option == by_role
    assert by_option["humans"] == 2
    assert by_option["qwk"] < 0


def test_epsilon_is_passed_on(written):
    found = json.loads(run(written(ratings()), "--judge", "gpt", "--json", "--epsilon", "0.2"))["depth"]
    assert found["alt_test"]["epsilon"] == 0.2


def test_text_tells_verdict_figures_checks_and_notes(written):
    shown = run(written(ratings(judge_noise=1.5)), "--judge", "gpt")
    assert shown.startswith("depth: REJECT\n")
    assert "kappa, quadratic" in shown
    assert "always 3" in shown
    assert "  D  ceiling     REJECT  The judge agrees with single people" in shown
    assert "  H  stability   -       Stability was not measured" in shown
    assert "Chance to pass check C on 80 labels" in shown
    assert "A calibration needs them." in shown
    assert max(len(line) for line in shown.splitlines()) <= 110


def test_text_says_how_many_labels_are_needed(written):
    shown = run(written(ratings(items=40)), "--judge", "gpt")
    assert shown.startswith("depth: INCONCLUSIVE\n  40 items are rated by two people each")
    assert "Labels still needed: about 10." in shown


def test_names_in_the_file_reach_no_terminal_as_they_are(written):
    rows = [{**row, "rater": row["rater"] + "\x1b[31m\u202e"} for row in ratings("dep\x1b]0;th\x07")]
    judge = "gpt\x1b[31m\u202e"
    for arguments in (("--judge", judge), ("--judge", judge, "--json"), (), ("--json",)):
        shown = run(written(rows), *arguments)
        assert not any(mark in shown for mark in ("\x1b", "\x07", "\u202e"))


def test_people_alone_are_compared_when_no_judge_is_named(written):
    path = written(ratings(rated_at="2025-03-31"))
    shown = run(path)
    assert shown.startswith("depth: people only\n  80 items are rated by two people or more, out of 3 people.\n")
    assert "severity" in shown
    assert "kappa (items)" in shown
    found = json.loads(run(path, "--json"))["depth"]
    assert (found["n"], found["humans"], len(found["pairs"])) == (80, 3, 3)
    assert [rater["rater"] for rater in found["raters"]] == ["ada", "ben", "gpt"]
    assert found["raters"][0]["drift"]["value"] is None
    assert "fewer than two moments" in found["raters"][0]["drift"]["reason"]


def test_severe_lenient_and_drifting_raters_are_named(written):
    rows = []
    for number in range(60):
        for rater, shift in (("ada", 0), ("ben", 1), ("cy", -1), ("di", (number >= 30) * 2 - 1)):
            level = 3 + shift * (number % 3 > 0)
            rows.append({"item": f"i{number:02d}", "criterion": "depth", "rater": rater, "level": level,
                         "rated_at": f"2025-{1 + number // 28:02d}-{1 + number % 28:02d}"})  # fmt: skip
    raters = run(written(rows)).split("rater ")[1].split("\n\n")[0].splitlines()[1:]
    remarks = {line.split()[0]: line for line in raters}
    assert not any(word in remarks["ada"] for word in ("lenient", "severe"))
    assert "lenient" in remarks["ben"]
    assert "severe" in remarks["cy"]
    assert "drifts up" in remarks["di"]
    assert "drifts down" in remarks["ben"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--judge", "gtp"), "--judge 'gtp' is not in the file; it has: ada, ben, gpt"),
        (("--judge", "gpt", "--adjudicator", "eve"), "--adjudicator 'eve' is not in the file"),
        (("--judge", "gpt", "--adjudicator", "gpt"), "a judge cannot settle its own labels"),
        (("--criterion", "dept"), "--criterion 'dept' is not in the file; it has: depth"),
        (("--levels", "5"), "--levels '5' is not a scale such as 1-5"),
        (("--levels", "5-1"), "not a scale"),
        (("--levels", "3-3"), "not a scale"),
        (("--levels", "1-900"), "not a scale"),
        (("--levels", "1-4"), "is not between 1 and 4"),
    ],
)
def test_wrong_usage_is_said_plainly(written, arguments, message):
    with pytest.raises(UsageError) as caught:
        run(written(ratings()), *arguments)
    assert message in caught.value.message
    assert caught.value.exit_code == 2


def test_other_scales_are_measured_in_full(written):
    rows = [{**row, "level": int(row["level"]) - 1} for row in ratings()]
    found = json.loads(run(written(rows), "--judge", "gpt", "--json", "--levels", "0-6"))["depth"]
    assert found["levels"] == [0, 1, 2, 3, 4, 5, 6]
    assert found["checks"][0]["limit"] == 98


def test_help_teaches_with_an_example():
    shown = run("--help")
    assert "item,criterion,rater,level" in shown
    assert "$ grade agreement ratings.csv --judge gpt" in shown
    assert "adjudicator" in shown
