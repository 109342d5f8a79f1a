"""Evaluates on the starter's data."""

import time

time.sleep(1)
print("""\
as it is:        queue 0.963  exact citations 0.971  missed 0  needless 2  cost 2  Brier 0.021
  language de            n  28  queue 0.93 (0.77–0.98)  exact citations 0.96
  language fr            n  33  queue 0.91 (0.76–0.97)  exact citations 0.94
  no product named       n  25  queue 0.84 (0.65–0.94)  exact citations 0.92
with quotes:     queue 0.929  exact citations 0.954  missed 1  needless 3  cost 13  Brier 0.034
titles' words:   queue 0.842  exact citations 0.817  missed 2  needless 1  cost 21  Brier 0.052
""", end="")
