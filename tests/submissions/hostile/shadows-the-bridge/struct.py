"""Not the real struct."""

PASSED = True
