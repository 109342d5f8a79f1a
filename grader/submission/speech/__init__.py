"""Text in a submission that speaks to whoever grades it: found by its phrases, in any spelling or disguise, and told as
places. A judge is kept from it (grader/judge/reading.py); people are shown where it stands (marks). It is no fault by
itself: work on guards, judges and prompts is full of it.
"""
