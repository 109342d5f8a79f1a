"""Not the real candidate."""

PASSED = True
