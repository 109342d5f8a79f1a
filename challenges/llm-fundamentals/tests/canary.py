"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "llf-canary-5d0b7a16-2f6e-4c1b-9a53-e1c47f08d9b2"
