"""docs/authoring.md is run: its cheap commands with what they print, its YAML, and the keys and fixtures it names."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import grader_tests
import pytest
from click.testing import CliRunner

from grader.authoring import check, playing, promises, scaffold, shipped
from grader.authoring.entries import ShippedSubmission, load_entries
from grader.authoring.equivalent import load as load_marks
from grader.authoring.runs import Runner
from grader.challenge import Challenge, load_pack, strict_yaml
from grader.cli import challenge as challenge_command
from grader.cli import loop as loop_command
from grader.settings import Settings
from grader_verifier import bounds, documents
from grader_verifier.candidate import Candidate
from grader_verifier.plugin import HiddenTestPlugin
from tests import authoring_fakes

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
YAML = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
CHEAP = re.compile(r"challenge (new|list|schema)|--static|loop check")


def transcript() -> list[tuple[str, list[str]]]:
    """(command, lines shown after it) of the cheap ones, in the order of the page."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE:
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:].partition("#")[0].partition(">")[0].strip(), []))
            else:
                found[-1][1].append(line)
    return [(command, shown) for command, shown in found if CHEAP.search(command)]


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rubrics").symlink_to(ROOT / "rubrics")
    monkeypatch.chdir(tmp_path)
    groups = {"challenge": challenge_command.command, "loop": loop_command.command}
    commands = transcript()
    assert len(commands) >= 6
    for command, shown in commands:
        _, group, *words = shlex.split(command)
        done = CliRunner().invoke(groups[group], words, standalone_mode=False, catch_exceptions=False)
        assert not done.return_value, f"{command}\n{done.output}"
        wanted = "".join(".*" if line == "…" else re.escape(line) + r"\n" for line in shown)
        assert re.match(wanted, done.stdout, re.DOTALL), f"{command}\n{done.stdout}"


def test_the_manifest_of_the_page_is_one(tmp_path: Path) -> None:
    pack = tmp_path / "log-triage"
    scaffold.write("log-triage", "python", tmp_path)
    (pack / "environment").mkdir()
    (pack / "starter" / "data").mkdir(exist_ok=True)
    (pack / "environment" / "requirements.txt").write_text("")
    (pack / "starter" / "sim").mkdir()
    (pack / "starter" / "sim" / "desk.py").write_text("")
    levels = ["rejected/played-weak", "accepted/played-typical", "accepted/played-strong", "cheating/prints-the-report"]
    for name in (*levels, "claims/after-a-sleep"):
        (pack / "submissions" / name).mkdir(parents=True)
    manifest, entries, rubric, equivalent = YAML
    (pack / "challenge.yaml").write_text(manifest)
    (pack / "submissions" / "submissions.yaml").write_text(entries)
    (pack / "rubric.yaml").write_text(rubric)
    (pack / "submissions" / "equivalent.yaml").write_text(equivalent)
    assert [entry.file for entry, _ in load_marks(pack).entries] == ["triage.py"]
    challenge = load_pack(pack)
    assert (challenge.id, challenge.interface.module) == ("log-triage", "log_triage")
    assert [criterion.id for criterion in challenge.rubric.criteria] == ["failure-modes", "trade-offs"]
    listed = [one.entry for one in load_entries(pack)]
    assert [one.path for one in listed] == ["rejected/plain-only", *levels, "claims/after-a-sleep"]
    assert [one.spread for one in listed[1:5]] == ["weak", "typical", "strong", "cheat"]


def test_every_key_of_a_manifest_stands_on_the_page() -> None:
    data, _ = strict_yaml.loads(YAML[0].encode(), "the page")
    optional = {"root", "rubric"}  # filled in when a pack is read
    assert {field.alias or name for name, field in Challenge.model_fields.items()} - optional == set(data)
    for section in ("time", "limits", "weights"):
        known = set(type(Challenge.model_fields[section].default).model_fields)
        assert set(data[section]) <= known
    entries, _ = strict_yaml.loads(YAML[1].encode(), "the page")
    assert set(ShippedSubmission.model_fields) == {key for entry in entries for key in entry}


def test_the_questions_at_the_top_lead_to_parts_of_the_page() -> None:
    table = PAGE.partition("## How do I …")[2].partition("\n## ")[0]
    parts = {
        re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in re.findall(r"^##+ (.*)$", PAGE, re.MULTILINE)
    }
    named = re.findall(r"\]\(#([^)]*)\)", table)
    assert len(named) >= 15
    assert set(named) <= parts
    assert parts - {"how-do-i-"} <= set(named)  # and none is left out
    bold = " ".join(re.findall(r"^\*\*([^*]+)\*\*", PAGE, re.MULTILINE))
    for paragraph in re.findall(r"\*([A-Z][^*…]+?) ?…?\*", table):
        assert paragraph in bold, paragraph


def test_seeds_are_those_that_the_page_says(tmp_path: Path) -> None:
    pack, maker = authoring_fakes.write_pack(tmp_path), authoring_fakes.Maker()
    options = check.Options(seeds=2, mutants=3, twice=False, order=False)
    report = check.check(pack, options, Settings(), maker, lambda _text: None)
    runner = Runner(load_pack(pack), Settings(), maker)
    work = {one: shipped.read(load_pack(pack), shipped.find(pack, load_entries(pack), one)) for one in
            ("solution", "accepted/other")}  # fmt: skip
    first, second = runner.seed(work["solution"], 0), runner.seed(work["solution"], 1)
    seeds: dict[bytes, list[int]] = {}
    for job in maker.jobs:
        seeds.setdefault(job.files["work.py"], []).append(job.seed)
    assert sorted(seeds[work["solution"].files["work.py"]]) == sorted([first, second])
    assert seeds[work["accepted/other"].files["work.py"]] == [runner.seed(work["accepted/other"], 0)]
    assert [seeds[one.mutant.source] for one in report.verdicts] == [[first]] * 3
    played = authoring_fakes.Maker()
    for variant in (None, 2):
        playing.play(pack, playing.Options(variant=variant), Settings(), played)
    assert [job.seed for job in played.jobs] == [1, second]


def test_the_fixtures_of_the_page_are_those_of_the_verifier() -> None:
    made = vars(Candidate).keys() | {"files", "seconds", "last_seconds"}  # set when a test begins
    named = set(re.findall(r"candidate\.(\w+)", PAGE))
    calls = {"afresh", "call", "map", "starmap", "make", "run", "start"}
    assert named == calls | {"files", "seconds", "last_seconds", "peak_memory"}
    assert named <= made
    for fixture in ("candidate", "metric", "model", "seed"):
        assert fixture in vars(HiddenTestPlugin)


def test_the_figures_of_the_page_are_those_of_the_check() -> None:
    assert f"earns at most {promises.STARTER_SHARE * 100:.0f} %" in PAGE
    assert promises.TIME_MARGIN == 0.5
    assert "at most half of `limits.total`" in PAGE
    assert promises.MEMORY_MARGIN == 0.75
    assert "three quarters of the memory" in PAGE
    for name in re.findall(r"^\| `(\w+)` \| ", PAGE.partition("## The check")[2], re.MULTILINE):
        source = "".join(path.read_text() for path in Path(check.__file__).parent.glob("*.py"))
        assert f'"{name}"' in source


def test_the_files_of_a_new_pack_stand_on_the_page(tmp_path: Path) -> None:
    for path in scaffold.write("log-triage", "python", tmp_path):
        first = path.relative_to(tmp_path / "log-triage").parts[0]
        assert f"`{first}`" in PAGE or f"`{first}/`" in PAGE


def test_what_a_pack_may_import_of_the_verifier_stands_on_the_page() -> None:
    table = PAGE.partition("is all that a pack may import of the verifier:")[2].partition("\n\n`limit=`")[0]
    rows = [line.split("|")[1] for line in table.strip().splitlines()[2:]]
    named = {name for row in rows for name in re.findall(r"`(\w+)", row)}
    assert named == set(grader_tests.__all__)
    given = {"text", "tool_calls", "refusal", "finish"}
    assert given == {field.name for field in dataclasses.fields(grader_tests.Reply)}
    assert all(f"{name}=" in table for name in given)
    assert f"most={documents.MOST_BYTES:_}" in table


def test_what_a_test_may_take_in_the_verifier_is_what_the_page_says() -> None:
    assert f"{bounds.TEST_SECONDS:g} s of processor time and {bounds.MEMORY / 1e6:.0f} MB in the verifier" in " ".join(
        PAGE.split()
    )
