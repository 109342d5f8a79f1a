"""Public tests: they check the interface, not the quality. `python3 -m pytest` in the folder of setup.sh."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def laid(tmp_path):
    folder = tmp_path / "a yard" / "depot"
    subprocess.run([sys.executable, HERE / "lay.py", folder], check=True)
    return folder


def test_setup_ends_and_writes_a_diagnosis(tmp_path):
    folder = laid(tmp_path)
    done = subprocess.run(["bash", "setup.sh"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 3), done.stderr
    for row in json.loads((folder / "diagnosis.json").read_text("utf-8"))["defects"]:
        assert isinstance(row["kind"], str) and isinstance(row["where"], str) and not row["where"].startswith("/")


def test_the_diagnosis_handed_in_has_the_agreed_shape():
    rows = json.loads((HERE / "diagnosis.json").read_text("utf-8"))["defects"]
    assert rows and all({"kind", "where", "seen"} <= set(row) for row in rows)
