"""A blind copy of a grade: what the submission says of its author is taken out of every text that quotes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.aside.serving import busy_with
from grader.pages.decode import decode
from grader.records import CriterionResult, Evidence, Grade, TestResult
from grader.submission.person import WORD, Identities, key
from grader.submission.redact import blinder, find_identities

if TYPE_CHECKING:
    from grader.challenge import Challenge

_MOST_READ = 120_000
"""Bytes of a file in which the author's name is looked for."""
_MOST_READ_IN_ALL = 4_000_000
_MOST_PATHS = 200
UNREAD = "‹not shown: what was handed in could not be read›"


class Blind:
    """Takes one author's identity out of texts, and counts it by kind in `removed`.

    `known` also goes over our own words, so it holds only what the run knows of the author; what files say of
    themselves, which may be anything, is taken out of what they hold and nowhere else. `unread`: the files could not be
    read, so that nobody knows what they say of whom; then no text out of the work is shown, and no name of a file.
    """

    def __init__(
        self, names: Iterable[str], common: frozenset[str], found: Identities, *, unread: bool = False
    ) -> None:
        self._unread, self._numbers = unread, dict[str, str]()
        known = tuple(dict.fromkeys(name for name in names if name and "\n" not in name))
        self._known, self._work = blinder(known, common), blinder(known, common, found)
        self._paths: list[tuple[str, str]] = []
        self._said: dict[str, str] = {}
        self.removed: Counter[str] = Counter()

    def own(self, text: str) -> str:
        """A text of ours, without what the run knows of the author."""
        if text not in self._said:
            shown = text
            for path, instead in self._paths:
                shown = shown.replace(path, instead)
            self._said[text] = self._known.text(shown)[0]
        return self._said[text]

    def hide_paths(self, paths: Iterable[str]) -> None:
        """From now on `own` also knows what the files are called on this page."""
        paths = tuple(paths)
        self._numbers = {path: f"file {number}" for number, path in enumerate(paths, 1)}
        changed = [(path, shown) for path in paths if (shown := self.path(path)) != path]
        self._said.clear()
        self._paths = sorted(changed, key=lambda pair: -len(pair[0]))[: None if self._unread else _MOST_PATHS]

    def work(self, text: str) -> str:
        """A text out of the submission."""
        if self._unread:
            return UNREAD if text else ""
        shown, removed = self._work.text(text)
        self.removed += removed
        return shown

    def path(self, path: str) -> str:
        """The name of a file."""
        if self._unread:
            return self._numbers.get(path, "a file")
        return self._work.path(path)

    def grade(self, grade: Grade) -> Grade:
        """`grade` with every text that may quote the submission as `work` leaves it."""
        objective = grade.objective
        if objective is not None:
            objective = replace(objective, tests=tuple(map(self._test, objective.tests)))
        return replace(
            grade,
            objective=objective,
            criteria=tuple(map(self._criterion, grade.criteria)),
            claims=self.claims(grade.claims),
        )

    def claims(self, block: Mapping[str, object]) -> Mapping[str, object]:
        """The figures with what was run for them, every text of the candidate's as `work` leaves it."""
        masks = {
            "path": self.path,
            **dict.fromkeys(("text", "figure", "command", "output", "reason", "why"), self.work),
        }

        def masked(value: object, name: str = "") -> object:
            if isinstance(value, Mapping):
                return {key: masked(entry, str(key)) for key, entry in value.items()}
            if isinstance(value, list | tuple):
                return [masked(entry, name or "why") for entry in value]
            return masks[name](value) if isinstance(value, str) and name in masks else value

        return {key: masked(entry) for key, entry in block.items()}

    def _test(self, test: TestResult) -> TestResult:
        texts = {name: self.work(getattr(test, name)) for name in ("message", "stdout", "stderr")}
        return replace(test, **texts)  # type: ignore[arg-type]

    def _criterion(self, criterion: CriterionResult) -> CriterionResult:
        return replace(
            criterion,
            rationale=self.work(criterion.rationale),
            evidence=tuple(map(self._evidence, criterion.evidence)),
        )

    def _evidence(self, evidence: Evidence) -> Evidence:
        return replace(evidence, quote=self.work(evidence.quote))


def found_in(files: Mapping[str, bytes]) -> Identities:
    """Who the files of a submission say that they are by."""
    texts, left = {}, _MOST_READ_IN_ALL
    for path, content in files.items():
        busy_with(path)
        read = decode(content[: min(_MOST_READ, left)])
        left = max(0, left - len(content))
        if read is not None:
            texts[path] = read.text
    return find_identities(texts)


def words_of(challenge: Challenge) -> frozenset[str]:
    """The challenge's own words, which no archive's name makes a name of."""
    rubric = challenge.rubric.criteria
    texts = [challenge.id, challenge.title, *challenge.groups, *map(challenge.group_title, challenge.groups)]
    texts += [text for one in rubric for text in (one.id, one.question, *one.evidence, *one.levels.values())]
    return frozenset(key(word) for text in texts for word in WORD.findall(text))
