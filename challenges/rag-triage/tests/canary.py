"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "rgt-canary-7f3c9b1e-5d20-4a86-b8f4-e1c06d97a254"
