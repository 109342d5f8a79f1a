"""Who wrote it is taken out before a judge or a blind reader reads it, and what was taken out is counted.

Names are found where files say whose they are (package metadata, copyright and author lines, commit trailers, home
folders, profile links), or are known to the run (who it was sent by, what the archive is called), and then taken out
wherever they stand. Everything takes time in proportion to the text, however many names there are; no line is added or
taken away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from grader.submission.known_words import NO_NAMES
from grader.submission.person import SPACELESS, WORD, Identities, identities_of, is_word, joined, key

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})\b")
_DATA_HOST = re.compile(r"(?:^|\.)(?:example(?:\.\w{2,10})?|test|invalid|localhost|local)$", re.IGNORECASE)
"""Hosts that RFC 2606 and 6761 keep for examples: data of the task, nobody's address."""
_HOME = re.compile(r"(?P<root>/home/|/Users/|[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2})(?P<name>[^\W_][\w.-]{1,39})")
_PROFILE = re.compile(
    r"(?P<site>\b(?:github|gitlab|bitbucket|linkedin|twitter|x|huggingface|kaggle|medium|t)\.(?:com|org|co|me|io)"
    r"[/:](?:in/|@|users/)?)(?P<name>[A-Za-z0-9][\w.-]{1,38})",
    re.IGNORECASE,
)
_PAGES = re.compile(r"\b(?P<name>[A-Za-z0-9][A-Za-z0-9-]{1,38})(?P<site>\.github\.io)\b")
_HANDLE = re.compile(r"(?<![\w@/.`])@(?P<name>[A-Za-z][\w-]{2,38})\b")
_PHONE = re.compile(r"(?<![\w)+.-])\+[1-9]\d{0,2}(?:[ /-]?\(?\d{1,5}\)?){2,6}(?![\w.-]*\w)")
_LABELLED_PHONE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|handy|whatsapp)\b\.?[\"']?\s{0,3}[:=]?\s{0,3}[\"']?"
    r"\+?\(?\d{2,5}\)?(?:[ ./-]?\(?\d{2,5}\)?){1,4}(?!\w)",
    re.IGNORECASE,
)
_LEAST_DIGITS = 8
_NAME = r"[^\W\d_][\w.'’-]{0,40}(?:[ \t]{1,4}[^\W\d_][\w.'’-]{0,40}){0,3}"
_SAID = re.compile(
    r"(?:^|[\s#*\"'>|(])(?:__author__\s{0,4}=\s{0,4}|@author:?\s{1,4}|(?:author|written by|created by|made by|"
    r"submitted by|candidate|applicant|candidate name|full name|maintainer|signed-off-by|co-authored-by|"
    r"copyright(?:\s{0,4}\(c\)|\s{0,4}©)?(?:\s{0,4}\d{4}(?:\s{0,4}[-–]\s{0,4}\d{4})?)?,?(?:\s{1,4}by)?|©\s{0,4}\d{4})"
    r"(?:\s{0,4}:\s{0,4}|\s{1,4}(?=[\"'A-ZÀ-Þ])))[\"'*_\s]{0,4}(?P<name>" + _NAME + ")",
    re.IGNORECASE | re.MULTILINE,
)
_AUTHOR = re.compile(
    r"(?im)^(?P<said>[^\w\n]{0,12}(?:__author__|@?author|authors|maintainers?|co-authored-by|signed-off-by)[\"']?\s{0,4}"
    r"(?:[: ]|=(?!\s{0,4}[\w.]{1,80}\s{0,4}(?:[(\[]|$)))"
    r"|[^\w\n]{0,12}copyright[^\n\d]{0,12}\d{4}[\d, -]{0,12})(?P<rest>[^\n]{2,200})$"
)
_FIELD = re.compile(
    r"[\"']?\b(?:name|given-names|family-names|author)[\"']?\s{0,4}[:=]\s{0,4}[\"'](?P<name>[^\"'<\n]{3,60})[\"'<]"
)
_METADATA = re.compile(r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|package\.json|CITATION\.cff|Cargo\.toml)$")
_AUTHORS = re.compile(
    r"(?:authors?|maintainers?|contributors)[\"']?\s{0,4}[:=]\s{0,4}"
    r"(?P<body>\[[^\]]{0,2000}+\]|\{[^}]{0,500}+\}|[\"'][^\"'\n]{1,200}+[\"'])"
)
_BETWEEN = re.compile(r"[ \t._'’,-]{1,3}")
"""What may stand between the parts of a name."""
_IN_A_SENTENCE = re.compile(r"[\w,’']['’]?[ \t]$")
_MOST_NAMES = 5_000


def find_identities(texts: Mapping[str, str]) -> Identities:
    """Who wrote the files `texts` (path → text), by what the files say about it."""
    names: set[str] = set()
    handles: set[str] = set()
    for path, text in texts.items():
        names.update(found["name"] for found in _SAID.finditer(text))
        handles.update(found["name"] for found in _HOME.finditer(text))
        if _METADATA.search(path):
            names.update(_metadata_names(text))
    full = {" ".join(part.strip(".'’-") for part in name.split()) for name in names}
    full = {name for name in full if _is_name(name)}
    words = {part for name in full for part in name.split() if is_word(part)}
    handles = {name for name in handles if is_word(name)} | joined(full)
    return Identities(
        full_names=tuple(sorted(full)[:_MOST_NAMES]),
        capital=tuple(sorted(words)[:_MOST_NAMES]),
        anywhere=tuple(sorted(handles)[:_MOST_NAMES]),
    )


def _metadata_names(text: str) -> Iterable[str]:
    for block in _AUTHORS.finditer(text):
        body = block["body"]
        found = [match["name"].strip() for match in _FIELD.finditer(body)]
        yield from found or [part.split("<")[0].strip(" \"'[]") for part in body.split(",")]


def _is_name(name: str) -> bool:
    parts = name.split()
    return len(parts) >= 2 and all(part[:1].isupper() and part.lower() not in NO_NAMES for part in parts)


class Redactor:
    """Takes identities out of text. Keeps lines; counts what it took by kind. `mark` is what stands in its place, with
    `{}` for what it was; `lines` also takes whole author lines, which name people in ways that no list knows."""

    def __init__(self, identities: Identities, *, mark: str = "[{}]", lines: bool = False) -> None:
        self._full = {tuple(map(key, WORD.findall(name))) for name in (*identities.full_names, *identities.anywhere)}
        self._singles = {parts[0] for parts in self._full if len(parts) == 1}
        self._longest = max((len(parts) for parts in self._full), default=1)
        self._capital = {key(word) for word in identities.capital}
        self._in_sentences = {key(word) for word in identities.in_sentences}
        self._starts = {parts[0] for parts in self._full if parts} | self._capital | self._in_sentences
        self._inside = _spaceless([*identities.full_names, *identities.anywhere])
        self._mark = {kind: mark.format(kind) for kind in ("e-mail", "handle", "name", "phone", "hidden")}
        self._lines = lines

    def text(self, text: str, *, handles: bool = True) -> tuple[str, Counter[str]]:
        """`text` without identities, and the counts. `handles=False` leaves `@name` (decorators in code)."""
        removed: Counter[str] = Counter()
        mark = self._mark
        if "@" in text:
            text = _MAIL.sub(lambda found: self._mail(found, removed), text)
        if "/" in text or "\\" in text or ".github.io" in text or ":" in text:
            text = _swap(_PROFILE, text, removed, "profiles", lambda found: found["site"] + mark["handle"])
            text = _swap(_PAGES, text, removed, "profiles", lambda found: mark["handle"] + found["site"])
            text = _swap(_HOME, text, removed, "home folders", lambda found: found["root"] + mark["name"])
        if "+" in text:
            text = _PHONE.sub(lambda found: self._phone(found, removed), text)
        text = _LABELLED_PHONE.sub(lambda found: self._phone(found, removed), text)
        if self._lines:
            text = _AUTHOR.sub(lambda found: self._author(found, removed), text)
        text = self._names(text, removed)
        if handles and "@" in text:
            text = _swap(_HANDLE, text, removed, "handles", lambda _: mark["handle"])
        return text, removed

    def path(self, path: str) -> str:
        """A path without identities. In file names, names stand in any case."""
        text, removed = self.text(path)
        return self._names(text, removed, any_case=True)

    def _mail(self, found: re.Match[str], removed: Counter[str]) -> str:
        if _DATA_HOST.search(found["host"]):
            return found[0]
        removed["e-mail addresses"] += 1
        return self._mark["e-mail"]

    def _phone(self, found: re.Match[str], removed: Counter[str]) -> str:
        if sum(c.isdigit() for c in found[0]) < _LEAST_DIGITS:
            return found[0]
        removed["phone numbers"] += 1
        digits = re.search(r"[+(\d]", found[0])
        return found[0][: digits.start() if digits else 0] + self._mark["phone"]

    def _author(self, found: re.Match[str], removed: Counter[str]) -> str:
        rest = found["rest"]
        for mark in self._mark.values():
            rest = rest.replace(mark, "")
        if not any(c.isalnum() for c in rest):
            return found[0]
        removed["author lines"] += 1
        return f"{found['said']} {self._mark['hidden']}"

    def _names(self, text: str, removed: Counter[str], *, any_case: bool = False) -> str:
        if self._inside is not None:
            text = _swap(self._inside, text, removed, "names", lambda _: self._mark["name"])
        if not self._starts or self._starts.isdisjoint(map(key, WORD.findall(text))):
            return text
        found = list(WORD.finditer(text))
        keys = [key(word[0]) for word in found]
        pieces, done, at = [], 0, 0
        while at < len(found):
            length = self._length(text, found, keys, at, any_case) if keys[at] in self._starts else 0
            if length:
                pieces += [text[done : found[at].start()], self._mark["name"]]
                done = found[at + length - 1].end()
                removed["names"] += 1
            at += length or 1
        return "".join([*pieces, text[done:]])

    def _length(self, text: str, found: Sequence[re.Match[str]], keys: Sequence[str], at: int, any_case: bool) -> int:
        """How many words from `at` on are a name; 0 for none."""
        for length in range(min(self._longest, len(found) - at), 1, -1):
            if tuple(keys[at : at + length]) in self._full and all(
                _BETWEEN.fullmatch(text, found[n].end(), found[n + 1].start()) for n in range(at, at + length - 1)
            ):
                return length
        word = found[at]
        if keys[at] in self._singles:
            return 1
        if keys[at] in self._capital:
            return int(any_case or word[0][0].isupper())
        alone = keys[at] in self._in_sentences and word[0][0].isupper() and not word[0].isupper()
        return int(alone and _IN_A_SENTENCE.search(text, max(0, word.start() - 3), word.start()) is not None)


def _spaceless(names: Iterable[str]) -> re.Pattern[str] | None:
    """Names in scripts that put no space between words: they are found inside of what looks like one word."""
    wanted = [name for name in names if len(name) > 1 and all(SPACELESS.match(c) for c in name.replace(" ", ""))][:100]
    patterns = [r"[ \u3000]?".join(map(re.escape, name.split())) for name in sorted(wanted, key=len, reverse=True)]
    return re.compile("|".join(patterns)) if patterns else None


def _swap(pattern: re.Pattern[str], text: str, removed: Counter[str], kind: str, new: object) -> str:
    text, count = pattern.subn(new, text)  # type: ignore[call-overload]
    if count:
        removed[kind] += count
    return str(text)


@lru_cache(maxsize=64)
def blinder(
    names: tuple[str, ...] = (), common: frozenset[str] = frozenset(), found: Identities | None = None
) -> Redactor:
    """What a blind reader's texts go through: `names` are people's names, handles, addresses, and what archives and
    folders are called; words of `common` are none. `found`: who files say that they are by."""
    known = identities_of(names, common)
    return Redactor(known if found is None else known | found, mark="‹{}›", lines=True)


def blind(text: str, names: Iterable[str] = ()) -> tuple[str, Counter[str]]:
    """`text` as a blind reader may see it, without `names`, addresses, handles, phone numbers, home folders, profile
    links and author lines, and how many of each were taken out. Lines stay as they are."""
    return blinder(tuple(dict.fromkeys(names))).text(text)
