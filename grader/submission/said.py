"""Where the files of a work say whose they are: author lines, bylines, sign-offs, metadata, lists of authors, accounts.

Each place is found by one pass over the text with bounded parts, so that all of it takes time in proportion to it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.submission.code import kind_of
from grader.submission.known_words import ACCOUNTS, NO_NAMES, PARTICLES
from grader.submission.person import is_plain_word, is_word
from grader.submission.traces import accounts


class Said(NamedTuple):
    """Who a file says that it is by."""

    names: set[str]
    """Of two parts and more."""
    alone: set[str]
    """A single name that somebody signs with."""
    handles: set[str]


_PART = r"[^\W\d_][\w.'’-]{0,40}"
_NAME = rf"{_PART}(?:[ \t]{{1,4}}{_PART}){{0,3}}"
_BY = r"(?:written|created|made|submitted|prepared|developed|implemented|designed|authored|coded|drafted) by"
_I_AM = r"my name(?:['’]s| is)|mein name ist|ich hei(?:ß|ss)e|je m['’]appelle|me llamo|mi nombre es|mi chiamo|call me"
_LABEL = r"author|candidate|applicant|candidate name|full name|maintainer|signed-off-by|co-authored-by"
_LABEL_WITH_A_COLON = (
    r"applicant name|reviewed-by|signed|autor|autorin|verfasser|verfasserin|auteur|auteure|autore|автор|student|"
    r"contact|developer"
)
_SAID = re.compile(
    rf"(?:^|[\s#*\"'>|(])(?:__author__\s{{0,4}}=\s{{0,4}}|@author:?\s{{1,4}}|\\author\{{|(?:(?:{_LABEL_WITH_A_COLON})(?=[*_]{{0,3}}\s{{0,4}}:)|{_LABEL}|{_BY}|"
    r"copyright(?:\s{0,4}\(c\)|\s{0,4}©)?(?:\s{0,4}\d{4}(?:\s{0,4}[-–]\s{0,4}\d{4})?)?,?(?:\s{1,4}by)?|"
    r"(?:©|\(c\))\s{0,4}\d{4})"
    r"(?:[*_\"']{0,3}\s{0,4}[:=|]\s{0,4}|\s{1,4}(?=[\"'A-ZÀ-Þ])))[\"'*_\s]{0,4}(?P<name>" + _NAME + ")",
    re.IGNORECASE | re.MULTILINE,
)
_TOLD = re.compile(
    rf"(?i)\b(?P<says>{_I_AM}|i am|i['’]m|this is the work of|cv of)[ \t]{{1,4}}[*_]{{0,3}}(?P<name>{_NAME})"
)
_HEAD = re.compile(
    rf"(?im)^[ \t#>*_|-]{{0,8}}(?:my )?name[*_]{{0,3}}[ \t]{{0,4}}[:|][*_]{{0,3}}[ \t]{{0,4}}"
    rf"(?P<name>{_NAME})[*_| \t]{{0,8}}$"
)
"""`Name: Ana Weber` at the head of a document."""
_LONGEST_HEAD = 400
_GIT_CONFIG = re.compile(rf"\buser\.name[ \t=]{{1,4}}[\"']?(?P<name>{_NAME})")
_TOLD_SIGNS = (
    "name",
    "ich hei",
    "je m",
    "me llamo",
    "mi chiamo",
    "call me",
    "i am ",
    "i'm ",
    "i’m ",
    "work of",
    "cv of",
)
_LOOSE = re.compile(r"(?i)i am|i['’]m|this")
_BYLINE = re.compile(
    rf"(?im)(?:\A|\n[ \t]{{0,80}}\n|(?:\A|\n)#[^\n]{{0,200}}\n|\n[=-]{{3,80}}\n)[ \t#>*_]{{0,12}}by"
    rf"[ \t]{{1,4}}(?P<name>{_NAME})[*_]{{0,3}}(?:[ \t]{{0,4}}[,<(|·–—][^\n]{{0,120}})?[*_. \t]{{0,8}}$"
)
_SIGN_OFF = re.compile(
    r"(?im)^[ \t>*_]{0,8}(?:(?:(?:with )?(?:kind|best|warm|many)(?:est)? )?(?:regards|wishes)|best|cheers|thanks|"
    r"thank you|many thanks|sincerely|yours (?:truly|sincerely|faithfully)|sincerely yours|respectfully|"
    r"(?:mit )?(?:freundlichen|besten|vielen|lieben|viele|beste|liebe) gr(?:ü|ue)(?:ß|ss)en?|cordialement|saludos|"
    r"un saludo|cordiali saluti)"
    rf"[ \t]{{0,4}}(?:[,!.–—-][ \t]{{0,4}}\n{{0,3}}|\n{{1,3}})[ \t>*_—–-]{{0,8}}(?P<name>{_NAME})[*_. \t]{{0,8}}$"
)
_DASH_AT_THE_END = re.compile(rf"(?:—|–|--)[ \t]{{0,3}}(?P<name>{_NAME})\s{{0,20}}\Z")
_FIELD = re.compile(
    r"[\"']?\b(?:name|given-names|family-names|author)[\"']?\s{0,4}[:=|]\s{0,4}[\"'](?P<name>[^\"'<\n]{3,60})[\"'<]"
)
_METADATA = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|package\.json|CITATION\.cff|Cargo\.toml|[^/]{1,200}\.ipynb)$",
    re.IGNORECASE,
)
_AUTHORS = re.compile(
    r"(?:authors?|maintainers?|contributors)[\"']?\s{0,4}[:=|]\s{0,4}"
    r"(?P<body>\[[^\]]{0,2000}+\]|\{[^}]{0,500}+\}|[\"'][^\"'\n]{1,200}+[\"'])"
)
_SETTING = re.compile(r"(?m)^[ \t]{0,8}(?:author|maintainer)[ \t]{0,4}=[ \t]{0,4}(?P<name>[^\n\"'\[{(<]{3,60})")
_CITED = re.compile(r"(?m)^[ \t-]{0,8}(?P<part>given|family)-names[ \t]{0,4}:[ \t]{0,4}[\"']?(?P<name>[^\"'\n]{1,60})")
_SHOWN = re.compile(r"\"(?:displayName|user_name|userName)\"\s{0,4}:\s{0,4}\"(?P<name>[^\"\\\n]{3,60})\"")
_LISTS = re.compile(
    r"(?:^|/)(?:AUTHORS|CONTRIBUTORS|MAINTAINERS|CREDITS|OWNERS|\.mailmap)(?:\.\w{2,4})?$", re.IGNORECASE
)
_LISTED = re.compile(rf"(?m)^[ \t*•-]{{0,8}}(?P<name>{_NAME})[ \t]{{0,8}}(?:$|[<(,:@–—-])")
_WHO_AM_I = re.compile(r"\bwhoami\b[^\n\w]{0,4}\n[ \t#>]{0,8}(?P<name>[a-z][\w.-]{1,31})[ \t]{0,8}$", re.MULTILINE)
_LONGEST_NOTEBOOK = 2_000_000


def said(path: str, text: str) -> Said:
    """Who the file `path` with `text` says that it is by."""
    names = {found["name"] for found in _SAID.finditer(text)}
    told = list(_TOLD.finditer(text)) if any(sign in text.lower() for sign in _TOLD_SIGNS) else []
    names.update(found["name"] for found in told)
    names.update(found["name"] for found in _BYLINE.finditer(text))
    signed = [found["name"] for found in _SIGN_OFF.finditer(text)]
    signed += [found["name"] for found in told if not _LOOSE.match(found["says"])]
    names.update(signed)
    names.update(found["name"] for found in _GIT_CONFIG.finditer(text))
    if kind_of(path) == "document" and (head := _HEAD.search(text, 0, _LONGEST_HEAD)):
        names |= set() if any(map(is_plain_word, head["name"].split())) else {head["name"]}
    if ends := _DASH_AT_THE_END.search(text, max(0, len(text) - 200)):
        names.add(ends["name"])
    handles = {found["name"] for found in _WHO_AM_I.finditer(text)} | set(accounts(text))
    if _METADATA.search(path):
        names.update(_metadata_names(path, text))
    if _LISTS.search(path):
        names.update(found["name"] for found in _LISTED.finditer(text))
    if path.lower().endswith(".ipynb"):
        handles.update(_who_cells_say(text))
    full = {name for said in names if _is_name(name := _leading(said))}
    alone = {first for name in signed if (first := _alone(name))}
    return Said(full, alone, {name for name in handles if is_word(name) and name.lower() not in ACCOUNTS})


def _leading(name: str) -> str:
    """The part of what was found that is written as a name is: `Ana Weber` of `Ana Weber wrote it`."""
    parts: list[str] = []
    for part in (part.strip(".'’-") for part in name.split()):
        if not part[:1].isupper() and part not in PARTICLES:
            break
        parts.append(part)
    while parts and not parts[-1][:1].isupper():
        parts.pop()
    return " ".join(parts)


def _is_name(name: str) -> bool:
    parts = name.split()
    return len(parts) >= 2 and all(part.lower() not in NO_NAMES for part in parts) and parts[0][:1].isupper()


def _alone(name: str) -> str:
    """The single name that `name` is; empty where it may be a word, or is more than one."""
    one = _leading(name)
    single = one if " " not in one and one == name.strip(" .'’-") else ""
    return single if is_word(single) and not is_plain_word(single) and not single.isupper() else ""


def _metadata_names(path: str, text: str) -> Iterable[str]:
    for block in _AUTHORS.finditer(text):
        body = block["body"]
        found = [match["name"].strip() for match in _FIELD.finditer(body)]
        yield from found or [part.split("<")[0].strip(" \"'[]") for part in body.split(",")]
    yield from (found["name"] for found in _SETTING.finditer(text))
    yield from (found["name"] for found in _SHOWN.finditer(text))
    if path.lower().endswith(".cff"):
        cited = [(found["part"], found["name"].strip()) for found in _CITED.finditer(text)]
        for (part, name), (other, second) in itertools.pairwise(cited):
            if part != other:
                yield f"{name} {second}" if part == "given" else f"{second} {name}"


def _who_cells_say(text: str) -> Iterator[str]:
    """What the cells of a notebook that ask `whoami` were answered."""
    if "whoami" not in text or len(text) > _LONGEST_NOTEBOOK:
        return
    try:
        cells = json.loads(text)["cells"]
        asked = [cell for cell in cells if "whoami" in "".join(cell["source"])]
        printed = ["".join(shown.get("text", ())) for cell in asked for shown in cell.get("outputs", ())]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return
    yield from (
        word for answer in printed for word in answer.split()[:1] if re.fullmatch(r"[a-zA-Z][\w.-]{1,31}", word)
    )
