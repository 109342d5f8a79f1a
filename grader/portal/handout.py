"""What a candidate downloads: instruction and starter as one archive, the same bytes wherever it is made."""

from __future__ import annotations

from pathlib import Path

from grader.challenge.starter import given, given_in
from grader.submission import make_submission, write_archive


def archive(root: Path, name: str = "") -> bytes:
    """A zip of all that candidates of the pack in `root` are given, in the challenge's own folder layout; where `name`
    is one of its rounds, of what they are given in that. Raises UsageError for a round that is none."""
    files = given_in(root, name, most_bytes=None) if name else given(root, most_bytes=None)
    return write_archive(make_submission(files))
