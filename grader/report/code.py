"""The submission as a reader meets it: every file listed, text with numbered lines, evidence marked in the margin.

Sizes are bounded: a page stays small enough to open at once, whatever was handed in. What a reader needs most comes
first: files that evidence points to, then documents, then the rest by name.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from grader.aside.serving import busy_with
from grader.pages.decode import Decoded, decode
from grader.pages.documents import rendered
from grader.pages.highlight import highlighted
from grader.pages.text import clean, count, size

LINE_COST = 90
"""Characters of markup around a line, about."""
MOST_LINES = 1_500
"""Lines of one file that are shown, beside those that evidence points to."""
LONGEST_LINE = 1_000
_MOST_SPLIT = 200_000
_AROUND = 3
"""Lines shown before and after evidence that lies beyond the cut."""


class Mark(NamedTuple):
    """A range of lines that something else on the page points to."""

    label: str
    """`3b`: the third criterion's second quote. `!1`: the first flag."""
    path: str
    start: int
    end: int
    title: str
    back: str
    """Id on the page that the mark leads back to."""
    warn: bool = False
    note: bool = False
    """Neither evidence nor a flag: something that a reader is to know of, in a neutral colour."""

    @property
    def id(self) -> str:
        return "m" + self.label.replace("!", "flag")

    @property
    def short(self) -> str:
        """What stands in the margin."""
        return "flag" if self.warn else "note" if self.note else self.label

    @property
    def said(self) -> str:
        """What a screen reader says in place of the word in the margin."""
        return "Flag" if self.warn else "Note" if self.note else f"Evidence {self.label}"

    @property
    def style(self) -> str:
        """Classes of the lines it covers."""
        return f"ev{' warn' if self.warn else ' note' if self.note else ''} x-{self.id}"


class File(NamedTuple):
    """A file of the submission on the page. `body` is HTML; None where only the name is listed."""

    path: str
    anchor: str
    size: str
    lines: int = 0
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    body: str | None = None
    document: str | None = None
    """Markdown rendered; the raw lines are in `body`."""
    opened: bool = False

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def cited(self) -> str:
        """The marks of the file, as the list of files shows them."""
        words = {"flag", "note"}
        names = sorted({mark.short for mark in self.marks}, key=lambda name: (name in words, len(name), name))
        return " ".join(names)

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(kw_only=True)
class PageBudget:
    """What a page can still take: characters of source, characters with colours, opened lines, seconds for colours."""

    characters: int = 1_200_000
    colours: int = 250_000
    opened: int = 600
    until: float = field(default_factory=lambda: time.process_time() + 2.0)
    plain: str = ""
    """Why nothing is coloured or rendered; empty where it is."""


def files_of(
    files: Mapping[str, bytes],
    marks: Iterable[Mark],
    *,
    mask: Callable[[str], str] = str,
    name: Callable[[str], str] = str,
    budget: PageBudget | None = None,
    root: str = "code",
) -> list[File]:
    """All `files`, by path, with as much of their text as the page can take. `mask` hides what a blind copy hides in
    their texts, `name` what it hides in their paths. `root`: what the files' ids on the page begin with."""
    budget = budget or PageBudget()
    by_path: dict[str, list[Mark]] = {}
    for mark in marks:
        by_path.setdefault(mark.path, []).append(mark)
    shown = {path: name(path) for path in files}
    anchors = _anchors(shown, root)
    order = sorted(files, key=lambda path: (path not in by_path, not _is_document(path), path))
    rooms = _rooms(files, budget.characters)
    made = {}
    for path in order:
        busy_with(path)
        bare = File(path=shown[path], anchor=anchors[path], size=size(len(files[path])))
        made[path] = _file(bare, files[path], by_path.get(path, ()), mask, budget, rooms[path])
    return [made[path] for path in sorted(files)]


def _rooms(files: Mapping[str, bytes], characters: int) -> dict[str, int]:
    """Path → how many of the page's characters the file may take: an equal share of them, and more of what smaller
    files leave over. So nobody fills the page with large files until the small ones that matter are not shown."""
    costs = {path: len(content) + LINE_COST * (content.count(b"\n") + 1) for path, content in files.items()}
    found: dict[str, int] = {}
    for place, (path, cost) in enumerate(sorted(costs.items(), key=lambda entry: entry[1])):
        found[path] = min(cost, characters // (len(costs) - place))
        characters -= found[path]
    return found


def listed_only(files: Mapping[str, bytes]) -> list[File]:
    """The files without texts, numbered: where they cannot be read in time, nor can what stands in their names."""
    note = ("not shown: the files took too long to be read",)
    return [
        File(path=f"file {number}", anchor=f"code/{number}", size=size(len(content)), notes=note)
        for number, content in enumerate(files.values(), 1)
    ]


def _is_document(path: str) -> bool:
    return path.lower().endswith((".md", ".markdown"))


def _anchors(paths: Mapping[str, str], root: str) -> dict[str, str]:
    """Path → id, of harmless characters, one to one. `paths`: path → what the page calls it."""
    found: dict[str, str] = {}
    used: Counter[str] = Counter()
    for path, shown in paths.items():
        base = f"{root}/" + re.sub(r"[^A-Za-z0-9._/-]", "_", shown[:80])
        used[base] += 1
        found[path] = base if used[base] == 1 else f"{base}~{used[base]}"
    return found


def _file(
    bare: File, content: bytes, marks: Sequence[Mark], mask: Callable[[str], str], budget: PageBudget, room: int
) -> File:
    if not content:
        return bare._replace(notes=("empty",))
    decoded = decode(content)
    if decoded is None:
        return bare._replace(notes=("binary, not shown",))
    total = decoded.text.count("\n") + (not decoded.text.endswith("\n"))
    marks = tuple(sorted((m for m in marks if m.start <= total), key=lambda m: (m.start, -m.end)))
    if budget.characters <= 0:
        return bare._replace(lines=total, notes=("not shown: it would make the page too large",))
    return _shown(bare._replace(lines=total, marks=marks), decoded, mask, budget, min(room, budget.characters))


def _shown(file: File, decoded: Decoded, mask: Callable[[str], str], budget: PageBudget, room: int) -> File:
    lines = decoded.text.split("\n", _MOST_SPLIT)[: min(file.lines, _MOST_SPLIT)]
    windows = _windows(len(lines), file.marks, lines, room)
    kept = sum(end - start + 1 for start, end in windows)
    notes = [note for note in (decoded.note, budget.plain) if note]
    if kept < file.lines:
        notes.append(f"cut: {kept:,} of {count(file.lines, 'line')} shown")
    texts = {start: _masked(lines[start - 1 : end], mask) for start, end in windows}
    cost = sum(len(line) for part in texts.values() for line in part)
    colour = not budget.plain and cost <= budget.colours and time.process_time() < budget.until
    body = "".join(
        ('<p class="gap">…</p>' if number else "")
        + _lines(start, highlighted(texts[start], file.path if colour else ""), file)
        for number, (start, _) in enumerate(windows)
    )
    document = rendered("\n".join(texts[1])) if _is_document(file.path) and kept == file.lines and colour else None
    opened = bool(file.marks) or kept <= budget.opened
    budget.characters -= cost + LINE_COST * kept
    budget.colours -= cost if colour else 0
    budget.opened -= kept if opened else 0
    return file._replace(body=body, document=document, notes=tuple(notes), opened=opened)


def _windows(total: int, marks: Sequence[Mark], lines: list[str], room: int) -> list[tuple[int, int]]:
    """Ranges of lines to show: the beginning, and what evidence points to."""
    most, spent = min(total, MOST_LINES), 0
    for number, line in enumerate(lines[:most], 1):
        spent += min(len(line), LONGEST_LINE) + LINE_COST
        if spent > room and number > 20:
            most = number
            break
    found = [(1, most)]
    for mark in marks:
        start, end = max(1, mark.start - _AROUND), min(total, mark.end + _AROUND, mark.start + MOST_LINES)
        if start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _masked(lines: list[str], mask: Callable[[str], str]) -> list[str]:
    return mask("\n".join(clean(_cut(line)) for line in lines)).split("\n")


def _cut(line: str) -> str:
    left = len(line) - LONGEST_LINE
    return line if left <= 0 else f"{line[:LONGEST_LINE]} … {left:,} more characters"


# ---------------------------------------------------------------------------------------------- lines


def _lines(first: int, lines: list[str], file: File) -> str:
    """Numbered lines; each range that is pointed to is wrapped, so that `:target` lights it without a script."""
    starts: dict[int, list[Mark]] = {}
    for mark in file.marks:
        starts.setdefault(mark.start, []).append(mark)
    stack: list[Mark] = []
    out: list[str] = []
    for number, line in enumerate(lines, first):
        for mark in starts.get(number, ()):
            _open(mark, stack, out)
        margin = "".join(map(_margin, starts.get(number, ())))
        at = f"{file.anchor}:{number}"
        out.append(
            f'<span class="l" id="{at}">{margin}<a tabindex="-1" href="#{at}">{number}</a>{line or " "}</span>\n'
        )
        _close(number, stack, out)
    out.extend("</span>" for _ in stack)
    return "".join(out)


def _open(mark: Mark, stack: list[Mark], out: list[str]) -> None:
    """Wrap from here; a range that would outlive the one around it is split at that one's end."""
    stack.append(mark)
    out.append(f'<span class="{mark.style}" id="{mark.id}">')


def _close(number: int, stack: list[Mark], out: list[str]) -> None:
    ending = [at for at, mark in enumerate(stack) if mark.end <= number]
    if not ending:
        return
    inner = stack[ending[0] :]
    out.extend("</span>" for _ in inner)
    del stack[ending[0] :]
    for mark in inner:
        if mark.end > number:
            stack.append(mark)
            out.append(f'<span class="{mark.style}">')


def _margin(mark: Mark) -> str:
    title = escape(f"{mark.said}: {clean(mark.title)}")
    return f'<a class="m" href="#{mark.back}" aria-label="{title}">{escape(mark.short)}</a>'


def split_rules(files: Iterable[File]) -> str:
    """CSS that lights all parts of a range that had to be split where it overlaps another."""
    split = [mark.id for file in files for mark in file.marks if (file.body or "").count(f'x-{mark.id}"') > 1]
    return "".join(f"body:has(#{name}:target) .x-{name}{{background:var(--target)}}\n" for name in split)
