"""Dossiers about ways to answer requests, the truth behind them, and the sums."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163
