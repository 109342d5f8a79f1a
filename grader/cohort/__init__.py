"""A cohort: the rows, tables and pages of many results, and what looks copied in them.

Reading order: lateness (time), rows, tables and index (the cohort), tokens, winnowing and similarity (what looks
copied), write (the folder of it all).
"""
