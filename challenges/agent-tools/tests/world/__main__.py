"""Writes the public sample: `python -m world FOLDER`, run where `grade challenge copy agent-tools tests DIR` has written
the hidden tests."""

# agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27
from __future__ import annotations

from canary import CANARY
from grader_kit import write_starter

from .log import written
from .sample import PUBLIC, sample

write_starter({"sample.json": sample(), **written(PUBLIC)}, CANARY)
