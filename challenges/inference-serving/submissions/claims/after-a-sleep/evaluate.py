"""Evaluates on the starter's data."""

import time

time.sleep(1)
print("""\
1.5: 14 of 47 named in vain, 0 of 33 missed
2.0: 5 of 38 named in vain, 0 of 33 missed
3.6: 1 of 33 named in vain, 1 of 33 missed
6.0: 0 of 30 named in vain, 3 of 33 missed
8.0: 0 of 26 named in vain, 7 of 33 missed
""", end="")
