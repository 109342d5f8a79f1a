"""Not the real gc."""

PASSED = True
