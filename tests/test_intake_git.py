"""Git repositories as submissions: read out of the pack, with nothing of theirs acting."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from grader.errors import GraderError, InfrastructureError, RefusedError, UsageError
from grader.submission import IntakeLimits, read_submission
from grader.submission.git import is_remote, split_ref, without_secrets
from tests.fuzz.archives import FILES


def git(folder: Path, *arguments: str, given: bytes = b"") -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    for path, content in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return root


def add_entry(repository: Path, mode: str, path: str, content: bytes = b"x") -> None:
    """Commits an entry that `git add` would not make."""
    blob = git(repository, "hash-object", "-w", "--stdin", given=content)
    name = git(repository, "rev-parse", "HEAD") if mode == "160000" else blob
    git(repository, "update-index", "--add", "--cacheinfo", f"{mode},{name},{path}")
    git(repository, "commit", "-qm", "more")


@pytest.mark.parametrize("form", ["{}#HEAD", "{}#main", "{}@main", "{}/.git"])
def test_a_commit_is_read_with_the_digest_of_its_files(form: str, repository: Path) -> None:
    (repository / "triage.py").write_text("changed and not committed")
    submission = read_submission(form.format(repository))
    assert submission.files == FILES
    assert submission.left_out == ()


def test_a_bare_repository_is_read(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare")
    assert read_submission(tmp_path / "bare").files == FILES


def test_a_folder_with_a_repository_is_read_as_it_lies(repository: Path) -> None:
    (repository / "triage.py").write_bytes(b"changed and not committed")
    submission = read_submission(repository)
    assert submission.files["triage.py"] == b"changed and not committed"
    assert [part.path for part in submission.left_out] == [".git"]


def test_an_older_commit_is_read_by_its_name(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    add_entry(repository, "100644", "later.py")
    assert "later.py" in read_submission(f"{repository}#HEAD").files
    assert read_submission(f"{repository}#{first}").files == FILES


def test_a_link_in_a_commit_is_refused(repository: Path) -> None:
    add_entry(repository, "120000", "link.py", b"/etc/passwd")
    with pytest.raises(RefusedError, match=r"'link\.py' is a symbolic link"):
        read_submission(f"{repository}#HEAD")


def test_a_submodule_is_left_out(repository: Path) -> None:
    add_entry(repository, "160000", "vendor/lib")
    submission = read_submission(f"{repository}#HEAD")
    assert submission.files == FILES
    assert [part.path for part in submission.left_out] == ["vendor/lib"]


def test_a_path_that_climbs_out_is_refused(repository: Path) -> None:
    blob = git(repository, "hash-object", "-w", "--stdin", given=b"x")
    tree = git(repository, "mktree", given=f"100644 blob {blob}\tx\n".encode())
    outer = git(
        repository,
        "hash-object",
        "-w",
        "-t",
        "tree",
        "--literally",
        "--stdin",
        given=b"40000 ..\0" + bytes.fromhex(tree),
    )
    git(repository, "update-ref", "refs/heads/evil", git(repository, "commit-tree", outer, "-m", "evil"))
    with pytest.raises(RefusedError, match=r"'\.\./x' climbs out of its folder"):
        read_submission(f"{repository}#evil")


def test_a_tree_that_unfolds_without_end_is_refused_in_time(repository: Path) -> None:
    """Ten trees of ten times the same tree: ten thousand million files in a few hundred bytes."""
    tree = git(
        repository, "mktree", given=f"100644 blob {git(repository, 'hash-object', '-w', 'triage.py')}\tx\n".encode()
    )
    for _ in range(10):
        tree = git(repository, "mktree", given="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)).encode())
    git(repository, "update-ref", "refs/heads/bomb", git(repository, "commit-tree", tree, "-m", "bomb"))
    started = time.monotonic()
    with pytest.raises(RefusedError, match="more entries than are looked at"):
        read_submission(f"{repository}#bomb", IntakeLimits(max_entries=5_000))
    assert time.monotonic() - started < 20


def test_hooks_filters_and_configuration_of_a_repository_do_not_run(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    add_entry(repository, "100644", ".gitattributes", b"* filter=trap\n")
    config = (
        "core.fsmonitor",
        "core.sshCommand",
        "filter.trap.smudge",
        "filter.trap.process",
        "core.pager",
        "core.editor",
    )
    for key in (*config, "uploadpack.packObjectsHook", "core.alternateRefsCommand", "credential.helper"):
        git(repository, "config", key, str(trap))
    for hook in ("post-checkout", "reference-transaction", "pre-auto-gc", "update", "post-update"):
        (repository / ".git/hooks").mkdir(exist_ok=True)
        (repository / ".git/hooks" / hook).symlink_to(trap)
    for source in (f"{repository}#HEAD", f"{repository}/.git", str(repository)):
        assert set(FILES) <= set(read_submission(source).files)
    assert not (tmp_path / "sprung").exists()


def test_nothing_is_left_in_the_temporary_folder(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    read_submission(f"{repository}#HEAD")
    with pytest.raises(GraderError):
        read_submission(f"{repository}#nowhere")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_repository_that_transfers_too_much_is_refused(repository: Path) -> None:
    add_entry(repository, "100644", "noise.bin", os.urandom(400_000))
    with pytest.raises(RefusedError, match=r"The repository transfers more than 100 kB"):
        read_submission(f"{repository}#HEAD", IntakeLimits(max_archive_bytes=100_000))


def test_a_file_that_git_packs_small_still_hits_the_limit_on_bytes(repository: Path) -> None:
    add_entry(repository, "100644", "zeros.bin", bytes(3_000_000))
    with pytest.raises(RefusedError, match=r"'zeros\.bin' is larger than a file may be \(1 MB\)"):
        read_submission(f"{repository}#HEAD", IntakeLimits(max_file_bytes=1_000_000))


@pytest.mark.parametrize("ref", ["nowhere", "0" * 40])
def test_an_unknown_commit_is_a_usage_error(ref: str, repository: Path) -> None:
    with pytest.raises(UsageError, match=f"has no branch, tag or commit '{ref}'"):
        read_submission(f"{repository}#{ref}")


@pytest.mark.parametrize("ref", ["--upload-pack=touch /tmp/x", "a..b", "-x", ":refs/x", "a b", ""])
def test_a_ref_that_git_could_take_for_something_else_is_a_usage_error(ref: str, repository: Path) -> None:
    with pytest.raises(UsageError, match="is not the name of a branch, tag or commit"):
        read_submission(f"{repository}#{ref}")


def test_an_address_that_does_not_answer_is_infrastructure_and_hides_the_password() -> None:
    with pytest.raises(InfrastructureError) as caught:
        read_submission("http://user:hunter2@127.0.0.1:1/x.git")
    assert "'http://127.0.0.1:1/x.git' could not be fetched" in caught.value.message
    assert "hunter2" not in caught.value.message + caught.value.fix


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.git"
        started = time.monotonic()
        with pytest.raises(InfrastructureError, match=r"no end after 1 s"):
            read_submission(address, IntakeLimits(git_seconds=1))
        assert time.monotonic() - started < 10


def test_a_repository_of_another_user_is_not_trusted(repository: Path) -> None:
    """Git looks at the owner; as root it can be tried, and as anyone else nothing can be given away."""
    if os.geteuid() == 0:
        for path in (repository / ".git", repository):
            os.chown(path, 54_321, 54_321)
        with pytest.raises(InfrastructureError, match="dubious ownership"):
            read_submission(f"{repository}#HEAD")
    assert set(FILES) == set(read_submission(repository).files)


def test_transports_that_run_commands_are_no_sources(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no 'ext::sh"):
        read_submission(f"ext::sh -c touch% {tmp_path}/sprung")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "address", "ref"),
    [
        ("https://example.org/a/b", "https://example.org/a/b", "HEAD"),
        ("https://example.org/a/b#main", "https://example.org/a/b", "main"),
        ("https://example.org/a/b.git@v1.2", "https://example.org/a/b.git", "v1.2"),
        ("https://me@example.org/a/b", "https://me@example.org/a/b", "HEAD"),
        ("https://me@example.org/a/b@feature/x", "https://me@example.org/a/b", "feature/x"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git", "HEAD"),
        ("git@example.org:a/b.git@main", "git@example.org:a/b.git", "main"),
        ("ssh://git@example.org/a/b", "ssh://git@example.org/a/b", "HEAD"),
    ],
)
def test_address_and_ref_are_told_apart(source: str, address: str, ref: str) -> None:
    assert is_remote(source)
    assert split_ref(source) == (address, ref)


def test_secrets_in_an_address_are_not_kept() -> None:
    assert without_secrets("https://me:token@example.org/a/b@v1") == "https://example.org/a/b@v1"
    assert without_secrets("git@example.org:a/b") == "git@example.org:a/b"
