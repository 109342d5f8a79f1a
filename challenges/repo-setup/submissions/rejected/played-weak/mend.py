import json, os, socket, subprocess, sys, tomllib
from pathlib import Path

found = []


def say(kind, where, seen):
    found.append({"kind": kind, "where": where, "seen": seen})


def read_env(p):
    out = {}
    if Path(p).exists():
        for line in Path(p).read_text().splitlines():
            if "=" in line and not line.startswith("#"):
                k, v = line.split("=", 1)
                out[k] = v.strip()
    return out


site = tomllib.loads(Path("conf/site.toml").read_text())
env = read_env("conf/settings.env")
local = read_env("conf/local.env")
pkg = [p.parent.name for p in Path(".").glob("*/worker.py")][0]

# lock
lock = Path("var/run/sweep.lock")
if lock.exists():
    try:
        pid = json.loads(lock.read_text())["pid"]
        alive = os.path.exists(f"/proc/{pid}")
    except Exception:
        alive = False
    if alive:
        Path("diagnosis.json").write_text(json.dumps({"defects": found}))
        print("cannot: var/run/sweep.lock", file=sys.stderr)
        sys.exit(3)
    say("stale-lock", "var/run/sweep.lock", f"pid {pid} is not running")
    lock.unlink()


# port
def free(p):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", p))
        return True
    except OSError:
        return False
    finally:
        s.close()


port = int(env["PORT"])
ports = [p for p in range(site["ports"]["first"], site["ports"]["last"] + 1) if p not in site["ports"]["reserved"]]
if port not in ports or not free(port):
    say("port", "conf/settings.env", f"{port} is taken")
    local["PORT"] = str([p for p in ports if free(p)][0])

# lease, zone, seed, locale
if int(env["LEASE"]) != site["lease_minutes"] * 60:
    say("wrong-default", "conf/settings.env", "LEASE")
    local["LEASE"] = str(site["lease_minutes"] * 60)
zone = "UTC%+d" % -site["hours_ahead_of_utc"]
if env["ZONE"] != zone:
    say("zone", "conf/settings.env", "ZONE is " + env["ZONE"])
    local["ZONE"] = zone
if env["SEED"] != "upsert":
    say("seed-not-idempotent", "conf/settings.env", "SEED")
    local["SEED"] = "upsert"
if "UTF-8" not in env["LOCALE"]:
    say("locale", "conf/settings.env", "LOCALE")
    local["LOCALE"] = "C.UTF-8"
key = "conf/keys/%s.key" % site["site"]
if key not in env.values():
    import re
    name = re.search(r'path = settings\(\)\.path\("(\w+)"\)', Path(pkg, "steps.py").read_text())[1]
    say("undocumented-variable", "conf/settings.env", name + " is not set")
    local[name] = key
Path("conf/local.env").write_text("".join(f"{k}={v}\n" for k, v in local.items()))

# hook
hook = Path(env["HOOK"])
data = hook.read_bytes()
if b"\r" in data:
    say("line-ends", env["HOOK"], "CRLF")
    data = data.replace(b"\r\n", b"\n")
first = data.split(b"\n")[0].decode()
if not os.path.exists(first[2:].split(" ")[0]):
    say("shebang", env["HOOK"], first)
    data = b"#!/usr/bin/env python3\n" + data.split(b"\n", 1)[1]
hook.write_bytes(data)
if not os.access(hook, os.X_OK):
    say("permission", env["HOOK"], "not executable")
    hook.chmod(0o755)

# migrations
order = Path("migrations/ORDER")
names = order.read_text().split()
done, rest = [], list(names)
while rest:
    for n in rest:
        after = [l.split(": ")[1] for l in Path("migrations", n).read_text().splitlines() if l.startswith("-- after:")]
        if all(a in done for a in after):
            done.append(n)
            rest.remove(n)
            break
    else:
        break
if done != names:
    say("migration-order", "migrations/ORDER", "wrong order")
    order.write_text("\n".join(done) + "\n")

# cache
cache = Path("var/cache/rates.json")
if cache.exists():
    try:
        json.loads(cache.read_text())
    except ValueError:
        say("half-written-cache", "var/cache/rates.json", "no JSON")
        cache.unlink()

# spool
for p in Path("var/spool").glob("*.json"):
    try:
        json.loads(p.read_text())
    except ValueError:
        say("poison-record", str(p), "no JSON")
        Path("var/spool/bad").mkdir(exist_ok=True)
        p.rename(Path("var/spool/bad", p.name))

# labels
if Path("var").exists() and not Path("var/gen/labels.json").exists():
    say("missing-generated", "var/gen/labels.json", "not there")

# packages: take a version of each that is in needs
proj = tomllib.loads(Path("project.toml").read_text())


def v(s):
    return tuple(int(x) for x in s.split("."))


wheels = {}
for w in Path(env["WHEELS"]).glob("*.whl"):
    n, ver = w.name.split("-")[:2]
    wheels.setdefault(n, []).append(ver)
import itertools, zipfile


def fits(ver, spec):
    for part in spec.split(","):
        for op in (">=", "<=", "==", "<", ">"):
            if part.startswith(op):
                a, b = v(ver), v(part[len(op):])
                if not {">=": a >= b, "<=": a <= b, "==": a == b, "<": a < b, ">": a > b}[op]:
                    return False
                break
    return True


import re
needs = dict(re.match(r"(\w+)(.*)", n).groups() for n in proj["project"]["needs"])


def req(n, ver):
    z = zipfile.ZipFile(Path(env["WHEELS"], f"{n}-{ver}-py3-none-any.whl"))
    meta = [x for x in z.namelist() if x.endswith("METADATA")][0]
    out = {}
    for l in z.read(meta).decode().splitlines():
        if l.startswith("Requires-Dist:"):
            m = re.match(r"Requires-Dist: (\w+) \((.*)\)", l)
            out[m[1]] = m[2]
        if l.startswith("Requires-Python:") and not fits("3.11", l.split(":")[1].strip()):
            return None
    return out


pins = dict(l.split("==") for l in Path("requirements.txt").read_text().split())
def ok(combo):
    for n, ver in combo.items():
        if n in needs and not fits(ver, needs[n]):
            return False
        r = req(n, ver)
        if r is None:
            return False
        for k, s in r.items():
            if k not in combo or not fits(combo[k], s):
                return False
    return True


if not ok(pins):
    say("pin-conflict", "requirements.txt", str(pins))
    best = None
    names = list(wheels)
    for combo in itertools.product(*[sorted(wheels[n], key=v) for n in names]):
        c = dict(zip(names, combo))
        if ok(c):
            changed = sum(pins.get(n) != c[n] for n in c)
            if best is None or changed < best[0]:
                best = (changed, c)
    if best:
        Path("requirements.txt").write_text("".join(f"{n}=={x}\n" for n, x in best[1].items()))

Path("diagnosis.json").write_text(json.dumps({"defects": found}, indent=1))
for cmd in (["tools/install.py"], ["-m", pkg, "migrate"], ["-m", pkg, "seed"], ["tools/labels.py"]):
    subprocess.run([sys.executable, *cmd])
