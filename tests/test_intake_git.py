"""Git repositories as submissions: read out of the pack, with nothing of theirs acting."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader.batch.entries import from_manifest
from grader.cli.run import default_name
from grader.errors import GraderError, InfrastructureError, RefusedError, UsageError
from grader.submission import IntakeLimits, read_submission
from grader.submission.git import _not_fetched, is_remote, split_ref, without_secrets
from tests.fuzz.archives import FILES
from tests.patience import bounded_wait


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
    with bounded_wait(), pytest.raises(RefusedError, match="more entries than are looked at"):
        read_submission(f"{repository}#bomb", IntakeLimits(max_entries=5_000))


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


@pytest.mark.parametrize(
    "address",
    ["https://", "https:///x", "https://exa mple.org/a/b", "https://host:99999/a/b", "https://[::1/a", "ssh://-oProxy/a",
     "https://127.0.0.1/", "git://x", "https://u:geheim@/x"],
)  # fmt: skip
def test_what_is_no_address_of_a_repository_is_nobody_elses_fault(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a repository") as caught:
        read_submission(address)
    assert "geheim" not in str(caught.value)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.git"
        with bounded_wait(), pytest.raises(InfrastructureError, match=r"no end after 1 s"):
            read_submission(address, IntakeLimits(git_seconds=1))


def test_a_repository_of_another_user_is_not_trusted(repository: Path) -> None:
    """Git looks at the owner; as root it can be tried, and as anyone else nothing can be given away."""
    if os.geteuid() == 0:
        for path in (repository / ".git", repository):
            os.chown(path, 54_321, 54_321)
        with pytest.raises(InfrastructureError, match="dubious ownership"):
            read_submission(f"{repository}#HEAD")
    assert set(FILES) == set(read_submission(repository).files)


def test_a_repository_that_the_user_has_told_git_to_trust_is_read_and_its_settings_still_do_not_act(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    trap = tmp_path / "trap.sh"
    trap.write_text(f'#!/bin/sh\ntouch {tmp_path}/sprung\nexec git "$@"\n')
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "uploadpack.packObjectsHook", "core.alternateRefsCommand"):
        git(repository, "config", key, str(trap))
    own = tmp_path / "own"
    own.write_text(f"[uploadpack]\n\tpackObjectsHook = {trap}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    for path in (repository / ".git", repository):
        os.chown(path, 54_321, 54_321)
    with pytest.raises(InfrastructureError, match="dubious ownership") as caught:
        read_submission(f"{repository}#HEAD")
    said = caught.value.fix.removeprefix("If you trust it: ")
    subprocess.run(["sh", "-c", said], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": str(own)})
    assert read_submission(f"{repository}#HEAD").files == FILES
    assert not (tmp_path / "sprung").exists()


def test_a_part_of_a_commits_id_is_enough_on_this_machine(repository: Path, tmp_path: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    add_entry(repository, "100644", "later.py")
    for part in (first[:7], first[:12]):
        assert read_submission(f"{repository}#{part}").files == FILES
        assert read_submission(f"{repository}@{part}").files == FILES
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare:1")
    assert read_submission(f"{tmp_path}/bare:1#{first[:7]}").files == FILES
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert read_submission(f"{tmp_path}/linked#{first[:7]}").files == FILES
    with pytest.raises(UsageError, match="has no branch, tag or commit 'abcdef0'"):
        read_submission(f"{repository}#abcdef0")


@pytest.mark.slow
def test_a_part_of_an_id_that_several_commits_have_is_said_to_be_too_short(repository: Path) -> None:
    tree, seen, n = git(repository, "rev-parse", "HEAD^{tree}"), dict[str, str](), 0
    while True:
        made = git(repository, "commit-tree", tree, "-m", str(n))
        if made[:4] in seen:
            break
        seen[made[:4]], n = made, n + 1
    with pytest.raises(UsageError, match=f"several commits whose id begins with {made[:4]}"):
        read_submission(f"{repository}#{made[:4]}")


@pytest.mark.parametrize(
    ("ref", "words", "says"),
    [
        ("abc1234", "fatal: couldn't find remote ref abc1234", "give all 40 characters"),
        ("0" * 40, "error: Server does not allow request for unadvertised object 0", "by its id unless a branch"),
    ],
)
def test_why_a_commit_is_not_found_over_the_network_is_said(ref: str, words: str, says: str) -> None:
    found = _not_fetched("https://host/jane/work", ref, words)
    assert isinstance(found, UsageError)
    assert says in found.message


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("fatal: unable to access 'https://h/': Could not resolve host: h", "its name is not known (DNS)"),
        ("fatal: unable to access 'https://h/': SSL certificate problem: self-signed certificate", "SSL_CERT_FILE"),
        ("fatal: unable to access 'https://h/': Received HTTP code 407 from proxy after CONNECT", "the proxy wants a"),
        ("git@h: Permission denied (publickey).", "none of the SSH keys that are offered"),
        ("Host key verification failed.", "its host key is not known: connect once with ssh"),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", "USER:TOKEN@"),
        ("ssh: connect to host h port 22: Connection refused", "nothing listens there"),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 503", "a fault of its own"),
    ],
)
def test_the_cause_in_gits_words_is_in_the_sentence(words: str, says: str) -> None:
    found = _not_fetched("ssh://h/x", "HEAD", words)
    assert isinstance(found, InfrastructureError)
    assert says in found.message
    assert words in found.message


def test_what_ssh_says_is_the_cause_and_not_that_git_could_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\necho 'git@h: Permission denied (publickey).' >&2\nexit 255\n")
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(InfrastructureError, match="none of the SSH keys that are offered"):
        read_submission("git@h:jane/work.git")


@pytest.mark.parametrize(
    "address", ["ssh://127.0.0.1:1/x;touch pwned", "ssh://127.0.0.1:1/$(touch pwned)", "git@h:x`touch pwned`'\"&"]
)
def test_the_line_to_paste_runs_nothing_that_an_address_holds(address: str, tmp_path: Path) -> None:
    fix = _not_fetched(address, "HEAD", "fatal: no").fix.removeprefix("Check it with: ")
    (tmp_path / "git").write_text('#!/bin/sh\nprintf %s "$3"\n')
    (tmp_path / "git").chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", fix], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=True
    )
    assert done.stdout.decode() == address
    assert not (tmp_path / "pwned").exists()


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
    assert without_secrets("https://example.org:443/a/b@main") == "https://example.org:443/a/b@main"


@pytest.mark.parametrize(
    "address",
    ["http://me:p@geheim@127.0.0.1:1/x.git", "http://me:p geheim@127.0.0.1:1/x.git", "http://me:geheim\n@127.0.0.1:1/x.git",
     "http://127.0.0.1:1/x.git?private_token=geheim", "http://me:p#geheim@127.0.0.1:1/x.git", "htp://me:geheim@127.0.0.1/x",
     "git+https://me:geheim@127.0.0.1/x", "http://me:p/geheim@127.0.0.1:1/x"],
)  # fmt: skip
def test_no_secret_of_an_address_is_told_however_it_is_written(address: str, tmp_path: Path) -> None:
    assert "geheim" not in without_secrets(address)
    with pytest.raises(GraderError) as caught:
        read_submission(address)
    assert "geheim" not in caught.value.message + caught.value.fix
    assert "geheim" not in default_name(address)
    (tmp_path / "list.csv").write_text('path\n"' + address + '"\n')
    (entry,) = from_manifest(tmp_path / "list.csv").entries if is_remote(address) else (None,)
    assert entry is None or "geheim" not in entry.name + entry.candidate


def test_who_a_commit_is_by_is_known_for_blind_pages_and_no_part_of_the_digest(repository: Path) -> None:
    before = read_submission(f"{repository}#main")
    git(repository, "commit", "-q", "--allow-empty", "-m", "more", "--author=Ana Weber <ana@weber.dev>")
    after = read_submission(f"{repository}#main")
    assert after.people == ("Ana Weber", "ana@weber.dev", "A", "a@example.org")
    assert after.digest == before.digest
