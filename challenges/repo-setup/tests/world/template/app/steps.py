"""What a job can be. Each takes a text, whose first word says about what, and gives the text of its result."""

import csv
import hashlib
import hmac
import json
import locale
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from PKG import stock
from PKG.config import ROOT, settings

sys.path.append(str(ROOT / "vendor"))


def do_echo(text):
    return text[::-1]


def do_label(text):
    code, rest = text.split(" ", 1)
    made = json.loads((ROOT / "var" / "gen" / "labels.json").read_text("utf-8"))
    return f"{made['labels'][code]} {rest}"


def do_stock(text):
    code, rest = text.split(" ", 1)
    return f"{stock.place(code)} {rest}"


def do_price(text):
    """Rates come from the cache; where there is none, from RATES, and the cache is made."""
    code, rest = text.split(" ", 1)
    cache = ROOT / "var" / "cache" / "rates.json"
    if not cache.exists():
        rows = csv.DictReader((ROOT / settings().need("RATES")).read_text("utf-8").splitlines())
        cache.parent.mkdir(parents=True, exist_ok=True)
        rates = {row["code"]: row["cents"] for row in rows}
        cache.write_text(json.dumps({"rows": len(rates), "by_hand": [], "rates": rates}), "utf-8")
    return f"{json.loads(cache.read_text('utf-8'))['rates'].get(code, 0)} {rest}"


def do_pack(text):
    import MIDDLE

    return MIDDLE.pack(text)


def do_crate(text):
    import SINGLE

    return SINGLE.crate(text)


def do_due(text):
    """When something lent at an hour of UTC is due, by the clock of the depot. LEASE is in seconds (until 2.6: minutes).
    ZONE is a zone's name, or UTC with hours as POSIX has them: UTC-3 is three hours ahead of UTC."""
    hour, rest = text.split(" ", 1)
    zone = settings().need("ZONE")
    fixed = re.fullmatch(r"UTC([+-]\d+)?", zone)
    clock = timezone(-timedelta(hours=int(fixed[1] or 0))) if fixed else ZoneInfo(zone)
    when = datetime(2026, 3, 1, int(hour), tzinfo=UTC) + timedelta(seconds=settings().number("LEASE"))
    return f"{when.astimezone(clock):%H:%M} {rest}"


def do_print(text):
    """As the depot's printer gets it: in the code of the setting LOCALE."""
    locale.setlocale(locale.LC_ALL, settings().need("LOCALE"))
    code = locale.nl_langinfo(locale.CODESET)
    return text.encode(code, "replace").decode(code)


def do_tell(text):
    """Has the hook HOOK run; it must be a file that may be executed, and its first line must name what runs it."""
    hook = settings().path("HOOK")
    if not hook.stat().st_mode & stat.S_IXUSR:
        raise PermissionError(f"{hook.name} may not be executed")
    words = hook.read_bytes().split(b"\n")[0].decode().removeprefix("#!").split(" ")
    program = shutil.which(words[-1]) if words[0] == "/usr/bin/env" else words[0]
    made = subprocess.run([program, str(hook)], input=text + "\n", capture_output=True, text=True, check=True)
    return made.stdout.strip("\n")


def do_sign(text):
    """The seal of the depot, with the key that is kept for its site; nobody else may read it."""
    path = settings().path("SEALNAME")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"{path.name} can be read by others")
    return hmac.new(path.read_text("utf-8").strip().encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def do_archive(text):
    """Keeps a text, and tells how many are kept."""
    folder = ROOT / "var" / "archive"
    (folder / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt").write_text(text, "utf-8")
    return f"{len(list(folder.resolve().glob('*.txt')))} {text}"
