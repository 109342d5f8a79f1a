"""What a grade says about where it comes from: the challenge, the submission, and what the run rested on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader import __version__
from grader.report.write import source_mark
from grader.settings import is_shipped

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.grading.run import Run
    from grader.records import Submission

PINNED = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
"""What is the same in each run."""


def challenge_facts(pack: Pack) -> dict[str, Any]:
    return {"id": pack.id, "version": pack.version, "digest": pack.digest, "title": pack.title}


def submission_facts(submission: Submission) -> dict[str, Any]:
    left_out = [{"path": x.path, "files": x.files, "bytes": x.bytes, "reason": x.reason} for x in submission.left_out]
    return {
        "digest": submission.digest,
        "files": len(submission.files),
        "bytes": submission.bytes,
        "left_out": left_out,
    }


def provenance(run: Run, facts: Mapping[str, Any], seed: int | None = None) -> dict[str, Any]:
    """`facts` are the sandbox's and the model's; empty, as `seed`, where nothing ran."""
    return {
        "grader_version": __version__,
        "python": sys.version.split()[0],
        "started_at": run.started_at,
        "run": run.id,
        "source": source_mark(run.request.source, run.key()),
        **({"seed": seed, "secret": run.key().fingerprint} if seed is not None else {}),
        **_origin(run),
        **facts,
        "pinned": dict(PINNED),
    }


def _origin(run: Run) -> dict[str, Any]:
    """Where pack and settings came from, where that is not what was shipped and set in the environment."""
    pack, read_from = run.request.folder, run.settings.read_from
    told = {} if is_shipped(pack) else {"challenge_folder": str(pack.resolve())}
    return {**told, **({"settings_files": list(map(str, read_from))} if read_from else {})}
