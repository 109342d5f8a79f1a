"""Not the real importlib."""

PASSED = True
