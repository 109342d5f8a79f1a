"""The reference's policies, from `solution/`: credit ends where they end, on the same data. A test of the grader holds the two together."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
