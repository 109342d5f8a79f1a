"""From a finished grading to the sheets of a talk about the work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import aside, files, secret
from grader.authoring.runs import MakeAuthorSandbox, Runner, Say
from grader.challenge import Pack
from grader.errors import UsageError
from grader.follow_up import seen as running
from grader.follow_up import sheets
from grader.follow_up.changes import Change, draw
from grader.loop.kit_page import as_page
from grader.loop.kits import find_kit, held
from grader.own_files import FOLLOW_UP
from grader.records import Grade, Submission
from grader.report import oneness
from grader.result import evidence
from grader.result.grade_json import grade_from_json
from grader.settings import Settings
from grader.stored import load_json
from grader.unseen import json_text

ROLE = "Follow-up"


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What was made of a work."""

    minutes: int
    """Of the talk; parts for which the work gives nothing are left out."""
    tried: int
    """Changes that were run."""
    noticed: int
    """Of these, those that a hidden test saw."""
    figure: bool
    """Whether there is a figure to talk about."""


def graded(out: Path) -> tuple[Grade, Submission]:
    """The grading in `out` and the work that was graded. Raises UsageError."""
    grade = grade_from_json(load_json(out / "grade.json"))
    if grade.status != "graded":
        raise UsageError(f"The run in {out} has no grade: {grade.reason}")
    oneness.check_evidence(out, grade)
    return grade, evidence.load_submission(out)


def make(
    out: Path, pack: Pack, settings: Settings, sandbox: MakeAuthorSandbox, say: Say, *, changes: int, jobs: int,
    again: int = 0,
) -> FollowUp:  # fmt: skip
    """Writes the sheets for the work in `out` beside its grade. `changes` are run; `again`: another set than the usual.

    Raises UsageError where the work has neither functions of its own nor figures.
    """
    grade, work = graded(out)
    keeper = secret.of(settings)
    seed = keeper.seed(f"{sheets.KIT}#{again}", work.digest)
    drawn = _drawn(pack, work, changes, seed)
    block: Mapping[str, Any] = grade.claims
    figures, commands = block.get("figures", ()), block.get("commands", ())
    if not drawn and not figures:
        raise UsageError(
            f"The work in {out} has no function of its own that the challenge's interface leads to, and no figure in "
            "its documents: there is nothing to draw sheets from.",
            fix=f"choose the places by hand; the sheets of kits/{sheets.KIT}.yaml say how",
        )
    runner = Runner(pack, settings, sandbox, jobs=jobs)
    ran = running.run(runner, work, drawn, keeper.seed(pack.digest, work.digest), say)
    kit = sheets.filled(held(find_kit(sheets.KIT), seed), running.chosen(ran, 2), figures, commands, seed, work.files)
    say("writing the sheets")
    who = work.digest.partition(":")[2][:8]
    about = {"submission": work.digest, "challenge": pack.id, "challenge_digest": pack.digest, "set": again}
    pages = (
        as_page(kit, role=f"{ROLE} · {pack.title}", who=who),
        as_page(kit, role=ROLE, who=who, hand_outs=True),
        json_text(sheets.as_json(kit, ran, about)),
    )
    for name, text in zip(FOLLOW_UP, pages, strict=True):
        files.write(out / name, text)
    return FollowUp(
        minutes=kit.kit["minutes"], tried=len(ran), noticed=sum(bool(one.lost) for one in ran), figure=bool(figures)
    )


def _drawn(pack: Pack, work: Submission, count: int, seed: int) -> list[Change]:
    """Changes of the candidate's own functions. Raises UsageError where their files cannot be read for it."""
    module = pack.interface.module.replace(".", "/")
    start = [f"{module}.py", f"{module}/__init__.py"] if module else list(pack.interface.command)
    starter = pack.root / "starter"
    python = {path: source for path, source in work.files.items() if path.endswith(".py")}
    given = {path: (starter / path).read_bytes() for path in python if (starter / path).is_file()}
    try:
        return aside.run(aside.SECONDS, draw, python, start, given, count, seed)
    except aside.AsideError as problem:
        raise UsageError(f"The work's Python files cannot be read for this: {problem}") from problem
