"""Not the real bridge."""

PASSED = True
