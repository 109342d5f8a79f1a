"""Not the real contextlib."""

PASSED = True
