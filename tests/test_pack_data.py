"""What the files of every shipped pack have in common: its submissions, its calibration items, its ratings, its points,
its canary, its draws. What one of them alone promises of its data is in tests/shipped."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from grader.agreement.limits import limits_of
from grader.challenge import load_pack
from grader.ratings import labels
from grader.ratings.items import load_items
from tests import works
from tests.pack_stamps import ROOT

KINDS = ("accepted", "rejected", "cheating", "injection")
PACKS = sorted(path.parent for path in (ROOT / "challenges").glob("*/challenge.yaml"))
NAMES = {
    "agent-tools": {"agent.py", "DECISIONS.md"},
    "eval-design": {"EVAL.md", "rubric.yaml", "cases.jsonl", "run_eval.py", "system.py"},
    "llm-fundamentals": {"fundamentals.py", "diagnosis.json", "FINDINGS.md"},
    "rag-triage": {"triage.py", "DECISIONS.md", "EVAL.md"},
    "repo-setup": {"setup.sh", "README.md", "diagnosis.json", "REPORT.md"},
    "screening": {"screening.py", "round.json", "NOTE.md"},
    "trace-replay": {"detect.py", "diagnosis.yaml", "REPORT.md"},
    "inference-serving": {"serve.py", "REPORT.md"},
    "tool-safety": {"safety.py", "FINDINGS.md"},
    "trade-off": {"decide.py", "decision.json", "MEMO.md"},
}
"""Files that each submission of a pack has."""
LEAST = {"accepted": 3, "rejected": 6, "cheating": 6, "injection": 6}
MORE = {"rag-triage": {"accepted": 2, "cheating": 8, "injection": 26}}
HEADER = ["item", "criterion", "rater", "level", "rated_at"]

BORDERLINE = {
    "agent-tools",
    "eval-design",
    "inference-serving",
    "llm-fundamentals",
    "rag-triage",
    "repo-setup",
    "screening",
    "tool-safety",
    "trace-replay",
    "trade-off",
}
"""Packs whose items lie between anchors, too: all, so far."""
each_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)


@each_pack
def test_every_shipped_submission_is_listed_and_complete(pack: Path) -> None:
    text = (pack / "submissions" / "submissions.yaml").read_text("utf-8")
    listed = [entry["path"] for entry in yaml.safe_load(text)]
    figures = ("claims",) if (pack / "submissions" / "claims").is_dir() else ()
    assert sorted(listed) == sorted(works.names(pack, *KINDS, *figures))
    counts = Counter(path.partition("/")[0] for path in listed)
    least = LEAST | MORE.get(pack.name, {})
    assert [kind for kind in KINDS if counts[kind] < least[kind]] == []
    lacking = {path: NAMES[pack.name] - set(works.read(pack, path).files) for path in listed}
    assert [path for path, names in lacking.items() if names] == []


@each_pack
def test_calibration_items_cover_every_level_of_every_criterion_and_are_marked_as_no_candidates(pack: Path) -> None:
    challenge = load_pack(pack)
    items = load_items(challenge)
    counts = Counter((item.criterion, item.written_to) for item in items if item.written_to is not None)
    assert set(counts) == {(one.id, level) for one in challenge.rubric.criteria for level in range(1, 6)}
    assert min(counts.values()) >= 2
    assert min(Counter(item.criterion for item in items).values()) >= 10
    assert {item.kind for item in items if item.written_between is None} in ({"authored"}, {"model"})
    assert {item.kind for item in items if item.written_between is not None} <= {"model"}
    assert len({tuple(sorted(item.content.items())) for item in items}) == len(items)


@each_pack
def test_where_a_pack_has_borderline_items_they_are_a_third_of_each_criterions(pack: Path) -> None:
    items = load_items(load_pack(pack))
    borderline = Counter(item.criterion for item in items if item.written_between is not None)
    every = Counter(item.criterion for item in items)
    assert not borderline or min(borderline[name] / every[name] for name in every) >= 1 / 3
    assert bool(borderline) == (pack.name in BORDERLINE)


@each_pack
def test_the_length_of_calibration_items_says_little_about_their_level(pack: Path) -> None:
    items = load_items(load_pack(pack))
    levels = [one.written_to or sum(one.written_between or ()) / 2 for one in items]
    ranks = [
        np.argsort(np.argsort(values)) for values in (levels, [sum(map(len, one.content.values())) for one in items])
    ]
    assert abs(np.corrcoef(ranks)[0, 1]) < 0.3


@each_pack
def test_no_level_that_a_person_gave_is_ours(pack: Path) -> None:
    """Ratings may come in at any time; the authors of a pack are no raters, and make none up."""
    with (pack / "calibration" / "ratings.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:5] == HEADER
    assert [row for row in rows if row[2].casefold() in {"", "author", "authored", "ours"}] == []


@each_pack
def test_a_pack_that_nobody_has_rated_yet_can_be_calibrated_from_reviews(pack: Path) -> None:
    """Its ratings are there to be filled in, and its gate asks for no less than the default without a reason."""
    challenge = load_pack(pack)
    assert set(labels.labels_now(challenge)) == {one.id for one in challenge.rubric.criteria}
    assert not limits_of(challenge.rubric.gate, str(pack / "rubric.yaml")).loosened


# ------------------------------------------------------------------------------------------------ hidden tests


@each_pack
def test_the_instruction_states_the_share_of_each_group_in_their_order(pack: Path) -> None:
    points = dict.fromkeys(yaml.safe_load((pack / "challenge.yaml").read_text("utf-8"))["groups"], 0)
    for path in (pack / "tests").glob("test_*.py"):
        for number, group in re.findall(r'mark\.points\((\d+), group="(\w+)"\)', path.read_text("utf-8")):
            points[group] += int(number)
    instruction = (pack / "instruction.md").read_text("utf-8")
    stated = [float(number) for number in re.findall(r"\((\d+(?:\.\d+)?)\s%", instruction)]
    shares = [100 * number / sum(points.values()) for number in points.values()]
    assert min(shares) > 0
    assert len(stated) == len(shares)
    assert [(said, true) for said, true in zip(stated, shares, strict=True) if abs(said - true) > 0.6] == []


@each_pack
def test_the_canary_stands_in_each_file_of_tests_and_in_nothing_that_is_given_out(pack: Path) -> None:
    canary = re.search(r"[a-z]+-canary-[0-9a-f-]{30,}", (pack / "tests" / "canary.py").read_text("utf-8"))
    assert canary is not None
    holding = [p.relative_to(pack) for p in pack.rglob("*") if p.is_file() and canary[0].encode() in p.read_bytes()]
    assert {path.parts[0] for path in holding} == {"tests"}
    assert {path.name for path in (pack / "tests").glob("test_*.py")} <= {path.name for path in holding}


@each_pack
def test_packages_are_pinned_with_hashes_and_without_an_index(pack: Path) -> None:
    file = pack / "environment" / "requirements.txt"
    text = file.read_text("utf-8") if file.is_file() else ""
    entries = re.findall(r"^\w.*(?:\n .*)*", text, re.MULTILINE)
    assert [one for one in entries if not re.match(r"[a-z][\w.-]*==[\w.]+", one) or "--hash=sha256:" not in one] == []
    assert "://" not in text


@pytest.mark.packs
@each_pack
def test_hidden_tests_draw_and_send_the_same_by_the_same_seed_and_something_else_by_another(pack: Path) -> None:
    one, again, other = (draws(pack, seed) for seed in (11, 11, 12))
    assert one == again
    assert one.keys() == other.keys()
    alike = [name for name in one if one[name] == other[name]]
    assert len(alike) < len(one) / 2, alike


def draws(pack: Path, seed: int) -> dict[str, str]:
    """Hidden test → a digest of what it drew and sent."""
    command = [sys.executable, "-m", "tests.draws", str(pack), "--one", str(seed)]
    fixed = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=fixed, capture_output=True, text=True, check=True)
    lines = (line.partition(" ")[2].rpartition(" ") for line in done.stdout.splitlines())
    return {name: digest for name, _, digest in lines}


def test_the_anchors_of_shared_criteria_and_of_the_scorecard_differ() -> None:
    for path in sorted((ROOT / "rubrics").glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        for entry in data.get("criteria", []) + data.get("competencies", []):
            assert sorted(entry["levels"]) == [1, 2, 3, 4, 5]
            assert len({" ".join(anchor.split()) for anchor in entry["levels"].values()}) == 5
    scorecard = yaml.safe_load((ROOT / "rubrics" / "scorecard.yaml").read_text("utf-8"))
    assert len(scorecard["competencies"]) == 6
