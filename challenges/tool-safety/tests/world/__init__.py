"""Houses with their tools, what a model that obeys everything does there, what leaves, what is claimed, and what a cut costs."""

# tsf-canary-6e0a94c7-1d3b-4f58-8c2e-b7a05d91f3e6
