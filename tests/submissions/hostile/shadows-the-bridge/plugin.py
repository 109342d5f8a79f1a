"""Not the real plugin."""

PASSED = True
