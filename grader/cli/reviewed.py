"""Which case a RUN of the command line is, and in which store it is kept.

A result folder's case is kept where `--store` says; else where the operator's settings name a store; else in the store
that a batch has kept the run in; else in a file of its own beside the folder, never in it: a signature covers the whole
folder, and nothing in it may tell one assessor about another.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.own_files import REVIEW, REVIEW_ELSEWHERE

if TYPE_CHECKING:
    from grader.records import Grade
    from grader.review.desk import Desk
    from grader.review.records import Actor, Case, How, Person, Role
    from grader.settings import Settings

STORE_OPTION = click.option("--store", default="", metavar="URL", help="Another store than GRADER_STORE.")


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """An open desk and the case on it; None where nobody has begun a review of the run."""

    desk: Desk
    case: Case | None
    wanted: str
    run: str


def operator(how: How = "command") -> Actor:
    """Whoever runs the program on this machine."""
    from grader.review.records import Actor
    from grader.store.store import user

    return Actor(how=how, user=user())


@contextlib.contextmanager
def reviewed(wanted: str, store: str, *, begin: bool = False) -> Iterator[Reviewed]:
    """The desk and the case of `wanted`, a result folder, or a run in the store by its id or blind id. With `begin`, a
    review is begun where there is none. Raises UsageError."""
    from grader.review.desk import open_desk

    folder = Path(wanted)
    is_folder = (folder / "grade.json").is_file()
    url = _url(folder, store, begin=begin) if is_folder else named_store(store)
    if url is None:
        raise _none(wanted)
    with open_desk(url) as desk:
        if is_folder:
            _refuse_doubt(desk, wanted)
        run = _keep(desk, folder) if is_folder else _run(desk, wanted)
        case = desk.case_of(run)
        if begin and case is None:
            case = desk.open_case(operator(), run, instruction=instruction_of(desk, run))
        yield Reviewed(desk=desk, case=case, wanted=wanted, run=run)


def begun(found: Reviewed) -> Case:
    """The case. Raises UsageError where nobody has begun to review the run."""
    if found.case is None:
        raise _none(found.wanted)
    return found.case


def begun_of(desk: Desk, wanted: str) -> Case:
    """The case of a result folder or run, in the store of the desk. Raises UsageError where nobody reviews it there."""
    from grader.store.folder import read_result

    folder = Path(wanted)
    is_folder = (folder / "grade.json").is_file()
    if is_folder:
        _refuse_doubt(desk, wanted)
    case = desk.case_of(str(read_result(folder)["provenance"]["run"]) if is_folder else _run(desk, wanted))
    if case is None:
        raise _none(wanted)
    return case


def grade_of(found: Reviewed) -> Grade:
    """The grade of a revealed case, with people's levels in it. Raises NotAllowedError before the reveal."""
    from grader.review.problems import NotAllowedError

    closed = found.desk.closed(operator(), begun(found).id)
    if closed is None:
        raise NotAllowedError("People's levels enter the grade at the reveal.")
    return closed[0]


def decided(folder: Path) -> str:
    """What people decided about the result in `folder`; empty where nobody has, or their store is not here."""
    from grader.errors import UsageError
    from grader.own_files import MACHINE

    if (folder / MACHINE).is_file():  # else nobody has closed it
        with contextlib.suppress(UsageError), reviewed(str(folder.absolute()), "") as found:
            view = found.desk.view(operator(), begun(found).id)
            return view.decision.outcome if view.decision else ""
    return ""


def _none(wanted: str) -> Exception:
    from grader.errors import UsageError, visible

    return UsageError(
        f"Nobody has assessed {visible(wanted)} yet.", fix=f"grade assess {shlex.quote(visible(wanted))} --rater NAME"
    )


def person(desk: Desk, name: str, *roles: Role, new: bool = False) -> Person:
    """The person called `name`; added with `roles` where the store has none of that name. Raises UsageError where
    there is somebody of nearly that name, unless it is said that this is a `new` one: one person counts once."""
    from grader.errors import UsageError, visible
    from grader.store import people

    known = desk.person(name)
    if known is not None:
        return known
    names = [one.name for one in desk.people() if one.active]
    close = (*people.matching(name, names), *people.near(name, names))
    if close and not new:
        raise UsageError(
            f"There is nobody called {visible(name, 80)!r}; did you mean {visible(close[0], 80)!r}?",
            fix="give the name as it is there; --new says that this is somebody else",
        )
    return desk.add_person(operator(), name, roles=roles or ("reviewer",))


# ------------------------------------------------------------------------------------------------ where it is kept


def named_store(store: str) -> str:
    """The store that is named, else that of the operator's settings."""
    from grader.cli.standing import store_at

    return store_at(store)


def _settings() -> Settings:
    from grader.cli.standing import settings_for

    return settings_for()


def _url(folder: Path, store: str, *, begin: bool) -> str | None:
    """The store of a result folder's review; None where there is none and none is to be begun."""
    from grader.store.vouched import found

    if store:
        return store
    own, pointer = (_sibling(folder, ending) for ending in (REVIEW, REVIEW_ELSEWHERE))
    settings = _settings()
    if pointer.is_file():
        return _checked(pointer.read_text(encoding="utf-8").strip(), settings)
    if own.is_file():
        return _checked(f"sqlite:///{own}", settings)
    if settings.store_is_named:
        return found(settings)
    batch = _of_batch(folder, settings)
    if batch is not None:
        if begin:
            _private(pointer, f"sqlite:///{batch}\n")
        return f"sqlite:///{batch}"
    if not begin:
        return None
    _private(own)
    return f"sqlite:///{own}"


def _checked(url: str, settings: Settings) -> str:
    """`url` of a store that was found beside a result. Raises UsageError where it may have come with a submission."""
    from grader.store import files_of
    from grader.store.vouched import check

    for place in files_of(url)[:1]:
        check(place, settings)
    return url


def _sibling(folder: Path, ending: str) -> Path:
    place = folder.absolute()
    place = place.resolve() if place.is_symlink() or place.name in {"", ".", ".."} else place
    return place.parent / f"{place.name}{ending}"


def _private(path: Path, text: str = "") -> None:
    """Makes a file that only its owner reads."""
    from grader.errors import InfrastructureError

    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise InfrastructureError(
            f"{path} cannot be made: {problem.strerror}. A review is kept beside its result.",
            fix="name a store: --store sqlite:///reviews.db",
        ) from problem


def _of_batch(folder: Path, settings: Settings) -> Path | None:
    """The SQLite file in which a batch has kept the run in `folder`: the usual one here, or one near the folder."""
    from grader.errors import UsageError, visible
    from grader.store.folder import read_result
    from grader.store.vouched import check

    run = str(read_result(folder)["provenance"]["run"])
    usual = Path(settings.store.removeprefix("sqlite:///"))
    near = [usual.absolute(), *(parent / "grader.db" for parent in folder.absolute().parents[:2])]
    found = [path for path in dict.fromkeys(near) if path.is_file()]
    for path in found:
        try:
            check(path, settings)
        except UsageError:
            click.echo(f"{visible(str(path))} was not looked into: it was not made with your secret.", err=True)
        else:
            if _holds(path, run):
                return path
    return None


def _holds(path: Path, run: str) -> bool:
    from grader.errors import GraderError
    from grader.store import open_store

    with contextlib.suppress(GraderError), open_store(f"sqlite:///{path}") as store:
        return bool(store.find(run))
    return False


# ------------------------------------------------------------------------------------------------ the run


def _keep(desk: Desk, folder: Path) -> str:
    """Records the folder's run in the store where it is not yet; its id."""
    from grader.batch.record import Result, known_results, record
    from grader.grading.again import check_folder
    from grader.store.folder import read_result
    from grader.store.store import Store

    run = str(read_result(folder)["provenance"]["run"])
    store = Store(desk.engine)
    if not store.find(run):
        of_batch = [one for one in known_results(folder.parent) if one.folder.absolute() == folder.absolute()]
        check_folder(folder)
        kept = of_batch[0] if of_batch and of_batch[0].known else Result(folder=folder)
        record(store, kept, why="to be reviewed", added=True)
    return run


def _refuse_doubt(desk: Desk, wanted: str) -> None:
    """Raises InDoubtError where `wanted`, a result folder's name, is another run's id or blind id in the store: folders
    are called as candidates are, who may be called as another's id. With a path to it a folder is meant."""
    from grader.errors import visible
    from grader.review.problems import InDoubtError
    from grader.store.folder import read_result
    from grader.store.store import Store

    if os.sep in wanted:
        return
    found = {one["run"] for one in Store(desk.engine).find(wanted)
             if wanted.upper() in {one["run"].upper(), one["blind"].upper()}}  # fmt: skip
    if found and str(read_result(Path(wanted))["provenance"]["run"]) not in found:
        name = visible(wanted, 80)
        raise InDoubtError(
            f"{name} is a result folder here, and the id of another run in the store.",
            fix=f"./{name} for the folder, {min(found)} for the run",
        )


def _run(desk: Desk, wanted: str) -> str:
    """The id of the run `wanted`, which may be a blind id or the beginning of a submission's digest: the latest of
    them. Raises UsageError where these are runs of more than one submission, challenge or candidate."""
    from grader.errors import UsageError, visible
    from grader.review.problems import NotFoundError
    from grader.store.store import Store

    if len(wanted.removeprefix("sha256:")) < 4:
        raise UsageError(f"{wanted!r} is too short; give a result folder, or a run's id.")
    found = Store(desk.engine).find(wanted)
    if not found and (apart := desk.run_apart(wanted)):
        return apart
    if not found:
        raise NotFoundError(wanted)
    exact = [one for one in found if one["run"] == wanted]
    about = {(one["submission_digest"], one["challenge_digest"], one["candidate"]) for one in exact or found}
    if len(about) > 1:
        runs = ", ".join(str(one["run"]) for one in found[:5])
        raise UsageError(f"{visible(wanted)} stands for {len(found)} runs: {runs}. Give one run's id.")
    return str((exact or found)[0]["run"])


def instruction_of(desk: Desk, run: str) -> str:
    """What the candidate was asked, where the pack of that very version is still here."""
    from grader.challenge.here import root_of
    from grader.errors import GraderError
    from grader.store.store import Store

    row = Store(desk.engine).find(run)[0]
    with contextlib.suppress(GraderError, OSError):
        root = root_of(row["challenge_id"], row["challenge_version"], _settings())
        return (root / "instruction.md").read_text(encoding="utf-8") if root else ""
    return ""


def given_to(challenge: str, version: str) -> Mapping[str, bytes] | None:
    """The files that candidates began with; None where the pack of that very version is not here."""
    from grader.challenge.here import root_of
    from grader.challenge.starter import given
    from grader.errors import ChallengeError

    with contextlib.suppress(ChallengeError, OSError):
        root = root_of(challenge, version, _settings())
        return given(root) if root else None
    return None
