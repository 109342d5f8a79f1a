"""Who wrote it is taken out before the judge reads it, and what was taken out is counted.

Names are found where files say whose they are (package metadata, copyright and author lines, commit trailers, home
folders, profile links) and then taken out wherever they stand in the submission.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MAIL = re.compile(r"\b[\w.+-]{1,64}@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63})+)\b")
_DATA_HOST = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|local)$", re.IGNORECASE)
"""Hosts that RFC 2606 and 6761 keep for examples: data of the task, nobody's address."""
_HOME = re.compile(r"(?P<root>/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})(?P<name>[\w.-]{2,40})")
_PROFILE = re.compile(
    r"(?P<site>(?:github|gitlab|bitbucket|linkedin|twitter|x|huggingface|kaggle|medium|t)\.(?:com|org|co|me|io)/"
    r"(?:in/|@|users/)?)(?P<name>[A-Za-z0-9][\w.-]{1,38})",
    re.IGNORECASE,
)
_PAGES = re.compile(r"\b(?P<name>[A-Za-z0-9][A-Za-z0-9-]{1,38})(?P<site>\.github\.io)\b")
_HANDLE = re.compile(r"(?<![\w@/.`])@(?P<name>[A-Za-z][\w-]{2,38})\b")
_NAME = r"[^\W\d_][\w.'’-]*(?:[ \t]+[^\W\d_][\w.'’-]*){0,3}"
_SAID = re.compile(
    r"(?:^|[\s#*\"'>|(])(?:__author__\s*=\s*|@author:?\s+|(?:author|written by|created by|made by|submitted by|"
    r"candidate|applicant|candidate name|full name|maintainer|signed-off-by|co-authored-by|"
    r"copyright(?:\s*\(c\)|\s*©)?(?:\s*\d{4}(?:\s*[-–]\s*\d{4})?)?,?(?:\s+by)?|©\s*\d{4})"
    r"(?:\s*:\s*|\s+(?=[\"'A-ZÀ-Þ])))[\"'*_\s]{0,4}(?P<name>" + _NAME + ")",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD = re.compile(
    r"[\"']?\b(?:name|given-names|family-names|author)[\"']?\s*[:=]\s*[\"'](?P<name>[^\"'<\n]{3,60})[\"'<]"
)
_METADATA = re.compile(r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|package\.json|CITATION\.cff|Cargo\.toml)$")
_AUTHORS = re.compile(
    r"(?:authors?|maintainers?|contributors)[\"']?\s*[:=]\s*(?P<body>\[[^\]]{0,2000}\]|\{[^}]{0,500}\}|[\"'][^\"'\n]{1,200}[\"'])"
)
_NO_NAMES = frozenset(
    "the a an and or of by for in all any our your candidate author authors user users root home admin app runner "  # noqa: SIM905
    "ubuntu debian vagrant docker node python test tests team company inc ltd gmbh llc corp contributors rights "
    "reserved license licence apache mit bsd software foundation unknown none null example sample data model name "
    "anonymous me redacted dev developer engineer shared public default guest work code build src workspace project "
    "projects repo main master demo copyright holder holders orgs features topics settings about login search "
    "explore pulls issues docs blog datasets spaces models".split()
)


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Names, handles and the like that were found; each stands for one person or account."""

    full_names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Parts of the names, and handles, that are taken out where they stand as a word."""


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
    words = {part for name in full for part in name.split() if _is_word(part)}
    words |= {name for name in handles if _is_word(name)}
    return Identities(full_names=_longest_first(full), words=_longest_first(words | _joined(full)))


def _metadata_names(text: str) -> Iterable[str]:
    for block in _AUTHORS.finditer(text):
        body = block["body"]
        found = [match["name"].strip() for match in _FIELD.finditer(body)]
        yield from found or [part.split("<")[0].strip(" \"'[]") for part in body.split(",")]


def _is_name(name: str) -> bool:
    parts = name.split()
    return len(parts) >= 2 and all(part[0].isupper() and part.lower() not in _NO_NAMES for part in parts)


def _is_word(word: str) -> bool:
    return len(word) >= 4 and word.lower() not in _NO_NAMES


def _joined(full: Iterable[str]) -> set[str]:
    """`jane.doe`, `janedoe`, `jane_doe`, `jdoe`: the ways in which names stand in addresses and folders."""
    joined: set[str] = set()
    for name in full:
        parts = [part.lower() for part in name.split()]
        joined |= {sep.join(parts) for sep in ("", ".", "_", "-")}
        joined.add(parts[0][0] + parts[-1])
    return {word for word in joined if len(word) >= 5}


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


class Redactor:
    """Takes identities out of text. Keeps lines; counts what it took by kind."""

    def __init__(self, identities: Identities) -> None:
        self._full = _any_of(identities.full_names, re.IGNORECASE)
        capital = [word for word in identities.words if word[0].isupper()]
        self._words = _any_of(capital, 0)
        self._anywhere = _any_of(identities.words, re.IGNORECASE)
        self._handles = _any_of([word for word in identities.words if not word[0].isupper()], re.IGNORECASE)

    def text(self, text: str, *, handles: bool = True) -> tuple[str, Counter[str]]:
        """`text` without identities, and the counts. `handles=False` leaves `@name` (decorators in code)."""
        removed: Counter[str] = Counter()
        text = _MAIL.sub(lambda found: _mail(found, removed), text)
        text = _swap(_PROFILE, text, removed, "profiles", lambda found: found["site"] + "[handle]")
        text = _swap(_PAGES, text, removed, "profiles", lambda found: "[handle]" + found["site"])
        text = _swap(_HOME, text, removed, "home folders", lambda found: found["root"] + "[name]")
        for pattern in (self._full, self._words, self._handles):
            if pattern is not None:
                text = _swap(pattern, text, removed, "names", lambda _: "[name]")
        if handles:
            text = _swap(_HANDLE, text, removed, "handles", lambda _: "[handle]")
        return text, removed

    def path(self, path: str) -> str:
        """A path without identities. In file names, names stand in any case."""
        shown, _ = self.text(path)
        return self._anywhere.sub("[name]", shown) if self._anywhere is not None else shown


def _any_of(names: Iterable[str], flags: int) -> re.Pattern[str] | None:
    patterns = [r"\s+".join(re.escape(part) for part in name.split()) for name in names]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})(?![^\W_])", flags) if patterns else None


def _mail(found: re.Match[str], removed: Counter[str]) -> str:
    if _DATA_HOST.search(found["host"]):
        return found[0]
    removed["e-mail addresses"] += 1
    return "[e-mail]"


def _swap(pattern: re.Pattern[str], text: str, removed: Counter[str], kind: str, new: object) -> str:
    text, count = pattern.subn(new, text)  # type: ignore[call-overload]
    if count:
        removed[kind] += count
    return str(text)
