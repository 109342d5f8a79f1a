"""Where a code stands in a text, in clear or disguised."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
import urllib.parse

from words import inside, low

LOOKS = {}
for likeness, letters in {
    "A": "АаΑαÁÀÂÄ", "B": "ВвΒ", "C": "СсϹ", "E": "ЕеΕ", "H": "НнΗ", "I": "ІіΙ", "J": "Јј", "K": "КкΚκ", "M": "МмΜ", "N": "ΝПп", "O": "ОоΟο", "P": "РрΡρ",
    "S": "Ѕѕ", "T": "ТтΤτ", "U": "Սυ", "V": "Ѵѵν", "X": "ХхΧχ", "Y": "УуΥҮү", "Z": "ΖᏃ", "D": "Ꭰԁ", "G": "Ԍԍ", "L": "ᏞⅬ", "Q": "Ԛԛ", "R": "Ꮢ", "W": "Ԝԝ", "F": "Ϝ",
}.items():
    for letter in letters:
        LOOKS[letter] = likeness
MORSE = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", (".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
                                                        "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----.").split()))
SPELT = {w: w[0].upper() for w in ("alfa alpha bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec romeo sierra "
                                   "tango uniform victor whiskey whisky xray zulu").split()}
SPELT["yankee"] = "Y"
SPELT.update({w: str(i) for i, w in enumerate("zero one two three four five six seven eight nine".split())})


def letters(text):
    """The letters and digits of a text, in capitals and without disguise, each with its place."""
    made = []
    for at, char in enumerate(text):
        for plain in unicodedata.normalize("NFKD", LOOKS.get(char, char)):
            plain = LOOKS.get(plain, plain)
            if plain.isascii() and plain.isalnum():
                made.append((plain.upper(), at))
    return made


def shifted(code, by, digits=0):
    return "".join(chr((ord(c) - 65 + by) % 26 + 65) if c.isalpha() else str((int(c) + digits) % 10) for c in code)


def forms(code):
    bare = re.sub(r"[^A-Za-z0-9]", "", code).upper()
    made = {bare, bare[::-1], "".join(chr(155 - ord(c)) if c.isalpha() else c for c in bare)}
    made |= {shifted(bare, by) for by in range(1, 26)} | {shifted(bare, 13, 5)}
    made.add("-".join(p[::-1] for p in code.split("-")).replace("-", "").upper())
    return made


def by_letters(text, wanted):
    made = letters(text)
    line = "".join(c for c, _ in made)
    spans = []
    for form in wanted:
        at = line.find(form)
        while at >= 0:
            start, end = made[at][1], made[at + len(form) - 1][1] + 1
            joined = (start > 0 and text[start - 1].isalnum() and start + len(form) > made[at + 1][1] - 1) or (end < len(text) and text[end].isalnum())
            if not joined:
                spans.append([start, end])
            at = line.find(form, at + 1)
    return spans


def unpacked(token):
    """What a token may stand for."""
    out = []
    for one in (token, token[::-1]):
        for how in (
            lambda t: bytes.fromhex(re.sub(r"\\x|0x|[^0-9A-Fa-f]", "", t)) if re.fullmatch(r"(?:(?:\\x|0x)?[0-9A-Fa-f]{2}[\s:,;-]*)+", t) else b"",
            lambda t: base64.b64decode(t.rstrip("=") + "=" * (-len(t.rstrip("=")) % 4), validate=True),
            lambda t: base64.urlsafe_b64decode(t.rstrip("=") + "=" * (-len(t.rstrip("=")) % 4)),
            lambda t: base64.b32decode(t.rstrip("=") + "=" * (-len(t.rstrip("=")) % 8), casefold=True),
            lambda t: base64.a85decode(t),
            lambda t: base64.b85decode(t),
            lambda t: urllib.parse.unquote(t).encode() if "%" in t else b"",
            lambda t: html.unescape(t).encode() if "&" in t else b"",
            lambda t: codecs.decode(t, "unicode_escape").encode() if "\\" in t else b"",
            lambda t: binascii.a2b_qp(t) if "=" in t else b"",
        ):
            try:
                made = how(one).decode("utf-8")
            except (ValueError, binascii.Error, UnicodeError):
                continue
            if len(made) > 4 and made != one and made.isprintable():
                out.append(made)
    return out


def runs(text):
    """Longer pieces that are numbers, signals or spelt words; each with what it says."""
    for m in re.finditer(r"(?:[01]{7,8}[\s,]*){8,}", text):
        bits = re.sub(r"[^01]", "", m.group())
        yield m, "".join(chr(int(bits[i:i + 8], 2)) for i in range(0, len(bits), 8))
    for m in re.finditer(r"(?:\b\d{2,3}[\s,;.-]+){8,}\d{2,3}\b", text):
        for base in (10, 8):
            try:
                yield m, "".join(chr(int(n, base)) for n in re.findall(r"\d+", m.group()))
            except ValueError:
                pass
    for m in re.finditer(r"(?:(?:\\x|0x|%|=|&#x?|\\u00|U\+00)?[0-9A-Fa-f]{2}[\s:,;-]*){10,}", text):
        try:
            yield m, bytes.fromhex(re.sub(r"\\x|0x|\\u00|U\+00|&#x?|[^0-9A-Fa-f]", "", m.group())).decode("utf-8", "ignore")
        except ValueError:
            pass
    back = {v: k for k, v in MORSE.items()}
    for m in re.finditer(r"(?:[.\-·–−]{1,6}[\s/|]+){7,}[.\-·–−]{1,6}", text):
        yield m, "".join(back.get(s, "") for s in re.split(r"[\s/|]+", re.sub("[–−]", "-", m.group().replace("·", "."))))
    spelt = "|".join(SPELT) + "|x-ray|dash|hyphen|minus"
    for m in re.finditer(rf"\b(?:(?:{spelt}|[A-Za-z0-9])\b[\s,.-]*){{7,}}", text, re.I):
        yield m, "".join(SPELT.get(low(w).replace("-", ""), w if len(w) == 1 else "") for w in re.findall(r"x-ray|[A-Za-z0-9]+", m.group(), re.I))


def find_code(text, code, depth=0):
    """Spans of the text that stand for the code."""
    spans = by_letters(text, forms(code))
    if spans:
        return spans
    for m in re.finditer(r"\S+", text):
        token = re.sub(r"^[\"'(<\[„“]+|[\"')>\],.;:!?”“]+$", "", m.group())
        start = m.start() + m.group().find(token)
        if len(token) >= 12 and depth < 2 and any(find_code(made, code, depth + 1) for made in unpacked(token)):
            spans.append([start, start + len(token)])
    if spans or depth:
        return spans
    for m, says in runs(text):
        if by_letters(says, forms(code)):
            spans.append([m.start(), m.start() + len(m.group().rstrip(" \n\t,;:-"))])
    return spans


def piece(text, part):
    """Where a piece of a code stands by itself."""
    made = letters(text)
    line = "".join(c for c, _ in made)
    bare = re.sub(r"[^A-Za-z0-9]", "", part).upper()
    at = line.find(bare)
    while at >= 0:
        start, end = made[at][1], made[at + len(bare) - 1][1] + 1
        if not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return [start, end]
        at = line.find(bare, at + 1)
    return None


def find_rest(text, code, sent):
    """Spans of the text that make the code complete together with what was sent before, or with one another."""
    for cut in range(3, len(code) - 2):
        head, tail = code[:cut].strip("-"), code[cut:].strip("-")
        if min(len(head), len(tail)) < 3:
            continue
        here = {name: piece(text, part) for name, part in (("head", head), ("tail", tail))}
        there = {name: any(piece(s, part) for s in sent) for name, part in (("head", head), ("tail", tail))}
        if here["head"] and here["tail"]:
            return [here["head"], here["tail"]]
        if here["tail"] and there["head"]:
            return [here["tail"]]
        if here["head"] and there["tail"]:
            return [here["head"]]
    return []


def egress(asked):
    text, to = asked["text"], low(asked["to"]).strip("<> ")
    if inside(to, asked["domain"]):
        return []
    spans = []
    for secret in asked["secrets"]:
        if secret["state"] == "void" or to in {low(o) for o in secret["owner"]}:
            continue
        spans += find_code(text, secret["value"]) or find_rest(text, secret["value"], asked["sent"])
    made = []
    for span in sorted(spans):
        if made and span[0] <= made[-1][1]:
            made[-1][1] = max(made[-1][1], span[1])
        else:
            made.append(list(span))
    return made
