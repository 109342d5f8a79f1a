"""An afternoon at the terminal, without any server: three people and a bar raiser rate twelve shipped submissions, two
gaps of two levels are settled, one person steps aside, one dissents, all is decided, a letter goes out. On Postgres: on
SQLite tests/test_web_panel.py closes as many on the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.challenge import load_pack
from grader.cli import cli
from tests.store_fixtures import Cluster
from tests.web_fixtures import CHALLENGES, house
from tests.web_panel import SHIPPED, keep

pytestmark = [pytest.mark.xdist_group("review-afternoon"), pytest.mark.slow]
LEVELS = {"Ann": 2, "Ben": 2, "Cem": 4, "Ines": 4}
"""What each gives for the first criterion where they lie apart."""
APART, LEFT = {"panel-2", "panel-7"}, "panel-5"
Works = Callable[..., str]


@pytest.fixture
def works(postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Works:
    """Runs a command on a store with twelve graded submissions, and returns what it prints."""
    url = postgres.database()
    home = house(tmp_path / "results", url)
    keep(home)
    home.store.close()
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, [*words, "--store", url])
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    return run


def test_a_panel_of_three_closes_twelve_cases_without_a_server(works: Works, tmp_path: Path) -> None:
    for name, role, team in (("Ann", "reviewer", "search"), ("Ben", "reviewer", "search"),
                             ("Cem", "reviewer", "search"), ("Ines", "bar_raiser", "payments"),
                             ("Lea", "lead", "")):  # fmt: skip
        works("people", "add", name, "--role", role, "--team", team)
    plan = ("people", "ask", "--each", "3", "--bar-raiser")
    shown = works(*plan, "--open", "eval-design")
    asked = works(*plan, "--yes", shown.rpartition("--yes ")[2].strip())
    assert asked.count("panel-") == 4 * len(SHIPPED)

    for name, runs in parts(asked).items():
        for run in runs:
            rate(works, tmp_path, name, run)
    settled = [settle(works, f"panel-{number}") for number in range(len(SHIPPED))]
    assert sorted(settled) == [0] * 10 + [1, 1]
    for number in range(len(SHIPPED)):
        outcome = "advance" if number % 4 == 0 else "decline"
        works("decide", f"panel-{number}", outcome, "--by", "Lea", "--why", "As the panel sees it.")
    works("decide", "panel-0", "dissent", "--by", "Ines", "--why", "The gate is too loose.")
    release(works, tmp_path)
    stages = [json.loads(works("show", f"panel-{number}", "--json"))["case"]["state"] for number in range(12)]
    assert (stages.count("released"), stages.count("decided")) == (1, 11)
    responses = [one["response"] for one in json.loads(works("show", "panel-0", "--json"))["assessments"]]
    assert [one for one in responses if one] == [{"agrees": False, "words": "The gate is too loose."}]


def parts(asked: str) -> dict[str, list[str]]:
    """Person → the runs that they were asked to rate, as the plan prints them."""
    found: dict[str, list[str]] = {}
    for line in asked.splitlines():
        if line.startswith("  "):
            found[list(found)[-1]].append(line.split()[0])
        elif re.match(r"\w+: \d+ new", line):
            found[line.partition(":")[0]] = []
    return found


def rate(works: Works, folder: Path, name: str, run: str) -> None:
    role = "bar_raiser" if name == "Ines" else "assessor"
    if name == "Cem" and run == LEFT:
        works("assess", run, "--rater", name, "--recuse", "I know the author.")
        return
    criteria = [one.id for one in load_pack(CHALLENGES / "eval-design").rubric.criteria]
    levels = [LEVELS[name] if run in APART and number == 0 else 3 for number in range(len(criteria))]
    rows = [f"{one},{level},Seen in the documents." for one, level in zip(criteria, levels, strict=True)]
    (folder / "sheet.csv").write_text("\n".join(["criterion,level,note", *rows]) + "\n")
    works("assess", run, "--rater", name, "--role", role, "--import", "sheet.csv")


def settle(works: Works, run: str) -> int:
    """Opens a case to all, and settles by somebody who did not rate what is open between people: how many criteria."""
    open_ = re.findall(r"^.*: open · gap 2$", works("reveal", run), re.MULTILINE)
    if open_:
        first = load_pack(CHALLENGES / "eval-design").rubric.criteria[0].id
        Path("settled.csv").write_text(f"criterion,level,note\n{first},3,The cases show it.\n")
        works("assess", run, "--rater", "Lea", "--role", "adjudicator", "--import", "settled.csv")
    return len(open_)


def release(works: Works, folder: Path) -> None:
    draft = works("decide", "panel-0", "letter", "--by", "Lea")
    assert "Seen in the documents." not in draft, "nobody marked it for the candidate"
    written = re.sub(r"<!--.*?-->", "", draft, flags=re.DOTALL).replace("[name]", "Cara").replace("[your name]", "Lea")
    (folder / "letter.md").write_text(written)
    works("decide", "panel-0", "letter", "--by", "Lea", "--text", "letter.md", "--release")
