"""Letters made plain, in linear time: one form, no accents, no letters of other alphabets in place of Latin ones."""

from __future__ import annotations

import re
import unicodedata

_MOST_SIGNS = 4
_LONGEST_SIGN = 4
_ALIKE = str.maketrans(
    {
        other: letter
        for letter, others in {
            "a": "аαɑᴀ", "b": "вβʙᏼ", "c": "сᴄⲥᏟ", "d": "ԁᴅժᎠ", "e": "еεҽᴇ", "f": "ꜰϝ", "g": "ɡցɢᏀ", "h": "нһհʜᎻ",
            "i": "іιıɩɪᎥ", "j": "јյᴊᎫ", "k": "кκᴋᏦ", "l": "ӏʟլᏞ", "m": "мᴍᎷ", "n": "пηոɴ", "o": "оοօᴏⲟσ", "p": "рρᴘⲣᏢ",
            "q": "ԛզ", "r": "гʀᏒ", "s": "ѕꜱᏚ", "t": "тτᴛᎢ", "u": "υսᴜ", "v": "νѵᴠᏙ", "w": "ωԝᴡᎳ", "x": "хχ",
            "y": "уүγʏᎩ", "z": "ᴢᏃ", "0": "０", "1": "１", "3": "３", "5": "５",
        }.items()
        for other in {*others, *others.casefold()}
    }
)  # fmt: skip
"""Letters of other alphabets that look like Latin ones (a part of Unicode's confusables, UTS 39)."""
_SMALL = frozenset("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
"""Small capitals: no language's words are written in them alone."""
_ODD = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def composed(text: str) -> str:
    """`text` in Unicode form NFKC, without swelling: signs beyond a few on one letter are dropped (putting them in
    order takes their number squared), and a sign that stands for a whole phrase counts as a space."""
    if text.isascii():
        return text
    letters = set(text)
    signs = "".join(c for c in letters if unicodedata.combining(c))
    if signs:
        text = re.sub(rf"([{re.escape(signs)}]{{{_MOST_SIGNS}}})[{re.escape(signs)}]++", r"\1", text)
    long = {ord(c): " " for c in letters if len(unicodedata.normalize("NFKC", c)) > _LONGEST_SIGN}
    return unicodedata.normalize("NFKC", text.translate(long) if long else text)


def bare(text: str) -> str:
    """`text` with Latin and Greek letters without their accents."""
    if text.isascii():
        return text
    found = {}
    for letter in set(composed(text)):
        parts = unicodedata.normalize("NFD", letter)
        base = parts[0]
        if len(parts) > 1 and (base.isascii() or "\u0370" <= base <= "\u03ff"):
            found[ord(letter)] = base
    plain = composed(text).translate(found).translate(_ODD)
    return re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", plain)


def latin(word: str) -> str:
    """`word` with look-alikes replaced when that makes it plain ASCII: a Russian or Greek word stays itself."""
    if word.isascii():
        return word
    turned = word.translate(_ALIKE)
    return turned if turned.isascii() and any(c.isascii() or c in _SMALL for c in word) else word
