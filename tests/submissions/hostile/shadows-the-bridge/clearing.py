"""Not the real clearing."""

PASSED = True
