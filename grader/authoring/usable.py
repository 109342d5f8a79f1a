"""Criteria that a challenge may take from shared files, and who takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.challenge import strict_yaml
from grader.challenge.rubric import load_rubric
from grader.errors import ChallengeError
from grader.settings import PLACES


@dataclass(frozen=True, kw_only=True)
class Usable:
    """One criterion of a shared file."""

    use: str
    """As rubric.yaml names it: `engineering-memo#trade-offs`."""
    competency: str
    question: str
    evidence: tuple[str, ...]
    file: Path
    taken_by: tuple[str, ...]
    """Challenges that take it."""


def usable(packs: Mapping[str, Path]) -> list[Usable]:
    """Criteria of the rubrics beside `packs` (id → folder) and of the shipped ones, as a pack finds them: a file nearer
    to it stands before a shipped one of the same name. Files of other kinds in these folders are passed over."""
    folders = dict.fromkeys([*(root.parent.parent / "rubrics" for root in packs.values()), PLACES.shipped / "rubrics"])
    taken = _taken(packs)
    found: dict[str, Usable] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            criteria = load_rubric(path, shared=True).criteria
        except ChallengeError:  # a loop, a scorecard: not a rubric
            continue
        for one in criteria:
            use = f"{path.stem}#{one.id}"
            found.setdefault(
                use,
                Usable(
                    use=use, competency=str(one.competency), question=" ".join(one.question.split()),
                    evidence=tuple(one.evidence), file=path, taken_by=tuple(sorted(taken.get(use, ()))),
                ),
            )  # fmt: skip
    return list(found.values())


def _taken(packs: Mapping[str, Path]) -> dict[str, list[str]]:
    taken: dict[str, list[str]] = {}
    for name, root in packs.items():
        for use in _uses(root / "rubric.yaml"):
            taken.setdefault(use, []).append(name)
    return taken


def _uses(path: Path) -> Iterable[str]:
    try:
        data, _ = strict_yaml.load(path)
    except ChallengeError:
        return ()
    criteria = data.get("criteria") if isinstance(data, dict) else None
    return [str(one["use"]) for one in criteria or () if isinstance(one, dict) and "use" in one]
