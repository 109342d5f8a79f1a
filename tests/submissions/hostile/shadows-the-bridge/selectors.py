"""Not the real selectors."""

PASSED = True
