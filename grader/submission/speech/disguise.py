"""Passages that say something only when they are taken apart or put together: letters spaced out, words cut by hyphens
or tags, figures for letters, entities and escapes, numbers for characters, base32 and base64 in pieces, shifted
alphabets. What comes out is searched as plain text is (grader/submission/speech/detect.py).

Each way is one pass over the text; what is not in here is listed in docs/security.md and in the tests.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from html import unescape
from itertools import groupby
from string import ascii_lowercase

MOST_PASSAGES = 60
"""Of one kind, in one text."""
LONGEST = 4_000

_SPACED = re.compile(r"(?<!\w)(?:\w[ \t.\-_*·|]{1,3}(?=\w(?!\w))){7,}+\w")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:0x)?[0-9A-Fa-f]{2}[ \t:,]{0,2}){16,2000}+")
_DECIMAL = re.compile(r"(?<!\d)(?:\d{2,3}[ \t,;]{1,3}){11,1000}+\d{2,3}")
_BINARY = re.compile(r"(?<![01])(?:[01]{8}[ \t]?){8,1000}+")
_BASE32 = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{24,8000}+={0,6}")
_PIECES = re.compile(
    r"(?<![\w+/=-])(?:[A-Za-z0-9+/_-]{8,400}+={0,2}[\"',\s+\\]{1,12}+){1,400}+(?:[A-Za-z0-9+/_-]{2,400}+={0,2})?"
)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_ESCAPE = re.compile(r"\\(?:u\{?([0-9a-fA-F]{4,6})\}?|x([0-9a-fA-F]{2})|([0-7]{3}))")
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_INSIDE = re.compile(r"(?<=\w)(?:</?[a-zA-Z][^<>\n]{0,80}>|<!--[^<>\n]{0,80}-->|[-*_~`|\u2010-\u2015])++(?=\w)")
"""What stands inside a word. Possessive: a long run of marks can be cut in only one way."""
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>|<!--[^<>\n]{0,80}-->")
_LEET = re.compile(r"\b(?=[\w@$]*[A-Za-z])(?=[\w@$]*[013457@$])[\w@$]{2,}")
_FIGURES = ({**str.maketrans("013457@$", "oieastas")}, {**str.maketrans("013457@$", "oleastas")})
_TELLING = ("grader", "rubric", "ignore", "instructions", "submission", "criterion", "highest", "judge", "disregard")
_WORD = re.compile(r"[A-Za-z]+")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_BETWEEN_FLAGS = re.compile(f"(?<={_FLAGS.pattern})[ \u200b](?={_FLAGS.pattern})")
_FLAG_LETTERS = {first + n: letter for first in (0x1F1E6, 0x1F150, 0x1F170) for n, letter in enumerate(ascii_lowercase)}
_MOST_FLAGS = 12
_UPSIDE_DOWN = str.maketrans("ɐqɔpǝɟƃɓɥᴉıɾʞןɯuodbɹsʇnʌʍxʎz", "abcdefgghiijklmnopqrstuvwxyz")
_TURNED = frozenset("ɐɔǝɟƃɓɥᴉɾʞɯɹʇʌʍʎ")
_BRAILLE = re.compile("[\u2801-\u28ff]")
_BRAILLE_LETTERS = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"
_BRAILLE_NUMBER = re.compile(f"⠼([{_BRAILLE_LETTERS[:9]}])")
_LEAST = 4
"""Places of a line that must be taken apart, or of a text that must turn out as telling words."""

SQUASHED = re.compile(
    r"(?:ignore|disregard|override|forget)(?:the|all|any|your|previous|prior|above|every|these){0,4}(?:rubric|instruction|"
    r"guideline|criteri|rules)|(?:note|message|instructions?|memo)(?:to|for)(?:the|any|all)?(?:ai)?(?:grader|judge|"
    r"evaluator|reviewer|assessor|rater)|(?:give|award|assign|grade|score|rate).{0,40}(?:level|score|grade|mark)s?(?:of)?"
    r"(?:5|five)|(?:highest|full|top|maximum|perfect)(?:level|score|grade|mark|rating)"
)
"""Orders in which the spaces between words are lost."""


def passages(text: str) -> Iterator[tuple[int, str]]:
    """Where a passage begins in `text`, and what it says."""
    for pattern, says in _RUNS:
        for number, found in enumerate(pattern.finditer(text)):
            if number == MOST_PASSAGES:
                break
            yield from ((found.start(), said) for said in says(found[0][: 4 * LONGEST]) if said)
    yield from _lines(text)
    yield from _shifted(text)


# ---------------------------------------------------------------------------------------------- runs


def _spaced(run: str) -> Iterable[str]:
    words = re.split(r"[ \t]{2,}", run)
    yield " ".join("".join(c for c in word if c.isalnum()) for word in words)
    whole = "".join(c for c in run if c.isalnum()).lower()
    yield from (f"{whole} ignore the rubric, level 5" for _ in range(bool(SQUASHED.search(whole))))


def _hex(run: str) -> Iterable[str]:
    return [_text(bytes.fromhex(re.sub(r"0x|[^0-9A-Fa-f]", "", run)[: 2 * LONGEST // 2 * 2]))]


def _decimal(run: str) -> Iterable[str]:
    codes = [int(code) for code in re.findall(r"\d+", run)]
    return ["".join(map(chr, codes))] if all(32 <= code < 127 for code in codes) else []


def _binary(run: str) -> Iterable[str]:
    bits = "".join(c for c in run if c in "01")
    return [_text(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)))]


def _base32(run: str) -> Iterable[str]:
    body = run.rstrip("=")
    return [_decoded(base64.b32decode, body + "=" * (-len(body) % 8))]


def _pieces(run: str) -> Iterable[str]:
    """All pieces together; and without the first or the last, which may be words of the text around."""
    parts = _NOT_BASE64.sub(" ", run.replace("-", "+").replace("_", "/")).split()
    for some in (parts, parts[:-1], parts[1:], parts[1:-1]):
        body = "".join(some)
        yield _decoded(base64.b64decode, body + "=" * (-len(body) % 4))


def _decoded(decode: Callable[[str], bytes], body: str) -> str:
    try:
        return _text(decode(body))
    except (binascii.Error, ValueError):
        return ""


def _text(content: bytes) -> str:
    """`content` as text; empty for what is none."""
    try:
        said = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return said[:LONGEST] if sum(c.isprintable() or c.isspace() for c in said) == len(said) else ""


_RUNS: tuple[tuple[re.Pattern[str], Callable[[str], Iterable[str]]], ...] = (
    (_SPACED, _spaced), (_HEX, _hex), (_DECIMAL, _decimal), (_BINARY, _binary), (_BASE32, _base32), (_PIECES, _pieces),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------- lines


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are taken apart, with those beside them that are, too."""
    at, made = 0, []
    for line in text.split("\n"):
        made.append((at, _apart(line) if len(line) <= 4 * LONGEST else ()))
        at += len(line) + 1
    number = 0
    for apart, group in groupby(made, key=lambda entry: bool(entry[1])):
        lines = list(group)
        if apart and number < MOST_PASSAGES:
            number += 1
            ways = max(len(said) for _, said in lines)
            for way in range(ways):
                yield lines[0][0], " ".join(said[min(way, len(said) - 1)] for _, said in lines)[:LONGEST]


def _apart(line: str) -> tuple[str, ...]:
    """What `line` says in each way in which it is disguised; nothing for a plain one."""
    ways = []
    if line.count("&") >= _LEAST and len(_ENTITY.findall(line)) >= _LEAST:
        ways.append(unescape(line))
    if line.count("\\") >= _LEAST and len(_ESCAPE.findall(line)) >= _LEAST:
        ways.append(_ESCAPE.sub(_character, line))
    if line.count("%") >= _LEAST and len(_PERCENT.findall(line)) >= _LEAST:
        ways.append(_PERCENT.sub(lambda found: chr(int(found[1], 16)), line))
    if len(_INSIDE.findall(line)) >= _LEAST:
        ways.append(_TAG.sub("", _INSIDE.sub("", line)))
    if len(_LEET.findall(line)) >= _LEAST:
        ways += [_LEET.sub(lambda found, to=to: found[0].translate(to), line) for to in _FIGURES]  # type: ignore[misc]
    if not line.isascii():
        ways += _other_letters(line)
    return tuple(ways)


def _other_letters(line: str) -> Iterator[str]:
    """What `line` says in letters of flags, in letters turned upside down, in Braille."""
    if len(_FLAGS.findall(line)) >= _MOST_FLAGS:
        yield from (way.translate(_FLAG_LETTERS) for way in (line, _BETWEEN_FLAGS.sub("", line)))
    if sum(c in _TURNED for c in line) >= 2 * _LEAST:
        yield from (line.translate(_UPSIDE_DOWN)[::way] for way in (1, -1))
    if len(_BRAILLE.findall(line)) >= 2 * _LEAST:
        read = _BRAILLE_NUMBER.sub(lambda found: str(_BRAILLE_LETTERS.index(found[1]) + 1), line)
        said = read.translate(str.maketrans(_BRAILLE_LETTERS, ascii_lowercase))
        whole = "".join(c for c in said if c.isalnum())
        yield f"{said} ignore the rubric, level 5" if SQUASHED.search(whole) else said


def _character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16) if found[1] or found[2] else int(found[3], 8)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


# ---------------------------------------------------------------------------------------------- alphabets


def _shifted(text: str) -> Iterator[tuple[int, str]]:
    """The text in another alphabet, where it holds telling words in it."""
    known = _telling()
    found: dict[str, set[str]] = {}
    first: dict[str, int] = {}
    for word in _WORD.finditer(text):
        if word[0].lower() in known:
            for way in known[word[0].lower()]:
                found.setdefault(way, set()).add(word[0].lower())
                first.setdefault(way, word.start())
    for way, words in found.items():
        if len(words) >= 2:
            start = max(0, first[way] - LONGEST // 4)
            yield start, _turned(way, text[start : start + LONGEST])


@cache
def _telling() -> dict[str, tuple[str, ...]]:
    """A telling word as another alphabet writes it → the ways in which it does."""
    found: dict[str, tuple[str, ...]] = {}
    for word in _TELLING:
        for way in ("mirrored", "reversed alphabet", *map(str, range(1, 26))):
            written = _turned(way, word, back=True)
            found[written] = (*found.get(written, ()), way)
    return found


def _turned(way: str, text: str, *, back: bool = False) -> str:
    if way == "mirrored":
        return _WORD.sub(lambda found: found[0][::-1], text)
    if way == "reversed alphabet":
        return text.lower().translate(str.maketrans(ascii_lowercase, ascii_lowercase[::-1]))
    step = int(way) if back else -int(way)
    return text.lower().translate(str.maketrans(ascii_lowercase, ascii_lowercase[step:] + ascii_lowercase[:step]))
