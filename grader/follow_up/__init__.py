"""Sheets for a talk about the work that was handed in: its own lines, otherwise, and what hidden tests saw of that."""
