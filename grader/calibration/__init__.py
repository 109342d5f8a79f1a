"""The judge's calibration: labelled items judged as in grading, a gate per criterion, and the file that records it."""
