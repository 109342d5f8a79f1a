"""Evaluates on the starter's data."""

import time

time.sleep(1)
print("""\
wrong at 0.2658: small, thinking: tokens 0.22, 6 of 40 wrong, in all 1.81
wrong at 0.2658: large, thinking: tokens 2.84, 1 of 40 wrong, in all 3.11
wrong at 0.2658: chosen: tokens 0.59, 1 of 40 wrong, in all 0.86
wrong at 1.66: small, thinking: tokens 0.29, 6 of 40 wrong, in all 10.25
wrong at 1.66: large, thinking: tokens 3.77, 1 of 40 wrong, in all 5.43
wrong at 1.66: chosen: tokens 1.94, 1 of 40 wrong, in all 3.60
""", end="")
