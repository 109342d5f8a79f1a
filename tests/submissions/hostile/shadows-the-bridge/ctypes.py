"""Not the real ctypes."""

PASSED = True
