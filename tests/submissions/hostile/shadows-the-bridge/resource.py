"""Not the real resource."""

PASSED = True
