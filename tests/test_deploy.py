"""What `deploy/` says is held against the program: commands, options, extras, and the time to end."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from grader.cli import cli
from tests.documented import parse

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def pod() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text())["spec"]["template"]["spec"]
    return found


def unit() -> str:
    return (DEPLOY / "grader-worker.service").read_text()


def commands() -> list[list[str]]:
    started = re.search(r"^ExecStart=\S+/grade (.*)$", unit(), re.MULTILINE)
    assert started
    served = re.search(r"^ExecStart=\S+/grade (.*)$", (DEPLOY / "grader-serve.service").read_text(), re.MULTILINE)
    assert served
    own = [box for box in (*pod()["initContainers"], *pod()["containers"]) if box["image"].startswith("grader-worker")]
    return [started[1].split(), served[1].split(), *(box["args"] for box in own)]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_that_is_deployed_exists_with_its_options(words: list[str]) -> None:
    parse(words, cli, click.Context(cli, info_name="grade"))


def test_the_unit_starts_again_whatever_happens_and_gives_the_worker_time_to_end() -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string(unit())
    service = dict(read["Service"])
    assert (service["Restart"], service["KillMode"], service["TimeoutStopSec"]) == ("always", "mixed", "15min")
    assert pod()["terminationGracePeriodSeconds"] == 15 * 60


def test_a_pods_worker_has_no_rights_and_only_its_engine_is_privileged() -> None:
    (worker,) = pod()["containers"]
    assert worker["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert worker["securityContext"]["allowPrivilegeEscalation"] is False
    privileged = [box["name"] for box in pod()["initContainers"] if box.get("securityContext", {}).get("privileged")]
    assert privileged == ["engine"]
    assert pod()["automountServiceAccountToken"] is False


def test_the_image_installs_extras_that_there_are_and_starts_a_worker() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    extras = re.search(r"\[([a-z0-9,]+)\]\"", text)
    assert extras
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras[1].split(",")) <= set(known)
    assert text.rstrip().endswith('ENTRYPOINT ["grade"]\nCMD ["worker"]')
    assert "USER grader" in text
