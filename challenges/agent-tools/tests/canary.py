CANARY = "agt-canary-2b9e64f0-71c3-4d5a-9e08-c6a1d4f83b27"
