"""Submissions and results where all machines reach them: a folder, and S3 by a server of our own."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import InfrastructureError, UsageError
from grader.queue import open_queue, places
from grader.queue.queue import Queue
from grader.submission import IntakeLimits, read_submission
from tests.batch_fixtures import ALL, plan, submissions
from tests.queue_box import Box, queued, states
from tests.store_fixtures import Cluster

pytestmark = pytest.mark.xdist_group("queue")
BUCKET = "s3://grader"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of a bucket on a server of our own, known to whoever looks into the environment."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        for name, value in settings.items():
            patched.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="grader")
        yield BUCKET
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return str(tmp_path / "shared")
    return f"{request.getfixturevalue('s3')}/{tmp_path.name}"


@pytest.fixture
def queue(postgres: Cluster) -> Iterator[Queue]:
    with open_queue(postgres.database()) as opened:
        yield opened


def result(folder: Path, text: str, *more: str) -> Path:
    (folder / "evidence").mkdir(parents=True)
    (folder / "grade.json").write_text(text)
    for name in more:
        (folder / "evidence" / name).write_text(text)
    return folder


@pytest.mark.slow
def test_a_shared_submission_reads_as_the_one_that_was_handed_in(tmp_path: Path, place: str) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob.zip": ALL})
    (folder / "ann" / "deep").mkdir()
    (folder / "ann" / "deep" / "ünicode x.txt").write_text("x")
    limits = IntakeLimits(max_files=500, max_bytes=10**7)
    for name in ("ann", "bob.zip"):
        where = places.share(str(folder / name), places.join(place, "in"), name)
        with places.fetched(where, tmp_path / "work") as local:
            assert read_submission(local, limits).digest == read_submission(str(folder / name), limits).digest


def test_a_link_in_a_shared_folder_is_still_a_link(tmp_path: Path, place: str) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL})
    os.symlink("/etc/passwd", folder / "ann" / "passwd")
    where = places.share(str(folder / "ann"), places.join(place, "in"), "ann")
    with places.fetched(where, tmp_path / "work") as local, tarfile.open(local) as archive:
        assert archive.getmember("./passwd").issym()


def test_a_new_result_takes_the_place_of_the_old_one_whole(tmp_path: Path, place: str) -> None:
    where = places.join(place, "out", "ann")
    places.publish(result(tmp_path / "first", "1", "a.json", "b.json"), where)
    places.publish(result(tmp_path / "second", "2", "b.json"), where)
    home = tmp_path / "home" / "ann" if places.is_url(where) else Path(where)
    places.collect(where, home)
    found = {path.relative_to(home).as_posix(): path.read_text() for path in home.rglob("*") if path.is_file()}
    assert found == {"grade.json": "2", "evidence/b.json": "2"}
    assert [path.name for path in home.parent.iterdir()] == ["ann"]


def test_what_is_not_there_is_said_with_its_name(tmp_path: Path, place: str) -> None:
    with pytest.raises(InfrastructureError, match="nobody is not there"):
        places.share(str(tmp_path / "nobody"), place, "nobody")
    if places.is_url(place):
        assert not places.has_result(places.join(place, "nobody"))
        with pytest.raises(InfrastructureError, match="nobody"):
            places.collect(places.join(place, "nobody"), tmp_path / "out")


def test_a_name_in_storage_cannot_lead_out_of_a_folder() -> None:
    assert places._inside("bucket/a/b.txt", "bucket/a") == "b.txt"
    for name in ("bucket/a/../../etc/passwd", "bucket/a//etc/passwd", "bucket/a/x\0"):
        with pytest.raises(OSError, match="leads elsewhere"):
            places._inside(name, "bucket/a")


def test_a_relative_folder_means_the_same_to_every_machine() -> None:
    assert places.absolute("shared") == str(Path.cwd() / "shared")
    assert places.absolute("s3://bucket/x") == "s3://bucket/x"
    assert places.absolute("") == ""


def test_without_its_packages_s3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.queue.places.find_spec", lambda _name: None)
    with pytest.raises(UsageError) as missing:
        places.check("s3://bucket/x")
    assert missing.value.fix == "pip install 'grader[scale,s3]'"
    places.check("/srv/shared")


def test_a_batch_through_a_shared_place_ends_as_without_one(tmp_path: Path, queue: Queue, place: str) -> None:
    folder = submissions(tmp_path / "in", {"ann": ALL, "bob.zip": ["test_adds"]})
    (folder / "cat.zip").write_bytes(b"this is no archive")
    following = queued(queue, plan(folder, tmp_path / "out"), shared=place)
    assert following.put() == 3
    for path in folder.iterdir():  # the worker's machine has none of it
        path.rename(tmp_path / path.name)
    box = Box(queue, tmp_path)
    box.run()
    assert states(following.run()) == {"ann": "graded", "bob": "graded", "cat": "refused"}
    kept = {row["candidate"]: row for row in queue.store.history()}
    assert kept["ann"]["folder"] == str(tmp_path / "out" / "ann")
    assert kept["ann"]["evidence"].startswith("sha256:")
    assert (tmp_path / "out" / "ann" / "report.html").is_file()
    assert list((tmp_path / "work").iterdir()) == []
    assert not list(Path(place).rglob("ann*"))
    if places.is_url(place):
        assert not any(places.has_result(places.join(place, following.id, "results", name)) for name in kept)
