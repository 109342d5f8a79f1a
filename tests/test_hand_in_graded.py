"""What came in by a link is graded by the batch that everything else uses, under the blind id of the invitation."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.challenge import load_manifest
from grader.cli import cli
from grader.portal import taking
from grader.portal.desk import PortalDesk
from grader.store import open_store
from tests.portal_fixtures import PACK, wish, work


@pytest.mark.docker
def test_what_is_due_is_graded_once_and_its_public_tests_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_STORE", url)
    with open_store(url) as store:
        desk = PortalDesk(engine=store.engine)
        one, token = desk.invite(wish(working=3600))
        desk.start(one)
        taken = taking.take_upload(taking.folder_of(url), io.BytesIO(work()), load_manifest(PACK))
        desk.keep(one, taken)
        desk.finish(desk.named(one.blind))
        done = CliRunner().invoke(cli, ["invite", "collect", "--out", "out"])
        assert done.exit_code == 0, (done.output, done.exception)
        found = desk.opened(token)
        assert found is not None
        tests = found.public_tests(taken.id)
        assert tests is not None
        assert tests["passed"] is True, tests
        rows = store.find(one.blind)
        assert [row["blind"] for row in rows] == [one.blind]
        grade = json.loads((Path(rows[0]["folder"]) / "grade.json").read_text())
        assert grade["submission"]["digest"] == taken.submission
        again = CliRunner().invoke(cli, ["invite", "collect", "--out", "out"])
        assert again.exit_code == 0, again.output
        assert len(store.find(one.blind)) == 1
