"""trace-replay in real Docker: what its reference earns, and what one weakness costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader.cli.challenge import command

PACK = Path(__file__).parent.parent / "challenges" / "trace-replay"
pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("images")]


def check(only: str) -> dict[str, Any]:
    words = ("check", str(PACK), "--only", only, "--seeds", "1", "--no-mutation", "--json")
    result = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    return dict(json.loads(result.stdout))


def test_the_reference_earns_all_points_and_takes_little_of_the_time() -> None:
    report = check("solution")
    assert report["holds"], report["findings"]
    assert [(run["points"], run["max_points"]) for run in report["runs"]] == [(100, 100)]
    assert report["runs"][0]["candidate_seconds"] < 30


def test_who_ignores_dates_and_shops_loses_what_is_said_of_it() -> None:
    report = check("rejected/ignores-dates-and-shops")
    assert report["holds"], report["findings"]
    said = " ".join(finding["text"] for finding in report["findings"])
    assert "rejected/ignores-dates-and-shops earns" in said
    assert "loses all of 2 named tests" in said
