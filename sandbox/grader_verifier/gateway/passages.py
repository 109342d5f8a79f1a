"""How the simulated reader sees a conversation: sentences with the id and the block that they stand in.

A block is what stands between `<tag>` and `</tag>`, between two ``` or between two \"\"\". It is fenced off where the
system message says, in one sentence, both which delimiter it means and that what is inside is data. A tool's result is
fenced off where the system message says so of tool results. All expressions here are bounded: hostile text costs time
in proportion to its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from .records import Message

_PIECES = re.compile(r"(</?[A-Za-z][\w-]{0,40}(?:\s[^<>\n]{0,200})?>|```\w{0,20}|\"\"\"|\n)")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)([^>]*)>")
_TAG_ID = re.compile(r"\b(?:id|doc|doc_id|source|name)\s{0,3}=\s{0,3}[\"']?([\w.:#/-]{1,60})")
_ID = re.compile(r"\s{0,8}(?:[-*]\s{1,3}|\d{1,3}[.)]\s{1,3})?\[(\w[\w.:#/-]{0,60})\][:\s]{0,3}")
_LABEL = re.compile(
    r"\s{0,8}(?:#{1,4}\s)?(?:id|doc|doc_id|document|source|passage)\s{0,2}[:=#]\s{0,3}[\"']?(\w[\w.:#/-]{0,60})[\"']?"
    r"[\s:,-]{0,4}",
    re.IGNORECASE,
)
_JSON_ID = re.compile(r"\"(?:id|doc_id|source)\"\s{0,3}:\s{0,3}\"([^\"\n]{1,60})\"")
_JSON_SYNTAX = re.compile(r"\"\w{1,40}\"\s{0,3}:\s{0,3}|[\[\]{}]|\\n")
_HEADING = re.compile(
    r"\s{0,8}(?:#{1,4}\s)?(?:the\s)?(?:context|documents?|sources?|passages?|knowledge|snippets?|articles?|excerpts?|"
    r"search results|evidence)\b[^:\n]{0,30}:",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\s{0,8}(?:#{1,4}\s)?(?:user\s)?(?:question|query|q)\s{0,2}:\s{0,3}", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”)]?\s{1,5}")
_DATA = re.compile(
    r"\b(?:data|untrusted|not (?:as )?instructions?|never (?:follow|obey)|(?:do not|don't) (?:follow|obey|act on)|"
    r"no instructions?|ignore (?:any|all) instructions|reference only)\b",
    re.IGNORECASE,
)
_TOOL_DATA = re.compile(r"\btools?\b.{0,40}\b(?:results?|outputs?|returns?|responses?|messages?)\b", re.IGNORECASE)
_ASKERS = frozenset(("ticket", "mail", "email", "message", "customer", "user", "request"))
"""Blocks in which a customer's words stand."""
_MENTIONED = re.compile(r"<([A-Za-z][\w-]{0,40})[^<>]{0,60}>|\b([A-Za-z][\w-]{0,40}) tags?\b")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence. `context`: it stands in a block, under an id or a heading, or in a tool's result."""

    text: str
    role: str
    id: str = ""
    context: bool = False
    fenced: bool = False
    passage: int = 0
    tag: str = ""


def announced(messages: tuple[Message, ...]) -> frozenset[str]:
    """Delimiters that the system message declares to hold data: tag names, ```, \"\"\", and `tool` for tool results."""
    found: set[str] = set()
    for message in messages:
        if message.role != "system":
            continue
        for sentence in re.split(r"(?<=[.!;])\s|\n", message.text):
            if _DATA.search(sentence):
                found |= _delimiters(sentence)
    return frozenset(found)


def _delimiters(sentence: str) -> set[str]:
    found = {(tag or word).lower() for tag, word in _MENTIONED.findall(sentence)}
    lower = sentence.lower()
    found |= {"```"} if "```" in sentence or "triple backtick" in lower else set()
    found |= {'"""'} if '"""' in sentence or "triple quote" in lower else set()
    return found | ({"tool"} if _TOOL_DATA.search(sentence) else set())


class Scanner:
    """Reads one message after the other, keeping sentences."""

    def __init__(self, fences: frozenset[str]) -> None:
        self.fences = fences
        self.sentences: list[Sentence] = []
        self.asked: list[list[str]] = []
        """The paragraphs after the last `Question:` of a message, or what stands in `<question>`, piece by piece."""
        self.passage = 0
        self._start("user")

    def _start(self, role: str) -> None:
        self.role, self.stack, self.id, self.heading, self.asking = role, list[str](), "", False, False
        self.following = False
        self.passage += 1

    def read(self, message: Message) -> None:
        self._start(message.role)
        pieces = [piece for piece in _PIECES.split(message.text) if piece]
        closings = _closings(pieces)
        for at, piece in enumerate(pieces):
            if piece == "\n":
                self._line_ends(pieces, at)
            elif piece.startswith("<") and _TAG.fullmatch(piece):
                self._tag(piece, at, closings)
            elif piece.startswith(("```", '"""')) and at in closings:
                self._quote(piece[:3])
            else:
                self._text(piece)

    def _line_ends(self, pieces: list[str], at: int) -> None:
        if at + 1 < len(pieces) and pieces[at + 1] == "\n":
            self.following = self.following or self.asking
            self.asking = False
            self.passage += 1
            if self.following:
                self.asked.append([])

    def _tag(self, piece: str, at: int, closings: set[int]) -> None:
        closing, name, rest = _TAG.fullmatch(piece).groups()  # type: ignore[union-attr]
        name = name.lower()
        if closing:
            if name in self.stack:
                del self.stack[len(self.stack) - 1 - self.stack[::-1].index(name) :]
                self.id = "" if not self.stack else self.id
        elif at in closings and len(self.stack) < 50:
            self.stack.append(name)
            found = _TAG_ID.search(rest)
            self.id = found[1] if found else self.id
        self.asking, self.following = name in ("question", "query") and not closing and at in closings, False
        self.asked = [[]] if self.asking else self.asked
        self.passage += 1

    def _quote(self, mark: str) -> None:
        if mark in self.stack:
            del self.stack[self.stack.index(mark) :]
        else:
            self.stack.append(mark)
        self.passage += 1

    def _text(self, piece: str) -> None:
        asked = _QUESTION.match(piece)
        if asked and not self._fenced():
            self.asking, self.following, self.heading, self.id, self.asked = True, False, False, "", [[]]
            piece = piece[asked.end() :]
        if self.asking or self.following:
            self.asked[-1].append(piece)
        if self.asking:
            self._keep(piece, context=False)
            return
        for part in _split_json(piece) if '"' in piece else [piece]:
            self._part(part)

    def _part(self, part: str) -> None:
        found = _ID.match(part) or _LABEL.match(part)
        json_id = _JSON_ID.match(part)
        heading = _HEADING.match(part) if not found else None
        if found or json_id:
            self.id = (found or json_id)[1]  # type: ignore[index]
            self.passage += 1
            part = part[found.end() :] if found else _JSON_SYNTAX.sub(" ", part[json_id.end() :])  # type: ignore[union-attr]
        elif heading:
            self.heading, part = True, part[heading.end() :]
        self._keep(part, context=bool(self.stack or self.id or self.heading or self.role == "tool"))

    def _keep(self, part: str, *, context: bool) -> None:
        for text in _SENTENCE.split(part):
            if text.strip(" \t\",'"):
                self.sentences.append(
                    Sentence(
                        text=text.strip(' \t"'),
                        role=self.role,
                        id=self.id,
                        context=context,
                        fenced=self._fenced(),
                        passage=self.passage,
                        tag=self.stack[-1] if self.stack else "",
                    )
                )

    def _fenced(self) -> bool:
        return any(name in self.fences for name in self.stack) or (self.role == "tool" and "tool" in self.fences)


def _closings(pieces: list[str]) -> set[int]:
    """Places of the opening delimiters that are closed later on: a tag that is only mentioned opens nothing."""
    opened: set[int] = set()
    closed: dict[str, int] = {}
    marks: dict[str, list[int]] = {}
    for at in range(len(pieces) - 1, -1, -1):
        tag = _TAG.fullmatch(pieces[at]) if pieces[at].startswith("<") else None
        if tag:
            name = tag[2].lower()
            if tag[1]:
                closed[name] = closed.get(name, 0) + 1
            elif closed.get(name):
                closed[name] -= 1
                opened.add(at)
        elif pieces[at].startswith(("```", '"""')):
            marks.setdefault(pieces[at][:3], []).append(at)
    for places in marks.values():
        opened.update(places if len(places) % 2 == 0 else places[1:])
    return opened


def _split_json(piece: str) -> list[str]:
    """`piece` cut before each JSON key that gives an id."""
    starts = [found.start() for found in _JSON_ID.finditer(piece)]
    if not starts:
        return [piece]
    edges = [0, *starts, len(piece)]
    return [piece[a:b] for a, b in pairwise(edges) if piece[a:b].strip(" [{,")]


def sentences(messages: tuple[Message, ...]) -> tuple[list[Sentence], str]:
    """All sentences of a conversation but the model's own, and the question that is asked."""
    scanner = Scanner(announced(messages))
    question = ""
    for message in messages:
        if message.role == "assistant":
            continue
        before = len(scanner.sentences)
        scanner.asked = []
        scanner.read(message)
        if message.role == "user":
            question = _meant(scanner.asked) or _asked(scanner.sentences[before:]) or question
    return scanner.sentences, question


def _meant(asked: list[list[str]]) -> str:
    """Of a mail that stands after `Question:`, its last sentence that ends with a question mark; else its beginning."""
    first, *rest = [paragraph for pieces in asked if (paragraph := " ".join(pieces).strip())] or [""]
    if not rest or "?" in first:
        return first
    return next((s for part in reversed(rest) for s in reversed(_SENTENCE.split(part)) if _asks(s)), first)


def _asked(found: list[Sentence]) -> str:
    """The last sentence outside all blocks, or in a block of the customer's words, that ends with a question mark; else
    the last paragraph of these."""
    free = [sentence for sentence in found if not sentence.context or sentence.tag in _ASKERS]
    free = [sentence for sentence in free if sentence.tag in _ASKERS] or free or found
    asking = [sentence.text for sentence in free if _asks(sentence.text)]
    return asking[-1] if asking else " ".join(s.text for s in free if s.passage == free[-1].passage)


def _asks(text: str) -> bool:
    return text.rstrip("\"'” ").endswith("?")
