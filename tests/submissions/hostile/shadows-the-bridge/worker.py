"""Not the real worker."""

PASSED = True
