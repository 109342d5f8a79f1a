"""Two worlds that differ only in what B did. Whatever A asks, of the desk or of the command line, in whatever order,
every answer is the same to the byte until the reveal."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grader.cli import cli
from grader.errors import GraderError
from grader.ratings.sheet import Sheet
from grader.review.desk import Desk, open_desk
from grader.review.records import Actor
from grader.store import open_store
from tests.review_fixtures import CRITERIA, OPERATOR, panel, result, sheet
from tests.review_sheets import csv_of

pytestmark = pytest.mark.slow

FIND = [Phase.explicit, Phase.generate]
"""Making a failure smaller would take minutes here, and says nothing more."""
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
LEVELS = st.lists(st.sampled_from([None, 1, 2, 3, 4, 5]), min_size=6, max_size=6)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    lean = draw(st.sampled_from(["", "strong_no", "no", "yes", "strong_yes"]))
    made = sheet(*draw(LEVELS), lean=lean, rationale=draw(WORDS), integrity=draw(WORDS))
    cut = draw(st.integers(0, len(CRITERIA)))
    return replace(made, said=made.said[cut:]) if draw(st.booleans()) else made  # some are not complete


OF_A = st.one_of(
    st.sampled_from(["view", "queue", "cases", "events", "submit", "withdraw", "reveal", "early", "decide", "respond",
                     "adjudicate", "recuse", "stale", "part"]).map(lambda name: (name, None)),
    st.tuples(st.just("save"), sheets()),
)  # fmt: skip
OF_B = st.one_of(
    st.sampled_from(["view", "submit", "withdraw", "recuse", "nothing"]).map(lambda name: (name, None)),
    st.tuples(st.just("save"), sheets()),
)
ALWAYS = ("view", "queue", "cases", "events", "part", "reveal")
TURNS = st.lists(st.tuples(OF_A, OF_B, OF_B), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a case for which ann (A) and ben (B) are asked; `both`, who leads too, is asked as well."""
    folder = tmp_path_factory.mktemp("template")
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        made = panel(store, folder)
        for name in ("ann", "ben", "both"):
            made.ask(name)
    return folder


def answer(what: Callable[[], Any]) -> str:
    """What somebody gets to see, with all that an error says."""
    try:
        return repr(what())
    except GraderError as problem:
        return f"{type(problem).__name__}: {problem.message} / {problem.fix}"


class World:
    """A copy of the template, at a clock that stands still."""

    def __init__(self, template: Path, at: Path) -> None:
        at.mkdir()
        shutil.copy(template / "store.db", at / "store.db")
        self.desk: Desk = open_desk(f"sqlite:///{at / 'store.db'}")
        self.desk.clock = lambda: "2026-03-02T11:00:00Z"
        self.people = {person.name: person for person in self.desk.people()}
        self.case = self.desk.cases(OPERATOR).rows[0].case

    def do(self, name: str, what: str, words: Sheet | None) -> str:
        desk, case, actor = self.desk, self.case, Actor(person=self.people[name])

        def version() -> int:
            own = desk.part(self.people[name], case)
            return own.version if own else 0

        return answer({
            "view": lambda: desk.view(actor, case), "queue": lambda: desk.queue(actor),
            "cases": lambda: desk.cases(actor), "events": lambda: desk.events(actor, case),
            "save": lambda: desk.save(actor, case, words or Sheet(), version=version()),
            "stale": lambda: desk.save(actor, case, sheet(2), version=0),
            "submit": lambda: desk.submit(actor, case, sheet(3), version=version()),
            "withdraw": lambda: desk.withdraw(actor, case),
            "reveal": lambda: desk.reveal(actor, case),
            "early": lambda: desk.reveal(actor, case, early=True, why="now"),
            "decide": lambda: desk.decide(actor, case, "advance", "good"),
            "respond": lambda: desk.respond(actor, case, agrees=False, words="no"),
            "adjudicate": lambda: desk.adjudicate(actor, case, CRITERIA[0], 3, "so"),
            "recuse": lambda: desk.recuse(actor, case, " "), "part": lambda: desk.part(actor.person, case),  # type: ignore[arg-type]
            "nothing": lambda: None,
        }[what])  # fmt: skip


@contextmanager
def two_worlds(template: Path, tmp_path: Path) -> Iterator[tuple[World, World]]:
    for name in ("one", "two"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
    first, second = World(template, tmp_path / "one"), World(template, tmp_path / "two")
    try:
        yield first, second
    finally:
        first.desk.close()
        second.desk.close()


@settings(max_examples=40, deadline=None, suppress_health_check=CALM, phases=FIND)
@given(asks=st.sampled_from(["ann", "both"]), turns=TURNS)
def test_what_b_does_changes_no_answer_to_a(template: Path, tmp_path: Path, asks: str, turns: list[Any]) -> None:
    """`both` is a lead as well, who rates this case: then they are an assessor like any other."""
    with two_worlds(template, tmp_path) as (first, second):
        for ours, one, other in turns:
            first.do("ben", *one)
            second.do("ben", *other)
            for what in (ours, *((always, None) for always in ALWAYS)):
                assert first.do(asks, *what) == second.do(asks, *what), (what, one, other)


def test_the_worlds_do_differ_after_the_reveal(template: Path, tmp_path: Path) -> None:
    """Else the test above would show nothing."""
    with two_worlds(template, tmp_path) as worlds:
        for world, level in zip(worlds, (2, 4), strict=True):
            world.do("ben", "save", sheet(level))
            ben = Actor(person=world.people["ben"])
            world.desk.submit(ben, world.case, sheet(level), version=1)
            for name in ("ann", "both"):
                world.do(name, "submit", None)
            world.desk.reveal(Actor(person=world.people["lea"]), world.case)
        assert worlds[0].do("ann", "view", None) != worlds[1].do("ann", "view", None)


# ------------------------------------------------------------------------------------------------ the command line


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder whose review has begun: ann and ben have drafts, in a store beside it."""
    folder = tmp_path_factory.mktemp("begun")
    result(folder / "result")
    for name in ("ann", "ben"):
        done = CliRunner().invoke(cli, ["assess", str(folder / "result"), "--rater", name], input="3\nso\nq\n")
        assert done.exit_code == 0, done.output
    with open_desk(f"sqlite:///{folder / 'result.review.db'}") as desk:
        assert len(desk.people()) == 2
    return folder


COMMANDS_OF_A = st.sampled_from([
    ("assess", "result", "--rater", "ann"),
    ("assess", "result", "--rater", "ann", "--import", "ann.csv"),
    ("assess", "result", "--rater", "ann", "--withdraw"),
    ("assess", "result", "--rater", "ann", "--role", "adjudicator"),
    ("assess", "result", "--rater", "ann", "--amend"),
    ("show", "result"), ("show", "result", "--json"),
    ("history", "--store", "sqlite:///result.review.db"),
    ("history", "--store", "sqlite:///result.review.db", "--json"),
    ("export", "--csv", "--store", "sqlite:///result.review.db"),
    ("decide", "result", "advance", "--by", "ann", "--why", "good"),
    ("decide", "result", "dissent", "--by", "ann", "--why", "bad"),
    ("reveal", "result"), ("reveal", "result", "--early", "--why", "now"),
])  # fmt: skip
COMMANDS_OF_B = st.sampled_from([
    ("assess", "result", "--rater", "ben", "--import", "ben.csv"),
    ("assess", "result", "--rater", "ben", "--withdraw"), ("show", "result"),
])  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=CALM, phases=FIND)
@given(
    levels=st.tuples(LEVELS, LEVELS),
    turns=st.lists(st.tuples(COMMANDS_OF_A, COMMANDS_OF_B, COMMANDS_OF_B), min_size=2, max_size=5),
)
def test_no_command_and_no_file_of_the_result_tells_a_what_b_did(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, levels: Any, turns: list[Any]
) -> None:
    worlds = [tmp_path / name for name in ("one", "two")]
    for world, of_b in zip(worlds, levels, strict=True):
        shutil.rmtree(world, ignore_errors=True)
        shutil.copytree(begun, world)
        move(world, begun)
        (world / "ann.csv").write_text(csv_of([3] * 6, "mine"))
        (world / "ben.csv").write_text(csv_of(of_b, "secret"))
    for ours, *theirs in turns:
        said = []
        for world, command in zip(worlds, theirs, strict=True):
            monkeypatch.chdir(world)
            CliRunner().invoke(cli, command, input="q\n")
            done = CliRunner().invoke(cli, ours, input="2\nwhy not\ns\nq\n")
            told = done.exception.args if isinstance(done.exception, GraderError) else done.exception
            said.append((done.output, repr(told), done.exit_code, seen(world / "result")))
        if ours[0] == "reveal" and 0 in {one[2] for one in said}:
            return  # the reveal
        assert said[0] == said[1]


def test_no_command_tells_what_the_judge_said_in_shadow_before_the_reveal(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.store.label_tables import judged_levels

    store = "sqlite:///result.review.db"
    commands = [
        ("assess", "result", "--rater", "ann"), ("assess", "result", "--rater", "ann", "--role", "adjudicator"),
        ("show", "result"), ("show", "result", "--json"), ("history", "--store", store),
        ("export", "--csv", "--store", store), ("history", "--store", store, "--json"), ("reveal", "result"),
        ("ask", "--store", store),
        ("calibrate", "rag-triage", "--status", "--store", store),
        ("calibrate", "rag-triage", "--status", "--json", "--store", store),
        ("analyse", "raters", "--store", store, "--json"),
        ("assess", "result", "--rater", "ann", "--import", "ann.csv"),
    ]  # fmt: skip
    worlds = [tmp_path / name for name in ("one", "two")]
    for world, level in zip(worlds, (1, 5), strict=True):
        shutil.copytree(begun, world)
        move(world, begun)
        (world / "ann.csv").write_text(csv_of([3] * 6, "mine"))
        with open_store(f"sqlite:///{world / 'result.review.db'}") as opened, opened.engine.begin() as connection:
            run = connection.exec_driver_sql("select run from runs").scalar()
            rows = [{"run": run, "criterion": one, "level": level, "model": "m", "judge": f"j{level}", "counted": False,
                     "at": "2026-03-02T10:00:00Z"} for one in CRITERIA]  # fmt: skip
            connection.execute(judged_levels.insert(), rows)
    for command in commands:
        said = []
        for world in worlds:
            monkeypatch.chdir(world)
            done = CliRunner().invoke(cli, command, input="q\n")
            told = done.exception.args if isinstance(done.exception, GraderError) else repr(done.exception)
            said.append((done.output, repr(told), done.exit_code))
        assert said[0] == said[1], command
        assert "No such command" not in said[0][0]


def move(world: Path, came_from: Path) -> None:
    """The copy's store names the copy's folder; both worlds use the same words for it."""
    import sqlite3

    with sqlite3.connect(world / "result.review.db") as connection:
        connection.execute("drop trigger runs_append_only")
        connection.execute("update runs set folder = 'result'")
        connection.execute("update cases set folder = 'result'")
    connection.close()
    assert came_from != world


def seen(folder: Path) -> list[tuple[str, str]]:
    """Every file of the result folder, and what is beside it by name."""
    files = [(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
             for path in sorted(folder.rglob("*")) if path.is_file()]  # fmt: skip
    return [*files, *((path.name, "") for path in sorted(folder.parent.iterdir()))]
