"""What a submission wants installed: read strictly, fetched as wheels, laid out in an image of its own.

The list comes from the candidate, so only plain lines are taken: a name, extras, versions, a marker, hashes. Options,
addresses, paths and variables are refused: each of them could make pip fetch or run something else. No code of the
candidate's, or of a package, runs while there is a network.
"""

from __future__ import annotations

import contextlib
import re
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import ChallengeError, InfrastructureError, RefusedError, visible
from grader.sandbox import images
from grader.sandbox.engine import connect
from grader.settings import PLACES

if TYPE_CHECKING:
    from docker import APIClient

MAX_PACKAGES = 60
MAX_BYTES = 400_000_000
SECONDS = 300.0
KEEP_DAYS, KEEP_MOST = 14, 40
"""Images of packages that stay: so long after their last use, and so many."""
_LINE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,\s-]+\])?"  # name[extras]
    r"\s*(?:(?:===?|~=|!=|<=?|>=?)\s*[A-Za-z0-9.*+!_-]+\s*,?\s*)*"  # versions
    r"(?:;\s*[A-Za-z0-9_.'\"<>=!~()\s,-]+?)?"  # marker
    r"(?:\s+--hash=sha256:[0-9a-f]{64})*"
)


_ARCHIVE = re.compile(r"\.(whl|zip|tar|t?gz|tgz|t?bz2?|tbz|t?xz|txz|t?lz|lzma)\s*(\[.*\])?\s*$", re.IGNORECASE)
"""Where a line begins like this, pip looks for a file of that name and builds it, which runs its code."""


def parse(text: bytes, name: str) -> list[str]:
    """The lines of a requirement file. Raises RefusedError that names the line that is not a plain requirement."""
    try:
        lines = text.decode("utf-8-sig").replace("\\\n", " ").splitlines()
    except UnicodeDecodeError as problem:
        raise RefusedError(f"{visible(name)} is not UTF-8 text.") from problem
    wanted = []
    for number, raw in enumerate(lines, 1):
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        if not line:
            continue
        plain = len(line) <= 2000 and _LINE.fullmatch(line)
        if not plain or _ARCHIVE.search(re.split(r";|--hash", line)[0]):
            raise RefusedError(
                f"{visible(name)}, line {number}: {visible(line, 80)!r} is not a plain requirement; "
                "write a package and its version, such as numpy==2.2.1, without options, addresses or paths."
            )
        wanted.append(line)
    if len(wanted) > MAX_PACKAGES:
        raise RefusedError(f"{visible(name)} lists {len(wanted)} packages; at most {MAX_PACKAGES} are installed.")
    return wanted


def image(text: bytes, name: str, base: str, say: images.Say) -> str:
    """The tag of an image with these packages on top of `base`, made unless it is there. Raises RefusedError where a
    package cannot be had as a wheel, InfrastructureError where Docker cannot build."""
    wanted = parse(text, name)
    if not wanted:
        return base
    recipe = images.dependencies_recipe("\n".join(sorted(wanted)).encode(), base)
    client = connect()
    try:
        begun = partial(say, f"installing what {visible(name)} lists")
        hashes = "--hash=" in "".join(wanted)
        images.build_once(client, recipe, begun, seconds=SECONDS, most=MAX_BYTES, hashes=hashes)
        note_use(recipe.tag)
        sweep(client)
    except ChallengeError as problem:
        raise RefusedError(_refusal(text, name, problem), detail=problem.detail) from problem
    except InfrastructureError as problem:
        problem.of_submission = True
        raise
    finally:
        client.close()
    return recipe.tag


def _noted(tag: str) -> Path:
    return PLACES.cache / "dependencies" / tag.replace(":", "-")


def note_use(tag: str) -> None:
    """Remembers that the image is in use now."""
    path = _noted(tag)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def sweep(client: APIClient, now: float | None = None, kind: str = images.DEPENDENCIES) -> list[str]:
    """Removes images of packages that no submission has used for `KEEP_DAYS`, and of the rest all but the `KEEP_MOST`
    used last; their tags. Without this every list that a candidate thinks of would stay on the disk for good. What was
    used within the hour stays, for a grading may be about to use it, and what a container uses the engine keeps."""
    from docker.errors import APIError

    now = time.time() if now is None else now
    used: dict[str, float] = {}
    for found in client.images(filters={"label": f"{images.LABEL}={kind}"}):
        for tag in found.get("RepoTags") or ():
            noted = _noted(tag)
            used[tag] = noted.stat().st_mtime if noted.exists() else float(found["Created"])
    removed = []
    for place, tag in enumerate(sorted(used, key=lambda tag: -used[tag])):
        age = now - used[tag]
        if age > 3600 and (place >= KEEP_MOST or age > KEEP_DAYS * 86_400):
            with contextlib.suppress(APIError):
                client.remove_image(tag)
                removed.append(tag)
                _noted(tag).unlink(missing_ok=True)
    return removed


def _refusal(text: bytes, name: str, problem: ChallengeError) -> str:
    """Which lines could not be installed. pip's words are not repeated: they may hold what an address inside the
    operator's network answered, or the operator's index and folders."""
    if not problem.detail:
        return f"{visible(name)}: {problem.message}"
    said = _plain(problem.detail)
    lines = text.decode("utf-8-sig").splitlines()
    to_blame = [number for number, line in enumerate(lines, 1) if (found := _name(line)) and f" {found} " in said]
    where = f"{visible(name)}, line{'s' if len(to_blame) > 1 else ''} {', '.join(map(str, to_blame))}:"
    if len(to_blame) == 1:
        return f"{where} {visible(lines[to_blame[0] - 1].strip(), 80)!r} could not be installed, as wheels only."
    if to_blame:
        return f"{where} could not be installed together, as wheels only."
    return f"{visible(name)}: what it lists could not be installed, as wheels only."


def _name(line: str) -> str:
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", line)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def _plain(words: str) -> str:
    """Words with names as the index knows them, each between spaces."""
    return f" {' '.join(re.findall(r'[a-z0-9]+(?:-[a-z0-9]+)*', re.sub(r'[-_.]+', '-', words.lower())))} "
