"""What this machine needs for grading: each requirement as a check that looks, and a mend where there is one."""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError, InfrastructureError, visible
from grader.network import without_password
from grader.settings import Settings, list_challenges

if TYPE_CHECKING:
    from docker import APIClient

    from grader.sandbox.images import Recipe

Say = Callable[[str], None]
ENGINE_SECONDS = 60
PROBE_SECONDS = 30
MIN_ENGINE = (20, 10)


@dataclass(frozen=True, kw_only=True)
class Prerequisite:
    """One requirement. `needed` False: grading works without it, with less."""

    name: str
    found: bool
    detail: str
    fix: str = ""
    needed: bool = True
    otherwise: str = "not set"
    """Where it is not needed and not found: the word for that."""


def examine(settings: Settings, challenges: Sequence[str] = ()) -> list[Prerequisite]:
    """Looks at everything, changes nothing. `challenges`: ids whose images are looked for; all where empty."""
    findings = [_python(), _pip()]
    engine, client = _engine()
    findings.append(engine)
    if client is not None:
        try:
            findings += [_limits(client), *_images(client, settings, challenges), *_runtime(client, settings)]
        finally:
            client.close()
    return [*findings, _privacy(settings), _judge(settings)]


def mend(settings: Settings, say: Say, challenges: Sequence[str] = ()) -> None:
    """Does what can be done from here: installs and starts an engine (Debian, Ubuntu; as root), makes the images.

    Raises InfrastructureError with what a person has to do where it cannot.
    """
    from grader.sandbox import images
    from grader.sandbox.engine import connect
    from grader.sandbox.janitor import sweep

    if not _engine()[0].found:
        install_engine(say)
    client = connect(seconds=images.BUILD_SECONDS)
    try:
        if images.missing(client, [images.base_tag(settings.base_image)]):
            _install_bootstrap(say)
        for name in sweep(client):
            say(f"removed {name}, which a dead run had left")
        images.ensure(client, recipes(settings, challenges), say, settings)
    finally:
        client.close()


def recipes(settings: Settings, challenges: Sequence[str] = ()) -> list[Recipe]:
    """The images that the challenges need: one verifier, and a candidate image for each set of packages."""
    from grader.challenge import load_pack
    from grader.sandbox import images
    from grader.settings import find_challenge

    folders = [find_challenge(name, settings) for name in challenges] or list(list_challenges(settings).values())
    own = settings.base_image
    wanted = [images.verifier_recipe(own), images.candidate_recipe(b"", own)]
    for folder in folders:
        try:
            wanted.append(images.candidate_recipe(load_pack(folder).requirements, own))
        except GraderError:
            if challenges:
                raise
    return list({recipe.tag: recipe for recipe in wanted}.values())


# ------------------------------------------------------------------------------------------------ checks


def _python() -> Prerequisite:
    version = platform.python_version()
    found = sys.version_info >= (3, 11)
    return Prerequisite(name="Python 3.11 or later", found=found, detail=version, fix="install Python 3.11 or later")


def _pip() -> Prerequisite:
    found = importlib.util.find_spec("pip") is not None
    detail = "fetches the wheels of the sandbox images" if found else "not in this environment"
    return Prerequisite(name="pip", found=found, detail=detail, fix=f"{sys.executable} -m ensurepip")


def _engine() -> tuple[Prerequisite, APIClient | None]:
    from grader.sandbox.engine import connect

    name = f"Docker engine {'.'.join(map(str, MIN_ENGINE))} or later"
    try:
        client = connect(seconds=20)
        about = client.version()
    except GraderError as problem:
        return Prerequisite(name=name, found=False, detail=problem.message, fix=_fix(problem)), None
    numbers = tuple(int(part) for part in about["Version"].split("+")[0].split(".")[:2])
    detail = f"{about['Version']}, {about['Os']}/{about['Arch']}"
    return Prerequisite(name=name, found=numbers >= MIN_ENGINE, detail=detail, fix="install a newer engine"), client


def _fix(problem: GraderError) -> str:
    """What `connect` says where it knows the cause; else how to get an engine here."""
    from grader.sandbox.engine import FIX

    return problem.fix if problem.fix not in {"", FIX, "grade doctor"} else engine_fix()


def _limits(client: APIClient) -> Prerequisite:
    about = client.info()
    lacking = [key for key in ("MemoryLimit", "PidsLimit", "CpuCfsQuota") if not about.get(key)]
    if not any("seccomp" in option for option in about.get("SecurityOptions") or []):
        lacking.append("seccomp")
    groups = f"cgroup v{about.get('CgroupVersion', '1')}"
    detail = (
        f"{groups}, memory, processes, processor, seccomp" if not lacking else f"{groups}, lacks {', '.join(lacking)}"
    )
    fix = "boot with cgroup_enable=memory, or use an engine that has them"
    return Prerequisite(name="Limits that the engine enforces", found=not lacking, detail=detail, fix=fix)


def _images(client: APIClient, settings: Settings, challenges: Sequence[str]) -> list[Prerequisite]:
    from grader.sandbox import images

    tags = [images.base_tag(settings.base_image), *(recipe.tag for recipe in recipes(settings, challenges))]
    absent = images.missing(client, tags)
    return [
        Prerequisite(name="Sandbox image", found=tag not in absent, detail=tag, fix="grade doctor --fix")
        for tag in tags
    ]


def _runtime(client: APIClient, settings: Settings) -> list[Prerequisite]:
    """Where a runtime is named, whether a candidate's container starts with it: an engine that knows the name does not
    say so. No grading puts another in its place by itself, for the operator may have chosen it as a wall."""
    from grader.sandbox.engine import explain

    if not settings.runtime:
        return []
    try:
        problem = _why_not(client, settings)
    except Exception as raised:
        problem = visible(explain(raised).message, 300)
    return [
        Prerequisite(
            name=f"Container runtime {visible(settings.runtime)}",
            found=not problem,
            detail=problem or "a container of the candidate's starts with it",
            fix="unset GRADER_RUNTIME (in grader.toml: runtime), or one of: docker info --format '{{.Runtimes}}'",
        )
    ]


def _why_not(client: APIClient, settings: Settings) -> str:
    """What came of a container with the candidate's limits that ends at once; empty where all is well. Raises the
    engine's errors."""
    from grader.sandbox import images
    from grader.sandbox.containers import candidate_options
    from grader.sandbox.engine import create, remove
    from grader.sandbox.protocol import CandidateLimits

    run_id = secrets.token_hex(6)
    options = candidate_options(CandidateLimits(), "", run_id, settings.runtime)
    del options["host"]["VolumesFrom"]  # there is no verifier
    options["host"]["AutoRemove"] = False  # it could be gone before it is asked how it ended
    options["container"] |= {"Cmd": ["true"], "WorkingDir": "/"}
    made = create(client, run_id, "candidate", images.candidate_recipe(b"", settings.base_image).tag, options)
    try:
        client.start(made)
        code = client.wait(made, timeout=PROBE_SECONDS)["StatusCode"]
    finally:
        remove(client, made, PROBE_SECONDS)
    return f"`true` ended with {code} in it" if code else ""


def _privacy(settings: Settings) -> Prerequisite:
    """Whether what says who is who is its owner's alone. What the grader makes is; what was there keeps its rights."""
    from grader import files
    from grader.own_files import REVIEW, REVIEW_ELSEWHERE, with_sides
    from grader.settings import PLACES
    from grader.store import files_of

    beside = [path for ending in (REVIEW, REVIEW_ELSEWHERE) for path in Path().glob(f"*{ending}")]
    kept = [
        Path(name) for path in [*beside, PLACES.cache / "judge" / "judge.sqlite3"] for name in with_sides(str(path))
    ]
    shared = files.open_to_others([*files_of(settings.store), *kept])
    names = " ".join(shlex.quote(visible(str(path))) for path in shared)
    detail = (
        f"others of this machine can read {names}" if shared else "store, reviews and replies are this user's alone"
    )
    return Prerequisite(
        name="Names and words of people",
        found=not shared,
        detail=detail,
        fix=f"chmod go= {names}",
        needed=False,
        otherwise="open",
    )


def _judge(settings: Settings) -> Prerequisite:
    found = bool(settings.judge_model)
    detail = settings.judge_model or "none; criteria stay open for people"
    fix = "export OPENAI_BASE_URL=… OPENAI_API_KEY=… GRADER_JUDGE_MODEL=…"
    return Prerequisite(name="Judge model", found=found, detail=detail, fix=fix, needed=False)


# ------------------------------------------------------------------------------------------------ an engine


def engine_fix() -> str:
    """The command that gets a Docker engine on this machine, in words."""
    if os.environ.get("DOCKER_HOST"):
        return f"start the engine at {_host()}, or: unset DOCKER_HOST"
    if can_install():
        return "grade doctor --fix"
    if shutil.which("dockerd") or Path("/usr/bin/dockerd").exists():
        return "sudo systemctl start docker   (then: sudo usermod -aG docker $USER)"
    return "install Docker Engine (https://docs.docker.com/engine/install/), or set DOCKER_HOST to one"


def _host() -> str:
    return visible(without_password(os.environ["DOCKER_HOST"]))


def can_install() -> bool:
    """Whether this process may install Debian packages here."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_engine(say: Say) -> None:
    """Installs Debian's docker.io where no engine is, and starts it. Raises InfrastructureError with the reason."""
    if os.environ.get("DOCKER_HOST"):
        raise InfrastructureError(f"No Docker engine answers at DOCKER_HOST={_host()}.", fix="start it")
    if not can_install():
        raise InfrastructureError("There is no Docker engine, and this user cannot install one.", fix=engine_fix())
    if not _dockerd():
        say("installing Docker from Debian's packages")
        _apt(["docker.io", "iptables"])
    say("starting the Docker engine")
    _start_engine()


def _dockerd() -> str:
    return shutil.which("dockerd") or next(
        (p for p in ("/usr/sbin/dockerd", "/usr/bin/dockerd") if Path(p).exists()), ""
    )


def _install_bootstrap(say: Say) -> None:
    if shutil.which("mmdebstrap") is None and can_install():
        say("installing mmdebstrap, in case no image registry answers")
        _apt(["mmdebstrap"])


def _apt(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        command = ["apt-get", "-qq", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InfrastructureError(f"apt-get could not install {' '.join(packages)}: {done.stderr[-800:]}")


def _start_engine() -> None:
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], check=False, capture_output=True)
    else:
        with open("/var/log/grader-dockerd.log", "ab") as log:
            subprocess.Popen([_dockerd()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + ENGINE_SECONDS
    while time.monotonic() < deadline:
        if _engine()[0].found:
            return
        time.sleep(0.3)
    raise InfrastructureError(
        f"The Docker engine was started but does not answer after {ENGINE_SECONDS} s.",
        fix="read /var/log/grader-dockerd.log, or `journalctl -u docker`",
    )
