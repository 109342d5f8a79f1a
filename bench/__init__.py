"""Measurements against the floor, in one run: `make bench`. Ratios, because machines are noisy."""
