"""How a person's name may stand in a text: its spellings, its parts, and which of them may be taken out alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from grader.submission.known_words import NO_NAMES, PARTICLES, WORDS

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0fff\u1000-\u109f\u1780-\u17d3"
"""Signs that belong to the letter before them; `\\w` does not know them for letters."""
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*+")
SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
"""Scripts in which words stand without spaces, or carry endings that no space parts from them."""
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_ARCHIVE = re.compile(r"\.(?:zip|tar|tgz|gz|xz|bz2|zst|git|7z|rar)$", re.IGNORECASE)
_MOST_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class Identities:
    """Names and handles, by how carefully they are taken out."""

    full_names: tuple[str, ...] = ()
    """In any case, however the parts are joined."""
    anywhere: tuple[str, ...] = ()
    """Words and handles that are taken out wherever they stand as a word."""
    capital: tuple[str, ...] = ()
    """Parts of names that are taken out where they begin with a capital letter."""
    in_sentences: tuple[str, ...] = ()
    """Names that are also words: taken out with a capital letter inside of a sentence."""

    def __or__(self, other: Identities) -> Identities:
        return Identities(
            full_names=(*self.full_names, *other.full_names),
            anywhere=(*self.anywhere, *other.anywhere),
            capital=(*self.capital, *other.capital),
            in_sentences=(*self.in_sentences, *other.in_sentences),
        )


@lru_cache(maxsize=65_536)
def key(word: str) -> str:
    """`word` for comparison: without case, Unicode form and accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_PLAIN) or plain


def is_word(word: str) -> bool:
    """Whether a part of a name that files give may be taken out alone."""
    return len(word) >= 4 and word.lower() not in NO_NAMES


def is_plain_word(word: str) -> bool:
    """Whether `word` may be meant as a word of a text or of code."""
    return key(word) in WORDS or key(word) in NO_NAMES or key(word) in PARTICLES


def joined(full: Iterable[str]) -> set[str]:
    """`jane.doe`, `janedoe`, `jane_doe`, `jdoe`: the ways in which names stand in addresses and folders."""
    made: set[str] = set()
    for name in full:
        parts = [part.lower() for part in name.split()]
        made |= {sep.join(parts) for sep in ("", ".", "_", "-")}
        made.add(parts[0][0] + parts[-1])
    return {word for word in made if len(word) >= 5}


def identities_of(names: Iterable[str], common: frozenset[str] = frozenset()) -> Identities:
    """What is known of a person: `names` may be a name, a handle, an address, or what an archive, a folder or a
    repository is called. Words of `common` (the challenge's own) are never taken out alone."""
    found = Identities()
    for name in names:
        stem = _ARCHIVE.sub("", _ARCHIVE.sub("", name.rstrip("/").rsplit("/", 1)[-1]))
        is_place = stem != name
        found |= _place(stem, common) if is_place else _person(name.split("@")[0], common)
        owner = re.match(r"\w+://[^/]+/([^/]+)/|git@[^:]+:([^/]+)/", name)
        if owner and is_word(owner[1] or owner[2]):
            found |= Identities(anywhere=(owner[1] or owner[2],))
    return found


def _person(name: str, common: frozenset[str]) -> Identities:
    parts = WORD.findall(unicodedata.normalize("NFC", name))[:_MOST_PARTS]
    runs = [part for part in WORD.findall(re.sub("['’-]", "", name)) if part not in parts]
    alone = [part for part in (*parts, *runs) if _says_who(part, common)]
    handle = parts[0] if len(parts) == 1 and len(parts[0]) > 3 and not _says_who(parts[0], common) else ""
    return Identities(
        full_names=_together(parts),
        anywhere=(*(spelling for part in alone for spelling in _spellings(part)), *filter(None, [handle])),
        in_sentences=tuple(part for part in parts if part not in alone and key(part) not in PARTICLES | NO_NAMES),
    )


def _says_who(part: str, common: frozenset[str]) -> bool:
    wide = bool(SPACELESS.match(part))
    return (len(part) >= 3 or (wide and len(part) >= 2)) and not is_plain_word(part) and key(part) not in common


def _place(stem: str, common: frozenset[str]) -> Identities:
    """An archive's name need not be a person's: its words are taken out together, alone only with a capital."""
    words = [word for word in WORD.findall(re.sub(r"\d+", " ", stem)) if len(word) > 1]
    parts = [word for word in words if key(word) not in NO_NAMES and key(word) not in common][:4]
    alone = tuple(part for part in parts if _says_who(part, common))
    return Identities(full_names=_together(parts), capital=alone)


def _together(parts: list[str]) -> tuple[str, ...]:
    """The ways in which the parts of a name stand together: in order, turned round, first and last, with an initial."""
    if len(parts) < 2:
        return ()
    first, last = parts[0], parts[-1]
    orders = [parts, [first, last], [last, first], [last, *parts[:-1]], [first[0], last], [last, first[0]]]
    if len(parts) == 3:
        orders += [list(order) for order in permutations(parts)]
    runs = [first + last, last + first, *([first[0] + last] if len(last) >= 4 else []), "".join(parts)]
    runs += [] if len(first) < 5 or is_plain_word(first) else [first + last[0]]
    spelled = [" ".join(map(str, order)) for order in orders] + [run for run in runs if len(run) >= 5]
    return tuple(dict.fromkeys([*spelled, *(name.lower().translate(_SPELLED_OUT) for name in spelled)]))


def _spellings(word: str) -> set[str]:
    """`Müller`, `mueller`; and `muller` for who is known as Mueller."""
    low = word.lower()
    return {word, low.translate(_SPELLED_OUT), re.sub(r"([aou])e", r"\1", low) if len(low) > 5 else word}


@lru_cache(maxsize=65_536)
def humps(word: str) -> tuple[str, ...]:
    """The parts of a word that capitals or figures join: `Weber`, `Error` of `WeberError`; `weber`, `2026`."""
    if word.isalpha() and word.islower():
        return (word,)
    cuts = [0]
    for at in range(1, len(word)):
        before, here, after = word[at - 1], word[at], word[at + 1 : at + 2]
        new = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if new or (before.isdigit() != here.isdigit() and not unicodedata.combining(here)):
            cuts.append(at)
    return tuple(word[start:end] for start, end in zip(cuts, [*cuts[1:], len(word)], strict=True))


def inflected(name: str) -> set[str]:
    """Forms in which languages with cases write a name, by its `key`, but words; of a short one the genitive."""
    stem = name[:-1] if name.endswith(("a", "o", "e", "y")) else name
    genitive = set() if name.endswith(("s", "x", "z")) or len(name) < 4 else {name + "s"}
    return {form for form in genitive | _declined(name, stem) if not is_plain_word(form)}


def _declined(name: str, stem: str) -> set[str]:
    if len(stem) < 5:
        return set()
    if stem == name:
        return {stem + ending for ending in ("a", "ovi", "em", "om", "ou", "u", "owi", "iem", "ova")}
    soft = {stem[:-1] + "cin", stem[:-1] + "ce"} if stem.endswith("k") else set()
    return {stem + ending for ending in ("y", "u", "ou", "e", "in", "iny", "ino", "oj", "ej", "om", "i")} | soft
