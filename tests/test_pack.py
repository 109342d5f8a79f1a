"""A pack is read once: what is graded afterwards, its digest and its seed are of the very bytes that were read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.challenge import Challenge, Pack, load_manifest, load_pack
from grader.challenge.pack import digest_of
from grader.challenge.rubric import GateSettings
from grader.cli.challenge import command as challenge_command
from grader.errors import ChallengeError
from grader.grading.pipeline import grade
from grader.grading.run import Request, Run
from grader.portal.handout import archive
from grader.result import evidence
from grader.sandbox.protocol import Event, Job
from grader.settings import PLACES, Settings
from tests.batch_fixtures import SUMS, Scripted
from tests.small_packs import write_files, write_pack

TEST = "def test_it(candidate):\n    assert candidate\n"
PUBLISHED = {
    "sums": "sha256:6b72fd24b8be14b4177c54acb64bc74dcb943c24a7b7f2530d1fb33eab3bdd6c",
    "chatty": "sha256:dae6b681d94fbd48391ea4e22190175575f7c05da046065c2af367188ba9e93a",
}
"""Digests that grades have been given under, by the way of making them that keys every seed."""


def edit(pack: Path) -> None:
    """What an author may do at any moment."""
    (pack / "tests" / "test_sums.py").write_text("def test_other(candidate):\n    pass\n")
    (pack / "environment").mkdir(exist_ok=True)
    (pack / "environment" / "new.txt").write_text("new")
    manifest = pack / "challenge.yaml"
    manifest.write_text(manifest.read_text().replace("version: 1.", "version: 9."))


class Meanwhile(Scripted):
    """A sandbox during whose run something happens to the pack."""

    runs: Callable[[], None]
    jobs: list[Job]

    def run(self, job: Job) -> Iterator[Event]:
        self.jobs.append(job)
        self.runs()
        return super().run(job)


def graded_meanwhile(pack: Path, out: Path, *, runs: Callable[[], None]) -> tuple[Job, dict[str, object]]:
    """What ran and what grade.json says, where `runs` happens between the reading of the pack and the end."""
    request = Request(source=str(pack / "solution"), challenge=pack, out=out, judge=False)
    run = Run(request=request, settings=Settings(), say=lambda _text: None)
    made = Meanwhile(run, {}, [])
    made.jobs, made.runs = [], runs
    grade(run, lambda _run: made)
    return made.jobs[0], json.loads((out / "grade.json").read_text())


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SUMS, tmp_path / "sums"))


def test_a_pack_edited_between_reading_and_running_leaves_the_digest_and_seed_of_what_ran(
    pack: Path, tmp_path: Path
) -> None:
    before = load_pack(pack)
    job, said = graded_meanwhile(pack, tmp_path / "out", runs=lambda: edit(pack))
    assert load_pack(pack).digest != before.digest
    assert dict(job.tests) == dict(before.tests)
    assert said["challenge"]["digest"] == before.digest  # type: ignore[index]
    assert said["challenge"]["version"] == before.version  # type: ignore[index]
    assert said["provenance"]["seed"] == job.seed  # type: ignore[index]


def test_a_pack_that_is_gone_by_the_end_is_graded_as_it_was_read(pack: Path, tmp_path: Path) -> None:
    before = load_pack(pack).digest
    _, said = graded_meanwhile(pack, tmp_path / "out", runs=lambda: shutil.rmtree(pack))
    assert (said["status"], said["challenge"]["digest"]) == ("graded", before)  # type: ignore[index]


def test_nothing_in_a_pack_can_be_changed(pack: Path) -> None:
    read = load_pack(pack)
    for files in (read.files, read.tests):
        with pytest.raises(TypeError):
            files["new"] = b""  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        read.digest = "sha256:other"  # type: ignore[misc]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_way_in_which_a_digest_is_made_stays(name: str) -> None:
    assert load_pack(SUMS.parent / name).digest == PUBLISHED[name]


def test_a_setting_of_the_gate_that_came_later_counts_where_it_is_set(pack: Path) -> None:
    before = load_pack(pack)
    with_gate = before.rubric.model_copy(update={"gate": GateSettings(min_real=12)})
    assert digest_of(before.rubric, before.model, before.files) == before.digest
    assert digest_of(with_gate, before.model, before.files) != before.digest


def test_what_a_run_keeps_is_a_challenge_and_no_pack(tmp_path: Path, pack: Path) -> None:
    _, _ = graded_meanwhile(pack, tmp_path / "out", runs=lambda: None)
    kept = evidence.load_challenge(tmp_path / "out")
    assert type(kept) is Challenge
    assert isinstance(load_pack(pack), Pack)
    assert kept.rubric == load_pack(pack).rubric
    assert not {"root", "files", "tests"} & set(json.loads(kept.model_dump_json()))


def test_files_that_the_manifest_names_count_wherever_they_lie(tmp_path: Path) -> None:
    root = write_pack(tmp_path / "p", TEST, more="environment: {requirements: packages.txt}\n")
    write_files(root, {"packages.txt": ""})
    before = load_pack(root)
    write_files(root, {"packages.txt": "# other\n"})
    after = load_pack(root)
    assert (before.requirements, after.requirements) == (b"", b"# other\n")
    assert before.digest != after.digest


@pytest.mark.parametrize("named", ["../packages.txt", "/etc/hostname", "environment/../../packages.txt"])
def test_a_file_outside_the_pack_is_none_of_it(named: str, tmp_path: Path) -> None:
    root = write_pack(tmp_path / "p", TEST, more=f"environment: {{requirements: {named}}}\n")
    write_files(tmp_path, {"packages.txt": ""})
    with pytest.raises(ChallengeError, match="leads out of the pack"):
        load_pack(root)


CASSETTE = "schema: 1\nmodels: [{id: small}]\nlive: {cassette: tape.jsonl}\n"


@pytest.mark.parametrize("name", ["instruction.md", "packages.txt", "tape.jsonl", "model.yaml"])
def test_a_link_in_place_of_a_file_is_refused_by_name(name: str, tmp_path: Path) -> None:
    root = write_pack(tmp_path / "p", TEST, more="environment: {requirements: packages.txt}\n")
    write_files(root, {"packages.txt": "", "tape.jsonl": "", "model.yaml": CASSETTE})
    load_pack(root)
    (root / name).rename(root / "kept")
    (root / name).symlink_to("kept")
    with pytest.raises(ChallengeError, match=f"{name}: is a link to kept"):
        load_pack(root)


@pytest.mark.parametrize("name", ["instruction.md", "starter", "environment", "challenge.yaml", "rubric.yaml"])
def test_a_link_in_a_pack_hands_out_no_file_of_this_machine(name: str, tmp_path: Path) -> None:
    root = write_pack(tmp_path / "p", TEST)
    secret = tmp_path / "secret"
    for folder in ("starter", "environment"):
        write_files(root, {f"{folder}/known": ""})
    shutil.move(root / name, secret)
    (root / name).symlink_to(secret)
    with pytest.raises(ChallengeError, match=f"{name}: is a link to {secret}"):
        load_pack(root)
    if name != "rubric.yaml":  # no candidate's copy has it
        with pytest.raises(ChallengeError, match=f"{name}: is a link"):
            load_manifest(root)
    if name in {"instruction.md", "starter", "environment"}:
        with pytest.raises(ChallengeError, match=f"{name}: is a link"):
            archive(root)
        out = tmp_path / "out.zip"
        done = CliRunner().invoke(challenge_command, ["handout", str(root), "--out", str(out)])
        assert isinstance(done.exception, ChallengeError)
        assert not out.exists()


def test_a_cassette_is_read_once_with_the_pack(tmp_path: Path) -> None:
    root = write_pack(tmp_path / "p", TEST)
    write_files(root, {"tape.jsonl": "", "model.yaml": CASSETTE})
    before = load_pack(root)
    os.remove(root / "tape.jsonl")
    assert before.model is not None
    assert before.model.as_data()["live"] == {"answers": {}, "asks": False}
    write_files(root, {"tape.jsonl": "\n".join([])})
    assert load_pack(root).digest == before.digest


def test_shipped_packs_read(tmp_path: Path) -> None:
    for root in sorted((PLACES.shipped / "challenges").glob("*/")):
        read = load_pack(root)
        assert read.has_tests
        assert read.files["challenge.yaml"] == (root / "challenge.yaml").read_bytes()
