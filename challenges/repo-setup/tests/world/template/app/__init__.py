"""PKG: small jobs for a depot. `python3 -m PKG` says what it can do."""

VERSION = "3.2"
ENTRIES = {"web": "PKG.api:serve", "worker": "PKG.worker:work"}
"""What the Procfile has to name. Until 3.0 the web process was PKG.web:main."""
