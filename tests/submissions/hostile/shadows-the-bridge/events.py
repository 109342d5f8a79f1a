"""Not the real events."""

PASSED = True
