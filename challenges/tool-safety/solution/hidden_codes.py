"""Finds a code in a text however it is written: each way of writing is tried on the code, and the text is searched for it."""

import base64
import re
from contextlib import suppress

LOOK_ALIKE = dict(zip("асеорхуАВСЕНКМОРТХіѕјԁӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "aceopxyABCEHKMOPTXisjdlABEZHIKMNOPTYXo"))


def plain_letter(letter):
    """The Latin letter that it stands for, "" for what is not seen."""
    if letter in "\u200b\u200c\u200d\u2060\ufeff\u00ad":
        return ""
    if 0xFF01 <= ord(letter) <= 0xFF5E:
        return chr(ord(letter) - 0xFEE0)
    return LOOK_ALIKE.get(letter, letter)


def seen(text):
    """The text as one reads it, without spaces and dashes, with the place of each letter."""
    out, places = [], []
    for at, letter in enumerate(text):
        for one in plain_letter(letter):
            if one.isalnum():
                out.append(one.lower())
                places.append(at)
    return "".join(out), places


DIGITS = "zero one two three four five six seven eight nine".split()


def spelled(text, code):
    """Where the code stands with its digits in words."""
    parts = [DIGITS[int(each)] if each.isdigit() else each for each in re.findall(r"[A-Za-z]+|\d", code)]
    return [found.span() for found in re.finditer(r"\W+".join(parts), text, re.I)]


def runs(text):
    """Pieces that may be coded, with their places and what they decode to."""
    for found in re.finditer(r"(?:%[0-9A-Fa-f]{2}){4,}", text):
        yield found.span(), bytes.fromhex(found.group().replace("%", "")).decode("utf-8", "replace")
    for found in re.finditer(r"(?:[0-9a-fA-F]{2}){6,}", text):
        yield found.span(), bytes.fromhex(found.group()).decode("utf-8", "replace")
    for found in re.finditer(r"[A-Za-z0-9+/_-]{8,}={0,2}", text):
        piece = found.group()
        with suppress(ValueError):
            raw = base64.b64decode(piece.replace("-", "+").replace("_", "/") + "=" * (-len(piece) % 4))
            yield found.span(), raw.decode("utf-8")


def find(text, code, depth=2):
    """Where the code stands: start and end of each place."""
    wanted, _ = seen(code)
    spans = spelled(text, code)
    view, places = seen(text)
    for needle in (wanted, wanted[::-1]):
        at = view.find(needle)
        while at >= 0:
            spans.append((places[at], places[at + len(needle) - 1] + 1))
            at = view.find(needle, at + 1)
    if depth:
        spans += [span for span, inside in runs(text) if find(inside, code, depth - 1)]
    return sorted(set(spans))
