"""Not the real encodings."""

PASSED = True
