"""Images: their tags say what they are made of, and what is made of it runs."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.challenge import load_pack
from grader.doctor import examine, recipes
from grader.errors import ChallengeError, InfrastructureError, UsageError
from grader.sandbox import images, wheels
from grader.sandbox.engine import connect
from grader.settings import PLACES, Settings
from tests.shell import run_outside
from tests.small_packs import write_pack

BASE = images.Recipe(
    kind="candidate", base="b:1", dockerfile="FROM {base}\n", files={"a.py": b"1"}, requirements=b"x==1"
)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BASE, kind="verifier"),
        replace(BASE, base="b:2"),
        replace(BASE, dockerfile="FROM {base}\nRUN true\n"),
        replace(BASE, files={"a.py": b"2"}),
        replace(BASE, files={"b.py": b"1"}),
        replace(BASE, files={"a.py": b"1", "b.py": b""}),
        replace(BASE, requirements=b"x==2"),
    ],
)
def test_whatever_an_image_is_made_of_changes_its_tag(changed: images.Recipe) -> None:
    assert changed.tag != BASE.tag
    assert replace(BASE).tag == BASE.tag


def test_every_file_that_runs_inside_is_in_its_image() -> None:
    top = PLACES.shipped / "sandbox"
    present = {path.relative_to(top).as_posix() for path in top.rglob("*.py")}
    verifier, candidate = (set(recipe.files) for recipe in (images.verifier_recipe(), images.candidate_recipe()))
    assert verifier | candidate == present
    assert verifier & candidate == {"grader_protocol.py"}
    assert {name.partition("/")[0] for name in candidate} == {"grader_bridge", "grader_protocol.py"}


def test_a_base_of_the_operators_own_is_the_base_of_every_image() -> None:
    usual, own = images.base_tag(), "registry.example/python:3.11"
    assert images.base_tag(own) == own
    assert images.candidate_recipe(b"", own).base == images.verifier_recipe(own).base == own
    assert {recipe.base for recipe in recipes(Settings(base_image=own), ["rag-triage"])} == {own}
    assert usual.startswith("grader-base:")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("python:3.11-slim", ("python", "3.11-slim")),
        ("python", ("python", "latest")),
        ("registry.example:5000/python", ("registry.example:5000/python", "latest")),
        ("registry.example:5000/python:3.11", ("registry.example:5000/python", "3.11")),
        ("python@sha256:abc", ("python", "sha256:abc")),
    ],
)
def test_a_name_of_an_image_is_parted_as_docker_does(name: str, parts: tuple[str, str]) -> None:
    assert images._named(name) == parts


def test_challenges_with_the_same_packages_share_an_image(sums: Path, probe: Path) -> None:
    tags = [recipe.tag for recipe in recipes(Settings(), [str(sums), str(probe)])]
    assert tags == [images.verifier_recipe().tag, images.candidate_recipe().tag]


def test_packages_make_an_image_of_their_own(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "p", "x = 1\n", more="environment: {requirements: environment/requirements.txt}\n")
    (pack / "environment").mkdir()
    (pack / "environment" / "requirements.txt").write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    found = recipes(Settings(), [str(pack)])
    assert found[-1] == images.candidate_recipe(load_pack(pack).requirements)
    assert len(found) == 3


def test_a_broken_pack_is_said_only_where_it_was_asked_for(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "packs" / "p", "x = 1\n", limits="{oops: 1}")
    assert recipes(Settings(challenges=str(tmp_path / "packs")))
    with pytest.raises(ChallengeError):
        recipes(Settings(), [str(pack)])
    with pytest.raises(UsageError):
        recipes(Settings(), ["nothing"])


def test_the_build_context_is_the_same_bytes_again(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("x = 1\n")
    (tmp_path / "package" / "run").write_text("#!/bin/sh\n")
    (tmp_path / "package" / "run").chmod(0o700)
    recipe = replace(BASE, files={"deep/a.py": b"1"})
    context = images._context(recipe, tmp_path).getvalue()
    with tarfile.open(fileobj=io.BytesIO(context)) as archive:
        entries = {entry.name: entry for entry in archive}
    assert {"packages/package/__init__.py", "code", "code/deep/a.py", "Dockerfile"} <= entries.keys()
    assert {(entry.uid, entry.gid, entry.mtime) for entry in entries.values()} == {(0, 0, 0)}
    assert oct(entries["packages/package/run"].mode) == "0o755"
    assert oct(entries["packages/package/__init__.py"].mode) == "0o644"


@pytest.mark.slow
def test_packages_must_be_pinned_by_hash(tmp_path: Path) -> None:
    with pytest.raises(ChallengeError, match=r"(?i)hash"):
        wheels.install_wheels(b"six==1.17.0\n", tmp_path, "x86_64")


# ------------------------------------------------------------------------------------------------ in Docker


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_images_that_are_there_are_not_made_again() -> None:
    said: list[str] = []
    client = connect()
    try:
        images.ensure(client, [images.verifier_recipe(), images.candidate_recipe()], said.append, Settings())
        assert images.missing(client, [images.base_tag(), "grader-candidate:none"]) == ["grader-candidate:none"]
    finally:
        client.close()
    assert said == []


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_images_hold_neither_pip_nor_a_compiler() -> None:
    client = connect()
    try:
        for recipe in (images.verifier_recipe(), images.candidate_recipe()):
            script = "command -v gcc cc pip pip3 curl wget git; python3 -c 'import pip' && echo pip; true"
            made = client.create_container(
                recipe.tag, ["sh", "-c", script], host_config=client.create_host_config(network_mode="none")
            )
            try:
                client.start(made["Id"])
                client.wait(made["Id"], timeout=60)
                assert client.logs(made["Id"], stdout=True, stderr=False) == b""
            finally:
                client.remove_container(made["Id"], force=True)
    finally:
        client.close()


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_a_build_that_fails_is_infrastructure_and_names_the_image() -> None:
    recipe = replace(images.candidate_recipe(), dockerfile="FROM {base}\nRUN echo no such luck && exit 3\n")
    client = connect()
    try:
        with pytest.raises(InfrastructureError, match=recipe.tag):
            images.build(client, recipe)
        assert images.missing(client, [recipe.tag]) == [recipe.tag]
    finally:
        client.close()


@pytest.mark.docker
@pytest.mark.usefixtures("images")
def test_the_doctor_finds_all_that_is_needed(sums: Path) -> None:
    findings = examine(Settings(), [str(sums)])
    assert [finding.name for finding in findings if finding.needed and not finding.found] == []
    judge = findings[-1]
    assert (judge.name, judge.found, judge.needed) == ("Judge model", False, False)


def test_the_doctor_says_what_to_do_without_an_engine(sums: Path, tmp_path: Path) -> None:
    outcome = run_outside("doctor", "-c", sums, env={"DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"})
    assert outcome.code == 5
    missing = [line for line in outcome.out.splitlines() if line.startswith("MISSING")]
    assert [line.split("  ")[1] for line in missing] == ["Docker engine 20.10 or later"]
    assert f"start the engine at unix://{tmp_path}/nothing.sock, or: unset DOCKER_HOST" in outcome.out
