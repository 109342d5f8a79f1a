"""The CI files: read as YAML, and their steps run as a runner would, in real Docker."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def steps() -> list[dict[str, Any]]:
    return ACTION["runs"]["steps"]


def test_no_input_is_pasted_into_a_script() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert scripts
    assert [script for script in scripts if EXPRESSION.search(script)] == []


def test_every_input_and_output_is_described_and_every_step_has_a_shell() -> None:
    for part in ("inputs", "outputs"):
        assert all(entry["description"] for entry in ACTION[part].values())
    assert all(step.get("shell") == "bash" for step in steps() if "run" in step)
    used = set(EXPRESSION.findall((ROOT / "action.yml").read_text(encoding="utf-8")))
    named = {m for text in used for m in re.findall(r"inputs\.([a-z-]+)", text)}
    assert named == set(ACTION["inputs"])


def test_what_a_candidate_gets_names_no_hidden_thing() -> None:
    text = (ROOT / "ci" / "public.yml").read_text(encoding="utf-8")
    job = yaml.safe_load(text)["jobs"]["public"]
    assert 'grade" public .' in job["steps"][1]["run"]
    assert "tests/" not in text
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_the_gitlab_job_runs_the_documented_commands() -> None:
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))[".grade"]
    assert "doctor --fix" in job["script"][2]
    assert "--fail-under" in job["script"][3]
    for line in job["script"]:
        subprocess.run(["bash", "-n", "-c", line], check=True)


@pytest.mark.parametrize(
    ("address", "code"),
    [("https://host/jane/work.git", 0), ("https://host/team/hiring.git", 2), ("https://host/team/hiring", 2)],
)
def test_the_gitlab_job_ends_where_it_would_grade_the_project_that_it_runs_in(address: str, code: int) -> None:
    job = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))[".grade"]
    known = {"REPOSITORY": address, "CI_PROJECT_PATH": "team/hiring"}
    (line,) = job["before_script"]
    assert subprocess.run(["bash", "-c", line], check=False, env={**os.environ, **known}).returncode == code


def test_the_action_ends_where_it_would_grade_the_repository_that_it_runs_in() -> None:
    step = next(step for step in ACTION["runs"]["steps"] if step["name"] == "Grade")
    assert "GRADER_TRUSTED" in step["run"]
    known = {"REPOSITORY": "Team/Hiring", "GITHUB_REPOSITORY": "team/hiring", "RUNNER_TEMP": "/nowhere"}
    done = subprocess.run(["bash", "-c", step["run"]], check=False, env={**os.environ, **known}, capture_output=True)
    assert done.returncode == 2
    assert b"the repository that it grades" in done.stdout


class Runner:
    """Runs the action's `run` steps in order, as a hosted runner does: expressions filled in, GITHUB_* files kept."""

    def __init__(self, folder: Path, temp: Path, inputs: dict[str, str]) -> None:
        self.folder, self.temp = folder, temp
        defaults = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
        self.values = {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
        self.values["github.action_path"] = str(ROOT)
        self.summary, self.output = folder / "summary", folder / "output"

    def run(self, *, set_up: bool = False) -> int:
        """The code of the first step that fails; `set_up` says which half: the installation, or all after it."""
        chosen = [step for step in steps() if "run" in step and (step["name"] == "Set up") is set_up]
        return next((code for code in map(self.step, chosen) if code), 0)

    def step(self, step: dict[str, Any]) -> int:
        self.output.write_text("")
        env = {
            name: EXPRESSION.sub(lambda m: self.values.get(m[1], ""), str(text)) for name, text in step["env"].items()
        }
        runner = {"RUNNER_TEMP": self.temp, "GITHUB_OUTPUT": self.output, "GITHUB_STEP_SUMMARY": self.summary}
        script = self.folder / "step.sh"
        script.write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        environment = {**os.environ, **env, **{name: str(path) for name, path in runner.items()}}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        for line in self.output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.values[f"steps.{step.get('id')}.outputs.{name}"] = value
        return done.returncode


PACK = ROOT / "tests" / "packs" / "sums"
INPUTS = {"submission": str(PACK / "solution"), "challenge": str(PACK), "fail-under": "70"}


@pytest.fixture(scope="module")
def temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runner's temporary folder after the action's own set-up step has been run in it."""
    folder = tmp_path_factory.mktemp("runner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_COMPILE", "1")  # a third of its time goes into modules of which hardly any is imported
        assert Runner(folder, folder, INPUTS).run(set_up=True) == 0
    assert (folder / "grader" / "bin" / "grade").is_file()
    return folder


@pytest.mark.parametrize("code", [2, 5, 130])
@pytest.mark.parametrize("stale", [False, True])
def test_a_run_without_a_result_ends_with_its_own_code_and_says_nothing_of_an_earlier_one(
    code: int, stale: bool, tmp_path: Path
) -> None:
    grade = tmp_path / "runner" / "grader" / "bin" / "grade"
    grade.parent.mkdir(parents=True)
    grade.write_text(f"#!/bin/sh\nexit {code}\n")
    grade.chmod(0o755)
    if stale and code != 5:  # what the machine failed leaves a result of its own
        (tmp_path / "grade-result").mkdir()
        (tmp_path / "grade-result" / "grade.json").write_text('{"status": "graded", "recommendation": "advance"}')
    runner = Runner(tmp_path, tmp_path / "runner", INPUTS)
    assert runner.run() == code
    assert "steps.result.outputs.status" not in runner.values


@pytest.mark.docker
@pytest.mark.xdist_group("ci")
def test_the_steps_grade_and_say_the_score(tmp_path: Path, temp: Path) -> None:
    runner = Runner(tmp_path, temp, INPUTS)
    assert runner.run() == 0
    assert runner.values["steps.result.outputs.status"] == "graded"
    assert float(runner.values["steps.result.outputs.score"]) > 70
    summary = runner.summary.read_text()
    assert "Adding" in summary
    assert "test_adds" not in summary


@pytest.mark.docker
@pytest.mark.xdist_group("ci")
def test_a_score_below_the_mark_fails_the_job(tmp_path: Path, temp: Path) -> None:
    assert Runner(tmp_path, temp, {**INPUTS, "fail-under": "99"}).run() == 1


@pytest.mark.docker
@pytest.mark.xdist_group("ci")
def test_a_refused_submission_fails_the_job_with_its_code(tmp_path: Path, temp: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4no")
    runner = Runner(tmp_path, temp, {**INPUTS, "submission": str(tmp_path / "bad.zip")})
    assert runner.run() == 3
    assert runner.values["steps.result.outputs.status"] == "refused"
