"""People close the grade: blind assessments, a reveal to all at once, adjudication, a decision.

Reading order: records (the words of it), rules (who may do what, and when a case is ready), visible (who sees what),
combine (levels of several people as one), grade (the machine's grade with people's levels in it), assigning (who rates
what), anchoring (closed cases that are given once more), authored (texts to norm by), search (finding a case by its
words), chain (events that cannot be changed unseen), rows (the store), desk (all operations, the one way in).

Pure rules with the store behind them: no web, no sandbox, no judge. Importing this package costs nothing.
"""
