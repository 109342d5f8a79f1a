"""Not the real types."""

PASSED = True
