"""Grades take-home challenges: hidden tests in sandboxes, and a judge that has to earn its vote."""

__version__ = "0.1.0"
