"""Stand-ins behind the same protocols as the real thing, for tests and for trying things out. Shipped."""
