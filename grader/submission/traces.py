"""What in a text leads to its author without a name: addresses, profiles, phone numbers, home folders, accounts.

A pattern's group `name` is what is hidden; what stands around it stays. Every part of a pattern is bounded, or cannot
begin inside of what it has just passed over, so that no text takes more than time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import NamedTuple

from grader.submission.known_words import ACCOUNTS, NO_NAMES
from grader.submission.person import is_plain_word
from grader.unseen import IGNORABLE

_DATA_HOST = re.compile(r"(?:^|\.)(?:example(?:\.\w{2,10})?|test|invalid|localhost|local)$", re.IGNORECASE)
"""Hosts that RFC 2606 and 6761 keep for examples: data of the task, nobody's address."""
MAIL = re.compile(r"(?<![\w.+-])(?P<name>(?:[\w.+-]|\\[_.+-]){1,64}@(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}))\b")
_AT = r"[ \t]{0,2}(?:[\[({<][ \t]?(?:at|@|a|arroba)[ \t]?[\])}>]|[\[({<]\W?at\W?[\])}>]|\uff20|%40)[ \t]{0,2}"
_DOT = r"(?:\.|[ \t]{0,2}[\[({<][ \t]?(?:dot|punkt|\.)[ \t]?[\])}>][ \t]{0,2}|[ \t]{1,2}(?:dot|punkt|punto)[ \t]{1,2})"
_TOP_LEVEL = r"(?:com|org|net|dev|edu|info|app|[a-z]{2})\b"
_DOT_WORD = r"[ \t]{1,2}(?:dot|punto)[ \t]{1,2}"
SPELLED_MAIL = re.compile(
    rf"(?<![\w.+-])(?P<name>[\w.+-]{{1,64}}(?:{_AT}(?P<host>[\w-]{{1,63}}(?:{_DOT}[A-Za-z][\w-]{{1,62}}){{1,4}})|"
    rf"[ \t]{{1,2}}(?:at|arroba)[ \t]{{1,2}}"
    rf"(?P<words>[\w-]{{1,63}}(?:{_DOT_WORD}[\w-]{{1,63}}){{0,3}}{_DOT_WORD}{_TOP_LEVEL})|"
    r"[_-]at[_-](?P<joined>[\w-]{1,63}\.[A-Za-z]{2,10})))\b",
    re.IGNORECASE,
)
_HANDLE = r"(?P<name>[A-Za-z0-9][\w.-]{1,38})"
PROFILE = re.compile(
    r"(?P<site>\b(?:"
    r"(?:github|gitlab|linkedin|twitter|x|huggingface|kaggle|medium|t|bitbucket)\.(?:com|org|co|me|io)[/:](?:in/|@|users/)?|"
    r"(?:codeberg\.org|hf\.co|dev\.to|keybase\.io|linktr\.ee|about\.me|read\.cv|wa\.me|sr\.ht|ghcr\.io|quay\.io|"
    r"(?:facebook|instagram|vk|leetcode|calendly|polywork|hashnode|replit|codeforces|hackerrank|patreon|gitee)\.com|"
    r"raw\.githubusercontent\.com|gist\.github(?:usercontent)?\.com|mastodon\.\w{2,10}|fosstodon\.org|"
    r"(?:threads\.net|youtube\.com)(?=/@))/[@~]?|"
    r"api\.github\.com/(?:repos|users)/|colab\.research\.google\.com/github/|hub\.docker\.com/(?:u|r)/|"
    r"(?:stackoverflow|stackexchange|superuser|serverfault)\.com/users/\d{1,12}/|npmjs\.com/~|pypi\.org/user/|"
    r"bsky\.app/profile/|xing\.com/profile/|(?:wellfound\.com|angel\.co|reddit\.com)/u(?:ser)?/|orcid\.org/|"
    r"openreview\.net/profile\?id=~|scholar\.google\.com/citations\?user=|"
    r"(?:skype|telegram|discord|instagram)[ \t]{0,2}[:=][ \t]{0,2}@?(?!https?:))|"
    r"\bmerge pull request #\d{1,7} from )" + _HANDLE,
    re.IGNORECASE,
)
PAGES = re.compile(
    r"(?<![\w.-])(?!www\.|api\.|docs\.)(?P<name>[A-Za-z0-9][A-Za-z0-9-]{1,38})(?P<site>\.(?:git(?:hub|lab)\.io|bsky\.social|substack\.com|"
    r"netlify\.app|vercel\.app|hashnode\.dev|medium\.com|wordpress\.com|blogspot\.com|tumblr\.com|notion\.site))\b"
)
OWN_SITE = re.compile(
    r"(?P<site>\bmy (?:\w{1,20} )?(?:page|site|website|homepage|blog|portfolio)(?:[ \t]{1,3}(?:is|at|on))?"
    r"[:,]?[ \t]{1,3}[<(\[]?(?:https?://)?)(?P<name>(?:[\w-]{1,63}\.){1,4}[a-z]{2,12}(?:/[\w./~-]{0,200})?)",
    re.IGNORECASE,
)
_LABELS = ("github", "gitlab", "kaggle", "linkedin", "twitter", "telegram", "discord", "skype", "mastodon", "bluesky")
LABELLED = re.compile(
    r"(?m)(?P<site>(?:^|[\s*|(])(?:Git[Hh]ub|GitLab|Kaggle|LinkedIn|Twitter|Telegram|Discord|Skype|Mastodon|Bluesky)\*{0,2}:"
    r"\*{0,2}[ \t]{1,3}@?)(?!https?:)(?P<name>[a-z0-9][\w.-]{2,38})(?=[ \t]{0,4}(?:$|[,;|)]))"
)
HOME = re.compile(
    r"(?P<root>[/\\]{1,2}home[/\\]{1,2}(?:(?:students?|staff|users|[\w-]{1,30}\.local)/)?|/Users/|"
    r"\b[A-Za-z]:[\\/]{1,2}(?i:Users|Documents and Settings)[\\/]{1,2}|%2Fhome%2F|/pytest-of-|"
    r"(?<![\w.:/~-])/(?:Volumes|scratch|u|(?:run/)?media(?=/[\w.-]{1,40}/)|afs/[\w.]{1,40}/user(?:/\w){0,2})/)"
    r"(?P<name>[^\W_][\w.-]{1,39})"
)
_ACCOUNT = r"(?P<name>[a-z_][\w.-]{0,31})"
PROMPT = re.compile(
    rf"(?<![\w.+@/:-])\[?{_ACCOUNT}@(?P<host>[A-Za-z0-9][\w.-]{{0,62}})(?::[~/][^\n$#%]{{0,120}}[$#%](?=\s|$)|:~|"
    r"[ \t][^\s\]]{1,80}\]?[ \t]?[$#%](?=[ \t]))",
    re.IGNORECASE,
)
LISTING = re.compile(
    r"(?m)(?P<site>^[ \t#>|*]{0,12}[-dlbcps][rwxsStT-]{9}[.+@]?[ \t]{1,8}\d{1,6}[ \t]{1,8})"
    r"(?P<name>[A-Za-z_][\w.-]{0,31}[ \t]{1,8}[A-Za-z_][\w.-]{0,31})(?=[ \t]{1,12}\d)"
)
VARIABLE = re.compile(
    rf"(?<![\w.$-])(?P<site>(?:USER|LOGNAME|USERNAME|SUDO_USER)[ \t]{{0,1}}=[ \t]{{0,1}}[\"']?|"
    rf"HOME=/(?!home/|Users/)\w{{1,20}}/|\buid=\d{{1,10}}\(){_ACCOUNT}(?![\w(.])"
)
MACHINE = re.compile(
    r"(?i)(?<![\w.-])(?P<name>[a-z][a-z0-9]{2,30})(?P<site>-(?:macbook|mbp|imac|laptop|thinkpad|desktop|iphone)\b)"
)
_APART = "[ /\u00a0\u2009\u202f\u2010-\u2015-]"
PHONES = (
    (
        ("+", "\uff0b"),
        re.compile(rf"(?<![\w)+.-])(?P<name>[+\uff0b][1-9]\d{{0,2}}(?:{_APART}?\(?\d{{1,5}}\)?){{2,6}})(?![\w.-]*\w)"),
    ),
    (
        ("00",),
        re.compile(r"(?<![\w)+.-])(?P<name>00 ?[1-9]\d{0,2}(?:[ /-]\(?\d{2,9}\)?){2,5})(?![\w.-]{0,40}\w)"),
    ),
    (
        ("(", "-", "."),
        re.compile(
            r"(?<![\w)+.,-])(?P<name>(?:1[ .-])?(?:\([2-9]\d{2}\)[ .-]?[2-9]\d{2}[ .-]?|"
            r"[2-9]\d{2}(?P<sep>[.-])[2-9]\d{2}(?P=sep))\d{4})(?![\w.,-]{0,40}\w)"
        ),
    ),
    (
        ("(0", "/", "-"),
        re.compile(
            r"(?<![\w)+.-])(?P<name>(?:\(0\d{2,4}\)[ /-]?\d{3,8}(?:[ -]\d{2,5}){0,2}|0[1-9]\d{1,3}[/-]\d{6,9}))"
            r"(?![\w.-]{0,40}\w)"
        ),
    ),
    ((" ",), re.compile(r"(?<![\w)+.-])(?<!\d )(?P<name>0[1-9](?: \d{2}){4})(?! ?\d)(?![\w-])")),
    (
        ("phone", "tel", "mobile", "cell", "handy", "whatsapp"),
        re.compile(
            r"\b(?:phone|tel|telephone|mobile|cell|handy|whatsapp)\b\.?[\"']?\s{0,3}[:=]?\s{0,3}[\"']?"
            r"(?P<name>\+?\(?\d{2,5}\)?(?:[ ./-]?\(?\d{2,5}\)?){1,4})(?!\w)",
            re.IGNORECASE,
        ),
    ),
)
RESEARCHER = re.compile(r"(?<![\w-])(?P<name>0000-000[1-9]-\d{4}-\d{3}[\dXx])(?![\w-])")
"""An ORCID number."""
STUDENT = re.compile(
    r"\b(?:(?:student|matriculation|matric|enrol{1,2}ment)(?:'s)?[ -]?(?:number|no|nr|id)|matrikel(?:nummer|-?nr))\b"
    r"\.?[\"']?[ \t]{0,3}[:=#]?[ \t]{0,3}[\"']?(?P<name>[A-Za-z]{0,3}\d{5,12})(?!\w)",
    re.IGNORECASE,
)
_INVENTED_PHONE = re.compile(r"555[ .-]?01\d\d$")
"""Numbers that are kept for stories: data of the task."""
_LEAST_DIGITS = 8
_HOMES = re.compile(r"home|users|settings|pytest-of", re.IGNORECASE)
_ENTITIES = re.compile(
    r"(?<![\w.+@&#;-])[\w.+@-]{0,64}+(?:(?:&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|commat|period);|"
    rf"[{IGNORABLE}])[\w.+@-]{{0,64}}+){{1,64}}+"
)
_IGNORED = re.compile(f"[{IGNORABLE}]")
JOINT = re.compile(rf"\*{{1,3}}|`|\\(?=_)|<!--[^<>\n]{{0,80}}-->|</?[a-zA-Z]{{1,10}}>|[{IGNORABLE}]")
"""What may stand inside of a word without parting it on a page."""
CUT = re.compile(rf"(?<![^\W_])[^\W_]++(?:(?:{JOINT.pattern}){{1,3}}+[^\W_]++){{1,40}}+")


def is_account(name: str) -> bool:
    """Whether an account may be a person's: not a machine's, nor a word."""
    return name.lower() not in ACCOUNTS and name.lower() not in NO_NAMES and not is_plain_word(name)


def _always(found: re.Match[str]) -> bool:
    return True


def _is_address(found: re.Match[str]) -> bool:
    hosts = [found[group] for group in found.re.groupindex if group != "name"]
    return not any(_DATA_HOST.search(host) for host in hosts if host) and not found["name"].startswith("git@")


def _is_account(found: re.Match[str]) -> bool:
    return any(map(is_account, found["name"].split()))


def _is_home(found: re.Match[str]) -> bool:
    return _HOMES.search(found["root"]) is not None or is_account(found["name"])


def _is_phone(found: re.Match[str]) -> bool:
    return sum(c.isdigit() for c in found["name"]) >= _LEAST_DIGITS and not _INVENTED_PHONE.search(found["name"])


class Trace(NamedTuple):
    """A way in which a text leads to its author."""

    kind: str
    """What it is counted as."""
    mark: str
    """What stands in its place."""
    pattern: re.Pattern[str]
    signs: tuple[str, ...]
    """A text without any of them, in small letters, has none of it: most texts need not be searched."""
    tells: Callable[[re.Match[str]], bool] = _always
    """Whether what was found may be a person's."""


_SITES = (
    "github git@ gitlab linkedin twitter x.c huggingface kaggle medium t.me bitbucket codeberg hf.co dev.to keybase "
    "linktr.ee about.me read.cv wa.me sr.ht ghcr.io quay.io facebook instagram vk.com leetcode calendly polywork "
    "hashnode replit codeforces hackerrank patreon gitee mastodon fosstodon threads.net youtube docker.com stack "
    "superuser serverfault npmjs pypi.org bsky. xing. wellfound angel.co reddit orcid openreview scholar.google colab. "
    "skype telegram discord pull~request"
).replace(" ", "\n").replace("~", " ").split("\n")  # fmt: skip
_AT_SIGNS = (
    "at]",
    "at)",
    "at}",
    "at>",
    "(@",
    "[@",
    "{@",
    "[a]",
    "(a)",
    "arroba",
    "%40",
    "\uff20",
    " dot ",
    "_at_",
    "-at-",
)
_HOME_SIGNS = (
    "home",
    "users",
    "documents and settings",
    "pytest-of-",
    "/volumes",
    "/scratch",
    "/u/",
    "/media/",
    "/afs/",
)
TRACES = (
    Trace("profiles", "handle", PROFILE, tuple(_SITES)),
    Trace("home folders", "name", PROMPT, ("@",), _is_account),
    Trace("e-mail addresses", "e-mail", MAIL, ("@",), _is_address),
    Trace("e-mail addresses", "e-mail", SPELLED_MAIL, _AT_SIGNS, _is_address),
    Trace(
        "profiles",
        "handle",
        PAGES,
        (".git", "bsky.", "substack", ".app", "hashnode", "medium", "press", "blog", "tumblr", ".site"),
    ),
    Trace("profiles", "handle", OWN_SITE, ("my ",)),
    Trace("profiles", "handle", LABELLED, tuple(f"{site}{end}" for site in _LABELS for end in (":", "*"))),
    Trace("home folders", "name", HOME, _HOME_SIGNS, _is_home),
    Trace("home folders", "name", LISTING, ("rw", "r-x"), _is_account),
    Trace("home folders", "name", VARIABLE, ("user", "logname", "home=", "uid="), _is_account),
    Trace(
        "home folders", "name", MACHINE, ("-mac", "-mbp", "-imac", "-laptop", "-think", "-desk", "-iphone"), _is_account
    ),
    Trace("numbers of people", "handle", RESEARCHER, ("0000-000",)),
    Trace("numbers of people", "handle", STUDENT, ("student", "matri", "enrol")),
    *(Trace("phone numbers", "phone", pattern, signs, _is_phone) for signs, pattern in PHONES),
)


def unescaped(text: str, known: frozenset[str]) -> str:
    """`text` with addresses, and the words of `known`, as a page shows them where entities stand for their letters."""
    if "&" not in text and text.isascii():
        return text

    def shown(found: re.Match[str]) -> str:
        read = _IGNORED.sub("", unescape(found[0]))
        return read if "\n" not in read and (MAIL.search(read) or read.lower() in known) else found[0]

    return _ENTITIES.sub(shown, text)


def uncut(text: str) -> str:
    """`text` with words whole that markup or characters nobody sees cut: for looking, not for showing."""
    return CUT.sub(lambda cut: JOINT.sub("", cut[0]), text)


def accounts(text: str) -> Iterator[str]:
    """Who was logged in, by prompts, listings of files, home folders and variables."""
    if "/" in text or "\\" in text or "%2Fhome" in text:
        yield from (found["name"] for found in HOME.finditer(text))
    for pattern in (PROMPT, LISTING, VARIABLE) if "@" in text or "rw" in text or "=" in text else ():
        yield from (name for found in pattern.finditer(text) if is_account(name := found["name"].split()[0]))
