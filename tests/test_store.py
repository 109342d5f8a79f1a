"""One suite for SQLite and for a real Postgres: nothing is changed, nothing is kept twice, what is removed is gone."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from grader.batch.record import known_results, record
from grader.cli.purge import report
from grader.errors import InfrastructureError, UsageError
from grader.store import open_store, retention
from grader.store.backup import backup
from grader.store.case_tables import case_heads
from grader.store.check import GUARDS, GUARDS_THERE, problems
from grader.store.engine import connect, reading, writing
from grader.store.export import write_csv
from grader.store.folder import evidence_digest
from grader.store.metadata import metadata
from grader.store.schema import HEAD, MIGRATIONS, upgrade, version
from grader.store.store import About, Store
from grader.store.tables import APPEND_ONLY
from tests.store_fixtures import Cluster, again, binaries, result, rows_of_0001
from tests.templates import statements

pytestmark = pytest.mark.xdist_group("store")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    started: Cluster = request.getfixturevalue("postgres")
    return started.database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


ANN = About(candidate="Ann Roe", blind="ABC234", folder="/results/ann", who="eva", why="hiring round 7")


# ------------------------------------------------------------------------------------------------ writing


def test_a_grade_comes_back_as_it_was_with_who_why_and_when(store: Store) -> None:
    done = store.record(result(1), ANN)
    assert (done.new_run, done.new_grade, done.differs) == (True, True, False)
    (row,) = store.history()
    assert (row["score"], row["recommendation"], row["seed"]) == (81.5, "advance", 2**62 + 1)
    assert (row["who"], row["why"], row["started_at"]) == ("eva", "hiring round 7", "2026-03-01T09:00:00Z")
    (found,) = store.find("run1")
    assert json.loads(found["body"])["score"]["value"] == 81.5
    (judgement,) = store.trail(found)["judgements"]
    assert (judgement["criterion"], judgement["level"], judgement["model"]) == ("depth", 3, "m-1")
    assert judgement["rationale"] == "says \\x00 why \\ud800"


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    store.record(result(1), ANN)
    before = store.counts()
    done = store.record(result(1), replace(ANN, why="again"))
    assert (done.new_run, done.new_grade) == (False, False)
    assert store.counts() == before
    assert store.history()[0]["why"] == "hiring round 7"


def test_a_second_run_of_the_same_is_a_run_and_no_second_grade(store: Store) -> None:
    store.record(result(1), ANN)
    done = store.record(again(result(1), "run1b"), ANN)
    assert (done.new_run, done.new_grade, done.differs) == (True, False, False)
    assert (store.counts()["runs"], store.counts()["grades"]) == (2, 1)


def test_a_second_run_with_another_score_is_noted_and_the_grade_stays(store: Store) -> None:
    store.record(result(1), ANN)
    other = again(result(1), "run1b") | {
        "score": {"value": 50.0, "low": 50.0, "high": 50.0, "max": 100.0, "final": True}
    }
    assert store.record(other, ANN).differs
    (second, first) = sorted(store.history(), key=lambda row: row["run"], reverse=True)
    assert first["score"] == second["score"] == 81.5
    (event,) = store.trail(second)["events"]
    assert (event["what"], json.loads(event["data"])) == ("grade_differs", {"score": 50.0})


@pytest.mark.parametrize("change", [{"seed": 5}, {"grader_version": "2.0.0"}])
def test_another_seed_or_grader_is_another_grade(store: Store, change: dict[str, object]) -> None:
    store.record(result(1), ANN)
    assert store.record(again(result(1), "run2", **change), ANN).new_grade


def test_a_run_without_a_grade_is_kept_with_its_reason(store: Store) -> None:
    refused = result(
        1, status="refused", reason="no \x1b[2J archive", objective=None, score=None, criteria=[], submission={}
    )
    refused["provenance"] = {name: value for name, value in refused["provenance"].items() if name != "seed"}
    assert store.record(refused, ANN).new_run
    (row,) = store.history(status="refused")
    assert (row["score"], row["reason"], row["submission_digest"]) == (None, "no \x1b[2J archive", "")


def test_nothing_can_be_changed_not_even_by_hand(store: Store) -> None:
    store.record(result(1), ANN)
    store.rate(RATING)
    store.calibrated("sums", "sha256:1", "m-1", "{}")
    store.event("upgrade", "", {})
    for table in APPEND_ONLY:
        with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(table.update().values(why="other"))
    assert store.history()[0]["why"] == "hiring round 7"


RATING = {
    "submission_digest": f"sha256:{1:064x}", "challenge_digest": "sha256:" + "c" * 64, "criterion": "depth",
    "rater": "eva", "level": 4,
}  # fmt: skip


def test_ratings_are_added_and_the_earlier_ones_stay(store: Store) -> None:
    store.record(result(1), ANN)
    store.rate(RATING, who="eva")
    store.rate({**RATING, "level": 2}, who="eva", why="read it again")
    (found,) = store.find("run1")
    assert [(row["level"], row["why"]) for row in store.trail(found)["ratings"]] == [(4, "rated"), (2, "read it again")]


def test_a_calibration_is_kept_once(store: Store) -> None:
    assert store.calibrated("sums", "sha256:1", "m-1", "{}")
    assert not store.calibrated("sums", "sha256:1", "m-1", "{}")
    assert store.counts()["calibrations"] == 1


def test_many_writers_lose_nothing_and_double_nothing(url: str, store: Store) -> None:
    def work(worker: int) -> None:
        with open_store(url) as own:
            for number in range(10):
                own.record(result(number), ANN)
                own.record(result(1000 + 100 * worker + number), ANN)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert (store.counts()["runs"], store.counts()["grades"]) == (50, 50)


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    broken = result(1)
    broken["criteria"][0]["max_level"] = None
    with pytest.raises(InfrastructureError):
        store.record(broken, ANN)
    assert set(store.counts().values()) == {0}


# ------------------------------------------------------------------------------------------------ reading


def test_runs_are_found_by_digest_candidate_and_challenge(store: Store) -> None:
    for number in range(3):
        store.record(result(number), replace(ANN, candidate=f"c{number}", blind=f"B{number}"))
    assert [row["run"] for row in store.find(f"{2:064x}"[:64])] == ["run2"]
    assert store.find("%") == []
    assert [row["run"] for row in store.history(candidate="c1")] == ["run1"]
    assert [row["run"] for row in store.history(candidate="B2")] == ["run2"]
    assert store.history(challenge="other") == []
    assert len(store.history(limit=2)) == 2


def test_an_export_names_nobody_unless_asked_and_runs_nothing(store: Store) -> None:
    store.record(result(1), replace(ANN, candidate="=Ann", why="@sum"))
    blind, named = io.StringIO(newline=""), io.StringIO(newline="")
    assert write_csv(store.each(), blind, reveal=False) == 1
    write_csv(store.each("sums"), named, reveal=True)
    assert "Ann" not in blind.getvalue()
    assert ",'=Ann," in named.getvalue()
    assert ",'@sum," in blind.getvalue()
    assert "81.5" in blind.getvalue()


# ------------------------------------------------------------------------------------------------ schema


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_head_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_copy_that_tests_begin_with_is_what_the_migrations_make(tmp_path: Path) -> None:
    """All tests of this process but these open copies (tests/templates.py); the second one here is of a template."""
    made = connect(f"sqlite:///{tmp_path / 'made.db'}")
    upgrade(made)
    made.dispose()
    for name in ("first", "second"):
        open_store(f"sqlite:///{tmp_path / name}.db").close()

    def content(name: str) -> list[object]:
        with contextlib.closing(sqlite3.connect(tmp_path / f"{name}.db")) as there:
            marks = ("user_version", "application_id", "journal_mode")
            return [*there.iterdump(), *(there.execute(f"pragma {one}").fetchone() for one in marks)]

    assert content("first") == content("second") == content("made")
    assert {(tmp_path / f"{name}.db").stat().st_mode & 0o777 for name in ("first", "second")} == {0o600}


def test_so_is_the_one_in_postgres(postgres: Cluster) -> None:
    made = connect(postgres.database())
    upgrade(made)
    copies = [open_store(postgres.database()) for _ in range(2)]
    assert {statements(copy.engine) for copy in copies} == {statements(made)}
    made.dispose()
    for copy in copies:
        copy.close()


def test_an_upgrade_of_what_is_new_already_changes_nothing(url: str, store: Store) -> None:
    store.record(result(1), ANN)
    assert upgrade(store.engine) == (HEAD, HEAD)
    assert store.counts()["grades"] == 1


def old_store(url: str) -> None:
    """A store of version 0001 with two runs of one grade, a run of another, and a refused one."""
    engine = connect(url)
    with writing(engine) as connection:
        to_version(connection, "0001")
        for table, rows in rows_of_0001().items():
            add_as_it_was(connection, table, rows)
    engine.dispose()


def to_version(connection: Connection, wanted: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, wanted)


def add_as_it_was(connection: Connection, table: str, rows: list[dict[str, object]]) -> None:
    """Adds rows to the table that is there, whatever the code knows of it by now."""
    there = Table(table, MetaData(), autoload_with=connection, resolve_fks=False)
    connection.execute(there.insert(), rows)


def test_an_upgrade_from_the_first_version_keeps_all_that_is_there(url: str) -> None:
    old_store(url)
    with pytest.raises(UsageError, match="this grader needs") as caught:
        open_store(url)
    assert caught.value.fix == "grade db upgrade"
    engine = connect(url)
    assert upgrade(engine) == ("0001", HEAD)
    engine.dispose()
    with open_store(url) as store:
        scores = {row["run"]: row["score"] for row in store.history()}
        assert scores == {"run1": 81.5, "run1b": 81.5, "run2": 40.0, "run3": None}
        assert [row["score"] for row in store.each()] == [81.5, 81.5, 40.0, None]
        assert {row["why"] for row in store.history()} == {"hiring round 7"}
        assert json.loads(store.find("run1b")[0]["body"])["score"]["value"] == 81.5
        assert "grade" not in store.history()[0]
        assert list(problems(store)) == []


def test_an_upgrade_knows_where_chains_of_before_ended(url: str) -> None:
    old_store(url)
    engine = connect(url)
    events = [("people", 1, "a" * 64), ("people", 2, "b" * 64), ("0" * 32, 1, "c" * 64)]
    with writing(engine) as connection:
        to_version(connection, "0005")
        for chain, number, hashed in events:
            row = {"id": len(hashed) + ord(hashed[0]), "chain": chain, "number": number, "what": "asked", "digest": "",
                   "previous": "", "hash": hashed, "at": ""}  # fmt: skip
            add_as_it_was(connection, "case_events", [row])
    upgrade(engine)
    with reading(engine) as connection:
        kept = connection.execute(select(case_heads.c.chain, case_heads.c.number, case_heads.c.hash)).all()
    engine.dispose()
    assert {tuple(row) for row in kept} == {("people", 2, "b" * 64), ("0" * 32, 1, "c" * 64)}


def test_an_upgraded_store_is_written_and_purged_like_a_new_one(url: str) -> None:
    old_store(url)
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    with open_store(url) as store:
        done = store.record(result(1), ANN)
        assert (done.new_run, done.new_grade) == (False, False)
        done = store.record(again(result(1), "run1c"), ANN)
        assert (done.new_run, done.new_grade, done.differs) == (True, False, False)
        assert store.record(result(9), ANN).new_grade
        with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
            connection.execute(text("update runs set why = 'other'"))
        retention.remove(store, retention.of_person(store, "Ann Roe"), why="asked")
        assert {row["run"]: row["score"] for row in store.history()} == {"run2": 40.0, "run3": None}
        assert (store.counts()["grades"], store.counts()["bodies"]) == (1, 1)


def test_a_grader_from_before_the_upgrade_that_still_runs_is_refused(store: Store) -> None:
    (run, *_) = rows_of_0001()["runs"]
    with pytest.raises(DBAPIError, match="newer grader"), store.engine.begin() as connection:
        add_as_it_was(connection, "runs", [run])
    assert store.counts()["runs"] == 0


def test_a_grade_that_a_run_still_names_cannot_go(store: Store) -> None:
    store.record(result(1), ANN)
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), store.engine.begin() as connection:
        connection.execute(text("delete from grades"))
    assert store.history()[0]["score"] == 81.5


def test_a_store_of_another_version_is_not_touched(url: str, store: Store) -> None:
    for other, complaint in (("0000", "this grader needs"), ("9999", "newer grader")):
        with writing(store.engine) as connection:
            connection.execute(text("update alembic_version set version_num = :other"), {"other": other})
        with pytest.raises(UsageError, match=complaint):
            open_store(url)


def test_processes_that_make_a_store_at_once_wait_for_each_other(url: str) -> None:
    engines = [connect(url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(upgrade, engines))
    assert version(engines[0]) == HEAD
    for engine in engines:
        engine.dispose()


# ------------------------------------------------------------------------------------------------ looking after it


def on_disk(root: Path, number: int, candidate: str) -> About:
    """A result on disk as a batch leaves it."""
    folder = root / candidate
    (folder / "evidence").mkdir(parents=True)
    (folder / "grade.json").write_text(json.dumps(result(number)))
    (folder / "report.html").write_text(candidate)
    (folder / "evidence" / "submission.zip").write_text(f"zip of {candidate}")
    (root / "blind").mkdir(exist_ok=True)
    (root / "blind" / f"ID{number}").symlink_to(f"../{candidate}")
    return About(
        folder=str(folder), evidence=evidence_digest(folder), candidate=candidate, blind=f"ID{number}",
        source=f"/inbox/{candidate}.zip", batch=str(root),
    )  # fmt: skip


def a_batch(tmp_path: Path, store: Store) -> Path:
    root = tmp_path / "out"
    for number, candidate in enumerate(["ann", "bob", "cat"]):
        store.record(result(number), on_disk(root, number, candidate))
    rows = "".join(
        f"ID{number},{name},{name},/inbox/{name}.zip,,,,\n" for number, name in enumerate(["ann", "bob", "cat"])
    )
    (root / "candidates.csv").write_text("id,name,candidate,source,started,submitted,minutes,late\n" + rows)
    (root / "index.html").write_text("ann bob cat")
    return root


def test_a_sound_store_has_no_problems_and_changed_evidence_is_one(store: Store, tmp_path: Path) -> None:
    root = a_batch(tmp_path, store)
    assert list(problems(store)) == []
    (root / "ann" / "evidence" / "submission.zip").write_text("other")
    (root / "bob" / "grade.json").unlink()
    assert [line.split(":")[0] for line in problems(store)] == ["Run run0", "Run run1"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_backup_holds_what_the_store_holds(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A dump is of a whole database: of one that no other test makes or drops anything in."""
    there, elsewhere = f"sqlite:///{tmp_path / 'store.db'}", f"sqlite:///{tmp_path / 'copy'}"
    if kind == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        there, elsewhere = cluster.whole_database(), cluster.whole_database()
    target = tmp_path / "copy"
    with open_store(there) as store:
        store.record(result(1), ANN)
        backup(store, target)
        assert target.stat().st_mode & 0o077 == 0
        if kind == "postgres":
            assert target.read_bytes()[:5] == b"PGDMP"
            restored(target, elsewhere)
        with open_store(elsewhere) as copy:
            assert copy.counts() == store.counts()
            assert copy.counts()["grades"] == 1
        with pytest.raises(UsageError):
            backup(store, target)


def restored(dump: Path, url: str) -> None:
    name, folder = re.findall(r"/(whole_\d+)\?host=(.*)", url)[0]
    words = ["--host", folder, "--username", "postgres", "--dbname", name, "--exit-on-error", str(dump)]
    subprocess.run([binaries() / "pg_restore", *words], check=True, capture_output=True)


def test_one_persons_data_goes_in_full_and_nobody_elses(store: Store, tmp_path: Path, url: str) -> None:
    root = a_batch(tmp_path, store)
    store.record(again(result(0), "run0b"), on_disk(root, 7, "ann-other-run"))
    store.rate({**RATING, "submission_digest": f"sha256:{1:064x}"})
    removal = retention.of_person(store, "bob")
    assert [run["run"] for run in removal.runs] == ["run1"]
    assert removal.sources == ("/inbox/bob.zip",)
    retention.remove(store, removal, why="asked to on 1 March", who="eva")
    assert not (root / "bob").exists()
    assert not (root / "blind" / "ID1").is_symlink()
    assert (root / "ann" / "report.html").read_text() == "ann"
    assert not (root / "index.html").exists()
    assert "bob" not in (root / "candidates.csv").read_text()
    assert "cat" in (root / "candidates.csv").read_text()
    assert store.find("run1") == []
    assert store.counts()["ratings"] == 0
    assert {row["run"] for row in store.history()} == {"run0", "run0b", "run2"}
    with reading(store.engine) as connection:
        (event,) = connection.execute(text("select what, why, who, about, data from events")).all()
    assert tuple(event[:3]) == ("removed", "asked to on 1 March", "eva")
    assert "bob" not in str(event)
    if url.startswith("sqlite"):
        left = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
        assert b"/inbox/bob.zip" not in left
        assert b"/inbox/cat.zip" in left


def test_two_people_with_the_same_files_keep_one_grade_until_both_are_gone(store: Store) -> None:
    store.record(result(1), replace(ANN, candidate="ann", folder=""))
    store.record(again(result(1), "other"), replace(ANN, candidate="bob", blind="B", folder=""))
    retention.remove(store, retention.of_person(store, "ann"), why="asked")
    assert store.history()[0]["score"] == 81.5
    retention.remove(store, retention.of_person(store, "bob"), why="asked")
    assert {name: count for name, count in store.counts().items() if count} == {"events": 2}


def test_what_is_too_old_goes_and_the_rest_stays(store: Store, tmp_path: Path) -> None:
    store.record(again(result(1), "old", started_at="2020-01-01T00:00:00+00:00"), replace(ANN, folder=""))
    store.record(result(2), replace(ANN, folder=""))
    retention.remove(store, retention.older_than(store, "2025-01-01T00:00:00Z"), why="policy")
    assert [row["run"] for row in store.history()] == ["run2"]


def test_a_folder_that_holds_another_run_by_now_is_left_alone(store: Store, tmp_path: Path) -> None:
    about = on_disk(tmp_path / "out", 1, "ann")
    store.record(again(result(1), "earlier"), about)
    removal = retention.of_person(store, "ann")
    assert removal.folders == ()
    retention.remove(store, removal, why="policy")
    assert (Path(about.folder) / "report.html").exists()


def test_what_no_grading_wrote_stays_where_it_lies_and_is_named(store: Store, tmp_path: Path) -> None:
    about = on_disk(tmp_path / "out", 1, "ann")
    folder = Path(about.folder)
    others = [folder / "evidence" / "mine.txt", folder / "src" / "grade.json", folder / "todo.md"]
    for path in (*others, folder / "evidence" / "verifier.json", folder / ".report.html.x1.part"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (folder / "out").symlink_to(tmp_path)
    store.record(result(1), about)
    removal = retention.of_person(store, "ann")
    assert sorted(removal.left) == sorted([others[0], folder / "src", others[2], folder / "out"])
    assert f"stays   {others[2]}" in report(removal, done=False)
    retention.remove(store, removal, why="policy")
    left = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    assert left == ["evidence", "evidence/mine.txt", "out", "src", "src/grade.json", "todo.md"]
    assert store.history() == []


def test_results_on_disk_are_taken_in_once(store: Store, tmp_path: Path) -> None:
    root = a_batch(tmp_path, store)
    found = list(known_results(root))
    assert [one.known and one.known.entry.candidate for one in found] == ["ann", "bob", "cat"]
    assert [record(store, one, why="added").new_run for one in found] == [False, False, False]
    assert [one.folder for one in known_results(root / "ann")] == [root / "ann"]


# ------------------------------------------------------------------------------------------------ is it what it was


def test_what_guards_a_store_is_all_that_its_migrations_make(store: Store) -> None:
    with reading(store.engine) as connection:
        assert set(connection.execute(text(GUARDS_THERE[store.engine.dialect.name])).scalars()) == GUARDS
    assert list(problems(store)) == []


@pytest.mark.parametrize(
    "change",
    [
        "update grades set score = 100, low = 100, high = 100",
        "update grades set final = not final",
        "update grades set recommendation = 'other'",
        "update grades set high = high + 1",
    ],
)
def test_a_grade_that_is_not_what_its_body_says_is_noticed_and_so_is_a_guard_that_is_gone(
    change: str, store: Store, url: str
) -> None:
    store.record(result(1), replace(ANN, folder=""))
    assert list(problems(store)) == []
    with store.engine.begin() as connection:
        connection.execute(text(f"drop trigger grades_append_only{' on grades' * url.startswith('postgres')}"))
        connection.execute(text(change))
    gone, changed = problems(store)
    assert "grades_append_only" in gone
    assert "not what its body says" in changed


# ------------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite+aiosqlite:///x"])
def test_an_address_that_is_no_store_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError):
        open_store(url)


def test_a_database_that_does_not_answer_is_nobodys_fault_and_no_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError) as caught:
        open_store(f"postgresql://ann:s3cret@/none?host={tmp_path}")
    assert "s3cret" not in caught.value.message
    with pytest.raises(InfrastructureError):
        open_store(f"sqlite:///{tmp_path}/no/such/folder.db")
    (tmp_path / "text.db").write_text("this is no database " * 100)
    with pytest.raises(InfrastructureError):
        open_store(f"sqlite:///{tmp_path}/text.db")


def test_grading_one_submission_imports_no_database() -> None:
    code = "import sys, grader.cli.run, grader.grading.pipeline, grader.store; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
