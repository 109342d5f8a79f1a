"""The arithmetic behind the reports: pure, and each figure held by tests to a worked number."""
