"""`grade judge SUBMISSION --challenge ID`: the judge alone, and the exact prompt without a call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.unseen import json_text

if TYPE_CHECKING:
    from grader.challenge import Pack
    from grader.records import CriterionResult, JudgeResult, Submission
    from grader.settings import Settings


@click.command()
@click.argument("submission")
@click.option("--challenge", "-c", required=True, metavar="ID", help="A challenge's id, or the folder of a pack.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
@click.option("--criterion", "only", metavar="ID", help="This criterion only.")
@click.option("--dry-run", is_flag=True, help="Print the exact prompt and its estimated tokens; make no call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def command(
    submission: str, challenge: str, challenges: Path | None, only: str | None, dry_run: bool, as_json: bool
) -> int:
    """Ask the judge about SUBMISSION's criteria, without running its code.

    A level counts only under a calibration that was accepted (`grade calibrate`); otherwise it is shown as a
    suggestion, with the reason. With --dry-run no endpoint is needed and nothing is sent.
    """
    from grader.challenge import load_pack
    from grader.cli.standing import say_origin, settings_for
    from grader.errors import UsageError
    from grader.grading.intake import refuse_brought
    from grader.settings import find_challenge
    from grader.submission import read_submission

    settings = settings_for(submission)
    pack = load_pack(find_challenge(challenge, settings, challenges))
    if only is not None:
        pack = _only(pack, only)
    read = read_submission(submission, required=pack.submission.required)
    refuse_brought(pack, read, settings)
    if dry_run:
        _show_prompts(pack, read, settings)
        return 0
    if not settings.judge_model:
        raise UsageError("No judge is configured.", fix="Set GRADER_JUDGE_MODEL, OPENAI_BASE_URL and OPENAI_API_KEY.")
    result = _judge(pack, read, settings)
    click.echo(_as_json(result) if as_json else _as_text(result))
    say_origin(pack, settings)
    return 0


def _only(pack: Pack, wanted: str) -> Pack:
    from grader.errors import UsageError

    kept = tuple(criterion for criterion in pack.rubric.criteria if criterion.id == wanted)
    if not kept:
        known = ", ".join(criterion.id for criterion in pack.rubric.criteria) or "none"
        raise UsageError(f"{pack.id} has no criterion {wanted!r}. It has: {known}.")
    return pack.model_copy(update={"rubric": pack.rubric.model_copy(update={"criteria": kept})})


def _judge(pack: Pack, submission: Submission, settings: Settings) -> JudgeResult:
    from grader.calibration import load
    from grader.cli.calibrated import closed_in, store_of
    from grader.judge import judge_submission
    from grader.settings import PLACES

    known = load(pack)
    closed = closed_in(store_of("", settings), known.id) if known is not None else {}
    return judge_submission(
        pack, submission, settings, calibration=known, cache_dir=PLACES.cache / "judge", closed=closed
    )


def _show_prompts(pack: Pack, submission: Submission, settings: Settings) -> None:
    """Candidate text is shown with its control characters escaped; the judge gets it without them anyway."""
    from grader.judge import prompt, reading
    from grader.judge.config import JudgeConfig
    from grader.judge.plan import where

    config = JudgeConfig.of(settings)
    read = reading.read_aside(submission.files, pack.rubric.criteria, config, pack.submission.required, pack.asked)
    if read.trouble:
        click.echo(f"=== {read.trouble}. All criteria would go to a person.")
    tokens = 0
    for criterion in pack.rubric.criteria:
        selection = reading.select(read, criterion, config, pack.submission.required)
        asked = prompt.build(criterion, selection, prompt.fresh_nonce())
        tokens += asked.tokens
        click.echo(
            f"=== {criterion.id}: about {asked.tokens:,} tokens, {criterion.model or config.model or 'no model'}"
        )
        for message in asked.messages:
            click.echo(f"--- {message['role']}")
            click.echo(message["content"])
    click.echo(
        f"=== {len(pack.rubric.criteria)} criteria, about {tokens:,} prompt tokens (estimated). No call was made."
    )
    removed = {**read.removed, **read.redacted}
    if removed:
        click.echo("=== removed: " + ", ".join(f"{count} {kind}" for kind, count in sorted(removed.items())))
    if read.findings:
        click.echo(f"=== text addresses the grader: {where(read.findings)}. These criteria would go to a person.")


def _as_json(result: JudgeResult) -> str:
    from dataclasses import asdict

    data = {"criteria": [asdict(item) for item in result.criteria], "judge": result.judge, "flags": result.flags}
    return json_text(data, indent=2)


def _as_text(result: JudgeResult) -> str:
    from grader.errors import visible

    lines = []
    for item in result.criteria:
        lines += [f"{item.id}: {_level(item)}", f"  {item.reason}"]
        if item.rationale:
            lines.append(f"  {visible(item.rationale, 600)}")
        lines += [f"  {visible(q.path, 80)}:{q.start_line} {visible(q.quote, 160)}" for q in item.evidence]
    block = result.judge
    cost = block["cost"] if block["cost"] is not None else block["cost_note"]
    lines.append(f"{block['prompt_tokens']} prompt and {block['completion_tokens']} completion tokens; cost: {cost}")
    lines += [f"Note: {visible(flag, 300)}" for flag in result.flags]
    return "\n".join(lines)


def _level(item: CriterionResult) -> str:
    if item.level is not None:
        return f"level {item.level} of {item.max_level}"
    if item.suggestion is not None:
        return f"unscored; the judge suggests level {item.suggestion} of {item.max_level}"
    return "unscored"
