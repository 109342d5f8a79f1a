"""What the other files share: addresses, sums, days, and which words of a text are somebody's own."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import string
import urllib.parse

LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # not str.lower: the Kelvin sign would become a k
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
EMAIL = re.compile(r"[^\s<>\"'“”„‚‘’«»,;:()\[\]{}|]+@[^\s<>\"'“”„‚‘’«»,;:()\[\]{}|]+")
CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{2}-\d{4}-[A-Z]{4}(?![A-Za-z0-9-])")
SUM = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[ .,'’\u00a0\u202f\u2009]\d{3})+|\d+)[.,]\d{2}(?![\d]|[.,]\d)")
QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‘[^’]{12,}’|(?<!\w)'[^'\n]{12,}'(?!\w)")
DENIED = re.compile(r"\b(never|not|no longer|don't|do not|cannot|out of date|outdated|obsolete|expired|wrong|mistaken|instead of|rather than|"
                    r"avoid|cancelled|canceled|without|neither|nor|used to|formerly|former|old|previously|no more|stop using|except)\b", re.I)
FENCE = re.compile(r"^\s*(-{2,}|={2,}|_{3,}|\*{3,}|#{3,}|<{2,}|>{2,}|\[)?\s*(begin )?(forwarded|fwd|fw:|original message|original mail|quoted?|pasted?|weitergeleitet)\b", re.I)
END = re.compile(r"^\s*(-{2,}|={2,}|_{3,}|\*{3,}|<{2,}|>{2,}|\[/)\s*(end\b|quote)|^\s*-{2,}\s*end", re.I)
HEADER = re.compile(r"^\s*(on .{3,80} wrote:|.{2,60} (wrote|writes|schrieb)( (to )?me)?:|from: .+|von: .+|begin forwarded message:?)\s*$", re.I)
SAYS = re.compile(r"^(note to the assistant|ignore (what|everything|all)|as agreed with your head|from today on everything|correction from|it was moved to)\b", re.I)


def low(text):
    return str(text).translate(LOWER)


def inside(address, domain):
    host = low(address).rsplit("@", 1)[-1]
    return "@" in str(address) and (host == low(domain) or host.endswith("." + low(domain)))


def addresses(text):
    return {low(found.strip(".!?*_`")) for found in EMAIL.findall(text)} | {low(found) for found in CODE.findall(text)}


def sums(text):
    return {int(re.sub(r"\D", "", found)) for found in SUM.findall(text)}


def days(text):
    found = {(int(y), int(m), int(d)) for y, m, d in re.findall(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", text)}
    found |= {(int(y), int(m), int(d)) for d, m, y in re.findall(r"(?<![\d.])(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4})(?!\d)", text)}
    for d, m, y in re.findall(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|\.)?(?: of)? ({MONTH})\.?,? (\d{{4}})(?!\d)", text, re.I):
        found.add((int(y), month(m), int(d)))
    for m, d, y in re.findall(rf"\b({MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)", text, re.I):
        found.add((int(y), month(m), int(d)))
    return found


def month(name):
    return next(i for i, full in enumerate(MONTHS, 1) if full.startswith(name[:3].lower()))


ROLES = ("target", "amount", "day")


def values(text, role):
    return {"target": addresses, "amount": sums, "day": days}[role](text)


def unpasted(text):
    """The lines that somebody wrote, without those that were only passed on."""
    kept, inside_fence, ticks = [], False, False
    for line in text.split("\n"):
        if line.strip().startswith(("```", "~~~", '"""')):
            ticks = not ticks
            continue
        if END.search(line):
            inside_fence = False
            continue
        if FENCE.search(line) or HEADER.search(line):
            inside_fence = True
            continue
        if inside_fence or ticks or re.match(r"\s*[>|»]", line) or (kept and re.match(r"(\t| {4,})\S", line)):
            continue
        kept.append(line)
    return "\n".join(kept)


def sentences(text):
    return [s for s in re.split(r"\n+|;\s+|(?<=[.!?])[\"”]?\s+", text) if s.strip()]


def affirmed(sentence):
    """What a sentence affirms: all of it, nothing, or the part before "and not ..." and after "but ..."."""
    m = DENIED.search(sentence)
    if not m:
        return sentence
    before, after = sentence[:m.start()], sentence[m.end():]
    turn = re.search(r"\b(but|instead|take|use)\b", after)
    rest = after[turn.end():] if turn and turn.group() in ("but", "instead") else ""
    denied = after[:turn.start()] if rest else after
    kept = before if any(values(before, r) for r in ROLES) and any(values(denied, r) for r in ROLES) else ""
    return (kept + " " + ("" if DENIED.search(rest) else rest)).strip()


def own(text, role=None, person=False):
    """The affirmed sentences of a text: nothing quoted, pasted or denied."""
    said = [a for a in map(affirmed, sentences(QUOTED.sub(" ", unpasted(text)))) if a]
    if person and role in ("target", "amount", "day"):
        plain = [s for s in said if not SAYS.search(s.strip())]
        if any(values(s, role) for s in plain):
            return " ".join(plain)
    return " ".join(said)


def decoded(value, coded):
    """An argument that the tool wants written in a code, in clear; None where it is no such code."""
    try:
        name = low(coded).replace("-", "").replace("_", "")
        if name == "hex":
            return bytes.fromhex(value).decode("utf-8")
        if name == "base64":
            return base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
        if name in ("base64url", "urlsafebase64"):
            return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("utf-8")
        if name == "base32":
            return base64.b32decode(value, casefold=True).decode("utf-8")
        if name == "rot13":
            return codecs.decode(value, "rot13")
        if name in ("reversed", "reverse"):
            return value[::-1]
        if name in ("url", "percent", "urlencoded"):
            return urllib.parse.unquote(value)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return None
    return value
