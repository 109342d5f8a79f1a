"""How the run went: stages as bars, use against limits, model calls, what was left out, what repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, NamedTuple

from grader.challenge import Challenge
from grader.pages.text import count, duration, number, size
from grader.records import Grade
from grader.report.first import started, test_anchor

_MOST_CALLS = 200


class Stage(NamedTuple):
    """A stage of the run and its share of the whole, in percent."""

    name: str
    percent: float
    time: str


class Use(NamedTuple):
    """A resource against its limit."""

    name: str
    percent: float
    text: str
    hit: str


class Asked(NamedTuple):
    """What one test asked the model; without a title where the run did not record whose calls they were."""

    title: str
    anchor: str
    calls: list[Call]


class Call(NamedTuple):
    """A call of the model gateway, as the run recorded it."""

    number: int
    test: str
    purpose: str
    start: float
    width: float
    time: str
    tokens_in: str
    tokens_out: str
    result: str
    fault: bool


def stages(timings: Mapping[str, float]) -> list[Stage]:
    """Stages in order, on the scale of the whole run. When each began is not recorded: some run side by side."""
    parts = {name: seconds for name, seconds in timings.items() if name != "total"}
    whole = max(timings.get("total", 0.0), *parts.values(), 1e-9) if parts else 1.0
    return [
        Stage(
            name=name.replace("_", " ").capitalize(),
            percent=round(max(0.3, 100 * seconds / whole), 2),
            time=duration(seconds),
        )
        for name, seconds in parts.items()
    ]


def took(timings: Mapping[str, float]) -> str:
    return duration(timings.get("total") or sum(timings.values())) if timings else ""


def uses(grade: Grade, challenge: Challenge) -> list[Use]:
    """What the candidate's processes used, beside the limit where there is one."""
    tests = grade.objective.tests if grade.objective else ()
    if not tests:
        return []
    limits, hit = challenge.limits, [name for test in tests for name in test.limits]
    used = grade.resources
    memory = used.get("peak_memory") or max((test.peak_memory or 0 for test in tests), default=0)
    found = [
        _use("Memory", memory, limits.memory, size, hit.count("memory")),
        _use("Time, all tests", sum(test.seconds for test in tests), limits.total, duration, hit.count("total")),
        _use("Longest test", max(test.seconds for test in tests), None, duration, hit.count("call")),
        _use("Processes", used.get("processes"), limits.processes, number, hit.count("processes")),
        _use("Disk", used.get("disk"), limits.disk, size, hit.count("disk")),
        _use("Processor time", used.get("cpu_seconds"), None, duration, 0),
    ]
    return [entry for entry in found if entry]


def _use(name: str, value: float | None, limit: float | None, words: Any, hits: int) -> Use | None:
    if not value and not hits:
        return None
    value = value or 0.0
    return Use(
        name=name,
        percent=round(min(100.0, 100 * value / limit), 1) if limit else 0.0,
        text=f"{words(value)} of {words(limit)}" if limit else words(value),
        hit=("hit once" if hits == 1 else f"hit {hits} times") if hits else "",
    )


def asked(grade: Grade) -> tuple[list[Asked], int]:
    """Calls of the model gateway that the run recorded, test by test, and how many there were."""
    calls, total = _calls(grade)
    titles = {test.id: test.title or test.id for test in (grade.objective.tests if grade.objective else ())}
    tests = [(test, list(of_test)) for test, of_test in groupby(calls, key=lambda call: call.test)]
    return [Asked(titles.get(test, ""), test_anchor(test) if test in titles else "", of) for test, of in tests], total


def _calls(grade: Grade) -> tuple[list[Call], int]:
    """`provenance.model_calls`, as many as are shown, and how many there were."""
    recorded = grade.provenance.get("model_calls")
    entries = [entry for entry in recorded if isinstance(entry, Mapping)] if isinstance(recorded, list) else []
    shown = entries[:_MOST_CALLS]
    first = min((_number(entry.get("started")) for entry in shown), default=0.0)
    last = max((_number(entry.get("started")) + _number(entry.get("seconds")) for entry in shown), default=0.0)
    whole = (last - first) or 1.0
    return [_call(at, entry, first, whole) for at, entry in enumerate(shown, 1)], len(entries)


def _call(at: int, entry: Mapping[str, Any], first: float, whole: float) -> Call:
    seconds = _number(entry.get("seconds"))
    fault = str(entry.get("fault") or "")
    return Call(
        number=at,
        test=str(entry.get("test") or ""),
        purpose=str(entry.get("purpose") or entry.get("test") or "")[:120],
        start=round(100 * (_number(entry.get("started")) - first) / whole, 2),
        width=round(max(0.3, 100 * seconds / whole), 2),
        time=duration(seconds),
        tokens_in=number(_number(entry.get("prompt_tokens"))),
        tokens_out=number(_number(entry.get("completion_tokens"))),
        result=fault or _result(entry),
        fault=bool(fault),
    )


def _result(entry: Mapping[str, Any]) -> str:
    said = str(entry.get("result") or "answered")[:120]
    return f"{said} (a real model’s, recorded before)" if entry.get("source") == "cassette" else said


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0.0


# ---------------------------------------------------------------------------------------------- provenance


def provenance(grade: Grade) -> list[tuple[str, str, bool]]:
    """Word, value, and whether the value is to be copied as it is: all that repeats this run."""
    challenge, submission = grade.challenge, grade.submission
    found: list[tuple[str, str, bool]] = [
        ("Challenge", f"{challenge.get('id', '')} {challenge.get('version', '')}".strip(), True),
        ("", str(challenge.get("digest") or ""), True),
        ("Submission", str(submission.get("digest") or ""), True),
        ("Started", started(grade, clock=True), False),
    ]
    for name, value in grade.provenance.items():
        if name not in {"started_at", "limits", "model_calls"}:
            found += _facts(name, value)
    judge = grade.judge
    if judge.get("model"):
        found.append(("Judge", str(judge["model"]), True))
    if judge.get("calibration"):
        found += _facts("Calibration", judge["calibration"])
    if judge.get("prompt_tokens") is not None:
        found.append(("Judge’s cost", _cost(judge), False))
    return [entry for entry in found if entry[1]]


def _cost(judge: Mapping[str, Any]) -> str:
    tokens = [number(_number(judge.get(key))) for key in ("prompt_tokens", "completion_tokens")]
    text = f"{tokens[0]} tokens in, {tokens[1]} out"
    return f"{text}, ${number(_number(judge['cost']))}" if judge.get("cost") else text


def _facts(name: str, value: object) -> list[tuple[str, str, bool]]:
    title = name.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        entries = [(str(key), str(entry)) for key, entry in value.items()]
        return [(title if not at else "", f"{key} {entry}", True) for at, (key, entry) in enumerate(entries)]
    if isinstance(value, (list, tuple)):
        return [(title, ", ".join(map(str, value)), True)] if value else []
    return [(title, str(value), True)]


def limits(challenge: Challenge) -> list[tuple[str, str]]:
    """The limits of the candidate's container."""
    own = challenge.limits
    return [
        ("Processors", number(own.cpus)),
        ("Memory", size(own.memory)),
        ("Processes", number(own.processes)),
        ("Disk", size(own.disk)),
        ("One call", duration(own.call)),
        ("All calls", duration(own.total)),
        ("Reply", size(own.reply)),
        ("Output kept", f"{size(own.output)} a test"),
        ("Network", "none but a loopback of its own"),
    ]


def left_out(grade: Grade) -> list[tuple[str, str, str]]:
    """Path, size and reason of what was handed in and is not part of the submission."""
    entries = grade.submission.get("left_out")
    if not isinstance(entries, (list, tuple)):
        return []
    return [
        (
            str(entry.get("path", "")),
            f"{count(int(_number(entry.get('files'))), 'file')}, {size(_number(entry.get('bytes')))}",
            str(entry.get("reason", "")),
        )
        for entry in entries
        if isinstance(entry, Mapping)
    ]
