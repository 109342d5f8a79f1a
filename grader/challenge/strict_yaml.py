"""YAML at the border: strict, with every error at once, each with its file and line.

PyYAML takes duplicate keys silently, reads `no` as False and `4:00` as 240, and expands aliases without bound. Here a
key that stands twice is an error, only `true` and `false` are booleans, numbers are decimal, dates stay text, and
aliases are refused.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from grader import files
from grader.errors import ChallengeError, GraderError, visible

if TYPE_CHECKING:
    import yaml
    from pydantic import BaseModel

    from grader.challenge.record import Record

MAX_BYTES = 2_000_000
MIN_PROSE = 3
"""Words from which a text is a sentence, and not a value with a remark behind it."""
_COMMENT = re.compile(r"[ \t]++#([^\n]*)")
_QUOTED = re.compile(r"'([^']*)'")
_ENDS = tuple(".!?:;)\"'")
Location = tuple[int | str, ...]
T = TypeVar("T", bound="BaseModel | Record")


@cache
def _loader() -> type[yaml.SafeLoader]:
    """SafeLoader with YAML 1.2's booleans and decimal numbers, without timestamps. Imported when YAML is read: of a
    pack that was checked before, none is."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag.rpartition(":")[2] not in {"timestamp", "bool", "int", "float"}
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for name, pattern, first in (
        ("bool", r"^(?:true|false)$", "tf"),
        ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
        ("float", r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$", "-+0123456789"),
    ):
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(pattern), list(first))
    return Loader


def load(path: Path, error: type[GraderError] = ChallengeError) -> tuple[Any, dict[Location, int]]:
    """The data in `path` and, for each place in it, its line (from 1). Raises `error` naming file and line."""
    return loads(read(path, error), str(path), error)


def read(path: Path, error: type[GraderError] = ChallengeError) -> bytes:
    """The bytes of a file that people write. Raises `error` where it cannot be read, is too large to be one, or is a
    link: what that leads to came from nobody who wrote this."""
    check_no_link(path, error)
    try:
        raw = files.read(path, MAX_BYTES)
    except OSError as problem:
        raise error(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    if len(raw) > MAX_BYTES:
        raise error(f"{path} is larger than {MAX_BYTES:,} bytes, which no file of this kind needs.")
    return raw


def check_no_link(path: Path, error: type[GraderError] = ChallengeError) -> None:
    """Raises `error` where `path`, a part of a pack, a loop or a kit, is a link: it would hand out, judge by or show
    whatever file of this machine it leads to."""
    if path.is_symlink():
        where = visible(os.readlink(path))
        raise error(f"{visible(str(path), 400)}: is a link to {where}: it would not count. Put the file itself there.")


def loads(raw: bytes, name: str, error: type[GraderError] = ChallengeError) -> tuple[Any, dict[Location, int]]:
    """As `load`, for bytes that came from `name`."""
    import yaml

    loader = None
    try:
        loader = _loader()(raw.decode("utf-8-sig"))
        node = loader.get_single_node()
        lines: dict[Location, int] = {(): 1}
        problems: list[str] = []
        if node is not None:
            _walk(node, (), lines, problems, set())
        if problems:
            raise error("\n".join(f"{name}:{problem}" for problem in problems))
        return (loader.construct_document(node) if node is not None else None), lines
    except UnicodeDecodeError as problem:
        raise error(f"{name} is not UTF-8 text (byte {problem.start}).") from problem
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        raise error(f"{name}:{line}: {problem.problem or problem.context}.") from problem
    except (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as problem:
        raise error(f"{name}: not readable as YAML: {visible(str(problem))}") from problem
    finally:
        if loader is not None:
            loader.dispose()


def cut_texts(path: Path) -> list[tuple[int, str, str]]:
    """Line, text and rest for each text without quotes that a ` #` in the middle of it has cut: YAML takes the rest for
    a comment. A comment behind a whole sentence, a number or a word is meant as one."""
    import yaml

    try:
        raw = files.read(path, MAX_BYTES).decode("utf-8-sig")
        node = yaml.compose(raw, _loader())
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return []
    found = []
    for scalar in _scalars(node, set()):
        comment = _COMMENT.match(raw, scalar.end_mark.index) if scalar.style is None else None
        prose = len(scalar.value.split()) >= MIN_PROSE
        if comment and prose and (comment[1][:1].strip() or scalar.value[-1:] not in _ENDS):
            found.append((scalar.end_mark.line + 1, scalar.value, f"#{comment[1]}"))
    return found


def _scalars(node: yaml.Node | None, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Each once: an alias leads to what was seen, and so often that it would not end."""
    import yaml

    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _scalars(child, seen)
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for child in pair:
                yield from _scalars(child, seen)


def _walk(node: yaml.Node, at: Location, lines: dict[Location, int], problems: list[str], seen: set[int]) -> None:
    import yaml

    line = node.start_mark.line + 1
    lines.setdefault(at, line)
    if id(node) in seen:
        problems.append(f"{line}: an alias (*name) stands here; write the value out.")
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        _walk_mapping(node, at, lines, problems, seen)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _walk(child, (*at, index), lines, problems, seen)


def _walk_mapping(
    node: yaml.MappingNode, at: Location, lines: dict[Location, int], problems: list[str], seen: set[int]
) -> None:
    keys: dict[str, int] = {}
    for key_node, child in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value)
        if key in keys:
            problems.append(f"{line}: the key {visible(key)!r} stands twice (first in line {keys[key]}).")
        keys[key] = line
        place = int(key) if key_node.tag.endswith(":int") and key.isdigit() else key
        lines[(*at, place)] = line
        _walk(child, (*at, place), lines, problems, seen)


def validate(
    model: type[T], data: Any, lines: Mapping[Location, int], name: str, error: type[GraderError] = ChallengeError
) -> T:
    """`data` as a `model`. Raises `error` with one line for each problem: file, line, place, what is wrong."""
    from pydantic import ValidationError

    if not isinstance(data, dict):
        there = "the file is empty" if data is None else f"found {type(data).__name__}"
        raise error(f"{name}:1: expected keys and values, {there}.")
    try:
        return cast(T, model.model_validate(data))
    except ValidationError as problem:
        rows = sorted({_row(model, row, lines, name) for row in problem.errors()}, key=lambda row: row[0])
        raise error("\n".join(text for _, text in rows)) from None


def of_entry(message: str, key: str, who: str) -> list[str]:
    """The problems that `validate` says of the only entry in the list `key`, a line each, with `who` in the place of
    its number: readers know an entry by its name."""
    pattern = re.compile(rf"(?P<before>unknown key |the key |)(?P<quote>'?){key}\.0(?:\.(?P<key>[^:' ]+))?")
    problems = []
    for problem in message.splitlines():
        at = pattern.search(problem)
        if at is not None:
            rest = problem[at.end() :] if at["key"] else problem[at.end() + len(": ") :]
            problem = f"{problem[: at.start()]}{visible(who)}: {at['before']}{at['quote']}{at['key'] or ''}{rest}"
        problems.append(problem)
    return problems


def _row(model: Any, row: Any, lines: Mapping[Location, int], name: str) -> tuple[int, str]:
    place: Location = ()
    for part in row["loc"]:
        if (*place, part) in lines or not (isinstance(part, str) and "[" in part):  # pydantic's own, as `[key]`
            place = (*place, part)
    line = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), 1)
    where = ".".join(str(part) for part in place)
    if row["type"] == "extra_forbidden":
        hint = _instead(str(place[-1]), _known_keys(model, place[:-1]), is_root=len(place) == 1)
        return line, f"{name}:{line}: unknown key {visible(where)!r}.{hint}"
    if row["type"] == "missing":
        return line, f"{name}:{line}: the key {where!r} is missing."
    return line, f"{name}:{line}: {visible(where)}: {_said(row)}"


def _said(row: Any) -> str:
    """What is wrong, with what to write where that is plain."""
    if row["type"] == "list_type":
        one = row["input"]
        word = visible(one, 60) if isinstance(one, str) else "…"
        return f'a list is wanted; write ["{word}"]'
    if row["type"] in {"model_type", "model_attributes_type", "dict_type", "dataclass_type"}:
        return "keys and values are wanted"
    words = _QUOTED.findall(row["ctx"]["expected"]) if row["type"] == "literal_error" else []
    if any(words):
        return f"write {'one of ' if len(words) > 1 else ''}{', '.join(word for word in words if word)}"
    message: str = row["msg"].removeprefix("Value error, ")
    return message


def _instead(key: str, known: list[str], *, is_root: bool) -> str:
    """What may stand there: the nearest key and, where none is near or in the file itself, all."""
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    if near and not is_root:
        return hint
    return f"{hint} Known here: {', '.join(sorted(known))}."


def _known_keys(model: Any, place: Location) -> list[str]:
    """The keys that are allowed at `place`, found by following the fields' types; all keys where that is not plain."""
    current: Any = model
    for part in place:
        fields = getattr(current, "model_fields", {})
        annotation = fields[part].annotation if part in fields else None
        current = next(
            (a for a in (annotation, *getattr(annotation, "__args__", ())) if hasattr(a, "model_fields")), current
        )
    return [field.alias or name for name, field in current.model_fields.items()]
