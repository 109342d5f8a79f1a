"""The page that shows two submissions side by side, what they share marked."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader import files
from grader.cohort.index import environment, own_source
from grader.cohort.pairs import Pair
from grader.pages.templating import policy, source
from grader.submission.redact import blinder

FOLDER = "pairs"
_MOST_FILES = 8
_MOST_LINES = 2000

Files = Mapping[str, bytes]


def page_name(pair: Pair) -> str:
    return f"{FOLDER}/{pair.left}--{pair.right}.html"


def remove_pages(out: Path) -> None:
    """Removes the pages of an earlier comparison."""
    for path in (out / FOLDER).glob("*--*.html") if (out / FOLDER).is_dir() else ():
        with contextlib.suppress(OSError):
            path.unlink()


def write_page(out: Path, pair: Pair, left: Files, right: Files, names: Sequence[str] = ()) -> None:
    """Writes the page of `pair`; `names` do not appear in it. Raises InfrastructureError."""
    from markupsafe import Markup

    hidden = blinder(tuple(names))
    style = source("page.css") + own_source("cohort.css")
    together = list(dict.fromkeys((passage.left_path, passage.right_path) for passage in pair.passages))
    views = {
        "mask": lambda text: hidden.text(text)[0],
        "csp": policy(style),
        "style": Markup(style),  # noqa: S704 - our own files
        "pair": pair,
        "percent": f"{100 * pair.share:.0f}",
        "files": [_view(number, pair, paths, left, right) for number, paths in enumerate(together[:_MOST_FILES], 1)],
        "left_out": max(0, len(together) - _MOST_FILES),
    }
    files.write(out / page_name(pair), environment().get_template("pair.html.j2").render(views))


def _view(number: int, pair: Pair, paths: tuple[str, str], left: Files, right: Files) -> dict[str, Any]:
    passages = [one for one in pair.passages if (one.left_path, one.right_path) == paths]
    ours = {line for one in passages for line in range(one.left_start, one.left_end + 1)}
    theirs = {line for one in passages for line in range(one.right_start, one.right_end + 1)}
    return {
        "number": number,
        "passages": passages,
        "sides": (
            ("l", pair.left, paths[0], _lines(left.get(paths[0], b""), ours)),
            ("r", pair.right, paths[1], _lines(right.get(paths[1], b""), theirs)),
        ),
    }


def _lines(content: bytes, marked: set[int]) -> list[tuple[int, str, bool]]:
    """Number, text and whether it is shared, for each line up to the last shared one and a bit."""
    texts = content.decode("utf-8", "replace").split("\n")
    end = min(len(texts), _MOST_LINES, max(marked, default=0) + 40)
    return [(at, texts[at - 1][:400], at in marked) for at in range(1, end + 1)]
