"""What is read back from a result's folder: JSON of exactly the right types, so that whatever stands in it, a sentence
says what is wrong with it and where.

Numbers are finite, whole ones fit into 64 bits; half characters are replaced. Whoever made the file, the pages
that are rendered from it meet what they expect.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import UsageError, visible
from grader.records import Fault, Metric, TestResult, TestStatus
from grader.unseen import whole

T = TypeVar("T")

_DEEPEST = 60
_MISSING: Any = object()
_KINDS: dict[type, str] = {
    int: "a whole number",
    str: "a text",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


def load_json(path: Path) -> Any:
    """The JSON in `path`. Raises UsageError, also for numbers that are none (NaN) or too large."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path} is not JSON: it is not UTF-8 (byte {problem.start}).") from problem
    except OSError as problem:
        raise UsageError(f"{path} cannot be read; is this the output folder of a grading?") from problem
    try:
        data = json.loads(text, parse_constant=_refused, parse_int=_whole, parse_float=_finite)
    except RecursionError:
        raise UsageError(f"{path} is not evidence of this grader: it is nested too deeply.") from None
    except ValueError as problem:
        raise UsageError(f"{path} is not JSON: {visible(str(problem))}") from problem
    return _clean(data, path, 0)


def _refused(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _whole(digits: str) -> int:
    if len(digits) > 40 or abs(int(digits)) > 2**63:
        raise ValueError(f"{digits[:12]}… is too large a number")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:12]} is too large a number")
    return value


def _clean(value: Any, path: Path, depth: int) -> Any:
    """`value` with whole characters only."""
    if depth > _DEEPEST:
        raise UsageError(f"{path} is not evidence of this grader: it is nested too deeply.")
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {whole(key): _clean(entry, path, depth + 1) for key, entry in value.items()}
    return [_clean(entry, path, depth + 1) for entry in value] if isinstance(value, list) else value


class Object:
    """A JSON object that is read key by key; each complaint says where."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, dict):
            raise UsageError(f"{where} is not an object.")
        self.data: dict[str, Any] = data
        self.where = where

    def take(self, key: str, kind: type[T], default: Any = _MISSING) -> T:
        """The value of `key`, which is a `kind`; without it the default, which may stand there too."""
        value = self.data.get(key, default)
        if value is _MISSING:
            raise UsageError(f"{self.where}: {key} is missing.")
        plain = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
        same = type(value) is type(default) and value == default
        if not plain and not same:
            raise self._wrong(key, value, _KINDS[kind])
        return value  # type: ignore[no-any-return]

    def number(self, key: str, default: Any = _MISSING) -> Any:
        value = self.data.get(key, default)
        if value is _MISSING:
            raise UsageError(f"{self.where}: {key} is missing.")
        if value is None and default is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._wrong(key, value, "a number")
        return value

    def count(self, key: str, default: Any = _MISSING) -> Any:
        """A whole number from 0 on."""
        value = self.take(key, int, default)
        if value is not None and value < 0:
            raise self._wrong(key, value, "0 or more")
        return value

    def one_of(self, key: str, known: tuple[str, ...]) -> Any:
        value = self.take(key, str)
        if value not in known:
            raise UsageError(f"{self.where}: {key} is {visible(repr(value), 60)}; known are {', '.join(known)}.")
        return value

    def maybe(self, key: str) -> Object | None:
        return Object(self.data[key], f"{self.where}: {key}") if self.data.get(key) is not None else None

    def each(self, key: str, read: Callable[[Object], T], default: Any = _MISSING) -> tuple[T, ...]:
        entries: list[Any] = self.take(key, list, default)
        return tuple(read(Object(entry, f"{self.where}: {key}[{at}]")) for at, entry in enumerate(entries))

    def texts(self, key: str) -> tuple[str, ...]:
        entries: list[Any] = self.take(key, list, [])
        if not all(isinstance(entry, str) for entry in entries):
            raise UsageError(f"{self.where}: {key} is not a list of texts.")
        return tuple(entries)

    def numbers(self, key: str, default: Any = _MISSING) -> dict[str, float]:
        inner = Object(self.take(key, dict, default), f"{self.where}: {key}")
        return {name: inner.number(name) for name in inner.data}

    def known(self, key: str, kinds: Mapping[str, type]) -> dict[str, Any]:
        """The object under `key`, in which the values that `kinds` names, where they are there, are of that kind."""
        inner = Object(self.take(key, dict), f"{self.where}: {key}")
        for name, kind in kinds.items():
            if inner.data.get(name) is not None:
                inner.number(name) if kind is float else inner.take(name, kind)
        return inner.data

    def _wrong(self, key: str, value: Any, what: str) -> UsageError:
        return UsageError(f"{self.where}: {key} is {visible(repr(value), 60)}, not {what}.")


_ROUNDED = 1e-6
"""Points are kept with six decimals."""


def read_test(data: Object) -> TestResult:
    """What one hidden test observed, as grade.json and evidence/verifier.json hold it."""
    fault = data.one_of("fault", tuple(Fault)) if data.data.get("fault") is not None else None
    status = TestStatus(data.one_of("status", tuple(TestStatus)))
    points, most = data.number("points"), data.number("max_points")
    if not 0 <= points <= most + _ROUNDED or (points and status is not TestStatus.PASSED):
        raise UsageError(f"{data.where}: {points:g} of {most:g} points is nothing that a test which {status} can earn.")
    return TestResult(
        id=data.take("id", str),
        group=data.take("group", str),
        status=status,
        points=points,
        max_points=most,
        seconds=data.number("seconds"),
        message=data.take("message", str),
        title=data.take("title", str, ""),
        fault=Fault(fault) if fault else None,
        limits=data.texts("limits"),
        metrics=data.each("metrics", _read_metric, []),
        stdout=data.take("stdout", str, ""),
        stderr=data.take("stderr", str, ""),
        dropped_bytes=data.count("dropped_bytes", 0),
        peak_memory=data.count("peak_memory", None),
        model_calls=data.each("model_calls", lambda call: call.data, []),
    )


def _read_metric(data: Object) -> Metric:
    metric = Metric(
        name=data.take("name", str),
        value=data.number("value"),
        floor=data.number("floor"),
        target=data.number("target"),
        unit=data.take("unit", str, ""),
        test=data.take("test", str, ""),
    )
    if metric.floor == metric.target:
        raise UsageError(f"{data.where}: floor and target are the same.")
    return metric
