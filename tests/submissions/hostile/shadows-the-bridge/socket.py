"""Not the real socket."""

PASSED = True
