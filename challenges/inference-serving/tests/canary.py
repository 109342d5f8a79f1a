"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "ifs-canary-4d7f20b8-5a1c-4e93-8c66-e1b09f3a72d5"
