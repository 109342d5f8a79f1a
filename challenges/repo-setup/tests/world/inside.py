"""What runs in the candidate's container, by `python3 -I -c`, between the candidate's own commands. The files of the app that it
meets are ours again by then."""

LAY = """
import base64, json, os, pathlib, sys, shutil
os.umask(0o022)
order = json.load(sys.stdin)
top = pathlib.Path(order["folder"])
top.mkdir(parents=True)
for name, (mode, text) in order["files"].items():
    path = top / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(text[1:]) if text[:1] == "=" else text[1:].encode())
    path.chmod(mode)
for name, target in order["links"].items():
    (top / name).parent.mkdir(parents=True, exist_ok=True)
    os.symlink(target, top / name)
here = pathlib.Path("/submission") if not order.get("source") else pathlib.Path(order["source"])
for path in sorted(here.rglob("*")) if order["hand_in"] else ():
    to = top / path.relative_to(here)
    if path.is_file() and not path.is_symlink() and (not os.path.lexists(to) or str(to.relative_to(top)) == "README.md"):
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
"""
"""Lays a repository, and the hand-in beside it."""

TAKE = """
import base64, json, os, pathlib, sys, time
for pid in os.listdir("/proc"):
    if os.environ.get("ALONE") and pid.isdigit() and int(pid) not in (1, os.getpid()):
        try: os.kill(int(pid), 9)
        except OSError: pass
top = pathlib.Path(sys.argv[1])
files, links, size = {}, {}, 0
for base, folders, names in os.walk(top):
    for name in (*folders, *names):
        path = os.path.join(base, name)
        short = os.path.relpath(path, top)
        if os.path.islink(path):
            links[short] = os.readlink(path)
        elif os.path.isdir(path) and not os.access(path, os.R_OK | os.X_OK):
            os.chmod(path, 0o755)
        elif os.path.isfile(path) and os.stat(path).st_size < 300_000 and size < 900_000 and "__pycache__" not in short:
            mode = os.stat(path).st_mode & 0o777
            if not os.access(path, os.R_OK):
                os.chmod(path, 0o644)
            content = open(path, "rb").read()
            size += len(content)
            try: text = "-" + content.decode()
            except UnicodeDecodeError: text = "=" + base64.b64encode(content).decode()
            files[short] = [mode, text]
print(json.dumps({"files": files, "links": links}))
"""
"""Ends all that is left running, and hands the tree out."""

SET_UP = """
null = os.open(os.devnull, os.O_RDONLY)
os.dup2(null, 0)
os.chdir(top)
os.execvp("bash", ["bash", "setup.sh"])
"""
"""Goes on with the hand-in's set-up."""

PROBE = """
import importlib
name, order = sys.argv[2], order["probes"]
os.chdir(top)
sys.path.insert(0, str(top))
jobs, worker, config = (importlib.import_module(name + "." + part) for part in ("jobs", "worker", "config"))
out = {"problems": []}
def attempt(key, what):
    try: out[key] = what()
    except BaseException as problem: out["problems"].append(f"{key}: {type(problem).__name__}: {problem}"[:200])
attempt("ids", lambda: {probe: jobs.submit(*line.split(" ", 1)) for probe, line in order.items()})
attempt("work", worker.work)
attempt("rows", jobs.rows)
stdout, sys.stdout = sys.stdout, sys.stderr
attempt("sweep", lambda: importlib.import_module(name + ".sweep").sweep() or True)
sys.stdout = stdout
attempt("settings", lambda: dict(config.settings()))
print(json.dumps(out))
"""
"""Submits, works and reads in one process of the app."""

LIVE = """
lock = top / "var/run/sweep.lock"
lock.parent.mkdir(parents=True, exist_ok=True)
inner, outer = os.pipe()
if os.fork() == 0:
    os.setsid()
    started = int(open(f"/proc/{os.getpid()}/stat").read().rpartition(")")[2].split()[19])
    lock.write_text(json.dumps({"pid": os.getpid(), "started": started}))
    null = os.open(os.devnull, os.O_RDWR)
    for end in (0, 1, 2):
        os.dup2(null, end)
    os.write(outer, b"1")
    os.close(inner); os.close(outer)
    os.execvp("sleep", ["sleep", "600"])
os.read(inner, 1)
os.close(inner); os.close(outer)
"""
"""A process that holds the lock of a sweep."""
