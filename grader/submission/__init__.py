"""Intake: from what a candidate sent to a `Submission` in memory.

An archive, a folder or a repository is listed; what nobody would count as part of a submission is left out; every other
entry must be a plain file with a path that means the same everywhere; then the files are read, with their real bytes
counted. Nothing is unpacked to this machine's disk.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import GraderError, RefusedError, UsageError, visible
from grader.records import LeftOut, Submission
from grader.submission.entries import Entry, Kind, Source
from grader.submission.folder import FolderSource, unfit
from grader.submission.leaveout import common_folder, leave_out, left_out_records
from grader.submission.limits import IntakeLimits, Meter, amount, refused, unreadable
from grader.submission.names import check_collisions, check_path
from grader.submission.own import leave_out_own, within
from grader.submission.required import check_required
from grader.submission.stream import GZIP, XZ, ZSTD, Stream

__all__ = ["IntakeLimits", "check_required", "make_submission", "read_archive", "read_submission", "write_archive"]

_OTHER_FORMATS = {
    b"BZh": "a bzip2",
    b"7z\xbc\xaf\x27\x1c": "a 7z",
    b"Rar!": "a RAR",
    b"LZIP": "an lzip",
    b"!<ar": "an ar",
    b"%PDF": "a PDF",
}
_COMPRESSED = {GZIP: "a gzip", XZ: "an xz", ZSTD: "a zstd"}
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".xz", ".txz", ".zst", ".tzst", ".7z", ".rar", ".bz2", ".tbz2")
_SEND = "Send a .zip or .tar.gz of the files"
_MOST_WRAPPINGS = 2
"""Archives within one another, with nothing beside them, that are looked through."""


def read_submission(
    source: str | Path,
    limits: IntakeLimits | None = None,
    *,
    required: Sequence[str] = (),
    own: Sequence[Path] = (),
    found_in: str = "",
) -> Submission:
    """Reads a .zip, a .tar (plain, gzip, xz or zstd), a folder, or a git repository (address or path, `#ref` for a
    commit). What an archive is, its first bytes decide, not its name.

    A single top folder is stripped; with `required` paths, none while they are all there, and as many as it takes to
    find them. What the grader wrote is left out: outputs of gradings, known by their content, and `own`, the files and
    the output folder of this run where they lie in the folder that is read.

    What the operator names may be a link, and is followed. What was only found, in the folder `found_in`, is read where
    it lies: there a link is a candidate's, and is refused.

    Raises RefusedError when the submission cannot be graded as it is, UsageError when there is nothing to read at
    `source`, InfrastructureError when a repository does not answer.
    """
    limits = limits or IntakeLimits()
    name = str(source)
    try:
        return _read(name, limits, required, own, found_in)
    except (ArithmeticError, LookupError, MemoryError, RecursionError, ValueError, EOFError) as error:
        # Every known damage has its own sentence; this is the net under them.
        raise unreadable(f"'{visible(os.path.basename(name))}' cannot be read ({type(error).__name__})") from error


_USUAL = IntakeLimits()


def read_archive(
    data: bytes, *, source: str = "", most_files: int = _USUAL.max_files, most_bytes: int = _USUAL.max_bytes
) -> Submission:
    """Reads back what `write_archive` made: all files, nothing stripped, nothing left out. Raises RefusedError.

    How far zlib packed them says nothing here: what was taken in as a folder may be all zeros.
    """
    from grader.submission.zip import ZipSource

    limits = IntakeLimits(
        max_files=most_files,
        max_bytes=most_bytes,
        max_file_bytes=most_bytes,
        max_entries=most_files,
        max_ratio=2_000,
        max_depth=100,
        max_name_bytes=4_096,
        max_path_bytes=4_096,
    )
    zipped = ZipSource(data, limits)
    kept = [entry for entry in zipped.entries() if entry.kind is Kind.FILE]
    if len(kept) > most_files:
        raise unreadable(f"The archive holds more than {most_files:,} files")
    contents = zipped.contents(kept, Meter(limits))
    return make_submission({entry.path: content for entry, content in contents}, source=source)


def write_archive(submission: Submission) -> bytes:
    """A zip archive of the files: sorted, with fixed times and modes, so that the same files (and zlib) give the same
    bytes."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in sorted(submission.files.items()):
            info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()


def make_submission(files: Mapping[str, bytes], *, left_out: tuple[LeftOut, ...] = (), source: str = "") -> Submission:
    """A submission of `files` (relative POSIX path → content) with their digest: SHA-256 over one line a file, sorted
    by path, each the path, a NUL and the hexadecimal SHA-256 of the content."""
    ordered = dict(sorted(files.items()))
    digest = hashlib.sha256()
    for path, content in ordered.items():
        digest.update(path.encode() + b"\0" + hashlib.sha256(content).hexdigest().encode() + b"\n")
    return Submission(digest=f"sha256:{digest.hexdigest()}", files=ordered, left_out=left_out, source=source)


# ------------------------------------------------------------------------------------------------------- sources


def _read(name: str, limits: IntakeLimits, required: Sequence[str], own: Sequence[Path], found_in: str) -> Submission:
    if found_in:
        _check_found(name, found_in)
    if os.path.isfile(name):
        return _collect(_archive(Path(name), limits), limits, required, name)
    from grader.submission.git import fetched, is_remote, split_ref, without_secrets
    from grader.submission.git_process import check_enclosed, is_repository

    if os.path.isdir(name) and not is_repository(Path(name)):
        return _collect(FolderSource(Path(name)), limits, required, name, within(Path(name), own))
    address, ref = (name, "HEAD") if os.path.isdir(name) else split_ref(name)
    if address == name and os.path.isdir(name):
        check_enclosed(Path(name), limits)
    elif found_in:
        _check_found(address, found_in)
    if not os.path.isdir(address) and (found_in or not is_remote(address)):
        raise _nothing_there(name)
    with fetched(address, ref, limits) as repository:
        found = _collect(repository, limits, required, without_secrets(name))
        return replace(found, people=repository.people())


def _check_found(name: str, found_in: str) -> None:
    problem = unfit(name, found_in)
    if problem:
        raise problem


def _nothing_there(name: str) -> UsageError:
    from grader.network import without_secrets

    if os.path.exists(name):
        return UsageError(f"'{visible(name)}' is neither a file, a folder nor a repository.")
    hint = " It is no address that git is asked: https, http, ssh or git." if "://" in name else _hint(Path(name))
    return UsageError(f"There is no '{visible(without_secrets(name))}'.{hint}")


def _hint(path: Path) -> str:
    import difflib

    try:
        siblings = sorted(sibling.name for sibling in path.parent.iterdir())
    except (OSError, ValueError):
        return " The folder that it should be in cannot be read either."
    close = difflib.get_close_matches(path.name, siblings, n=1)
    return f" Did you mean '{visible(str(path.with_name(close[0])))}'?" if close else " Check the path."


def _archive(path: Path, limits: IntakeLimits) -> Source:
    """The kind of archive that the content of `path` shows."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.max_archive_bytes + 1)
    except OSError as error:
        raise UsageError(f"'{visible(str(path))}' cannot be read: {error.strerror}.") from error
    shown = visible(path.name)
    if len(data) > limits.max_archive_bytes:
        raise unreadable(
            f"'{shown}' is larger than {amount(limits.max_archive_bytes)}", "Leave out what was not asked for"
        )
    return _source(data, shown, limits)


def _source(data: bytes, shown: str, limits: IntakeLimits) -> Source:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from grader.submission.zip import ZipSource

        return ZipSource(data, limits)
    from grader.submission.tar import BLOCK, TarSource, is_tar

    packed = next((form for magic, form in _COMPRESSED.items() if data.startswith(magic)), "")
    if packed:
        head = Stream(data, limits).read(BLOCK)
        if not is_tar(head) and head[257:262] != b"ustar":
            raise unreadable(f"'{shown}' is {packed} file, but there is no tar in it", _SEND)
    if packed or is_tar(data[:BLOCK]):
        return TarSource(data, limits)
    what = next((f"{form} file" for magic, form in _OTHER_FORMATS.items() if data.startswith(magic)), "no archive")
    raise unreadable(f"'{shown}' is {what if data else 'empty'}", _SEND)


# ----------------------------------------------------------------------------------------------------- collecting


def _collect(
    source: Source,
    limits: IntakeLimits,
    required: Sequence[str],
    name: str,
    own: Sequence[str] = (),
    wrappings: int = _MOST_WRAPPINGS,
) -> Submission:
    """The one way from a source to a submission. A folder or an archive that holds nothing but one archive, as course
    platforms give them, is looked through."""
    listed = _listed(source, limits)
    kept, left = leave_out(listed)
    kept, ours = leave_out_own(kept, source, limits, own)
    left += ours
    _check_entries(kept, limits)
    for part in dict.fromkeys(path for path, _, _ in left):
        check_path(part, limits)
    wanted = [entry for entry in kept if entry.kind is Kind.FILE]
    if len(wanted) == 1 and wrappings and _is_archive(wanted[0].path) and wanted[0].path not in required:
        within = _collect(_unwrapped(source, wanted[0], limits), limits, required, name, wrappings=wrappings - 1)
        return replace(within, left_out=(*left_out_records(left, ""), *within.left_out))
    top = _top_folder([entry.path for entry in wanted], required)
    left_out = left_out_records(left, top)
    if not wanted:
        raise _empty(left_out)
    files = {
        entry.path.removeprefix(f"{top}/") if top else entry.path: content
        for entry, content in source.contents(wanted, Meter(limits))
    }
    return make_submission(files, left_out=left_out, source=name)


def _is_archive(path: str) -> bool:
    return path.lower().endswith(_ARCHIVES)


def _unwrapped(source: Source, entry: Entry, limits: IntakeLimits) -> Source:
    """The archive that is all that `source` holds. It may be as large as an archive, not as a file."""
    most = limits.max_archive_bytes
    meter = Meter(replace(limits, max_file_bytes=most, max_bytes=most))
    ((_, data),) = source.contents([entry], meter)
    return _source(data, visible(entry.path), limits)


def _listed(source: Source, limits: IntakeLimits) -> list[Entry]:
    entries: list[Entry] = []
    for entry in source.entries():
        if len(entries) == limits.max_entries:
            raise unreadable(
                f"There are more than {limits.max_entries} entries", "Leave out installed packages and data"
            )
        if entry.path:
            entries.append(entry)
        elif entry.kind is not Kind.FOLDER:
            raise unreadable(f"An entry without a name is {entry.kind}")
    return entries


def _check_entries(kept: Sequence[Entry], limits: IntakeLimits) -> None:
    for entry in kept:
        if entry.kind not in {Kind.FILE, Kind.FOLDER}:
            raise refused(entry.path, f"is {entry.kind}", "Send the file itself, or leave it out")
        check_path(entry.path, limits)
    files = sum(entry.kind is Kind.FILE for entry in kept)
    if files > limits.max_files:
        raise unreadable(f"There are {files} files; {limits.max_files} are allowed", "Leave out what was not asked for")
    check_collisions(kept)


def _top_folder(paths: Sequence[str], required: Sequence[str]) -> str:
    """The folder that counts as the top: see `read_submission`."""
    common = common_folder(paths)
    if not common:
        return ""
    names = common.split("/")
    present = set(paths)
    for depth in range(len(names) + 1 if required else 0):
        top = "/".join(names[:depth])
        if all((f"{top}/{path}" if top else path) in present for path in required):
            return top
    return names[0]


def _empty(left_out: Sequence[LeftOut]) -> GraderError:
    if not left_out:
        return RefusedError("The submission has no files. Send the files themselves, in a .zip or .tar.gz.")
    parts = ", ".join(f"'{visible(part.path)}'" for part in left_out[:3])
    return unreadable(f"Nothing is left of the submission without {parts}", "Send the files themselves")
