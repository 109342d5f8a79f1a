"""The data of trade-off are what its generator writes, and show all that a hidden dossier may hold. No Docker."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.pack_stamps import ROOT

PACK = ROOT / "challenges" / "trade-off"
pytestmark = pytest.mark.packs
ASKED = """
import json
from world import starter
print(json.dumps([starter.files(), sorted(starter.untold())]))
"""


def test_the_public_data_is_what_the_generator_writes_and_leaves_no_quirk_to_the_hidden_dossiers() -> None:
    paths = [str(PACK / "tests"), str(ROOT / "kit"), str(ROOT / "sandbox")]
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", ASKED], env=place, capture_output=True, text=True, check=True)
    files, untold = json.loads(done.stdout)
    assert len(files) > 3
    assert {name: (PACK / "starter" / "data" / name).read_text("utf-8") for name in files} == files
    assert untold == []
