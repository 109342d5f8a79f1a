"""Not the real guard."""

PASSED = True
