"""Words and figures as a reader meets them, and text from strangers made harmless before it meets a page.

Everything here is pure. Figures: points with up to two decimals (one, where candidates read them), shares in whole
percent, bytes in decimal units.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from grader.unseen import escaped


def clean(text: str) -> str:
    """`text` with every character that cannot be seen, or that moves others about (ANSI, bidi marks, NUL, lone
    surrogates, tags, blank letters), written as an escape. Line breaks and tabs stay."""
    return escaped(text)


def number(value: float, digits: int = 2) -> str:
    """2250 → `2,250`, 49.40 → `49.4`, 0.7123 → `0.71`; small values keep two significant digits,
    0.000088, and go into powers of ten only under a billionth."""
    if value and abs(value) < 1e-9:
        return f"{value:.2g}".replace("-", "−")
    if value and abs(value) < 0.01:
        digits = 1 - math.floor(math.log10(abs(value)))
    shown = f"{value:,.{digits}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown.replace("-", "−")


def told(points: float, most: float) -> float:
    """Points of a group as a candidate is told them: with one decimal, as on the terminal, and as all of them only
    where they are. More decimals would give away what single tests measured."""
    shown = round(points, 1)
    return round(most - 0.1, 1) if shown >= most > points + 1e-9 else shown


def near(value: float, mark: float | None) -> str:
    """`value` as a whole number, with decimals where rounding would lift it over `mark`, or drop it below."""
    for digits in (0, 1, 2):
        shown = round(value, digits)
        if mark is None or (shown >= mark) == (value >= mark - 1e-9):
            return f"{shown:.{digits}f}"
    return number(value, 4)


def span(low: float, high: float, mark: float | None) -> str:
    """`27–73`, or one figure where nothing is open."""
    first, last = near(low, mark), near(high, mark)
    return first if first == last else f"{first}–{last}"


def size(value: float) -> str:
    """Bytes for a reader: `41 kB`, `1.9 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= factor:
            return f"{number(value / factor, 0 if value >= 10 * factor else 1)} {unit}"
    return f"{number(value, 0)} bytes"


def duration(seconds: float) -> str:
    """Seconds for a reader: `210 ms`, `4.6 s`, `1 min 13 s`, `3 h 35 min`."""
    if seconds < 0.9995:
        return f"{number(seconds * 1000, 0)} ms"
    if seconds < 60:
        return f"{number(seconds, 1)} s"
    if seconds < 3600:
        return _two(seconds, 60, "min", 1, "s")
    return _two(seconds, 3600, "h", 60, "min") if seconds < 2 * 86400 else _two(seconds, 86400, "days", 3600, "h")


def _two(seconds: float, large: int, name: str, small: int, rest: str) -> str:
    whole, left = divmod(round(seconds / small) * small, large)
    return f"{whole:.0f} {name}" + (f" {left // small:.0f} {rest}" if left else "")


def date(started_at: object, *, clock: bool = False) -> str:
    """`20 November 2026` (with the time in UTC) out of an ISO date; the text as it is where that cannot be read."""
    try:
        moment = datetime.fromisoformat(str(started_at))
    except ValueError:
        return str(started_at)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return f"{moment.day} {moment:%B %Y}" + (f", {moment:%H:%M:%S} UTC" if clock else "")


_COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def count(amount: int, noun: str, plural: str = "") -> str:
    """`1 file`, `3 files`."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def in_words(amount: int, noun: str, plural: str = "") -> str:
    """`one criterion`, `three criteria`; figures from eleven on."""
    word = _COUNTED[amount] if amount < len(_COUNTED) else f"{amount:,}"
    return f"{word} {noun if amount == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], joiner: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joiner} {names[-1]}" if names else ""


def sentence(text: str) -> str:
    """`text` with a capital at the start and a full stop at the end."""
    text = stopped(text)
    return text and text[0].upper() + text[1:]


def stopped(text: str) -> str:
    """`text` with a full stop at the end; for texts that may begin with the name of a file."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…”" else f"{text}."


_COMPETENCIES = {
    "llm_domain_knowledge": "LLM domain knowledge",
    "collaboration_communication": "Collaboration and communication",
}


def competency(name: str) -> str:
    """A competency's id as a reader says it."""
    return _COMPETENCIES.get(name) or name.replace("_", " ").capitalize()


_ARCHIVE = re.compile(r"(?<!\S)/?(?:[^\s/]{1,200}/){1,40}([^\s/]{1,200}\.(?:zip|tar|t?gz|xz|zst))\b")


def own_name(reason: str) -> str:
    """A refusal without the folders of the machine that read the archive, for the one who packed it."""
    return _ARCHIVE.sub(r"\1", reason)
