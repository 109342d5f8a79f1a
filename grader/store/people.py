"""Whose a run is: names as people write them, compared so that nobody is missed for how a name was typed.

A name is kept as it is. Compared are its letters without case and without the many ways to write one and the same
apostrophe, hyphen or space; `Weber, Ana` is `Ana Weber`. A group's run is each member's. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

Meaning = Literal["either", "name", "blind"]
"""As what a word is to be taken that names a person."""
BETWEEN = "; "
"""Between the members of a group, as they are kept."""
_APOSTROPHES = re.compile(
    "[\u0027\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ee\u0374"
    "\u2018\u2019\u201a\u201b\u2032\u2035\u05f3\ua78c]"
)
_QUOTES = re.compile("[\u0022\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\u2036\u2039\u203a]")
_HYPHENS = re.compile("[\u002d\u00ad\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\u30fb]")
_COMMAS = re.compile("[,\u055d\u060c\u3001]")
_MEMBERS = re.compile(r"\s*(?:[;\n&+/|]|(?<!\w)(?:and|und)(?!\w))\s*")
_PLATFORM = re.compile(r"_\d+_assignsubmission_\w.*$", re.DOTALL)
"""What Moodle puts behind a name in the folder that it makes for it."""
_SUFFIX = re.compile(r"(\.tar)?\.(zip|gz|tgz|xz|txz|zst|tar|git)$", re.IGNORECASE)
_ADDRESS = re.compile(r"<([^<>@\s]+@[^<>\s]+)>")
_NEAR = 0.75
_MOST_NEAR = 5


def key(name: str) -> str:
    """`name` as it is compared. Empty for one without a letter or digit."""
    folded = readable(name)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
    folded = _APOSTROPHES.sub("'", folded)
    folded = _QUOTES.sub('"', folded)
    folded = _HYPHENS.sub("-", folded)
    folded = _COMMAS.sub(",", folded)
    shown = "".join(c for c in folded if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace())
    text = re.sub(r"\s*,\s*", ", ", " ".join(shown.split())).strip(" ,.")
    return text if any(c.isalnum() for c in text) else ""


@lru_cache(maxsize=20_000)  # asked of the same names for each case and each person
def keys(name: str) -> frozenset[str]:
    """The ways in which `name`, of one person, may stand: `Weber, Ana` is `Ana Weber` too; without a platform's
    addition, and by the e-mail address that stands behind it."""
    found = {key(name)}
    plain = _PLATFORM.sub("", name)
    address = _ADDRESS.search(plain)
    if address:
        found.add(key(address[1]))
        plain = _ADDRESS.sub("", plain)
    plain = key(plain)
    found.add(plain)
    surname, comma, rest = plain.partition(", ")
    if comma and "," not in rest:
        found.add(f"{rest} {surname}")
    return frozenset(found - {""})


def called(source: str) -> str:
    """What an archive, a folder or a repository is called, letter for letter: who sent it, where nothing else is
    known."""
    address = re.split(r"[#?]", source)[0] if "://" in source else source
    name = _SUFFIX.sub("", re.split(r"[/:]" if "://" in source else "/", address.rstrip("/"))[-1])
    return unicodedata.normalize("NFC", readable(name)).strip()


def without_platform(candidate: str) -> str:
    """`candidate` without what a course platform puts behind a name."""
    return _PLATFORM.sub("", candidate)


@lru_cache(maxsize=20_000)
def members(candidate: str) -> tuple[str, ...]:
    """The people of `candidate`: itself, and where it names a group, each of them. A comma parts nobody: what stands
    before it is a surname more often than a person."""
    return tuple(dict.fromkeys([candidate, *(part for part in _MEMBERS.split(candidate) if part)]))


def is_of(wanted: str, candidate: str) -> bool:
    """Whether `candidate`, a person or a group, is or holds the person `wanted`."""
    sought = keys(wanted)
    return any(sought & keys(one) for one in members(candidate))


def has_id(wanted: str, blind: str) -> bool:
    """Whether `blind` is the blind id `wanted`, however it is typed; a second submission's `-2` is theirs too."""
    sought, own = wanted.upper(), blind.upper()
    return own != "" and (own == sought or own.startswith(f"{sought}-"))


def is_meant(wanted: str, how: Meaning, *, name: str, blind: str) -> bool:
    """Whether what is kept of the candidate `name` under the id `blind` is that of the person `wanted`."""
    return (how != "name" and has_id(wanted, blind)) or (how != "blind" and is_of(wanted, name))


def several(wanted: str, known: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Those of `known`, (name, blind id), that may be meant by `wanted` where they are not one person: somebody has the
    name that is another's blind id, or two have one id. Empty where it is one person, or nobody. That somebody has one
    name and several ids is usual, and tells nobody apart."""
    meant = sorted({one for one in known if is_meant(wanted, "either", name=one[0], blind=one[1])})
    owner = max((name for name, blind in meant if has_id(wanted, blind)), default=None)  # with a name, where one has it
    if owner is None or all(is_of(owner, name) or is_of(name, owner) for name, _ in meant if name):
        return ()
    return tuple(meant)


def matching(wanted: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """Those of `candidates`, each once, that are or hold the person `wanted`."""
    sought = keys(wanted)
    return tuple(
        candidate
        for candidate in dict.fromkeys(candidates)
        if candidate and any(sought & keys(one) for one in members(candidate))
    )


def near(wanted: str, candidates: Collection[str]) -> tuple[str, ...]:
    """Those of `candidates` that may be meant by `wanted` and are not it, the nearest first, at most five: the same but
    for accents and for what a file system does not take, with a slip in it, or a part of it."""
    bare = _bare(wanted)
    if not bare:
        return ()
    rated = []
    for candidate in dict.fromkeys(candidates):
        if candidate and not is_of(wanted, candidate):
            likeness = max((_likeness(bare, _bare(one)) for one in members(_PLATFORM.sub("", candidate))), default=0)
            if likeness >= _NEAR:
                rated.append((-likeness, candidate))
    return tuple(candidate for _, candidate in sorted(rated)[:_MOST_NEAR])


def _likeness(wanted: tuple[str, ...], other: tuple[str, ...]) -> float:
    """From 0 to 1. A name within another counts as near: a first name, or a name with a number behind it."""
    first, second = set(wanted), set(other)
    if first and second and (first <= second or second <= first):
        return 0.95
    a, b = " ".join(sorted(wanted)), " ".join(sorted(other))
    if len(a) > 3 and any("".join(words) in "".join(other) for words in (wanted, wanted[::-1])):
        return 0.9
    matcher = SequenceMatcher(None, a, b)
    return matcher.ratio() if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR else 0


def _bare(name: str) -> tuple[str, ...]:
    """The words of a name, base letters only."""
    plain = unicodedata.normalize("NFKD", readable(name).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c)[0] not in "MC")
    return tuple(re.findall(r"[^\W_]+", letters))


def readable(name: str) -> str:
    """As the store keeps it: bytes of a name that are no UTF-8 stand as escapes."""
    return name.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
