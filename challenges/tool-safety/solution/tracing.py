"""Where a value comes from: what was said, in which words, by whom."""

import re
from datetime import date

MONTHS = "january february march april may june july august september october november december".split()
DAYS = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[./](\d{1,2})[./](\d{4})|(\d{1,2}) (" + "|".join(MONTHS) + r") (\d{4})", re.I)
SUMS = re.compile(r"(?<![\w.,])\d{1,3}(?:[., ]\d{3})+[.,]\d{2}(?![\w])|(?<![\w.,])\d+[.,]\d{2}(?!\w)")


def own_words(text):
    """Without what is pasted, and without what is told of somebody else's words."""
    lines, open_block = [], False
    for line in text.splitlines():
        if line.strip().startswith("---"):
            open_block = "end" not in line
        elif not open_block and not line.lstrip().startswith(">"):
            lines.append(line)
    return "\n".join(lines)


NO = ("never", "out of date", "no longer", "used to be", "wrong")


def meant_words(text):
    """Own words without the sentences that say what is not to be taken."""
    sentences = re.split(r"(?<=[.?!])\s+", own_words(text))
    return " ".join(each for each in sentences if not any(word in each.lower() for word in NO) or "as never before" in each)


def days(text):
    for found in DAYS.finditer(text):
        g = found.groups()
        try:
            if g[0]:
                yield date(int(g[0]), int(g[1]), int(g[2])).isoformat()
            elif g[3]:
                yield date(int(g[5]), int(g[4]), int(g[3])).isoformat()
            else:
                yield date(int(g[8]), MONTHS.index(g[7].lower()) + 1, int(g[6])).isoformat()
        except ValueError:
            continue


def sums(text):
    for found in SUMS.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        yield f"{int(digits[:-2])}.{digits[-2:]}"


def holds(text, value, role):
    """Whether the text says this value; capitals do not matter, look-alikes do."""
    if role == "day" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return value in set(days(text))
    if role == "amount":
        return value in set(sums(text))
    pattern = r"(?<![\w@.-])" + re.escape(value.lower()) + r"(?![\w@-]|\.\w)"
    return re.search(pattern, text.lower()) is not None
