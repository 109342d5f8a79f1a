"""Whether a work answers the tasks that its candidate was given, where not all candidates are given the same."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.challenge import Pack
from grader.challenge.starter import own_of
from grader.errors import visible


def flags(submission: Mapping[str, bytes], pack: Pack, name: str) -> tuple[str, ...]:
    """A sentence for each file that has to be handed back as the round `name` gave it out, and was not. None where
    nobody says which round it was. Raises UsageError for a round that is none."""
    if not name:
        return ()
    out = own_of(pack.root, name)
    back = [path for path in pack.submission.required if path in out]
    return tuple(
        f"{visible(path, 80)} is not that of the round which the candidate was given ({visible(name, 40)}): these may "
        "be the answers to somebody else's tasks. Ask how it came about before anything is decided."
        for path in back
        if path in submission and not _same(submission[path], out[path])
    )


def _same(one: bytes, other: bytes) -> bool:
    """Whether both say the same; an editor may have laid out JSON anew, or ended lines in its own way."""
    if one.split() == other.split():
        return True
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False
