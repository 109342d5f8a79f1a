"""Where submissions and results lie so that all machines reach them: a folder that each sees under the same path, or
S3-compatible storage by URL (fsspec, in the extra `s3`).

A result appears whole or not at all: a folder is renamed into its place, and in storage grade.json is written last.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from grader.errors import InfrastructureError, UsageError, visible

_LAST = "grade.json"
_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,6}){1,2}$")
SHARED_IN, SHARED_OUT = "submissions", "results"
"""Folders of a shared place."""


def is_url(where: str) -> bool:
    return where.startswith("s3://")


def check(where: str) -> None:
    """Raises UsageError for storage that this installation cannot reach."""
    if is_url(where) and (find_spec("fsspec") is None or find_spec("s3fs") is None):
        raise UsageError("S3 needs packages that are not installed.", fix="pip install 'grader[scale,s3]'")


def absolute(where: str) -> str:
    """A place as every machine reads it, whatever folder it works in; empty stays empty."""
    return where if not where or is_url(where) else os.path.abspath(where)


def join(where: str, *parts: str) -> str:
    return posixpath.join(where, *parts) if is_url(where) else os.path.join(where, *parts)


def share(source: str, folder: str, name: str) -> str:
    """Copies a submission into `folder` for workers to fetch, and returns where it is. A folder becomes an archive, in
    which links stay links, for intake to judge. Raises InfrastructureError, RefusedError."""
    path = Path(source)
    if not path.exists():
        raise InfrastructureError(f"{visible(source)} is not there.", fix="bring it there, and start again")
    ending = _ENDING.search(path.name)
    where = join(folder, name + (".tar" if path.is_dir() else ending[0] if ending else ""))
    with _explained(where), tempfile.TemporaryDirectory(prefix="grader-") as scratch:
        if path.is_dir():
            packed = Path(scratch) / "submission.tar"
            with tarfile.open(packed, "w", dereference=False) as archive:
                archive.add(path.resolve(), arcname=".")
            path = packed
        if is_url(where):
            _upload(path, where)
        else:
            Path(folder).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, f"{where}.part")
            os.replace(f"{where}.part", where)
    return where


@contextlib.contextmanager
def fetched(source: str, work: Path) -> Iterator[str]:
    """`source` as this machine can read it: itself, or a copy in `work` that is removed afterwards."""
    if not is_url(source):
        yield source
        return
    copy = work / "submission" / posixpath.basename(source)
    try:
        with _explained(source):
            _download(source, copy)
        yield str(copy)
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)


def publish(folder: Path, where: str) -> None:
    """Puts the result in `folder` at `where`, in the place of one that was there. `folder` may be gone afterwards;
    where it failed, it can be done again."""
    with _explained(where):
        if is_url(where):
            _upload(folder, where)
            return
        target = Path(where)
        target.parent.mkdir(parents=True, exist_ok=True)
        new, old = (target.parent / f".{target.name}.{word}.part" for word in ("new", "old"))
        if folder.exists():  # else this is another try, and it is at `new` already
            for leftover in (new, old):
                shutil.rmtree(leftover, ignore_errors=True)
            shutil.move(folder, new)
        if target.exists():
            os.rename(target, old)
        os.rename(new, target)
        shutil.rmtree(old, ignore_errors=True)


def has_result(where: str) -> bool:
    """Whether a whole result is at `where`, which is a URL."""
    with _explained(where):
        storage, root = _storage(where)
        return bool(storage.exists(f"{root}/{_LAST}"))


def collect(where: str, folder: Path) -> None:
    """Brings the result at `where` to `folder`, whole; nothing to do where it is there already."""
    if os.path.abspath(folder) == where:
        return
    part = folder.parent / f".{folder.name}.got.part"
    shutil.rmtree(part, ignore_errors=True)
    with _explained(where):
        if is_url(where):
            _download(where, part)
        else:
            shutil.copytree(where, part, symlinks=True)
    publish(part, str(folder))


def remove(where: str) -> None:
    """Removes a submission or a result that was shared and is not needed there any more. Best effort."""
    with contextlib.suppress(Exception):  # what stays is only a copy, and the place is the operator's
        if is_url(where):
            storage, root = _storage(where)
            storage.rm(root, recursive=True)
        elif os.path.isdir(where):
            shutil.rmtree(where)
        else:
            os.unlink(where)


# ------------------------------------------------------------------------------------------------ storage


def _storage(url: str) -> tuple[Any, str]:
    """The file system of `url`, without a listing that is remembered, and the path in it."""
    check(url)
    import fsspec

    storage, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    return storage, root


def _upload(path: Path, url: str) -> None:
    """Replaces what is at `url`: its grade.json goes first and comes last."""
    storage, root = _storage(url)
    files = [path] if path.is_file() else [one for one in sorted(path.rglob("*")) if one.is_file()]
    kept = {root if path.is_file() else f"{root}/{one.relative_to(path).as_posix()}": one for one in files}
    before = set(storage.find(root)) if storage.exists(root) else set()
    last = f"{root}/{_LAST}"
    if last in before:
        storage.rm_file(last)
    for key in sorted(kept, key=lambda key: (key == last, key)):
        storage.put_file(str(kept[key]), key)
    for key in sorted(before - set(kept)):
        storage.rm_file(key)


def _download(url: str, path: Path) -> None:
    storage, root = _storage(url)
    if storage.isfile(root):
        path.parent.mkdir(parents=True, exist_ok=True)
        storage.get_file(root, str(path))
        return
    found = storage.find(root)
    if not found:
        raise FileNotFoundError(2, "there is nothing", url)
    for key in found:
        target = path / _inside(key, root)
        target.parent.mkdir(parents=True, exist_ok=True)
        storage.get_file(key, str(target))


def _inside(key: str, root: str) -> str:
    """The part of a key below `root`. Raises OSError for one that would lead out of a folder."""
    name = key.removeprefix(f"{root}/")
    if name.startswith("/") or ".." in name.split("/") or "\0" in name:
        raise OSError(f"the name {visible(key)} leads elsewhere")
    return name


@contextlib.contextmanager
def _explained(where: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise InfrastructureError(f"{visible(where)} cannot be used: {problem.strerror or problem}.") from problem
    except (UsageError, InfrastructureError):
        raise
    except Exception as problem:  # what an S3 client raises is of many kinds
        what = f"{visible(where)} cannot be used: {type(problem).__name__}: {visible(str(problem), 300)}."
        raise InfrastructureError(what) from problem
