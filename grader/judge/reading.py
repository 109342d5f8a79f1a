"""A submission, read once for all criteria: its files made plain, identities taken out, orders to the grader found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.judge import detect, documents
from grader.judge.config import JudgeConfig
from grader.judge.detect import Finding
from grader.judge.documents import Selection, View
from grader.submission.redact import Redactor, find_identities

if TYPE_CHECKING:
    from grader.rubric import Criterion

MAX_SCANNED = 120_000
"""Characters of a file that are searched for orders to the grader; more than are ever shown of it."""
MAX_SCANNED_IN_ALL = 4_000_000
"""The same over all files, shared equally: of many files, still more than is shown of each."""
MIN_TO_JUDGE = 24
"""Characters without white space below which there is nothing to judge, and a judge is not asked."""
ECHO_WORDS = 8
"""Words in a row that a text shares with an anchor and not with the instruction: nobody writes them by chance."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the files of a submission hold, by path."""

    views: Mapping[str, View]
    not_text: tuple[str, ...]
    findings: tuple[Finding, ...]
    removed: Mapping[str, int] = field(default_factory=dict)
    """What no reader would see, by kind, over all files."""
    redacted: Mapping[str, int] = field(default_factory=dict)
    """Identities taken out, by kind, over all files."""


def read(files: Mapping[str, bytes]) -> Reading:
    """The files of a submission as the judge may see them."""
    texts = {path: text for path, content in files.items() if (text := documents.decode(content)) is not None}
    redactor = Redactor(find_identities({path: text[:MAX_SCANNED] for path, text in texts.items()}))
    made = {path: documents.view(path, files[path], redactor) for path in texts}
    views = {path: item for path, item in made.items() if item is not None}
    return Reading(
        views=views,
        not_text=tuple(path for path in files if path not in views),
        findings=_findings(list(views.values())),
        removed=_sum(item.removed for item in views.values()),
        redacted=_sum(item.redacted for item in views.values()),
    )


def _sum(counts: object) -> dict[str, int]:
    return dict(sum((Counter(count) for count in counts), Counter()))  # type: ignore[attr-defined]


def _findings(views: Sequence[View]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    pieces = []
    length = min(MAX_SCANNED, MAX_SCANNED_IN_ALL // max(1, len(views)))
    for item in views:
        findings, kinds = detect.scan(item.path, "\n".join(item.lines)[:length], item.hidden)
        found += findings
        pieces.append((item.path, kinds))
    known = {finding.path for finding in found}
    found += [
        Finding(path=path, line=0, kinds=("split over files",), weight=detect.ADDRESSES, text="")
        for path in detect.spread_over(pieces)
        if path not in known
    ]
    return tuple(found)


def select(reading: Reading, criterion: Criterion, config: JudgeConfig, required: Sequence[str] = ()) -> Selection:
    """What is shown for `criterion`."""
    named = documents.matching([*reading.views, *reading.not_text], criterion.evidence, required)
    return documents.select(
        [reading.views[path] for path in named if path in reading.views],
        [path for path in named if path not in reading.views],
        per_file=config.file_tokens,
        in_all=config.criterion_tokens,
    )


def is_empty(selection: Selection) -> bool:
    """Whether there is nothing to judge: no file, or next to no text."""
    return sum(len("".join(line.split())) for item in selection.views for line in item.lines) < MIN_TO_JUDGE


def echoes(selection: Selection, criterion: Criterion, instruction: str) -> tuple[Finding, ...]:
    """Places where a file repeats the wording of an anchor that the candidate has not been shown."""
    known = _runs(instruction)
    anchors = set().union(*(_runs(anchor) for anchor in criterion.levels.values())) - known
    found = []
    for item in selection.views:
        shared = anchors & _runs("\n".join(item.lines))
        if shared:
            text = " ".join(min(shared))
            kinds = ("repeats an anchor",)
            found.append(Finding(path=item.path, line=0, kinds=kinds, weight=detect.ADDRESSES, text=text))
    return tuple(found)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return {tuple(words[n : n + ECHO_WORDS]) for n in range(len(words) - ECHO_WORDS + 1)}
