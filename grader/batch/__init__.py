"""Many submissions to one challenge, graded side by side on one machine and resumed where they were left.

Reading order: entries (what is handed in), blind (who is who), runner (the work), finished (what need not be done
again).
"""
