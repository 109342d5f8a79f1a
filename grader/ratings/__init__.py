"""What one person says about a submission: a level for each criterion, what it rests on, and the file it may come in.

Reading order: sheet (what is said, and what is missing in it), places (evidence that is looked up in the work), file
(CSV). Pure: nothing here knows who else rates, or where it is kept.
"""
