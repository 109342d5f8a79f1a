"""What is true in the episodes of the hidden tests, and how they are drawn."""

# ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5
