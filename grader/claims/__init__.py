"""Figures that a submission's documents state, the commands that are said to print them, and what came of running it.

    documents ─ documents.read ─► Claims ─ grading.claims, in a container ─► CommandOutcome ─ marks.marked ─► block

Pure: nothing here runs anything. Nothing here judges either: a figure without a command may be true.
"""
