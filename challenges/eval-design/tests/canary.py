"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "edn-canary-3a9d2f64-1c7e-4b58-9e0a-d4f7b16c8e25"
