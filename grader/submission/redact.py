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

from grader.submission import traces
from grader.submission.person import (
    SPACELESS,
    WORD,
    Identities,
    humps,
    identities_of,
    inflected,
    is_plain_word,
    is_word,
    joined,
    key,
)
from grader.submission.said import said
from grader.submission.traces import unescaped

_HANDLE = re.compile(
    r"(?<![\w@/.`])@(?P<name>[A-Za-z][\w-]{2,38})\b(?!(?:\.\w{1,40}){0,4}\(|"
    r"[ \t]{0,8}\n[ \t]{0,40}(?:@|def |class |async def ))"
)
"""Who is spoken to or of; not what Python decorates a function with."""
_AUTHOR = re.compile(
    r"(?im)^(?P<said>[^\w\n]{0,12}(?:__author__|@?author|authors|maintainers?|co-authored-by|signed-off-by)[\"']?\s{0,4}"
    r"(?::|[ ](?![ ]{0,80}=)|=(?!\s{0,4}[\w.]{1,80}\s{0,4}(?:[(\[]|$)))|"
    r"[^\w\n]{0,12}(?:(?:written|prepared|created|submitted|developed|implemented|authored) by|autor(?:in)?|"
    r"verfasser(?:in)?|auteure?|autore|автор|作者|名前|full name)[*_]{0,2}\s{0,4}[:：]"
    r"|[^\w\n]{0,12}copyright[^\n\d]{0,12}\d{4}[\d, -]{0,12})(?P<rest>[^\n]{2,200})$"
)
_BETWEEN = re.compile(r"[ \t._'’,-]{1,3}")
"""What may stand between the parts of a name."""
_IN_A_SENTENCE = re.compile(r"[\w,’']['’]?[ \t]$")
_MOST_NAMES = 5_000


def find_identities(texts: Mapping[str, str]) -> Identities:
    """Who wrote the files `texts` (path → text), by what the files say about it."""
    full: set[str] = set()
    alone: set[str] = set()
    handles: set[str] = set()
    for path, text in texts.items():
        told = said(path, traces.uncut(text))
        full |= told.names
        alone |= told.alone
        handles |= told.handles
    words = {part for name in full for part in name.split() if is_word(part)} | alone
    handles |= joined(full)
    return Identities(
        full_names=tuple(sorted(full)[:_MOST_NAMES]),
        capital=tuple(sorted(words)[:_MOST_NAMES]),
        anywhere=tuple(sorted(handles)[:_MOST_NAMES]),
    )


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
        self._parts = frozenset(
            one for one in self._singles | self._capital if len(one) >= 4 and not is_plain_word(one)
        )
        self._forms = frozenset(
            form for one in self._singles | self._parts if not is_plain_word(one) for form in inflected(one)
        )
        self._names_written = frozenset((*self._starts, *(" ".join(parts) for parts in self._full)))
        self._inside = _spaceless([*identities.full_names, *identities.anywhere])
        self._mark = {kind: mark.format(kind) for kind in ("e-mail", "handle", "name", "phone", "hidden")}
        self._lines = lines

    def text(self, text: str, *, handles: bool = True) -> tuple[str, Counter[str]]:
        """`text` without identities, and the counts. `handles=False` leaves `@name` (decorators in code)."""
        removed: Counter[str] = Counter()
        mark = self._mark
        text = unescaped(text, self._names_written)
        text = self._traces(text, removed)
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

    def _traces(self, text: str, removed: Counter[str]) -> str:
        """`text` without what leads to its author by itself."""
        low = text.lower()
        for trace in traces.TRACES:
            if any(sign in low for sign in trace.signs):
                text = trace.pattern.sub(lambda found, trace=trace: self._trace(trace, found, removed), text)  # type: ignore[misc]
        return text

    def _trace(self, trace: traces.Trace, found: re.Match[str], removed: Counter[str]) -> str:
        """What was found, with a mark in the place of its group `name`."""
        if not trace.tells(found):
            return found[0]
        removed[trace.kind] += 1
        start, end = found.start("name") - found.start(), found.end("name") - found.start()
        return found[0][:start] + self._mark[trace.mark] + found[0][end:]

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
        if not self._starts:
            return text
        text = traces.CUT.sub(self._together, text)
        words = set(WORD.findall(text))
        if any(map(self._is_joined, words)):
            text = WORD.sub(lambda found: self._joined(found, removed), text)
        if self._starts.isdisjoint(map(key, words)):
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

    def _together(self, cut: re.Match[str]) -> str:
        """A name that is cut by markup or by characters that nobody sees, put together; else what it was."""
        whole = traces.JOINT.sub("", cut[0])
        return whole if key(whole) in self._starts or key(whole) in self._parts else cut[0]

    def _is_joined(self, word: str) -> bool:
        """Whether `word` may hold a name as a part: `WeberError`, `weber2026`, `webers_notes`, `Weberem`."""
        low = key(word)
        if low in self._starts:
            return False
        return low in self._forms or low[:-1] in self._parts or any(key(part) in self._parts for part in humps(word))

    def _joined(self, found: re.Match[str], removed: Counter[str]) -> str:
        word, mark = found[0], self._mark["name"]
        if not self._is_joined(word):
            return word
        low = key(word)
        around = found.string[max(0, found.start() - 1) : found.start()] + found.string[found.end() : found.end() + 1]
        genitive = low.endswith("s") and low[:-1] in self._parts and any(c in "_-" for c in around)
        if (low in self._forms and word[0].isupper()) or genitive:
            removed["names"] += 1
            return mark
        pieces = humps(word)
        shown = [mark if self._is_part(piece) else piece for piece in pieces] if len(pieces) > 1 else pieces
        removed["names"] += sum(piece == mark for piece in shown)
        return "".join(shown)

    def _is_part(self, piece: str) -> bool:
        low = key(piece)
        return low in self._parts and (low in self._singles or piece[0].isupper())

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
