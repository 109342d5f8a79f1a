"""Stands in each file of the hidden tests, and in nothing that is given out."""

CANARY = "scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5"
