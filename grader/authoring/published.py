"""Whether a version of a challenge is still what was graded under it: with other tests under the same number two
candidates' points mean two things."""

from __future__ import annotations

from pathlib import Path

from grader.challenge import Pack
from grader.challenge.findings import Finding, advice
from grader.errors import GraderError
from grader.settings import Settings
from grader.store import files_of, open_store
from grader.store.vouched import found

PROMISE = "version"


def check(challenge: Pack, settings: Settings) -> list[Finding]:
    """What the operator's store, where there is one, knows of this version and is not of these files."""
    place = str(challenge.root / "challenge.yaml")
    if settings.store.startswith("sqlite") and not any(Path(path).exists() for path in files_of(settings.store)[:1]):
        return []
    try:
        with open_store(found(settings)) as store:
            graded = store.digests(challenge.id, challenge.version)
    except GraderError:  # a store that cannot be read is no fault of the pack
        return []
    others = {digest: many for digest, many in graded.items() if digest != challenge.digest}
    if not others:
        return []
    many, shown = sum(others.values()), ", ".join(digest.removeprefix("sha256:")[:8] for digest in sorted(others)[:3])
    text = f"{many} of the store's gradings of {challenge.version} had other files ({shown}): give these a new version"
    return [advice(PROMISE, text, place)]
