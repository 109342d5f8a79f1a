"""python3 tools/install.py: unpacks what requirements.txt pins from the folder WHEELS into vendor/, which is emptied first.

It takes pins as they stand: whether they go together is for whoever wrote them."""

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PKG.config import settings  # noqa: E402

wheels = settings().path("WHEELS")
sums = dict(reversed(line.split()) for line in (wheels / "SHA256SUMS").read_text().splitlines())
shutil.rmtree(ROOT / "vendor", ignore_errors=True)
for line in (ROOT / "requirements.txt").read_bytes().decode().split("\n"):
    if line and not line.startswith("#"):
        name, version = line.split("==")
        wheel = wheels / f"{name}-{version}-py3-none-any.whl"
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != sums[wheel.name]:
            sys.exit(f"{wheel.name} is not what SHA256SUMS says")
        zipfile.ZipFile(wheel).extractall(ROOT / "vendor")
