"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6"
