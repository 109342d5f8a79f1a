"""Many submissions to one challenge: graded side by side, resumed where they were left, shown as a cohort.

Reading order: entries (what is handed in), blind (who is who), runner (the work), finished (what need not be done
again), lateness (time), rows and index (the cohort), tokens, winnowing and similarity (what looks copied).
"""
