"""Whether a submission has the files that its challenge asks for."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import RefusedError, visible
from grader.records import Submission
from grader.submission import formats


def check_required(submission: Submission, required: Sequence[str]) -> None:
    """Raises RefusedError that names each missing file, and the file that may have been meant by it."""
    missing = [path for path in required if path not in submission.files]
    if not missing:
        return
    sentences = [f"{path} is missing{_near_miss(path, submission)}." for path in missing]
    raise RefusedError(" ".join(sentences))


def _near_miss(path: str, submission: Submission) -> str:
    import difflib

    name = path.rpartition("/")[2]
    paths = list(submission.files)
    for found in paths:
        if found.lower() == path.lower():
            return f"; found '{visible(found)}': rename it"
    other = next((found for found in paths if formats.same_work(found, path)), "")
    if other and formats.advice(other, path):
        return f"; found '{visible(other)}', {formats.advice(other, path)}"
    elsewhere = [found for found in paths if found.rpartition("/")[2].lower() == name.lower()]
    if elsewhere:
        nearest = min(elsewhere, key=lambda found: (found.count("/"), found))
        return f"; found '{visible(nearest)}': move it to '{path}'"
    close = difflib.get_close_matches(path, paths[:2_000], n=1, cutoff=0.7)
    if close and not formats.advice(close[0], path):
        return f"; found '{visible(close[0])}': rename it if it was meant"
    for part in submission.left_out:
        if path == part.path or path.startswith(f"{part.path}/"):
            return f"; '{visible(part.path)}' was left out ({part.reason}): move it elsewhere"
    archives = [found for found in paths if formats.advice(found, path).startswith("an archive")]
    if archives:
        return f"; the submission has the archive '{visible(archives[0])}': unpack it, or send it alone"
    return f"; the submission has {_listing(paths)}"


def _listing(paths: Sequence[str]) -> str:
    shown = ", ".join(f"'{visible(path, 60)}'" for path in paths[:5])
    return shown if len(paths) <= 5 else f"{shown} and {len(paths) - 5} more files"
