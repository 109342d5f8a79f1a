"""Not the real kernel."""

PASSED = True
