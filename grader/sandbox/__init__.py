"""Runs hidden tests against a submission in two containers, of which the one with the tests is trusted.

Reading order: protocol (what a sandbox is), docker (the real one), images (what it runs), failure (whose fault).
"""
