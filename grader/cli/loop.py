"""`grade loop …`: make a hiring loop, hold it to what makes one, hold its rounds, and see what they come to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.loop_stage import decide, letter
from grader.unseen import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.challenge import Challenge
    from grader.challenge.findings import Finding
    from grader.loop.kits import LoadedKit
    from grader.loop.matrix import LoadedLoop

LOOP = click.argument("path", metavar="LOOP.yaml", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def command() -> None:
    """A hiring loop: rounds, what each measures, by which kit it is held, stages, and what a candidate's rounds show.

    \b
      grade loop new hiring/                        # a loop to begin with, scorecard and letters
      grade loop check hiring/loop.yaml             # what is missing, and what to agree on
      grade loop kit hiring/loop.yaml design --candidate K7Q2ML --out kit.html
      grade loop ask hiring/loop.yaml design --candidate "Cara Doe" --of "Ada Lin"
      grade loop show hiring/loop.yaml --candidate K7Q2ML
      grade loop decide K7Q2ML talks advance --by "Lea Roth" --why "…"

    A loop is a YAML file; rubrics/genai-engineer.yaml and rubrics/agent-engineer.yaml are examples. Challenges and kits
    are looked for beside it first (challenges/, kits/), then where they are shipped.
    """


command.add_command(decide)
command.add_command(letter)


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--role", default="GenAI engineer", metavar="NAME", help="The role that is filled.")
def new(folder: Path, role: str) -> int:
    """Write a loop to begin with into DIR: loop.yaml, scorecard.yaml, letters/, post.json.

    It holds as it is, but for the agreement: change what does not fit, talk about it, then put in the digest that
    `grade loop check` proposes. Nothing that is there is written over.
    """
    from grader.loop.scaffold import write

    for path in write(folder, role):
        click.echo(f"wrote {path}")
    click.echo(f"next: grade loop check {folder / 'loop.yaml'}")
    return 0


@command.command()
@LOOP
@click.option("--post", type=click.Path(path_type=Path, dir_okay=False), metavar="POST.json",
              help="Also hold a job post (schema.org JobPosting) against the loop, both ways.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The matrix and the findings as one JSON object.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Also write a page.")
@click.option("--challenges", type=click.Path(path_type=Path), metavar="DIR", help="Folder to look for challenges in.")
def check(path: Path, post: Path | None, as_json: bool, html: Path | None, challenges: Path | None) -> int:
    """Check the loop in LOOP.yaml and print its matrix.

    \b
    agreement     nothing was changed since the matrix was agreed; a first digest is proposed
    matrix        each round that measures has a row, and no row is left over
    coverage      every competency of the scorecard is measured by some round
    overlaps      no two rounds share a primary competency
    weights       set on purpose, not all equal
    interviewers  each round's role can judge its primary
    time          minutes per round and in all, within the loop's own limits
    signal        points of weight per hour of each round
    challenges    a take-home measures, and takes as long, as its challenge says
    kits          a live round measures, and takes as long, as its kit says
    stages        each round in one stage; who decides, by what; both letters, and who sends them
    post          with --post: what it promises about evaluation is measured, and what is measured stands in it

    Exits with 0 when all holds, 4 otherwise.
    """
    from grader import files
    from grader.challenge.findings import holds
    from grader.loop import views as loop_views

    loaded, findings = _checked(path, challenges)
    if post is not None:
        from grader.loop.post import compare, load_post

        findings = [*findings, *compare(load_post(post), loaded)]
    if html:
        files.write(html, loop_views.as_page(loaded, findings))
    if as_json:
        click.echo(json_text(loop_views.as_json(loaded, findings), indent=2))
    else:
        click.echo(loop_views.as_text(loaded, findings))
    return 0 if holds(findings) else 4


def _checked(path: Path, challenges: Path | None) -> tuple[LoadedLoop, Sequence[Finding]]:
    from grader.loop.check import check as check_loop
    from grader.loop.matrix import load_loop

    loaded = load_loop(path)
    return loaded, check_loop(loaded, _challenges(loaded, challenges), _kits(loaded))


def _challenges(loaded: LoadedLoop, folder: Path | None) -> dict[str, Challenge]:
    """The challenges that the loop names, as far as they can be found: beside its file first."""
    from grader.challenge import load_pack
    from grader.settings import Settings, list_challenges

    beside = loaded.path.resolve().parent / "challenges"
    known = list_challenges(Settings.read(), folder or (beside if beside.is_dir() else None))
    wanted = {name for one in loaded.loop.rounds for name in one.challenges}
    return {name: load_pack(root) for name, root in known.items() if name in wanted}


def _kits(loaded: LoadedLoop) -> dict[str, LoadedKit]:
    from grader.loop.kits import kits_for, load_kit

    wanted = {one.kit for one in loaded.loop.rounds}
    return {name: load_kit(path) for name, path in kits_for(loaded.path).items() if name in wanted}


@command.command()
@LOOP
@click.argument("name", metavar="ROUND")
@click.option("--candidate", default="", metavar="BLIND_ID",
              help="Draw this candidate's figures and case; without it, a sample that everybody may see.")  # fmt: skip
@click.option("--hand-outs", is_flag=True, help="Only what the candidate is told and given.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where the page goes (ROUND.html).")  # fmt: skip
def kit(path: Path, name: str, candidate: str, hand_outs: bool, out: Path | None) -> int:
    """Write the kit by which ROUND is held, as a page to print or to open on a phone.

    It has the questions in their order, probes, minutes, what is handed over, what the interviewer alone knows, and the
    card. The same candidate gets the same figures each time: they are drawn with the operator's secret, so nobody can
    work out beforehand what somebody will be given. In `grade serve` the round stands in its interviewer's queue
    (`grade loop ask`), with the card to fill in.
    """
    from grader import files
    from grader.errors import visible
    from grader.loop.kit_page import as_page
    from grader.loop.matrix import load_loop
    from grader.loop.rounds import draw, round_of

    loaded = load_loop(path)
    one = round_of(loaded, name)
    held = draw(loaded, one, candidate)
    target = out or Path(f"{one.id}.html")
    files.write(target, as_page(held, role=loaded.loop.role, round_id=one.id, who=candidate, hand_outs=hand_outs))
    drawn = f", case {held.variant}" if held.variant and not hand_outs else ""
    what = "hand-outs" if hand_outs else "kit"
    whom = f"candidate {visible(candidate, 40)}" if candidate else "nobody: a sample"
    click.echo(f"wrote {target}: the {what} of {one.kit} for {whom}{drawn}")
    return 0


@command.command()
@LOOP
@click.argument("name", metavar="ROUND")
@click.option("--candidate", required=True, metavar="NAME", help="Name or blind id, as `grade invite` has it.")
@click.option("--of", "person", required=True, metavar="PERSON", help="Who holds the round (`grade people list`).")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
def ask(path: Path, name: str, candidate: str, person: str, store: str) -> int:
    """Ask PERSON to hold ROUND with a candidate: it stands in their queue in `grade serve`, with the kit and the card.

    Figures and case are drawn at that moment and kept, so that everybody who holds the round has the same. The loop has
    to be agreed as it stands in the file, and all of a candidate's rounds are held by one agreement. A second person is
    asked in the same way; each fills in a card alone.
    """
    from grader.cli.standing import store_at
    from grader.errors import UsageError, visible
    from grader.loop.asked import case_of, wish_of
    from grader.loop.matrix import digest, load_loop
    from grader.loop.rounds import round_of
    from grader.review.desk import open_desk
    from grader.review.records import Actor

    loaded = load_loop(path)
    one = round_of(loaded, name)
    if loaded.loop.matrix.digest != digest(loaded):
        raise UsageError("The loop is not agreed as it stands in its file.", fix=f"grade loop check {path}")
    with open_desk(store_at(store)) as desk:
        found = desk.person(person)
        if found is None:
            raise UsageError(f"There is nobody called {visible(person, 60)!r}.", fix="grade people list")
        case = desk.ask_live(
            Actor(how="command", user=_user()), wish_of(loaded, one, candidate), case_of(loaded, one), found
        )
    click.echo(f"{visible(found.name, 80)} is asked to hold {one.id} with candidate {case.blind}.")
    return 0


def _user() -> str:
    from grader.store.store import user

    return user()


@command.command()
@click.argument("candidate", metavar="CANDIDATE")
@click.option("--early", is_flag=True, help="Do not wait for all who were asked; takes --why.")
@click.option("--why", default="", metavar="TEXT", help="Why not; everybody reads it.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
def reveal(candidate: str, early: bool, why: str, store: str) -> int:
    """Open all cards of CANDIDATE's rounds (a blind id) to all who held one, at once.

    Refused while somebody who was asked has not handed in, and while fewer than two independent people have been heard
    over all rounds; --early waives the first.
    """
    from grader.cli.standing import store_at
    from grader.review.desk import open_desk
    from grader.review.problems import NotReadyError
    from grader.review.records import Actor

    with open_desk(store_at(store)) as desk:
        try:
            desk.open_cards(Actor(how="command", user=_user()), candidate, early=early, why=why)
        except NotReadyError as problem:
            click.echo("\n".join(["Not yet:", *(f"  {one}" for one in problem.reasons)]), err=True)
            return 2
    click.echo(f"All cards of candidate {candidate.upper()} are open. grade loop show --candidate {candidate.upper()}")
    return 0


@command.command()
@click.argument("path", metavar="[LOOP.yaml]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--candidate", default="", metavar="BLIND_ID", help="The scorecard of this candidate over the loop.")
@click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def show(path: Path | None, candidate: str, store: str, as_json: bool) -> int:
    """Show a loop: its rounds with kits, and its stages. With --candidate: what a candidate's rounds come to.

    \b
      grade loop show rubrics/genai-engineer.yaml
      grade loop show --candidate K7Q2ML --store sqlite:///grader.db

    The second goes competency by competency: which round measured it, with what evidence, by how many people, what
    range is left, what is still open, and what each stage's rule says. Missing is not zero. Only what has been opened
    is in it.
    """
    from dataclasses import asdict

    from grader.errors import UsageError
    from grader.loop import views

    if not candidate:
        if path is None:
            raise UsageError("Name a loop's file, or a candidate.", fix="grade loop show --help")
        from grader.loop.matrix import load_loop

        click.echo(views.plan_json(load_loop(path)) if as_json else views.plan_text(load_loop(path)))
        return 0
    from grader.cli.standing import store_at
    from grader.loop.candidate import overview
    from grader.loop.candidate_text import overview_text
    from grader.review.desk import open_desk
    from grader.review.records import Actor

    with open_desk(store_at(store)) as desk:
        view = desk.loop_view(Actor(how="command", user=_user()), candidate)
    found = overview(view)
    decided = [asdict(one) for one in view.decisions]
    data = {**asdict(found), "decisions": decided}
    click.echo(json_text(data, indent=2) if as_json else overview_text(found, view.decisions))
    if path is not None:
        from grader.loop.matrix import digest, load_loop

        if digest(load_loop(path)) != view.loop:
            click.echo(f"note: {path} has changed since this candidate's rounds were opened; shown is what was agreed "
                       "then.", err=True)  # fmt: skip
    return 0


@command.command()
@LOOP
@click.option("--as", "kind", type=click.Choice(["json", "post"]), default="json",
              help="All that is agreed, as data; or how you hire, as a job post's part (schema.org).")  # fmt: skip
def export(path: Path, kind: str) -> int:
    """Print the loop for other systems: what it measures, by which round, with which anchors, in which stages.

    \b
    json   rounds with their competencies, kits and cards, weights, scorecard, stages, digest of the agreement
    post   a JobPosting with the skills that are measured and a paragraph on how you hire, true to the loop: paste it
           into the advertisement, and hold the finished one against the loop with `grade loop check --post`
    """
    from grader.loop import views
    from grader.loop.matrix import load_loop

    loaded = load_loop(path)
    data = views.posting(loaded) if kind == "post" else views.whole(loaded, _kits(loaded))
    click.echo(json_text(data, indent=2))
    return 0
