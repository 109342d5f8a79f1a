"""The desk: what was recorded, and the second envelope."""
