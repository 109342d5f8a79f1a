"""A kit: how one live round is held. The same questions in the same order, what is handed over, and a scorecard with
anchors. Kits are data: a YAML file each, shipped in `kits/` or beside a loop's file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from grader.challenge import strict_yaml
from grader.challenge.rubric import Criterion, consecutive
from grader.challenge.schema import Number
from grader.challenge.strict import Strict
from grader.challenge.strict_yaml import Location
from grader.errors import ChallengeError, UsageError
from grader.loop.drawn import SumError, names_in, worked_out
from grader.records import Competency
from grader.settings import PLACES

FOLDER = "kits"
ID = r"^[a-z0-9][a-z0-9-]*$"
NAME = r"^[a-z][a-z0-9_]*$"
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""Where a text takes a value that was drawn or worked out."""
OWN_WORDS = "what was said or done"
"""What the criteria of a live round rest on; files are a take-home's."""


class Question(Strict):
    """One question as it is read out, and what may be asked after it."""

    ask: str = Field(min_length=1)
    probes: list[str] = []
    """In this order, each once, and only where the answer left it out."""
    listen: list[str] = []
    """What to write down when it comes."""


class Part(Strict):
    """A stretch of the round."""

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    minutes: int = Field(ge=1, le=120)
    say: str = ""
    """Read out, or told in these words, before the questions."""
    hand: list[str] = []
    """Sheets that the candidate is given now."""
    questions: list[Question] = []


class HandOut(Strict):
    """A sheet with text, a table, or both: for the candidate, or for the interviewer alone."""

    id: str = Field(pattern=ID)
    title: str = Field(min_length=1)
    reader: str = Field(default="candidate", pattern="^(candidate|interviewer)$")
    text: str = ""
    columns: list[str] = []
    rows: list[list[str]] = []

    @model_validator(mode="after")
    def _square(self) -> HandOut:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"each row has {len(self.columns)} cells, one for each of the columns")
        return self


_MOST = 1e15
"""Up to here a double is as exact as what is said of it."""


class Draw(Strict):
    """A value that another candidate gets otherwise: one of a list, or a number between two, in steps."""

    choose: list[Number | str] = []
    between: list[Number] = []
    step: Number = 1.0

    @model_validator(mode="after")
    def _one_way(self) -> Draw:
        if bool(self.choose) == bool(self.between):
            raise ValueError("choose, or between two numbers: one of the two")
        if self.between and (len(self.between) != 2 or not self.between[0] < self.between[1] or self.step <= 0):
            raise ValueError("between has a lower and a higher number, and step is above 0")
        if not all(abs(one) <= _MOST for one in (*self.between, *self.choose) if not isinstance(one, str)) or (
            self.between and (self.between[1] - self.between[0]) / self.step > _MOST
        ):
            raise ValueError(f"numbers, and steps between two, are {_MOST:g} at most")
        return self


class Variant(Strict):
    """One of several cases behind the same questions, of which a candidate gets one."""

    id: str = Field(pattern=ID)
    values: dict[str, str] = {}
    """Texts of this case that other texts take."""
    sheets: list[HandOut] = []


def five(levels: dict[int, str]) -> dict[int, str]:
    """The levels of a card's criterion. Raises ValueError where they are not 1 to 5."""
    if sorted(levels) != [1, 2, 3, 4, 5]:
        raise ValueError("a card has levels 1 to 5")
    return levels


@dataclass(frozen=True, kw_only=True)
class CardCriterion(Criterion):
    """A criterion of the card that is filled in right after the round."""

    evidence: list[str] = field(default_factory=lambda: [OWN_WORDS])
    levels: Annotated[dict[int, str], AfterValidator(consecutive), AfterValidator(five)]


class Measures(Strict):
    """The competencies that the card's criteria measure."""

    primary: Competency
    secondary: list[Competency] = []


class Kit(Strict):
    """A kit as its file has it, before anything is drawn."""

    version: int = Field(alias="schema", ge=1, le=1)
    id: str = Field(pattern=ID)
    revision: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1)
    minutes: int = Field(ge=5, le=240)
    measures: Measures
    purpose: str = Field(min_length=1)
    """What the round is for, for whoever holds it."""
    tell: str = Field(min_length=1)
    """What the candidate is told days before."""
    prepare: list[str] = Field(min_length=1)
    draw: dict[str, Draw] = {}
    work_out: dict[str, str] = {}
    """Name → a sum over names: `requests_a_day / 86400 * peak`."""
    variants: list[Variant] = []
    sheets: list[HandOut] = []
    parts: list[Part] = Field(min_length=1)
    after: list[str] = Field(min_length=1)
    """What is done right after, in order."""
    criteria: list[CardCriterion] = Field(min_length=2)

    @model_validator(mode="after")
    def _consistent(self) -> Kit:
        if problem := next(_problems(self), ""):
            raise ValueError(problem)
        return self


def _problems(kit: Kit) -> Iterator[str]:
    total = sum(part.minutes for part in kit.parts)
    if total != kit.minutes:
        yield f"the parts take {total} minutes, minutes says {kit.minutes}"
    measured = {criterion.competency for criterion in kit.criteria}
    named = {kit.measures.primary, *kit.measures.secondary}
    for name in sorted(measured ^ named):
        yield f"{name} has no criterion" if name in named else f"a criterion measures {name}, which measures leaves out"
    for what, ids in (("part", [part.id for part in kit.parts]), ("criterion", [one.id for one in kit.criteria])):
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield f"the {what} {twice} stands twice"
    variants: list[Variant | None] = [*kit.variants] or [None]
    for variant in variants:
        yield from _unknown(kit, variant)


def _unknown(kit: Kit, variant: Variant | None) -> Iterator[str]:
    """Names that nothing gives a value, and sheets that are not there."""
    sheets = [*kit.sheets, *(variant.sheets if variant else [])]
    known = {*kit.draw, *(variant.values if variant else ())}
    for name, text in kit.work_out.items():
        try:
            strange = names_in(text) - known
        except SumError as problem:
            yield f"work_out.{name}: {problem}"
            continue
        if strange:
            yield f"work_out.{name}: nothing above it is called {min(strange)}"
        known.add(name)
    where = f" (variant {variant.id})" if variant else ""
    for text in _texts({**kit.model_dump(exclude={"variants"}), "own": variant.model_dump() if variant else {}}):
        for name in PLACE.findall(text):
            if name not in known:
                yield f"{{{name}}} is neither drawn nor worked out{where}"
    ids = {sheet.id for sheet in sheets}
    for part in kit.parts:
        for name in part.hand:
            if name not in ids:
                yield f"part {part.id}: there is no sheet {name}{where}"


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


@dataclass(frozen=True, kw_only=True)
class LoadedKit:
    """A kit that has been read, and the lines where things stand."""

    kit: Kit
    path: Path
    lines: Mapping[Location, int]
    digest: str
    """`sha256:…` of what the file says; its comments do not count."""

    def place(self, *at: int | str) -> str:
        return f"{self.path}:{self.lines.get(at, 1)}"


def load_kit(path: Path) -> LoadedKit:
    """The kit in `path`. Raises ChallengeError with file and line for whatever is wrong."""
    data, lines = strict_yaml.load(path)
    kit = strict_yaml.validate(Kit, data, lines, str(path))
    if kit.id != path.stem:
        raise ChallengeError(f"{path}:{lines.get(('id',), 1)}: the kit {kit.id} stands in a file called {path.name}.")
    text = json.dumps(kit.model_dump(mode="json"), sort_keys=True)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    return LoadedKit(kit=kit, path=path, lines=lines, digest=digest)


def kit_folders(loop: Path | None = None) -> list[Path]:
    """Where kits are looked for: beside the loop's file, then among the shipped ones."""
    beside = [loop.resolve().parent / FOLDER] if loop else []
    return [*beside, PLACES.shipped / FOLDER]


def kits_for(loop: Path | None = None) -> dict[str, Path]:
    """Id → file of all kits that a loop's file may name."""
    found: dict[str, Path] = {}
    for folder in kit_folders(loop):
        for path in sorted(folder.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def find_kit(name: str, loop: Path | None = None) -> LoadedKit:
    """The kit called `name`. Raises UsageError that names the ones there are."""
    known = kits_for(loop)
    if name not in known:
        raise UsageError(f"There is no kit {name!r}; there are {', '.join(sorted(known))}.")
    return load_kit(known[name])


# ------------------------------------------------------------------------------------------------ for one candidate


@dataclass(frozen=True, kw_only=True)
class Held:
    """A kit for one candidate: everything drawn and filled in. Plain data, as the store keeps it."""

    kit: Mapping[str, Any]
    """As the file has it, with values in place of names, `sheets` those of this candidate; without criteria."""
    criteria: tuple[Mapping[str, Any], ...]
    values: Mapping[str, str]
    variant: str


def held(loaded: LoadedKit, seed: int) -> Held:
    """The kit as the candidate with this seed gets it: the same each time. Raises ChallengeError, with file and line,
    for a value that cannot be worked out."""
    kit = loaded.kit
    variant = kit.variants[_index(seed, "variant", len(kit.variants))] if kit.variants else None
    drawn: dict[str, float | str] = {name: _value(one, seed, name) for name, one in kit.draw.items()}
    drawn |= variant.values if variant else {}
    for name, text in kit.work_out.items():
        try:
            drawn[name] = worked_out(text, drawn)
        except SumError as problem:
            raise ChallengeError(f"{loaded.place('work_out', name)}: work_out.{name}: {problem}.") from problem
    values = {name: _shown(value) for name, value in drawn.items()}
    # What a variant says may itself take values.
    values = {name: _filled(value, values) for name, value in values.items()}
    data = kit.model_dump(mode="json", exclude={"criteria", "draw", "work_out", "variants", "version"})
    data["sheets"] = [*data["sheets"], *(one.model_dump(mode="json") for one in (variant.sheets if variant else []))]
    criteria = tuple(one.model_dump(mode="json") for one in kit.criteria)
    return Held(kit=_filled_all(data, values), criteria=criteria, values=values, variant=variant.id if variant else "")


def _index(seed: int, name: str, count: int) -> int:
    """Each value has a number of its own, so that one more value in a kit changes none of the others."""
    return int.from_bytes(hashlib.sha256(f"{seed}\0{name}".encode()).digest()[:8], "big") % count


def _value(draw: Draw, seed: int, name: str) -> float | str:
    if draw.choose:
        return draw.choose[_index(seed, name, len(draw.choose))]
    low, high = draw.between
    return low + draw.step * _index(seed, name, int((high - low) / draw.step + 1e-9) + 1)


def _shown(value: float | str) -> str:
    """A number as one says it: whole from a hundred on, three figures below."""
    if isinstance(value, str):
        return value
    if abs(value) >= 100 or value == int(value):
        return f"{round(value):,}"
    return f"{value:.3g}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def _filled_all(data: Any, values: Mapping[str, str]) -> Any:
    if isinstance(data, str):
        return _filled(data, values)
    if isinstance(data, dict):
        return {key: _filled_all(value, values) for key, value in data.items()}
    return [_filled_all(value, values) for value in data] if isinstance(data, list) else data
