"""The images that the containers run, and how they are made.

    base        Debian's Python: the slim image of a registry, else made from Debian packages
    ├── verifier    + pytest, pyyaml (by hash) + sandbox/grader_verifier, grader_tests
    └── candidate   + the challenge's packages (by hash) + sandbox/grader_bridge
        └── dependencies   + what a submission lists (wheels only)

Each tag is a digest of what the image is made of, so nothing is built that has not changed. Wheels are fetched and
laid out by pip on this machine; nothing of theirs runs, and the images hold neither pip nor a compiler.
"""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from grader import scratch
from grader.errors import InfrastructureError, UsageError, visible
from grader.sandbox import outside
from grader.sandbox.containers import VERIFIER_USER
from grader.sandbox.inside import agreed
from grader.sandbox.wheels import MOST_BYTES, PYTHON, install_wheels
from grader.settings import NAME, PLACES

if TYPE_CHECKING:
    from docker import APIClient

    from grader.settings import Settings

Say = Callable[[str], None]

REGISTRY_IMAGE = f"python:{PYTHON}-slim-bookworm"
SUITE = "bookworm"
DEBIAN_PACKAGES = ("python3-minimal", "libpython3-stdlib", "libstdc++6")
LEFT_OUT_OF_BASE = ("doc", "man", "info", "locale")
PREFIX = "grader"
LABEL = "grader.image"
DEPENDENCIES = "dependencies"
PULL_SECONDS = 90
BUILD_SECONDS = 900
FIX = "grade doctor --fix"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What an image is made of: its tag says it all."""

    kind: str
    base: str
    dockerfile: str
    files: Mapping[str, bytes]
    requirements: bytes = b""

    @property
    def tag(self) -> str:
        total = hashlib.sha256(f"{self.kind}\0{self.base}\0{self.dockerfile}\0{PYTHON}\0".encode() + self.requirements)
        for name, content in sorted(self.files.items()):
            total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        return f"{PREFIX}-{self.kind}:{total.hexdigest()[:16]}"


def base_tag(base_image: str = "") -> str:
    """The base image's tag: `base_image`, the operator's own, where there is one; else a digest of the recipe below."""
    if base_image:
        return base_image
    recipe = repr((REGISTRY_IMAGE, SUITE, DEBIAN_PACKAGES, LEFT_OUT_OF_BASE))
    return f"{PREFIX}-base:{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"


_INSTALL = f"""FROM {{base}}
COPY packages {agreed.PACKAGES}
COPY code {agreed.CODE}
RUN command -v python >/dev/null || ln -s "$(command -v python3)" /usr/bin/python; \
    python3 -m compileall -q {agreed.PACKAGES} {agreed.CODE} || true; \
    python3 -c 'import compileall, sysconfig; compileall.compile_dir(sysconfig.get_path("stdlib"), quiet=2)'
"""
"""Neither Debian's minimal Python nor the slim image brings its library compiled, and in a container that may write
nothing each process would compile what it imports anew."""


_FOLDERS = f"""RUN install -d -o {VERIFIER_USER} -g {VERIFIER_USER} -m 711 {agreed.MEETING}; \\
    install -d -o {VERIFIER_USER} -g {VERIFIER_USER} -m 755 {agreed.SUBMISSION}; \\
    install -d -m 755 {agreed.NAMES}; echo 127.0.0.1 localhost > {agreed.NAMES}/hosts; chmod 444 {agreed.NAMES}/hosts
"""
"""The volumes in their place take owner and mode from here. To meet, others may pass through, but neither list nor
write."""


_ADD = f"""FROM {{base}}
COPY packages {agreed.DEPENDENCIES}
RUN python3 -m compileall -q {agreed.DEPENDENCIES} || true
"""


def verifier_recipe(base_image: str = "") -> Recipe:
    requirements = (PLACES.shipped / "sandbox" / "grader_verifier" / "requirements.txt").read_bytes()
    return Recipe(
        kind="verifier",
        base=base_tag(base_image),
        dockerfile=_INSTALL + _FOLDERS,
        files=_code("grader_verifier", "grader_tests", "grader_protocol.py"),
        requirements=requirements,
    )


def candidate_recipe(requirements: bytes = b"", base_image: str = "") -> Recipe:
    """`requirements`: the challenge's hash-pinned packages."""
    return Recipe(
        kind="candidate",
        base=base_tag(base_image),
        dockerfile=_INSTALL,
        files=_code("grader_bridge", "grader_protocol.py"),
        requirements=requirements,
    )


def dependencies_recipe(requirements: bytes, base: str) -> Recipe:
    """`requirements`: plain lines that `dependencies.parse` let through."""
    return Recipe(kind=DEPENDENCIES, base=base, dockerfile=_ADD, files={}, requirements=requirements)


def _code(*names: str) -> dict[str, bytes]:
    """Modules and packages of ours, with all Python files that lie in them."""
    top = PLACES.shipped / "sandbox"
    paths = [path for name in names for path in ([top / name] if name.endswith(".py") else (top / name).rglob("*.py"))]
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in paths}


class Pins:
    """Which image a tag stood for when it was first asked for. Shared by the runs of a batch: a tag that is made anew
    meanwhile changes nothing for them."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def of(self, client: APIClient, tag: str) -> str:
        """The id of the image. Raises the engine's ImageNotFound."""
        with self._lock:
            known = self._known.get(tag)
        if known is not None:
            return known
        found = str(client.inspect_image(tag)["Id"])
        with self._lock:
            return self._known.setdefault(tag, found)


# ------------------------------------------------------------------------------------------------ making them


def missing(client: APIClient, tags: list[str]) -> list[str]:
    """Those of `tags` that the engine does not have. Raises UsageError for what is no name of an image."""
    from docker.errors import APIError, ImageNotFound

    absent = []
    for tag in tags:
        try:
            client.inspect_image(tag)
        except ImageNotFound:
            absent.append(tag)
        except APIError as problem:
            if problem.status_code != HTTPStatus.BAD_REQUEST:
                raise
            said = f"The base image {visible(tag, 100)} has no name that the engine knows for one."
            raise UsageError(said, fix="mend GRADER_BASE_IMAGE, or base_image in grader.toml") from problem
    return absent


def ensure(client: APIClient, recipes: list[Recipe], say: Say, settings: Settings) -> None:
    """Makes the base and `recipes` where the engine lacks them. Raises InfrastructureError, or ChallengeError for
    packages that cannot be had."""
    ensure_base(client, say, settings)
    for recipe in recipes:
        build_once(client, recipe, partial(say, f"building {recipe.tag}"))


def ensure_base(client: APIClient, say: Say, settings: Settings) -> None:
    """Makes the base image where the engine lacks it. Raises InfrastructureError; one that the operator named is not
    replaced by another, and UsageError for one that only the working folder names: no registry is asked for it."""
    base_image = settings.base_image
    tag = base_tag(base_image)
    if not missing(client, [tag]):
        return
    if "base_image" in settings.found:
        raise UsageError(
            f"The base image {visible(base_image, 100)} is not there, and no registry is asked for it, because only "
            f"./{NAME} names it: every grading would run on what comes.",
            fix=f"If it is yours: docker pull {shlex.quote(base_image)}, or name it in GRADER_BASE_IMAGE or in "
            f"{PLACES.config / NAME}",
        )
    name = base_image or REGISTRY_IMAGE
    say(f"looking for {name} in a registry")
    if _pull(client, name, tag):
        return
    if base_image:
        raise InfrastructureError(
            f"The base image {base_image} is not there, and no registry gives it to the engine.",
            fix=f"docker pull {shlex.quote(base_image)}   (with your login), or unset GRADER_BASE_IMAGE or base_image",
        )
    say("no registry answers; making the base image from Debian packages (under a minute)")
    _bootstrap(client, tag)


def _pull(client: APIClient, name: str, tag: str) -> bool:
    from docker.errors import APIError
    from requests.exceptions import RequestException

    repository, version = _named(name)
    try:
        for line in client.pull(repository, version, stream=True, decode=True):
            if "error" in line:
                return False
        if name != tag:
            repository, version = tag.split(":")
            client.tag(name, repository=repository, tag=version)
    except (APIError, RequestException):
        return False
    return True


def _named(image: str) -> tuple[str, str]:
    """Repository, and tag or digest, of an image's name; `latest` where it says neither."""
    if "@" in image:
        repository, _, version = image.partition("@")
        return repository, version
    repository, sign, version = image.rpartition(":")
    return (repository, version) if sign and "/" not in version else (image, "latest")


def _bootstrap(client: APIClient, tag: str) -> None:
    tool = shutil.which("mmdebstrap")
    if tool is None:
        raise InfrastructureError(
            "The base image cannot be made: no image registry answers and mmdebstrap is not installed.",
            fix="apt-get install -y mmdebstrap   (or set GRADER_BASE_IMAGE to an image with Python 3.11)",
        )
    with scratch.folder("base") as folder:
        target = folder / "base.tar"
        command = [tool, "--quiet", "--variant=essential", f"--include={','.join(DEBIAN_PACKAGES)}"]
        command += [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT_OF_BASE]
        done = subprocess.run(
            [*command, SUITE, str(target)], capture_output=True, text=True, check=False,
            env=outside.environment(os.environ), umask=outside.UMASK,
        )  # fmt: skip
        if done.returncode:
            raise InfrastructureError(
                f"The base image cannot be made: mmdebstrap ended with {done.returncode}: {done.stderr[-800:]}",
                fix="check that Debian's package servers can be reached, then: " + FIX,
            )
        repository, version = tag.split(":")
        client.import_image_from_file(str(target), repository=repository, tag=version)


def build_once(
    client: APIClient, recipe: Recipe, begun: Callable[[], None], *, seconds: float = BUILD_SECONDS,
    most: int = MOST_BYTES, hashes: bool = True,
) -> None:  # fmt: skip
    """`build`, unless the engine has the image. Of several who want it at once, threads or processes of this user, one
    builds (then `begun` is called) and the others wait."""
    if not missing(client, [recipe.tag]):
        return
    with scratch.alone(PLACES.cache / "locks" / recipe.tag.replace(":", "-")):
        if missing(client, [recipe.tag]):
            begun()
            build(client, recipe, seconds=seconds, most=most, hashes=hashes)


def build(
    client: APIClient, recipe: Recipe, *, seconds: float = BUILD_SECONDS, most: int = MOST_BYTES, hashes: bool = True
) -> None:
    """Builds `recipe` with the engine's builder; no network in any step. `seconds` and `most` (bytes, laid out) limit
    the packages."""
    from docker.errors import APIError

    with scratch.folder("build") as folder:
        packages = folder / "packages"
        packages.mkdir()
        if recipe.requirements.strip():
            install_wheels(recipe.requirements, packages, _machine(client), hashes=hashes, seconds=seconds, most=most)
        context = _context(recipe, packages)
    log: list[str] = []
    try:
        for line in client.build(
            fileobj=context, custom_context=True, encoding="gzip", tag=recipe.tag, rm=True, forcerm=True,
            network_mode="none", decode=True, timeout=BUILD_SECONDS, labels={LABEL: recipe.kind},
        ):  # fmt: skip
            log.append(line.get("stream", ""))
            if "error" in line:
                raise InfrastructureError(
                    f"The image {recipe.tag} could not be built: {line['error']}\n{''.join(log)[-800:]}"
                )
    except APIError as problem:
        raise InfrastructureError(
            f"The image {recipe.tag} could not be built: {problem.explanation or problem}"
        ) from problem


def _machine(client: APIClient) -> str:
    return {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}.get(
        client.version()["Arch"], "x86_64"
    )


def _context(recipe: Recipe, packages: Path) -> io.BytesIO:
    """The build context: packages, code, Dockerfile; times and owners fixed so that the layer is the same again."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz", compresslevel=1) as archive:
        archive.add(packages, "packages", filter=plain)
        for inner in sorted({"code", *(f"code/{name.rpartition('/')[0]}".rstrip("/") for name in recipe.files)}):
            folder = tarfile.TarInfo(inner)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        named = {f"code/{name}": content for name, content in recipe.files.items()}
        for name, content in {**named, "Dockerfile": recipe.dockerfile.format(base=recipe.base).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    memory.seek(0)
    return memory
