"""A submission, read once for all criteria: its files made plain, identities taken out, orders to the grader found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from grader import aside
from grader.aside import AsideError
from grader.aside.serving import busy_with
from grader.challenge.named_files import matching
from grader.errors import visible
from grader.judge import documents
from grader.judge.address import Address
from grader.judge.config import JudgeConfig
from grader.judge.documents import Selection, View
from grader.submission.redact import Redactor, find_identities
from grader.submission.shares import shares
from grader.submission.speech import detect
from grader.submission.speech.detect import SpeechFinding

if TYPE_CHECKING:
    from grader.challenge.rubric import Criterion

MAX_NAMED = 120_000
"""Characters of a file in which its author is looked for."""
MAX_READ = 6_000_000
"""Bytes of all files that a criterion names; of many large ones, less than MAX_READ of documents each is looked at."""
MAX_OTHER = 2_000_000
"""Bytes of all other files."""
MAX_SCANNED = 600_000
"""Characters that are searched for orders to the grader beyond those that are shown, over all files, shared equally."""
MAX_HIDDEN = 60_000
"""Characters of a file's hidden text that are searched. Nobody is shown them."""
MAX_PIECES = 20
SECONDS = 8.0
"""Processor time for reading all files of a submission."""
MIN_TO_JUDGE = 24
"""Characters without white space below which there is nothing to judge, and a judge is not asked."""
ECHO_WORDS = 8
"""Words in a row that a text shares with an anchor and not with the instruction: nobody writes them by chance."""


class Named(Protocol):
    """What names files: a criterion, by its evidence."""

    @property
    def evidence(self) -> Sequence[str]: ...


@dataclass(frozen=True, kw_only=True)
class Globs:
    """A criterion's evidence alone: what the helper needs to know of it."""

    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the files of a submission hold, by path."""

    views: Mapping[str, View]
    not_text: Mapping[str, str]
    """Files that are not text: path → what the judge reads for it."""
    findings: tuple[SpeechFinding, ...]
    removed: Mapping[str, int] = field(default_factory=dict)
    """What no reader would see, by kind, over all files."""
    redacted: Mapping[str, int] = field(default_factory=dict)
    """Identities taken out, by kind, over all files."""
    trouble: str = ""
    """Why the files could not be read, for a sentence; empty where they were. Then a person reads them."""


def read_aside(
    files: Mapping[str, bytes],
    criteria: Sequence[Named],
    config: JudgeConfig | None,
    required: Sequence[str] = (),
    instruction: str = "",
    *,
    searched: bool = True,
) -> Reading:
    """As `read`, in a process that can be ended, within a budget of its own. Without `config` nobody is shown less than
    all that a criterion names."""
    named = {path for criterion in criteria for path in matching(files, criterion.evidence, required)}
    begun = _begun(files, named, documents.MAX_READ, MAX_READ)
    begun |= _begun(files, files.keys() - named, MAX_NAMED, MAX_OTHER)
    begun = {path: begun[path] for path in files}
    globs = [Globs(evidence=tuple(criterion.evidence)) for criterion in criteria]
    try:
        bare = replace(config, address=Address()) if config is not None else None  # whoever reads needs no key
        return aside.run(SECONDS, read_begun, begun, globs, bare, tuple(required), instruction, searched)
    except AsideError as problem:
        what = f"'{visible(problem.at, 80)}'" if problem.at else "what was handed in"
        what += " could not be read for the judge" if config is not None else " could not be read"
        return Reading(views={}, not_text={}, findings=(), trouble=f"{what}: {problem.why}")


def read_for_people(files: Mapping[str, bytes]) -> Reading:
    """All of the files as a person at the terminal reads them, in a process that can be ended."""
    try:
        return aside.run(SECONDS, read_whole, files)
    except AsideError as problem:
        what = f"'{visible(problem.at, 80)}'" if problem.at else "what was handed in"
        return Reading(views={}, not_text={}, findings=(), trouble=f"{what} could not be read: {problem.why}")


def read_whole(files: Mapping[str, bytes]) -> Reading:
    """`read` without criteria, for a helper."""
    return read(files)


def read_begun(
    files: Mapping[str, bytes],
    criteria: Sequence[Globs],
    config: JudgeConfig | None,
    required: Sequence[str],
    instruction: str,
    searched: bool,
) -> Reading:
    """`read` for a helper, which has to know what comes."""
    return read(files, criteria, config, required, instruction, searched=searched)


def _begun(files: Mapping[str, bytes], paths: Collection[str], most: int, in_all: int) -> dict[str, bytes]:
    """The beginnings of `paths`: up to `most` bytes of each, and what is over `in_all` taken from the largest."""
    parts = shares([min(len(files[path]), most) for path in paths], in_all)
    return {path: files[path][:part] for path, part in zip(paths, parts, strict=True)}


def read(
    files: Mapping[str, bytes],
    criteria: Sequence[Named] = (),
    config: JudgeConfig | None = None,
    required: Sequence[str] = (),
    instruction: str = "",
    *,
    searched: bool = True,
) -> Reading:
    """The files of a submission as the judge may see them. All that is shown for one of `criteria` is searched for
    orders to the grader, and as much of the rest as MAX_SCANNED allows; without criteria, all files count as shown.
    `instruction`: the challenge's, which tells whether judges are what the work is about. `searched`: whether to
    search at all."""
    texts = {path: text for path, content in files.items() if (text := _decoded(path, content)) is not None}
    redactor = Redactor(find_identities({path: text[:MAX_NAMED] for path, text in texts.items()}))
    wanted = _named(texts, criteria, required)
    views = {path: _viewed(path, files[path], redactor, config) for path in wanted}
    not_text = {path: documents.shown_path(path, redactor) for path in files if path not in texts}
    reading = Reading(views=views, not_text=not_text, findings=())
    shown = _shown(reading, criteria, config, required) if searched else {}
    return replace(
        reading,
        findings=_findings(reading, shown, texts, orders=detect.about_orders(instruction)) if searched else (),
        removed=_sum(item.removed for item in views.values()),
        redacted=_sum(item.redacted for item in views.values()),
    )


def _decoded(path: str, content: bytes) -> str | None:
    busy_with(path)
    return documents.decode(content)


def _named(texts: Mapping[str, str], criteria: Sequence[Named], required: Sequence[str]) -> list[str]:
    """The paths that some criterion's evidence names, in the order of the files."""
    if not criteria:
        return list(texts)
    named = {path for criterion in criteria for path in matching(texts, criterion.evidence, required)}
    return [path for path in texts if path in named]


def _viewed(path: str, content: bytes, redactor: Redactor, config: JudgeConfig | None) -> View:
    busy_with(path)
    made = documents.view(path, content, redactor, config.file_tokens if config else 0)
    if made is None:
        raise ValueError(f"{path} was text and is none any more")
    return made


def _shown(
    reading: Reading, criteria: Sequence[Named], config: JudgeConfig | None, required: Sequence[str]
) -> dict[str, int]:
    """Path → the most lines of it that are shown for any criterion; names of files that are listed only, too."""
    if config is None:
        return {path: len(item.lines) for path, item in reading.views.items()}
    most: dict[str, int] = {}
    for criterion in criteria:
        selection = select(reading, criterion, config, required)
        for item in selection.views:
            most[item.path] = max(most.get(item.path, 0), len(item.lines))
        for cut in selection.cuts:
            most.setdefault(cut.path, 0)
    return most


def _sum(counts: object) -> dict[str, int]:
    return dict(sum((Counter(count) for count in counts), Counter()))  # type: ignore[attr-defined]


def _findings(
    reading: Reading, shown: Mapping[str, int], texts: Mapping[str, str], *, orders: detect.Orders
) -> tuple[SpeechFinding, ...]:
    found: list[SpeechFinding] = []
    pieces = []
    share = MAX_SCANNED // max(1, len(texts))
    for path, text in texts.items():
        busy_with(path)
        item = reading.views.get(path)
        lines = item.lines if item else text[: 2 * share].split("\n")
        findings, kinds = detect.scan(path, _searched(lines, shown.get(path, 0), share), _hidden(item), orders=orders)
        found += findings
        pieces.append((path, kinds))
    for path in reading.not_text:
        if path in shown:
            found += detect.scan(path, "")[0]
    known = {finding.path for finding in found}
    found += [
        SpeechFinding(path=path, line=0, kinds=("split over files",), weight=detect.ADDRESSES, text="")
        for path in detect.spread_over(pieces)
        if path not in known
    ]
    return tuple(found)


def _searched(lines: Sequence[str], shown: int, share: int) -> str:
    """All that is shown, and `share` characters of what follows."""
    rest = "\n".join(lines[shown : shown + share])[:share]
    return "\n".join([*lines[:shown], rest])


def _hidden(item: View | None) -> tuple[str, ...]:
    """Hidden pieces to be searched: long ones for themselves, many short ones together, for they may be one."""
    pieces = item.hidden if item else ()
    if len(pieces) <= MAX_PIECES:
        return tuple(piece[:MAX_HIDDEN] for piece in pieces)
    return (*(piece[:MAX_HIDDEN] for piece in pieces[:MAX_PIECES]), "\n".join(pieces[MAX_PIECES:])[:MAX_HIDDEN])


def select(reading: Reading, criterion: Named, config: JudgeConfig, required: Sequence[str] = ()) -> Selection:
    """What is shown for `criterion`."""
    named = matching([*reading.views, *reading.not_text], criterion.evidence, required)
    return documents.select(
        [reading.views[path] for path in named if path in reading.views],
        {path: reading.not_text[path] for path in named if path in reading.not_text},
        per_file=config.file_tokens,
        in_all=config.criterion_tokens,
    )


def is_empty(selection: Selection) -> bool:
    """Whether there is nothing to judge: no file, or next to no text."""
    return sum(len("".join(line.split())) for item in selection.views for line in item.lines) < MIN_TO_JUDGE


def echoes(selection: Selection, criterion: Criterion, instruction: str) -> tuple[SpeechFinding, ...]:
    """Places where a file repeats the wording of an anchor that the candidate has not been shown."""
    anchors = _unshown(criterion, instruction)
    return tuple(found for item in selection.views for found in _echo(item.path, "\n".join(item.lines), anchors))


def echoes_for_people(
    read: Reading, criteria: Sequence[Criterion], required: Sequence[str], instruction: str
) -> tuple[SpeechFinding, ...]:
    """As `echoes`, of all that some criterion names, where no judge reads; of as much as MAX_SCANNED allows."""
    paths = _named(dict.fromkeys(read.views, ""), criteria, required)
    texts = {path: "\n".join(read.views[path].lines) for path in paths}
    parts = shares([len(text) for text in texts.values()], MAX_SCANNED)
    anchors = set().union(*(_unshown(criterion, instruction) for criterion in criteria))
    return tuple(
        found
        for (path, text), part in zip(texts.items(), parts, strict=True)
        for found in _echo(path, text[:part], anchors)
    )


def _unshown(criterion: Criterion, instruction: str) -> set[tuple[str, ...]]:
    return set().union(*(_runs(anchor) for anchor in criterion.levels.values())) - _runs(instruction)


def _echo(path: str, text: str, anchors: set[tuple[str, ...]]) -> tuple[SpeechFinding, ...]:
    shared = anchors & _runs(text)
    if not shared:
        return ()
    said = " ".join(min(shared))
    return (SpeechFinding(path=path, line=0, kinds=("repeats an anchor",), weight=detect.ADDRESSES, text=said),)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(words[n : n + ECHO_WORDS]) for n in range(len(words) - ECHO_WORDS + 1)}
