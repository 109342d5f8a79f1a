"""A string that must be found in nothing that leaves the verifier: whoever has it has read the hidden tests."""

CANARY = "tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163"
