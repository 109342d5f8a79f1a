"""What a batch grades: the archives and folders of one folder, a download from a course platform, or a manifest."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader import csv_files, own_files
from grader.errors import RefusedError, UsageError, visible
from grader.network import without_secrets
from grader.own_files import SIDES
from grader.store.candidates import LIST, read_list
from grader.store.people import BETWEEN, members, readable, without_platform

COLUMNS = ("path", "candidate", "started", "submitted", "minutes", "late", "round")
RESERVED = frozenset({"blind", "sorted", "pairs", "candidates.csv", "index.html", "index.csv", "index.json"})
"""Names that a batch's output folder needs for itself."""
GRADESCOPE = "submission_metadata.yml"
_METADATA = (".csv", ".json", ".yml", ".yaml", ".md", ".txt", ".html", ".log")
_SUFFIX = re.compile(r"(\.tar)?\.(zip|gz|tgz|xz|txz|zst|tar|git)$", re.IGNORECASE)
_MOST_METADATA_BYTES = 50_000_000
_MOST_DATABASE_HEAD = 1_000_000


@dataclass(frozen=True, kw_only=True)
class BatchEntry:
    """One submission of a batch. Times are aware; `None` is not known."""

    name: str
    """Folder of its result below the output folder."""
    source: str
    candidate: str
    """Who sent it, as the operator names them. Never shown where reviewers are blind."""
    started: datetime | None = None
    submitted: datetime | None = None
    minutes: float | None = None
    """Working time, where it was recorded."""
    found_in: str = ""
    """The folder in which it was found, where the operator named no more than that: there no link is followed and no
    name is an address."""
    late: bool | None = None
    """What the manifest says; where it says nothing, the challenge's window decides."""
    round: str = ""
    """The round of the challenge that the candidate was given; empty where it has none, or nobody says."""

    @property
    def remote(self) -> bool:
        """Whether it is the address of a repository."""
        from grader.submission.git import is_remote

        return not self.found_in and is_remote(self.source)

    @property
    def unfit(self) -> RefusedError | None:
        """Why nothing is read at its place, as where a link lies there; None where something may be."""
        from grader.submission.folder import unfit

        return unfit(self.source, self.found_in) if self.found_in else None

    @property
    def known(self) -> tuple[str, ...]:
        """What may name the author, for blind pages."""
        return names_of(self.name, self.candidate, self.source)


def names_of(name: str, candidate: str, source: str) -> tuple[str, ...]:
    """What may name the author of a submission: its folder, its archive, the people who sent it. Who is called as the
    folder is not known to be a person."""
    letters = re.compile(r"[\W_]+")
    person = without_platform(candidate)
    people = members(person) if letters.sub("", person) != letters.sub("", name) else ()
    return (f"./{name}", f"./{source.rstrip('/').rpartition('/')[2]}", *people)


@dataclass(frozen=True, kw_only=True)
class Found:
    """The entries of a folder, and files in it that are no submissions."""

    entries: tuple[BatchEntry, ...]
    passed_over: tuple[str, ...] = ()


def from_folder(folder: Path, out: Path, own: Collection[Path] = ()) -> Found:
    """Every folder and file of `folder` is a submission, so that none is lost without a word, and so is what the
    platform's list names and is not there. Passed over are hidden ones, lists and notes (.csv, .md, …), and what the
    grader wrote: `out`, `own` (store, settings), results and outputs of other batches, stores. A link is a candidate's,
    or nobody's, whatever it is called and wherever it leads: an entry, which is refused. Raises UsageError."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as problem:
        raise UsageError(f"{visible(str(folder))} cannot be read as a folder: {problem.strerror}.") from problem
    ours = {place for path in (out, *own) for place in (path.resolve(), Path(os.path.abspath(path)))}
    paths = [path for path in paths if path.parent.resolve() / path.name not in ours]
    over = [path for path in paths if path.name.startswith((".", "__MACOSX")) or _is_metadata(path) or _is_own(path)]
    kept = [path for path in paths if path not in set(over)]
    if not kept:
        raise UsageError(f"There is no archive and no folder in {visible(str(folder))}, so there is nothing to grade.")
    known = _gradescope(folder / GRADESCOPE)
    kept += [folder / name for name in sorted(known.keys() - {path.name for path in paths}) if _is_name(name)]
    entries = (
        BatchEntry(
            name=path.name, source=str(path), found_in=str(folder), **{"candidate": "", **known.get(path.name, {})}
        )
        for path in kept
    )
    return Found(entries=_named(entries), passed_over=tuple(path.name for path in over))


def _is_name(name: str) -> bool:
    return name not in {"", ".", ".."} and "/" not in name and "\0" not in name


def missing(entries: Iterable[BatchEntry]) -> tuple[BatchEntry, ...]:
    """Those that a list names and that are not there."""
    return tuple(entry for entry in entries if not is_there(entry))


def is_there(entry: BatchEntry) -> bool:
    """Whether anything is at an entry's place; of a repository elsewhere that is known when it is fetched."""
    from grader.submission.git import split_ref

    if os.path.lexists(entry.source) or entry.remote:
        return True
    try:
        return os.path.lexists(split_ref(entry.source)[0])
    except UsageError:
        return False


NOWHERE = "The submission is not there: a list names it, and nothing is at its place."


def _is_metadata(path: Path) -> bool:
    return path.suffix.lower() in _METADATA and _is_plain(path)


def _is_plain(path: Path) -> bool:
    """Whether `path` is a file and no link to one."""
    return path.is_file() and not path.is_symlink()


def _is_own(path: Path) -> bool:
    """Whether the grader wrote it: the output of a grading or of a batch, with nothing else in it, or a store."""
    try:
        if path.is_symlink():
            return False
        return _is_output(path) if path.is_dir() else _is_store(path)
    except OSError:
        return False


def _is_output(path: Path) -> bool:
    if any(own_files.marker(path, name) for name in own_files.MARKERS):
        names = _files_in(path)
        return not names - own_files.of_result("", names)
    try:
        results = {row["name"] for row in read_list(path / LIST)} if _is_plain(path / LIST) else set()
    except UsageError:
        return False
    known = RESERVED | results | {name for result in results for name in own_files.beside(result)}
    return _is_plain(path / LIST) and {name.partition("/")[0] for name in _files_in(path)} <= known


def _files_in(folder: Path) -> set[str]:
    return {found.relative_to(folder).as_posix() for found in folder.rglob("*") if not found.is_dir()}


def _is_store(path: Path) -> bool:
    """A database of ours, by its content, or a review's word of where one is; what a database keeps beside itself
    (`grader.db-wal`), by the database."""
    main = next((path.with_name(path.name.removesuffix(side)) for side in SIDES if path.name.endswith(side)), path)
    if not _is_plain(main):
        return False
    with main.open("rb") as file:
        head = file.read(_MOST_DATABASE_HEAD)
    log = main.with_name(f"{main.name}-wal")  # what it was told last, as where a batch was killed
    if _is_plain(log):
        with log.open("rb") as file:
            head += file.read(_MOST_DATABASE_HEAD)
    elsewhere = path.name.endswith(own_files.REVIEW_ELSEWHERE) and own_files.is_review(path.name, head)
    return elsewhere or own_files.is_database(head)


def from_manifest(manifest: Path, folder: Path | None = None) -> Found:
    """The rows of a CSV file with the columns `path` and, where known, the others of COLUMNS.
    Paths are relative to `folder`, else to the manifest's own. Raises UsageError with the line."""
    base = folder or manifest.parent
    lines: dict[str, int] = {}
    entries = []
    for row in _table(manifest).rows:
        entry = _row(row.cells, f"{manifest}, line {row.line}", base)
        if entry.source in lines:
            source = visible(without_secrets(entry.source))
            raise UsageError(f"{manifest}, line {row.line}: {source} is in line {lines[entry.source]} too.")
        lines[entry.source] = row.line
        entries.append(entry)
    if not entries:
        raise UsageError(f"{manifest} has no rows, so there is nothing to grade.")
    return Found(entries=_named(entries))


def check_rounds(entries: Iterable[BatchEntry], known: Collection[str]) -> None:
    """Raises UsageError for a round that is none of the challenge's."""
    for entry in entries:
        if entry.round and entry.round not in known:
            there = ", ".join(sorted(known)[:20]) or "none"
            what = f"{visible(entry.name, 60)}: the challenge has no round {visible(entry.round, 40)!r}"
            raise UsageError(f"{what}; there are: {there}.")


def _table(manifest: Path) -> csv_files.Table:
    table = csv_files.read(manifest, COLUMNS[:1], COLUMNS[1:])
    unknown = [name for name in table.columns if name and name not in COLUMNS]
    if unknown:
        near = difflib.get_close_matches(unknown[0], COLUMNS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"{manifest}: unknown column {visible(unknown[0])!r}.{hint} Known: {', '.join(COLUMNS)}.")
    if table.faults:
        raise UsageError(csv_files.report(manifest, table.faults, "the manifest"))
    return table


def _row(row: Mapping[str, str], where: str, base: Path) -> BatchEntry:
    cells = {name: row.get(name, "") for name in COLUMNS}
    if not cells["path"]:
        raise UsageError(f"{where}: `path` is empty.")
    from grader.submission.git import is_remote

    named = is_remote(cells["path"]) or os.path.isabs(cells["path"])
    entry = BatchEntry(
        name=without_secrets(cells["path"]).partition("?")[0] if is_remote(cells["path"]) else cells["path"],
        source=cells["path"] if named else str(base / cells["path"]),
        found_in="" if named else str(base),
        candidate=unicodedata.normalize("NFC", cells["candidate"]),
        started=_moment(cells["started"], f"{where}: started"),
        submitted=_moment(cells["submitted"], f"{where}: submitted"),
        minutes=_minutes(cells["minutes"], f"{where}: minutes"),
        late=_yes(cells["late"], f"{where}: late"),
        round=cells["round"],
    )
    if entry.started and entry.submitted and entry.submitted < entry.started:
        raise UsageError(f"{where}: submitted before it was started.")
    return entry


def _moment(text: str, where: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(f"{where} is {visible(text)!r}; write it like 2026-03-01T18:00:00+01:00.") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _minutes(text: str, where: str) -> float | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}([.,][0-9]{1,6})?", text):
        raise UsageError(f"{where} is {visible(text)!r}, not a number of minutes.")
    return float(text.replace(",", "."))


_WORDS = {"": None, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _yes(text: str, where: str) -> bool | None:
    if text.lower() not in _WORDS:
        raise UsageError(f"{where} is {visible(text)!r}; write yes or no.")
    return _WORDS[text.lower()]


def _gradescope(metadata: Path) -> dict[str, dict[str, Any]]:
    """Folder name → who sent it and when, from the file that Gradescope puts into an export of submissions."""
    if not _is_plain(metadata):
        return {}
    import yaml

    try:
        if metadata.stat().st_size > _MOST_METADATA_BYTES:
            raise UsageError(f"{metadata} is larger than {_MOST_METADATA_BYTES // 10**6} MB.")
        data = yaml.load(metadata.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both safe
    except (OSError, yaml.YAMLError) as problem:
        raise UsageError(f"{metadata} cannot be read: {problem}") from problem
    found = {}
    for name, about in data.items() if isinstance(data, dict) else ():
        if isinstance(about, dict):
            people = [one for one in about.get(":submitters") or () if isinstance(one, dict)]
            sent = about.get(":created_at")
            who = BETWEEN.join(str(one.get(":name") or one.get(":email") or "") for one in people)
            moment = sent if isinstance(sent, datetime) else None
            aware = moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment
            found[str(name)] = {"candidate": unicodedata.normalize("NFC", who), "submitted": aware}
    return found


def _named(entries: Iterable[BatchEntry]) -> tuple[BatchEntry, ...]:
    """The entries with a folder name each that is safe and their own, and with a candidate each: where none is known,
    what the file or folder is called, as it is. No name is ever read back from that of a folder."""
    taken: set[str] = set()
    named = []
    for entry in entries:
        called = _SUFFIX.sub("", entry.name.rstrip("/").rpartition("/")[2])
        short, whole = _safe(called), _safe(entry.name.strip("/").replace("/", "_"))
        name = next(name for name in _choices(short, whole) if name.lower() not in taken)
        taken.add(name.lower())
        who = called if name == short else entry.name
        candidate = entry.candidate or unicodedata.normalize("NFC", readable(who)).strip() or name
        named.append(replace(entry, name=name, candidate=candidate))
    return tuple(named)


def _choices(short: str, whole: str) -> Iterable[str]:
    if short.lower() not in RESERVED:
        yield short
    if whole.lower() not in RESERVED:
        yield whole
    yield from (f"{whole}-{number}" for number in range(2, 1_000_000))


def _safe(name: str) -> str:
    return re.sub(r"[^\w.@+ -]", "_", unicodedata.normalize("NFC", name))[:120].strip(". ") or "submission"
