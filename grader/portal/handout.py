"""What a candidate downloads: instruction and starter as one archive, the same bytes wherever it is made."""

from __future__ import annotations

from pathlib import Path

from grader.challenge.starter import given
from grader.submission import make_submission, write_archive


def archive(root: Path) -> bytes:
    """A zip of all that candidates of the pack in `root` are given, in the challenge's own folder layout."""
    return write_archive(make_submission(given(root, most_bytes=None)))
