"""Templates of tasks, rounds of them, and what candidates are given."""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5
