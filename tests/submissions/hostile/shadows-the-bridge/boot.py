"""Not the real boot."""

PASSED = True
