"""Settings against what the keeper wrote in conf/site.toml."""

import locale
import re
import socket
import zoneinfo

WHERE = "conf/settings.env"


def check(depot):
    for one in (seal, port):
        one(depot)


def differs(depot, kind, name, value):
    depot.defect(kind, WHERE, f"{name}={depot.settings.get(name)}, should be {value}", lambda: depot.set(name, value))


def seal(depot):
    """The setting that signing needs, whatever its name, and the key of the site."""
    name = re.search(r'def do_sign.*?path\("(\w+)"\)', depot.code(), re.S)[1]
    key = f"conf/keys/{depot.site['site']}.key"
    path = depot.root / key
    if not path.exists():
        depot.stop(key, "no key for this site")
        return
    if not depot.settings.get(name):
        differs(depot, "undocumented-variable", name, key)
    if path.stat().st_mode & 0o077:
        depot.defect("permission", key, oct(path.stat().st_mode & 0o777), lambda: path.chmod(0o600))


def free(port):
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port(depot):
    rules, target = depot.site["ports"], depot.target.get("ports", {})
    ours = range(rules["first"], rules["last"] + 1, target.get("step", 1))
    reserved = set(rules["reserved"]) - set(target.get("released", ()))
    allowed = [each for each in ours if each not in reserved]
    now = depot.settings.get("PORT", "")
    if now.isdigit() and int(now) in allowed and free(int(now)):
        return
    left = [each for each in allowed if free(each)]
    if not left:
        depot.stop("conf/site.toml", "no port of ours is free")
        return
    differs(depot, "port", "PORT", str(left[-1] if target else left[0]))


def printer(depot):
    name = depot.settings.get("LOCALE", "")
    try:
        locale.setlocale(locale.LC_ALL, name)
        good = "UTF-8" in locale.nl_langinfo(locale.CODESET).upper()
    except locale.Error:
        good = False
    finally:
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
    if not good:
        differs(depot, "locale", "LOCALE", "C.UTF-8")


def zone(depot):
    """As POSIX has it: the sign is turned."""
    ahead = depot.site["hours_ahead_of_utc"]
    now = depot.settings.get("ZONE", "")
    fixed = re.fullmatch(r"UTC([+-]\d+)?", now)
    if fixed:
        good = -int(fixed[1] or 0) == ahead
    else:
        try:
            zoneinfo.ZoneInfo(now)
            good = True
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            good = False
    if not good:
        differs(depot, "zone", "ZONE", f"UTC{-ahead:+d}")


def lease(depot):
    wanted = str(depot.site["lease_minutes"] * 60)
    if depot.settings.get("LEASE") != wanted:
        differs(depot, "wrong-default", "LEASE", wanted)


def seeds(depot):
    if depot.settings.get("SEED") != "upsert":
        differs(depot, "seed-not-idempotent", "SEED", "upsert")
