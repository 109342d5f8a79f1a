"""The command line. Each command is a file of its own and is imported when it is called; nothing heavy before that."""

from __future__ import annotations

import errno
import gc
import importlib
import signal
import sys
from typing import Any

import click
from click_default_group import DefaultGroup

from grader import __version__

COMMANDS = {
    "run": ("run", "Grade one submission (what `grade SUBMISSION` is short for)."),
    "batch": ("batch", "Grade a folder of submissions side by side; what is finished is skipped."),
    "worker": ("worker", "Take jobs of the queue on this machine, until told to end."),
    "queue": ("queue", "What waits, runs and is parked on the queue; steer it."),
    "rescore": ("rescore", "Score and render a finished run again, without Docker."),
    "history": ("history", "Grades in the store, newest first."),
    "show": ("show", "One grade of the store, with what became of it."),
    "assess": ("assess", "Rate a graded submission at the terminal, blind; people close the grade."),
    "reveal": ("reveal", "What all assessors said, side by side, once all are in."),
    "decide": ("decide", "Advance, decline or more: a named person's decision, with a reason."),
    "norm": ("norm", "Borderline cases rated blind and compared; anchors that people read in two ways mended."),
    "export": ("export", "Grades of the store as a table."),
    "db": ("db", "Upgrade, check and back up the store."),
    "purge": ("purge", "Remove old runs, or all of one person's data, from the store."),
    "report": ("report", "Render a finished run again: other templates, formats, or with a name."),
    "follow-up": ("follow_up", "Sheets for a talk with the candidate about the work that they handed in."),
    "claims": ("claims", "The figures that a submission's documents state, run again."),
    "public": ("public", "Run the starter's public tests in the sandbox; nothing hidden takes part."),
    "secret": ("secret", "Show or rotate the secret that hidden tests' data is drawn with."),
    "sign": ("sign", "Sign a result, for systems that did not make it."),
    "verify": ("verify", "Check that a result is what was signed."),
    "agreement": ("agreement", "How far raters agree, and whether a judge may vote: on ratings made anywhere."),
    "calibrate": ("calibrate", "Judge the labelled items of a challenge and decide the gate."),
    "judge": ("judge", "Ask the judge about one submission; --dry-run shows the prompt."),
    "label": ("label", "Rate a challenge's items at the terminal, blind to others."),
    "serve": ("serve", "People's pages: rate blind, meet over what all said, decide."),
    "invite": ("invite", "Invite a candidate: their link, more time, what came in; grade what is due."),
    "people": ("people", "Who may sign in to `grade serve`, and as what."),
    "challenge": ("challenge", "Write, check and list challenges."),
    "hire": ("hire", "What happened to candidates: from another system, or from here."),
    "analyse": ("analyse", "What became of candidates: funnel, time, prediction, impact, signal, raters."),
    "loop": ("loop", "Check an interview loop against its competency matrix."),
    "doctor": ("doctor", "What is missing on this machine, and the command that mends it."),
}
"""Name → module below grader/cli and one line of help, so that `grade --help` imports none of them."""


_CANNOT_PRINT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""Errors that name no file: of standard output. Files are written by `files.write`, which says what failed."""


class LazyGroup(DefaultGroup):
    """Imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:  # a submission: DefaultGroup reads it back from here
            ctx.arg0, cmd_name = cmd_name, "run"  # type: ignore[attr-defined]
        command = importlib.import_module(f"grader.cli.{COMMANDS[cmd_name][0]}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, default="run", default_if_no_args=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="grade")
def cli() -> None:
    """Grades take-home challenges: hidden tests in Docker sandboxes, and an LLM judge that has to earn its vote.

    \b
      grade submission.zip --challenge rag-triage

    reads the submission, runs it against the challenge's hidden tests, and writes grade.json, report.html (for
    reviewers) and feedback.html (for the candidate).

    \b
    Exit codes: 0 graded, 1 below --fail-under, 2 wrong usage, 3 submission refused, 4 challenge broken,
    5 infrastructure (no Docker, image missing), 6 graded but the judge did not answer (with --require-judge),
    130 interrupted.
    """


def main(args: list[str] | None = None) -> Any:
    """Entry point. Turns every GraderError into its sentence and exit code; a person never sees a traceback for one."""
    from grader.errors import GraderError, visible
    from grader.unseen import escaped

    gc.set_threshold(50_000, 20, 20)  # a short-lived process: collecting during imports costs a tenth of the start
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # ignored on purpose, as `nohup` does
            signal.signal(number, _interrupt)
    try:
        return cli.main(args=args, prog_name="grade", standalone_mode=False) or 0
    except GraderError as problem:
        click.echo(escaped(f"grade: {problem.message}"), err=True)  # it may quote anybody
        if problem.fix:
            click.echo(escaped(f"  to mend it: {problem.fix}"), err=True)
        sys.exit(problem.exit_code)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("grade: interrupted; everything that was started has been removed.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as problem:
        import traceback

        if isinstance(problem, OSError) and problem.filename is None and problem.errno in _CANNOT_PRINT:
            from grader.cli.printing import silence

            silence()
            said = f"grade: not all could be printed: {problem.strerror}. What was written to files is there."
            click.echo(said, err=True)
            sys.exit(5)

        for line in traceback.format_exc().splitlines():  # it may quote a candidate
            click.echo(visible(line, 500), err=True)
        click.echo("grade: this is a fault of the grader, not of the submission; there is no grade.", err=True)
        sys.exit(5)  # what Python would leave with, 1, says that there is a grade


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt
