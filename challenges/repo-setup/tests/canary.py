"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa"
