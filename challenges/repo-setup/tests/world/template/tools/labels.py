"""python3 tools/labels.py: makes var/gen/labels.json from the file LABELS, and notes what it was made from."""

import csv
import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PKG.config import settings  # noqa: E402

source = settings().path("LABELS")
rows = csv.DictReader(source.read_bytes().decode("utf-8", "replace").splitlines())
made = {row["code"]: row["label"] for row in rows}
out = ROOT / "var" / "gen" / "labels.json"
out.parent.mkdir(parents=True, exist_ok=True)
digest = hashlib.sha256(source.read_bytes()).hexdigest()
out.write_text(json.dumps({"of": digest, "labels": made}, ensure_ascii=False), "utf-8")
