"""Holds safety.py to what reviewers found, and opens the second envelope."""
