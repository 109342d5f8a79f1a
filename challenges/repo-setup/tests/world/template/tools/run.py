"""python3 tools/run.py NAME: runs what the Procfile calls NAME, a function of a module of PKG."""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines() if ": " in line)
module, _, function = lines[sys.argv[1]].strip().partition(":")
if module.split(".")[0] != "PKG":
    sys.exit(f"{module} is no part of PKG")
getattr(importlib.import_module(module), function)()
