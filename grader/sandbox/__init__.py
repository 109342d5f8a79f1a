"""Runs hidden tests against a submission in two containers that share one loopback.

Reading order: protocol (what a sandbox is), docker (the real one), images (what it runs), failure (whose fault).
"""
