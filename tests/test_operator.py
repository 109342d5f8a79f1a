"""Nothing of the operator's environment acts inside: what stands in it for other programs reaches no container, no
build and no client, and what fails on the way there is named."""

from __future__ import annotations

import gc
import json
import os
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from grader.doctor import examine
from grader.errors import InfrastructureError, UsageError
from grader.sandbox import images, outside, wheels
from grader.sandbox.containers import PINNED, candidate_options, verifier_options
from grader.sandbox.engine import connect, create, explain, remove
from grader.sandbox.protocol import CandidateLimits
from grader.settings import Settings
from grader.store import engine as store
from grader.submission import git_process

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()  # what is left open is met here, and not in another test


PASSWORD = "s3cret-of-a-proxy"
CONFIGS = {
    "proxies": {"proxies": {"default": {"httpProxy": f"http://ops:{PASSWORD}@proxy.example:3128", "noProxy": "a"}}},
    "a store": {"credsStore": "desktop-that-is-not-there"},
    "helpers": {"credHelpers": {"docker.io": "not-there", "registry.example": "not-there"}},
    "odd logins": {"auths": {"https://index.docker.io/v1/": {"auth": "bm90IGEgbG9naW4"}, "x": 3}},
    "no object": ["a", "list"],
}


@pytest.fixture(params=[*CONFIGS, "no JSON"])
def config(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's `~/.docker/config.json`, and proxies and a netrc in the environment."""
    (tmp_path / ".docker").mkdir()
    text = json.dumps(CONFIGS[request.param]) if request.param in CONFIGS else "{"
    (tmp_path / ".docker" / "config.json").write_text(text)
    (tmp_path / ".netrc").write_text(f"machine localhost login me password {PASSWORD}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://ops:{PASSWORD}@127.0.0.1:9")


@pytest.mark.docker
@pytest.mark.usefixtures("config")
@pytest.mark.parametrize("role", ["verifier", "candidate"])
def test_a_container_gets_the_pinned_environment_and_nothing_else(role: str) -> None:
    limits = CandidateLimits(
        cpus=1, memory=10**8, processes=8, disk=10**6, open_files=64, call=1, total=1, reply=1, output=1
    )
    client, run = connect(), secrets.token_hex(6)
    try:
        options = verifier_options()
        recipe = images.verifier_recipe()
        if role == "candidate":
            options, recipe = candidate_options(limits, "none", run, ""), images.candidate_recipe()
            options["host"].pop("VolumesFrom")
        made = create(client, run, role, recipe.tag, options)
        try:
            seen = dict(line.split("=", 1) for line in client.inspect_container(made)["Config"]["Env"])
        finally:
            remove(client, made, 30)
    finally:
        client.close()
    assert PASSWORD not in json.dumps(seen)
    assert set(seen) <= {*PINNED, "PYTHONPATH", "GRADER_BRIDGE"} | _of_the_image(recipe.base)


def _of_the_image(base: str) -> set[str]:
    client = connect()
    try:
        return {line.partition("=")[0] for line in client.inspect_image(base)["Config"]["Env"] or []}
    finally:
        client.close()


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize(("runtime", "found", "said"), [("", None, ""), ("runc", True, "starts with it"),
    ("nobody-knows-it", False, "nobody-knows-it")])  # fmt: skip
def test_a_runtime_that_is_named_is_tried_and_no_other_takes_its_place(
    runtime: str, found: bool | None, said: str
) -> None:
    findings = [one for one in examine(Settings(runtime=runtime)) if one.name.startswith("Container runtime")]
    assert [(one.found, one.needed) for one in findings] == ([] if found is None else [(found, True)])
    assert all(said in one.detail and "GRADER_RUNTIME" in one.fix for one in findings)


@pytest.mark.docker
@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("command", ["true", "false"])
def test_the_container_that_tries_a_runtime_is_asked_how_it_ended_and_removed(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def noted(*given: object) -> str:
        options = given[4]
        assert isinstance(options, dict)
        options["container"]["Cmd"] = [command]
        made.append(create(*given))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr("grader.sandbox.engine.create", noted)
    (finding,) = [one for one in examine(Settings(runtime="runc")) if one.name == "Container runtime runc"]
    assert finding.found is (command == "true")
    client = connect()
    try:
        with pytest.raises(Exception, match=made[0]):
            client.inspect_container(made[0])
    finally:
        client.close()


@pytest.mark.docker
@pytest.mark.usefixtures("config")
def test_an_image_is_built_and_pulled_without_the_users_logins_and_proxies() -> None:
    client = connect()
    recipe = images.Recipe(
        kind="operator-test", base=images.base_tag(), files={},
        dockerfile="FROM {base}\nRUN ! env | grep -i proxy # " + secrets.token_hex(8) + "\n",  # an image of its own
    )  # fmt: skip
    try:
        images.build(client, recipe)
        assert PASSWORD not in json.dumps(client.inspect_image(recipe.tag)["Config"])
        assert PASSWORD not in json.dumps(client.history(recipe.tag))
        client.remove_image(recipe.tag, force=True)
        with pytest.raises(InfrastructureError, match=r"127\.0\.0\.1:9/none:1 is not there"):
            images.ensure_base(client, lambda _text: None, Settings(base_image="127.0.0.1:9/none:1"))
    finally:
        client.close()


@pytest.mark.docker
def test_no_registry_is_asked_for_an_image_that_only_the_working_folder_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grader.toml").write_text('base_image = "registry.example/theirs:1"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRADER_CONFIG", raising=False)
    client = connect()
    said: list[str] = []
    try:
        with pytest.raises(UsageError, match="no registry is asked"):
            images.ensure(client, [], said.append, Settings.read())
        assert said == []
        monkeypatch.setenv("GRADER_TRUSTED", str(tmp_path))
        with pytest.raises(InfrastructureError, match="no registry gives it"):
            images.ensure(client, [], said.append, Settings.read())
    finally:
        client.close()
    assert said == ["looking for registry.example/theirs:1 in a registry"]


# ------------------------------------------------------------------------------------------------ where the engine is


class _Plain(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"Client sent an HTTP request to an HTTPS server."
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing is printed."""


@pytest.fixture
def wants_tls() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), _Plain)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


# The SDK leaves the unix socket open that it could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("host", "says", "fix"),
    [
        ("tcp://127.0.0.1:9", "nothing listens there", "docker -H tcp://127.0.0.1:9 version; an engine that wants TLS"),
        ("tcp://no-such-host.invalid:2375", "its name is not known (DNS)", "unset DOCKER_HOST"),
        ("tcp://127.0.0.1:{tls}", "it speaks TLS at that port", "DOCKER_TLS_VERIFY=1"),
        ("unix:///nowhere/docker.sock", "there is no such socket", "docker -H unix:///nowhere/docker.sock"),
        ("ssh://me@127.0.0.1:1", "paramiko", "pip install paramiko"),
        ("tcp://me:{password}@127.0.0.1:9", "DOCKER_HOST=tcp://me@127.0.0.1:9", "docker -H tcp://me@127.0.0.1:9"),
        ("http://[bad", "DOCKER_HOST=http://[bad", "unset DOCKER_HOST"),
        ("tcp://a;touch b:1", "DOCKER_HOST=tcp://a;touch b:1", "docker -H 'tcp://a;touch b:1' version"),
    ],
)
def test_an_engine_that_does_not_answer_is_named_with_the_cause_and_the_setting(
    host: str, says: str, fix: str, wants_tls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host.format(tls=wants_tls, password=PASSWORD))
    monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
    with pytest.raises(InfrastructureError) as caught:
        connect(seconds=5)
    assert says in caught.value.message
    assert fix in caught.value.fix
    finding = next(found for found in examine(Settings()) if found.name.startswith("Docker engine"))
    assert finding.fix == caught.value.fix
    assert PASSWORD not in finding.fix + finding.detail


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("by", ["variable", "file"])
def test_a_context_of_the_docker_command_is_named_because_it_is_not_read(
    by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    if by == "variable":
        monkeypatch.setenv("DOCKER_CONTEXT", "far; away")
    else:
        (tmp_path / "config.json").write_text('{"currentContext": "far; away"}')
    found = explain(FileNotFoundError(2, "No such file or directory"))
    assert "uses its context 'far; away', which is not read here" in found.message
    assert found.fix.startswith("export DOCKER_HOST=$(docker context inspect 'far; away' -f")
    (tmp_path / "config.json").write_text('{"currentContext": "default"}')
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    assert "context" not in explain(FileNotFoundError(2, "No such file")).message


# ------------------------------------------------------------------------------------------------ packages


def test_only_where_packages_are_reaches_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text(
        "[global]\nindex-url = https://user.example/simple\ntrusted_host = a\n  b\nrequire-virtualenv = true\n"
        "[install]\ntarget = /nowhere\nuser = yes\n[download]\nretries = 2\ndest = /nowhere\n"
    )
    known = {
        "HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path / "none"), "PIP_CERT": "/ca", "PATH": "/bin",
        "HTTPS_PROXY": "http://p", "PIP_TARGET": "/nowhere", "PIP_CONSTRAINT": "/nowhere", "PIP_DEFAULT_TIMEOUT": "9",
        "PYTHONPATH": "/evil", "PYTHONHOME": "/evil", "LANG": "de_DE", "TZ": "Asia/Tokyo", "OPENAI_API_KEY": "sk",
    }  # fmt: skip
    monkeypatch.setattr(outside, "_files", lambda _known: [tmp_path / ".config" / "pip" / "pip.conf"])
    assert outside.pip_environment(known) == {
        "HOME": str(tmp_path), "PATH": "/bin", "HTTPS_PROXY": "http://p", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "PIP_CERT": "/ca", "PIP_INDEX_URL": "https://user.example/simple", "PIP_TRUSTED_HOST": "a b",
        "PIP_RETRIES": "2", "PIP_TIMEOUT": "9", "PIP_CONFIG_FILE": "/dev/null",
    }  # fmt: skip
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("no section = 1\n")
    with pytest.raises(InfrastructureError, match=r"pip\.conf cannot be read"):
        outside.pip_environment(known)


def test_packages_are_laid_out_alike_whatever_the_operators_environment_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real pip, from the real index."""
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "sitecustomize.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
    hostile = {
        "PIP_TARGET": "/nowhere", "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_CONSTRAINT": "/nowhere",
        "PIP_NO_BINARY": ":all:", "PIP_DRY_RUN": "1", "PIP_LOG": str(tmp_path / "log"), "PYTHONPATH": str(evil),
        "PYTHONWARNINGS": "error", "LC_ALL": "tr_TR", "PYTHONIOENCODING": "utf-16",
    }  # fmt: skip
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "target").mkdir()
    before = os.umask(0o077)
    try:
        wheels.install_wheels(b"six==1.17.0\n", tmp_path / "target", "x86_64", hashes=False)
    finally:
        os.umask(before)
    assert (tmp_path / "target" / "six.py").stat().st_mode & 0o777 == 0o644
    assert not (tmp_path / "sprung").exists()
    assert not (tmp_path / "log").exists()


def test_a_store_that_does_not_answer_is_named_without_any_password() -> None:
    pytest.importorskip("psycopg")
    engine = store.connect(f"postgresql://me:{PASSWORD}@127.0.0.1:9/grades?password={PASSWORD}&sslpassword={PASSWORD}")
    with (
        pytest.raises(InfrastructureError, match="/grades cannot be used") as caught,
        store.explained(engine),
    ):
        engine.connect()
    assert PASSWORD not in caught.value.message


# ------------------------------------------------------------------------------------------------ the table


def test_the_table_of_ways_in_names_every_one_that_there_is() -> None:
    text = (Path(__file__).parent.parent / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("## The operator's own environment")[2].partition("\n## ")[0]
    names = {
        *outside.WAYS,
        *outside.CERTIFICATES,
        *outside.PIP,
        *git_process.KEPT_VARIABLES,
        *git_process.USERS_SETTINGS,
    }
    missing = sorted(name for name in names if f"`{name}`" not in table and f"`{name.upper()}`" not in table)
    assert missing == []
    assert set(PINNED) == {
        "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
