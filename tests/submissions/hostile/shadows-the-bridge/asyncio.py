"""Not the real asyncio."""

PASSED = True
