"""A job post (schema.org JobPosting) against a loop, both ways: what it promises and no round measures, what is
measured and it does not say; rounds, hours and answers. A heuristic on English words; each finding names its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from grader import files
from grader.challenge.findings import Finding, advice, broken, found
from grader.errors import ChallengeError, visible
from grader.loop.matrix import LoadedLoop, Loop

LARGEST = 1_000_000
TEXTS = (
    "skills", "qualifications", "responsibilities", "experienceRequirements", "educationRequirements", "description",
)  # fmt: skip
"""Fields that say what is asked for, or how people are chosen."""
ASKS = ("skills", "qualifications")
WORDS: Mapping[str, str] = {
    "coding_fundamentals": r"cod(?:e|ing)|programming|python|software engineering|algorithms?|data structures?|git",
    "system_design": r"system design|architect(?:ure|ing)?|distributed systems?|scalab\w+|design(?:ing)? systems?",
    "llm_domain_knowledge": r"llms?|language models?|prompt\w*|retrieval|rag|fine-?tun\w+|embeddings?|agents?|genai|"
    r"generative ai|transformers?",
    "evaluation_methodology": r"evaluat(?:e|es|ing|ion|ions)|evals?|experiment\w*|metrics?|statistics|a/b test\w*",
    "collaboration_communication": r"collaborat\w+|communicat\w+|team(?:work)?|writing|explain\w*|stakeholders?|"
    r"mentor\w*",
    "production_engineering": r"production|deploy\w*|operat(?:e|ions|ing)|monitor\w*|reliab\w+|on-?call|mlops|sre|"
    r"incidents?|latency",
}  # fmt: skip
"""Competency → words by which posts ask for it."""
KINDS: Mapping[str, tuple[str, str]] = {
    "take-home": (r"take-?home|home assignment|work sample", "take_home"),
    "system design": (r"system[- ]design (?:round|talk|interview|session)|design (?:round|interview)", "system-design"),
    "debugging": (r"debugging (?:replay|round|talk|interview|session)", "debugging-replay"),
    "past project": (r"past[- ]project|project deep[- ]dive", "past-project"),
    "references": (r"references?(?: checks?)?\b(?! (?:to|implementation|number))", "reference-check"),
    "whiteboard": (r"white-?board\w*", ""),
    "personality test": (r"personality (?:test|assessment)s?|psychometric \w+", ""),
    "cognitive test": (r"(?:cognitive|aptitude|iq) tests?", ""),
}  # fmt: skip
"""What a post calls a round → the words, and the kit or kind by which a loop has it; empty: no kit has it."""
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: at for at, word in enumerate(_WORDS)}
_NUMBER = rf"(\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})"
_ROUNDS = re.compile(rf"\b{_NUMBER}[- ](round|stage|step|interview|talk)s?\b", re.IGNORECASE)
_TIME = rf"\b{_NUMBER}[- ](hours?|minutes?|days?)\b"
_TASK = r"\b(?:take-?home|assignment)"
_HOME = re.compile(rf"{_TASK}[^.;]{{0,40}}?{_TIME}|{_TIME}[^.;,]{{0,12}}?{_TASK}", re.IGNORECASE)
_ALL = re.compile(rf"\b{_NUMBER} (hours?) (?:in all|in total|overall|altogether)\b", re.IGNORECASE)
_ANSWER = re.compile(rf"\b(?:hear (?:back )?from us|answer|reply|respond|feedback|decision)\b[^.;]{{0,40}}?\b{_NUMBER} "
                     r"(?:working |business )?(days?|weeks?)\b", re.IGNORECASE)  # fmt: skip
_PEOPLE = re.compile(rf"\b{_NUMBER} (?:people|reviewers?|assessors?|engineers?)\b[^.;]{{0,20}}?"
                     r"\b(?:assess|read|review|rate|grade)", re.IGNORECASE)  # fmt: skip
_UNITS = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0, "week": 7 * 86_400.0}
_YEARS = re.compile(rf"\b{_NUMBER}\+?[- ]years?\b", re.IGNORECASE)
_DEGREE = re.compile(r"\b(?:bachelor|master|ph\.?d|degree|diploma)\w*\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of a post, without markup, and where it stands."""

    field: str
    text: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Post:
    """A job post as far as it says what is asked for, and how people are chosen."""

    path: Path
    texts: tuple[Text, ...]

    def place(self, one: Text | None = None) -> str:
        return f"{self.path}:{one.line} ({one.field})" if one else str(self.path)


def load_post(path: Path) -> Post:
    """The post in `path`: a JobPosting, or a list or graph that holds one. Raises ChallengeError."""
    try:
        raw = files.read(path, LARGEST)
    except OSError as problem:
        raise ChallengeError(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    if len(raw) > LARGEST:
        raise ChallengeError(f"{path} is larger than {LARGEST:,} bytes, which no job post needs.")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        where = f":{problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise ChallengeError(f"{path}{where}: not readable as JSON: {visible(str(problem), 200)}.") from problem
    posting = _posting(data)
    if posting is None:
        raise ChallengeError(f'{path}:1: there is no JobPosting in it ("@type": "JobPosting", schema.org).')
    lines = raw.decode("utf-8-sig").splitlines()
    texts = [
        Text(field=name if len(parts) == 1 else f"{name}, {number}.", text=_plain(part), line=_line(lines, name, part))
        for name in TEXTS
        for parts in [_strings(posting.get(name))]
        for number, part in enumerate(parts, 1)
    ]
    return Post(path=path, texts=tuple(texts))


def _posting(data: Any) -> Mapping[str, Any] | None:
    pending = [data]
    while pending:
        one = pending.pop(0)
        if isinstance(one, list):
            pending += one[:1_000]
        elif isinstance(one, dict):
            kinds = one.get("@type")
            if kinds == "JobPosting" or (isinstance(kinds, list) and "JobPosting" in kinds):
                return one
            pending += one.get("@graph", []) if isinstance(one.get("@graph"), list) else []
    return None


def _strings(value: Any) -> list[str]:
    """The texts of a field: a text, a list of them, or things with a name or description. A text of skills with commas
    or semicolons is several."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [text for one in value[:1_000] for text in _strings(one)]
    if isinstance(value, dict):
        return _strings([value.get(key) for key in ("name", "description", "credentialCategory") if value.get(key)])
    return []


def _plain(text: str) -> str:
    """Without tags: what a reader of the post reads."""
    return " ".join(unescape(re.sub(r"<[^<>]{0,500}>", " ", text)).split())


def _line(lines: list[str], field: str, part: str) -> int:
    """The line of the text, else of its field, as the file has it."""
    begins = json.dumps(part, ensure_ascii=False)[1:41].rstrip('"')
    escaped = json.dumps(part)[1:41].rstrip('"')
    for wanted in (begins, escaped, f'"{field}"'):
        found = next((number for number, line in enumerate(lines, 1) if wanted and wanted in line), 0)
        if found:
            return found
    return 1


# ------------------------------------------------------------------------------------------------ both ways


def compare(post: Post, loaded: LoadedLoop) -> list[Finding]:
    """What a post says against what a loop does, both ways."""
    findings = [
        *_promised(post, loaded.loop), *_measured(post, loaded), *_rounds(post, loaded), *_figures(post, loaded),
        *_asked(post),
    ]  # fmt: skip
    if all(one.outcome != "broken" for one in findings):
        findings.insert(0, found("post", "nothing that it promises is left out by the loop", post.place()))
    return findings


def _competencies(text: str) -> set[str]:
    return {name for name, words in WORDS.items() if re.search(rf"(?<![\w-])(?:{words})(?![\w-])", text, re.IGNORECASE)}


def _promised(post: Post, loop: Loop) -> Iterator[Finding]:
    """What is asked for is measured by some round."""
    rows = loop.matrix.rows.values()
    measured = {name for row in rows for name in (row.primary, *row.secondary)}
    for one in post.texts:
        if not one.field.startswith(ASKS):
            continue
        named = _competencies(one.text)
        said = visible(one.text, 80)
        for name in sorted(named - measured):
            yield broken("post", f"asks for {name} ({said!r}), and no round measures it", post.place(one))
        if not named and not _YEARS.search(one.text) and not _DEGREE.search(one.text):
            text = f"asks for {said!r}, which belongs to no competency known here: does a round measure it?"
            yield advice("post", text, post.place(one))


def _measured(post: Post, loaded: LoadedLoop) -> Iterator[Finding]:
    """What is measured stands in the post, so that candidates know."""
    named = {name for one in post.texts for name in _competencies(one.text)}
    for index, one in enumerate(loaded.loop.rounds):
        row = loaded.loop.matrix.rows.get(one.id)
        if row is not None and row.primary not in named:
            text = f"the round {one.id} measures {row.primary}, and the post does not say so"
            yield broken("post", text, loaded.place("rounds", index))


def _has(loop: Loop, kit: str) -> bool:
    return any(one.kind == kit or (kit and one.kit == kit) for one in loop.rounds)


def _rounds(post: Post, loaded: LoadedLoop) -> Iterator[Finding]:
    """Rounds that the post names are there, and those that are there are named."""
    loop, told = loaded.loop, set()
    for one in post.texts:
        for name, (words, kit) in KINDS.items():
            seen = re.search(rf"(?<![\w-])(?:{words})", one.text, re.IGNORECASE)
            if seen is None or _denied(one.text, seen.start()):
                continue
            told.add(name)
            if not _has(loop, kit) and not (kit == "system-design" and _designs(loop)):
                yield broken("post", f"promises {seen[0]!r}, and the loop has no such round", post.place(one))
    if _has(loop, "take_home") and "take-home" not in told:
        index = next(at for at, one in enumerate(loop.rounds) if one.kind == "take_home")
        text = "the loop has a take-home, and the post does not say so: it is the candidate's own time"
        yield broken("post", text, loaded.place("rounds", index))
    if _has(loop, "reference-check") and "references" not in told:
        index = next(at for at, one in enumerate(loop.rounds) if one.kit == "reference-check")
        text = "the loop asks for references, and the post does not say so"
        yield broken("post", text, loaded.place("rounds", index))


def _designs(loop: Loop) -> bool:
    return any(row.primary == "system_design" for row in loop.matrix.rows.values())


def _denied(text: str, at: int) -> bool:
    """Whether what stands at `at` is promised not to happen: "no whiteboard"."""
    before = re.split(r"[.;!?]", text[:at])[-1][-24:]
    return bool(re.search(r"\b(?:no|not|never|without|instead of)\b[^,]*$", before, re.IGNORECASE))


def _figures(post: Post, loaded: LoadedLoop) -> Iterator[Finding]:
    """Numbers of rounds, hours, days and people are the loop's."""
    loop = loaded.loop
    home = sum(one.time for one in loop.rounds if one.kind == "take_home")
    total = sum(one.time for one in loop.rounds)
    answers = {stage.answer for stage in loop.stages}
    people = min((stage.goes_on.people for stage in loop.stages if stage.goes_on.least), default=2)
    said_answer = said_total = False
    for one in post.texts:
        for seen in _ROUNDS.finditer(one.text):
            if _number(seen[1]) not in _counts(loop, seen[2].lower()):
                yield broken("post", f"says {seen[0]!r}, the loop has {len(loop.rounds)} rounds", post.place(one))
        for seen in _HOME.finditer(one.text):
            number, unit = (seen[1], seen[2]) if seen[1] else (seen[3], seen[4])
            if home and abs(_number(number) * _unit(unit) - home) > 60 and _unit(unit) < 86_400:
                yield broken("post", f"says {seen[0]!r}, the loop's take-homes take {_hours(home)}", post.place(one))
        for seen in _ALL.finditer(one.text):
            said_total = True
            if abs(_number(seen[1]) * 3600 - total) > 0.1 * total:
                yield broken("post", f"says {seen[0]!r}, the loop takes {_hours(total)} in all", post.place(one))
        for seen in _ANSWER.finditer(one.text):
            said_answer = True
            promised = _number(seen[1]) * _unit(seen[2])
            if answers and promised < min(answers):
                text = f"promises {seen[0]!r}, the stages take {_days(min(answers))} to {_days(max(answers))}"
                yield broken("post", text, post.place(one))
        for seen in _PEOPLE.finditer(one.text):
            if _number(seen[1]) > max(people, 2):
                yield broken("post", f"promises {seen[0]!r}, the stages ask for {people}", post.place(one))
    if not said_answer and answers:
        yield advice("post", "does not say when candidates hear from you; the stages do", post.place())
    if not said_total:
        yield advice("post", f"does not say what the loop takes: {_hours(total)} in all", post.place())


def _asked(post: Post) -> Iterator[Finding]:
    """Conditions that no round looks at: they turn people away unseen."""
    for one in post.texts:
        for pattern in (_YEARS, _DEGREE):
            if seen := pattern.search(one.text):
                text = f"asks for {seen[0]!r}, which no round measures; it keeps people from applying: is it needed?"
                yield advice("post", text, post.place(one))


def _counts(loop: Loop, word: str) -> set[int]:
    """What a post may truly call `word`: how many there are of it."""
    rounds, talks = len(loop.rounds), sum(one.kind != "take_home" for one in loop.rounds)
    if word in {"interview", "talk"}:
        return {talks, sum(one.kind == "live" for one in loop.rounds)}
    return {rounds} if word == "round" else {rounds, len(loop.stages)}


def _number(text: str) -> float:
    return float(_NUMBERS[text.lower()]) if text.lower() in _NUMBERS else float(text)


def _unit(text: str) -> float:
    return _UNITS[text.lower().rstrip("s")]


def _hours(seconds: float) -> str:
    return f"{round(seconds / 3600, 1):g} hours" if seconds >= 5400 else f"{seconds / 60:g} minutes"


def _days(seconds: float) -> str:
    return f"{seconds / 86_400:g} days"
