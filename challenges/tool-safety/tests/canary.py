"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6"
