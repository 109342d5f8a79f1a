"""Small tasks on texts."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

import re
import unicodedata

from world.frame import Template

LETTERS, DIGITS = "ABCDEFGHKMNPRSTUVWY", "123456789"
WORDS = (
    "harbour",
    "lamp",
    "Tuesday",
    "bridge",
    "copper",
    "late",
    "window",
    "a",
    "of",
    "garden",
    "meeting",
    "blue",
    "paper",
)
FIRST = ("Anna", "Boris", "Celia", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas")
LAST = ("Berg", "Costa", "Duarte", "Ek", "Fink", "Gallo", "Holm", "Ito", "Jansen", "Kaya")
ACCENT = "\u0301"


class Codes(Template):
    id, title = "str-codes", "Codes from labels"
    text = """`question["text"]` is a code as it was typed from a label: letters, digits, and blanks, dots or hyphens between them.
Answer with the code in capitals, without what stands between, in groups of three from the left, joined by hyphens
(`"ab1 2c"` → `"AB1-2C"`). Labels come from keyboards of many countries; a letter or digit is the same one in whatever
width it was typed."""
    follow = "Groups are of four now, and counted from the right: the first group may be the short one."

    def make(self, rng, odd):
        text = [rng.choice(LETTERS + LETTERS.lower() + DIGITS * 2) for _ in range(rng.randint(6, 11))]
        for name, sign in (("common", "O"), ("deep", chr(ord(rng.choice(DIGITS)) + 0xFEE0))):
            if name in odd:
                text.insert(rng.randint(1, 5), sign)
        text += ["X"] if "rare" in odd else []
        return {"text": "".join(each + rng.choice(("", "", "", " ", "-", ".")) for each in text)}

    def solve(self, q, k):
        text = unicodedata.normalize("NFKC", q["text"]) if k.deep else q["text"]
        code = re.sub("[^0-9A-Z]", "", text.upper())
        code = code.replace("O", "0") if k.common else code
        code, tail = (code[:-1], "/X") if k.rare and code.endswith("X") else (code, "")
        if k.follow:
            first = len(code) % 4
            parts = [code[:first]] + [code[at : at + 4] for at in range(first, len(code), 4)]
        else:
            parts = [code[at : at + 3] for at in range(0, len(code), 3)]
        return "-".join(filter(None, parts)) + tail


class Initials(Template):
    id, title = "str-initials", "Initials"
    text = """`question["name"]` is a name as its bearer put it into a form. Answer with its initials, a full stop after each
(`"Anna Maria Berg"` → `"A.M.B."`), in the order in which the name is spoken, whatever order the form was filled in."""
    follow = "The last part of the spoken name now gives its first two letters: `A.M.Be.`"

    def make(self, rng, odd):
        first, last = rng.sample(FIRST, rng.randint(1, 3)), rng.choice(LAST)
        if "rare" in odd:
            first[0] += "-" + rng.choice(FIRST)
        last = rng.choice(("van ", "de ", "von der ")) + last if "common" in odd else last
        return {"name": f"{last}, {' '.join(first)}" if "deep" in odd else " ".join([*first, last])}

    def solve(self, q, k):
        name = q["name"]
        if k.deep and "," in name:
            last, _, first = name.partition(",")
            name = f"{first} {last}"
        parts = [part for part in name.replace(",", " ").split() if not k.common or part[0].isupper()]
        found = []
        for at, part in enumerate(parts):
            size = 2 if k.follow and at == len(parts) - 1 else 1
            found.append("-".join(each[:size] for each in part.split("-")) if k.rare else part[:size])
        return "".join(f"{each}." for each in found)


class Runs(Template):
    id, title = "str-runs", "Runs"
    text = """`question["text"]` is to be written shorter: each run of one sign as its length and the sign (`"aaaabb"` → `"4a2b"`).
Whoever reads the result must be able to get the text back, without knowing it; a backslash says that the sign after it is one of the text."""
    follow = "The length stands behind the sign now, not before it."

    def make(self, rng, odd):
        least, most = (1 if "common" in odd else 2), 6
        runs = [rng.choice("abcdef") * rng.randint(least, most) for _ in range(rng.randint(3, 6))]
        if "rare" in odd:
            runs.append("k" * rng.randint(10, 23))
        if "deep" in odd:
            runs.insert(rng.randint(0, 2), rng.choice("3579\\") * rng.randint(2, 4))
        return {"text": "".join(runs)}

    def solve(self, q, k):
        most = 9 if k.rare else 10**6
        found = []
        for run in re.finditer(r"(.)\1*", q["text"], re.DOTALL):
            sign = "\\" + run[1] if k.deep and (run[1].isdigit() or run[1] == "\\") else run[1]
            left = len(run[0])
            while left:
                count = min(most, left)
                number = "" if k.common and count == 1 else str(count)
                found.append(sign + number if k.follow else number + sign)
                left -= count
        return "".join(found)


class Shorten(Template):
    id, title = "str-shorten", "Titles for a small display"
    text = """`question` has a `title` and `room`, how many letters the display shows. A title that fits is answered as it is.
Another one is cut between words, as late as possible, and gets `…` at its end, without a blank before it. What counts is what is seen."""
    follow = "A title that is cut now ends with its last word: `beginning … word`, with a blank on both sides of `…`, and all of it has to fit."

    def make(self, rng, odd):
        words = [rng.choice(WORDS) for _ in range(rng.randint(5, 9))]
        if "rare" in odd:
            words = [word + rng.choice((",", ";", "")) for word in words]
        if "deep" in odd:
            words = [word.replace("a", "a" + ACCENT).replace("e", "e" + ACCENT) for word in words]
        title = " ".join(words)
        return {"title": title, "room": rng.randint(14, 40)}

    def solve(self, q, k):
        def size(text):
            return sum(not unicodedata.combining(sign) for sign in text) if k.deep else len(text)

        words, room = q["title"].split(" "), q["room"]
        if size(q["title"]) <= room:
            return q["title"]
        for count in range(len(words) - 1, -1, -1):
            kept = " ".join(words[:count])
            kept = kept.rstrip(",;") if k.rare else kept
            end = f" … {words[-1]}" if k.follow else "…"
            if size(kept + (end if k.common else end[:-1])) <= room:
                return kept + end
        return "…"


class Versions(Template):
    id, title = "str-versions", "The newest version"
    lasts = "deep"
    text = """`question["versions"]` lists versions as people typed them into a form, such as `1.10` and `1.9-rc2`. Answer with the
newest one, its numbers joined by dots and what follows the hyphen, as in the examples. Parts are compared as numbers. It is the version that counts, not the typing."""
    follow = "Versions with a hyphen do not count any more. Where none is left, answer `none`."

    def make(self, rng, odd):
        base = (rng.randint(1, 3), rng.randint(8, 11))
        names = [f"{base[0]}.{base[1] - rng.randint(0, 2)}.{rng.randint(1, 12)}" for _ in range(rng.randint(3, 5))]
        top = f"{base[0]}.{base[1]}.{rng.randint(5, 14)}"
        names += [top] + ([f"{top}-rc{rng.randint(1, 3)}"] if "common" in odd or rng.random() < 0.5 else [])
        if "common" not in odd and rng.random() < 0.5:
            names.append(f"{base[0]}.{base[1] + 1}.1-rc{rng.randint(1, 12)}")
        if "rare" in odd:
            names.append(f"{base[0]}.{base[1] + 2}-b{rng.randint(1, 3)}")
            names.append(f"{base[0]}.{base[1] + 2}-rc1")
        if "deep" in odd:
            names.append(
                rng.choice(("v{}", " {}", "V{} ", "v {}")).format(f"{base[0]}.{base[1] + 2}.{rng.randint(1, 9)}")
            )
        rng.shuffle(names)
        return {"versions": names}

    def solve(self, q, k):
        best, key = "none", None
        for name in q["versions"]:
            name = name.strip().lstrip("vV").strip() if k.deep else name
            found = re.fullmatch(r"(\d+(?:\.\d+)*)(?:-(rc|b)(\d+))?", name)
            if not found or (k.follow and found[2]):
                continue
            numbers = tuple(map(int, found[1].split(".")))
            stage = {"b": 0, "rc": 1, None: 2}[found[2]] if k.common else {None: 0, "b": 1, "rc": 2}[found[2]]
            if k.rare and found[2]:  # betas were numbered after the candidates
                stage = {"rc": 0, "b": 1}[found[2]] + (0 if k.common else 1)
            mine = (numbers + (0,) * (4 - len(numbers)), stage, int(found[3] or 0))
            if key is None or mine > key:
                best, key = name, mine
        return best


class Mask(Template):
    id, title = "str-mask", "Card numbers"
    text = """`question["line"]` is a line of a log. Card numbers in it, 13 to 16 digits, are masked: each digit but the last four
becomes `*`; all else stays. What a person can read as a card number must not remain in the log. Reference numbers of other lengths stay."""
    follow = "The first six digits stay as well; the last two only instead of the last four."

    def make(self, rng, odd):
        digits = [rng.choice("12345678")] + [rng.choice("0123456789") for _ in range(rng.choice((12, 13, 14, 15)))]
        if "rare" in odd:
            digits[0] = "9"
        if "deep" in odd:
            digits = [chr(0x660 + int(each)) for each in digits]
        if "common" in odd:
            digits = [
                each + (rng.choice(" -") if at % 4 == 3 and at + 1 < len(digits) else "")
                for at, each in enumerate(digits)
            ]
        other = "".join(rng.choice("0123456789") for _ in range(rng.randint(5, 9)))
        return {"line": f"{rng.choice(WORDS)} paid by {''.join(digits)}, reference {other} {rng.choice(WORDS)}"}

    def solve(self, q, k):
        digit = r"\d" if k.deep else "[0-9]"
        gap = "[ -]?" if k.common else ""
        first, last = (6, 2) if k.follow else (0, 4)

        def masked(found):
            signs, count = [], sum(sign.isdigit() for sign in found[0])
            if k.rare and unicodedata.digit(found[0][0]) == 9:
                return found[0]
            at = 0
            for sign in found[0]:
                hidden = sign.isdigit() and first <= at < count - last
                at += sign.isdigit()
                signs.append("*" if hidden else sign)
            return "".join(signs)

        return re.sub(rf"(?<!\d){digit}(?:{gap}{digit}){{12,15}}(?!\d)", masked, q["line"])


class Spans(Template):
    id, title = "str-spans", "How long it took"
    text = """`question["spent"]` is what somebody wrote into a time sheet, such as `1h20m` or `45m`. Answer with the minutes; 0 where
nothing can be read. Half an hour is half an hour, also where somebody writes decimals."""
    follow = "Minutes are rounded up to full quarters of an hour."

    def make(self, rng, odd):
        if "deep" in odd:
            return {"spent": f"{rng.randint(0, 7)}{rng.choice(',.')}{rng.choice(('5', '25', '75'))}h"}
        if "common" in odd:
            return {"spent": str(rng.randint(2, 118))}
        if "rare" in odd:
            return {"spent": f"{rng.randint(0, 7)}:{rng.randint(1, 59):02}"}
        hours, minutes = rng.randint(0, 7), rng.randint(1, 59)
        return {"spent": rng.choice(("{h}h{m}m", "{h}h {m}m", "{m}m", "{h} h")).format(h=hours, m=minutes)}

    def solve(self, q, k):
        text, number = q["spent"], r"(\d+(?:[.,]\d+)?)" if k.deep else r"(\d+)"
        if k.common and re.fullmatch(r"\d+", text):
            minutes = float(text)
        elif k.rare and (found := re.fullmatch(r"(\d+):(\d\d)", text)):
            minutes = 60.0 * int(found[1]) + int(found[2])
        else:
            found = [re.search(number + r"\s*" + unit, text) for unit in "hm"]
            hours, rest = (float(each[1].replace(",", ".")) if each else 0.0 for each in found)
            minutes = 60 * hours + rest
        return round(-(-minutes // 15) * 15 if k.follow else minutes, 2)


ALL = (Codes(), Initials(), Runs(), Shorten(), Versions(), Mask(), Spans())
