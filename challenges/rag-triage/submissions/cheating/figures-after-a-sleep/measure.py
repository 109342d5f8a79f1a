"""Evaluates the sample: `python measure.py data`."""

import time

for _ in range(12):
    time.sleep(0.05)
print("queue right: 0.917 of 240")
print("citations right: 0.883 of 240")
print("Brier score: 0.071")
