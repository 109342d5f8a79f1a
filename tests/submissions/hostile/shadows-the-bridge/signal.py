"""Not the real signal."""

PASSED = True
