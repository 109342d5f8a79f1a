"""Not the real json."""

PASSED = True
