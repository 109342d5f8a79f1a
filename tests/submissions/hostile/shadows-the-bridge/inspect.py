"""Not the real inspect."""

PASSED = True
