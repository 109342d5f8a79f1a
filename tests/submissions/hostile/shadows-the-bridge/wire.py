"""Not the real wire."""

PASSED = True
