"""Writing and reading. Each write is one transaction, and writing the same again changes nothing."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, RowMapping

from grader.records import JudgedLevel
from grader.store import people
from grader.store.engine import reading, writing
from grader.store.label_tables import judged_levels
from grader.store.tables import ALL, KEY, bodies, calibrations, events, grades, judgements, ratings, runs

Row = Mapping[str, Any]
DIFFERS = "grade_differs"
"""An event of a run that came to another grade than others of the same."""
_ADDED = " (added)"


@dataclass(frozen=True, kw_only=True)
class About:
    """What the operator knows about a run, and its result does not say."""

    folder: str = ""
    """Absolute path of the output folder."""
    evidence: str = ""
    """Digest of the evidence in it."""
    candidate: str = ""
    blind: str = ""
    source: str = ""
    batch: str = ""
    who: str = ""
    """Defaults to the user of this process."""
    why: str = ""
    added: bool = False
    """Whether it came in from a folder, and nobody here saw it run."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What a write did. `differs`: a grade of the same key is there with another score, and stays as it is: of two that
    ran here the first one counts, and so it is of two that were added; neither counts for the other kind."""

    new_run: bool
    new_grade: bool
    differs: bool = False


class Store:
    """An open store; see `grader.store.open_store`. Safe for threads. Everything raises InfrastructureError where the
    database cannot be used."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------------ writing

    def record(self, grade: Mapping[str, Any], about: About, *, judged: Sequence[JudgedLevel] = ()) -> Recorded:
        """Keeps a run and, where it has one, its grade. `grade` is the content of grade.json; `judged`: all levels of
        the judge, for nobody who still rates."""
        trail = _trail(about.who, about.why or "graded")
        with writing(self.engine) as connection:
            if grade["status"] != "graded":
                return Recorded(new_run=self._add_run(connection, grade, about, None, trail), new_grade=False)
            its_grade, new_grade = self._keep(connection, grade, about, trail)
            new_run = self._add_run(connection, grade, about, its_grade, trail)
            if new_run:
                self._add_judgements(connection, grade, trail)
                self._add_levels(connection, grade["provenance"]["run"], judged, trail["at"])
            differs = new_run and self._differs(connection, _grade(grade, added=about.added))
            if differs:
                data = {"score": grade["score"]["value"]}
                self._event(connection, DIFFERS, grade["provenance"]["run"], data, trail)
            return Recorded(new_run=new_run, new_grade=new_grade, differs=differs)

    def _keep(self, connection: Connection, grade: Mapping[str, Any], about: About, trail: Row) -> tuple[int, bool]:
        """The id of the grade with this one's key, and whether it was added just now."""
        row = _grade(grade, added=about.added)
        added = self._add(connection, grades, {**row, **trail})
        if added is None:
            return int(connection.execute(select(grades.c.id).where(*_same(row))).scalar_one()), False
        self._add(connection, bodies, {"grade": added, "body": kept_text(_json(grade)), **trail})
        return int(added), True

    def _add_run(
        self, connection: Connection, grade: Mapping[str, Any], about: About, its_grade: int | None, trail: Row
    ) -> bool:
        return self._add(connection, runs, {**_run(grade, about), "grade": its_grade, **trail}) is not None

    def _add_judgements(self, connection: Connection, grade: Mapping[str, Any], trail: Row) -> None:
        for criterion in grade["criteria"]:
            if criterion["source"] != "none":
                self._add(connection, judgements, {**_judgement(grade, criterion), **trail})

    def _add_levels(self, connection: Connection, run: str, judged: Sequence[JudgedLevel], at: str) -> None:
        for one in judged:
            self._add(connection, judged_levels, {**asdict(one), "run": run, "at": at})

    def rate(self, rating: Mapping[str, Any], *, who: str = "", why: str = "rated") -> None:
        """Adds a person's level: submission_digest, challenge_digest, criterion, rater, level. The latest counts."""
        with writing(self.engine) as connection:
            connection.execute(ratings.insert().values({**rating, **_trail(who, why)}))

    def calibrated(
        self, challenge: str, digest: str, judge: str, body: str, *, who: str = "", why: str = "calibrated"
    ) -> bool:
        """Keeps a calibration by its digest; whether it is new."""
        row = {"challenge_id": challenge, "digest": digest, "judge": judge, "body": body, **_trail(who, why)}
        with writing(self.engine) as connection:
            return self._add(connection, calibrations, row) is not None

    def event(self, what: str, about: str, data: Mapping[str, Any], *, who: str = "", why: str = "") -> None:
        with writing(self.engine) as connection:
            self._event(connection, what, about, data, _trail(who, why))

    def _event(self, connection: Connection, what: str, about: str, data: Mapping[str, Any], trail: Row) -> None:
        connection.execute(events.insert().values(what=what, about=about, data=_json(data), **trail))

    def _add(self, connection: Connection, table: Table, row: Row) -> Any:
        """Adds `row` unless one with its key is there; its primary key, or None where nothing was added."""
        make = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        key = next(iter(table.primary_key))
        return connection.execute(make(table).values(**row).on_conflict_do_nothing().returning(key)).scalar()

    def _differs(self, connection: Connection, row: Row) -> bool:
        """Whether a grade of the same is there, run or added, with another score."""
        versions = {str(row["grader_version"]).removesuffix(_ADDED), _version(row["grader_version"], added=True)}
        same = [grades.c[name] == row[name] for name in KEY if name != "grader_version"]
        query = select(grades.c.score).where(*same, grades.c.grader_version.in_(versions))
        return any(abs(known - row["score"]) > 1e-6 for known in connection.execute(query).scalars())

    # ------------------------------------------------------------------------------------------------ reading

    def history(
        self, *, challenge: str = "", candidate: str = "", status: str = "", limit: int = 50
    ) -> Sequence[RowMapping]:
        """Runs, the latest first, with `score` and `recommendation` where they have a grade."""
        query = _with_grades().order_by(runs.c.started_at.desc(), runs.c.run.desc()).limit(limit)
        for column, wanted in ((runs.c.challenge_id, challenge), (runs.c.status, status)):
            query = query.where(column == wanted) if wanted else query
        if candidate:
            names = people.matching(candidate, self.candidates())
            query = query.where(runs.c.candidate.in_(names) | (runs.c.blind == candidate))
        with reading(self.engine) as connection:
            return connection.execute(query).mappings().all()

    def candidates(self) -> list[str]:
        """All that are named, as they are, sorted."""
        query = select(runs.c.candidate).distinct().where(runs.c.candidate != "").order_by(runs.c.candidate)
        with reading(self.engine) as connection:
            return list(connection.execute(query).scalars())

    def find(self, wanted: str) -> Sequence[RowMapping]:
        """Runs whose id or blind id is `wanted`, or whose submission's digest begins so (with or without `sha256:`);
        the latest first."""
        digest = wanted if wanted.startswith("sha256:") else f"sha256:{wanted}"
        query = _with_grades(whole=True).where(
            (runs.c.run == wanted)
            | (func.upper(runs.c.blind) == wanted.upper())
            | runs.c.submission_digest.startswith(digest, autoescape=True)
        )
        with reading(self.engine) as connection:
            return connection.execute(query.order_by(runs.c.started_at.desc()).limit(20)).mappings().all()

    def ran(self, grade: Mapping[str, Any]) -> bool:
        """Whether the run of this result, the content of a grade.json, was kept here when it was graded: not one that
        is unknown, of another submission or challenge, or was only added (`grade db add`)."""
        wanted = {"run": grade["provenance"].get("run"), "status": grade.get("status"),
                  "submission_digest": grade["submission"].get("digest"),
                  "challenge_digest": grade["challenge"].get("digest")}  # fmt: skip
        same = [runs.c[name] == kept_text(value) for name, value in wanted.items()]
        added = grades.c.grader_version.endswith(_ADDED, autoescape=True)
        query = select(runs.c.run).outerjoin(grades, grades.c.id == runs.c.grade).where(*same, added.is_not(True))
        with reading(self.engine) as connection:
            return connection.execute(query).first() is not None

    def digests(self, challenge: str, version: str) -> dict[str, int]:
        """Digests of the files under which submissions to `version` of `challenge` were graded, each with how many."""
        query = (
            select(runs.c.challenge_digest, func.count())
            .where(runs.c.challenge_id == challenge, runs.c.challenge_version == version, runs.c.status == "graded")
            .group_by(runs.c.challenge_digest)
        )
        with reading(self.engine) as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    def trail(self, run: RowMapping) -> dict[str, Sequence[RowMapping]]:
        """Judgements, ratings and events that belong to `run`."""
        same = [ratings.c[name] == run[name] for name in ("submission_digest", "challenge_digest")]
        queries = {
            "judgements": select(judgements).where(judgements.c.run == run["run"]).order_by(judgements.c.id),
            "ratings": select(ratings).where(*same).order_by(ratings.c.id),
            "events": select(events).where(events.c.about == run["run"]).order_by(events.c.id),
        }
        with reading(self.engine) as connection:
            return {name: connection.execute(query).mappings().all() for name, query in queries.items()}

    def each(self, challenge: str = "") -> Iterator[RowMapping]:
        """All runs with their grades, the oldest first, without holding them in memory."""
        query = _with_grades().order_by(runs.c.started_at, runs.c.run)
        query = query.where(runs.c.challenge_id == challenge) if challenge else query
        with reading(self.engine) as connection:
            yield from connection.execution_options(yield_per=500).execute(query).mappings()

    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        with reading(self.engine) as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in ALL
            }


_RUN_COLUMNS = [column for column in runs.c if column is not runs.c.grade]
"""What readers see of a run; the number of its grade means nothing outside this database."""
_GRADE_COLUMNS = ("score", "low", "high", "max", "final", "recommendation", "points", "max_points")


def _with_grades(*, whole: bool = False) -> Select[Any]:
    joined = runs.outerjoin(grades, grades.c.id == runs.c.grade)
    columns = [*_RUN_COLUMNS, *(grades.c[name] for name in _GRADE_COLUMNS), _differing().label("differs")]
    if not whole:
        return select(*columns).select_from(joined)
    joined = joined.outerjoin(bodies, bodies.c.grade == grades.c.id)
    return select(*columns, bodies.c.body).select_from(joined)


def _differing() -> ColumnElement[bool]:
    """Whether a run is one of several of the same that came to different grades."""
    other = runs.alias()
    noted = select(*(other.c[name] for name in KEY)).join(events, events.c.about == other.c.run)
    keys = tuple_(*(runs.c[name] for name in KEY))
    return and_(runs.c.grade.is_not(None), keys.in_(noted.where(events.c.what == DIFFERS)))


def _same(row: Row) -> list[Any]:
    return [grades.c[name] == row[name] for name in KEY]


def now() -> str:
    return moment(datetime.now(UTC))


def moment(when: datetime) -> str:
    """`when` as the store writes it."""
    return f"{when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _trail(who: str, why: str) -> dict[str, str]:
    return {"who": who or user(), "why": why, "at": now()}


def user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)


def kept_text(value: Any) -> str:
    """Text as every database takes it: Postgres knows no NUL, and neither knows half a surrogate pair."""
    return str(value or "").replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _run(grade: Mapping[str, Any], about: About) -> dict[str, Any]:
    challenge, submission, provenance = grade["challenge"], grade["submission"], grade["provenance"]
    return {
        "run": provenance["run"],
        "batch": kept_text(about.batch),
        "challenge_id": kept_text(challenge.get("id")),
        "challenge_version": kept_text(challenge.get("version")),
        "challenge_digest": kept_text(challenge.get("digest")),
        "submission_digest": kept_text(submission.get("digest")),
        "grader_version": kept_text(provenance.get("grader_version")),
        "seed": provenance.get("seed"),
        "status": grade["status"],
        "reason": kept_text(grade["reason"]),
        "candidate": kept_text(about.candidate),
        "blind": kept_text(about.blind),
        "source": kept_text(about.source),
        "folder": kept_text(about.folder),
        "evidence": kept_text(about.evidence),
        "started_at": moment(datetime.fromisoformat(provenance["started_at"])),
        "seconds": grade["timings"].get("total"),
    }


def _version(version: str, *, added: bool) -> str:
    """The grader's version as a grade's key has it: a grade that was added stands beside one that ran here, and in the
    place of none, whichever came first."""
    plain = str(version).removesuffix(_ADDED)
    return f"{plain[: 40 - len(_ADDED)]}{_ADDED}" if added else plain


def _grade(grade: Mapping[str, Any], *, added: bool = False) -> dict[str, Any]:
    score, objective, provenance = grade["score"], grade["objective"], grade["provenance"]
    return {
        "run": provenance["run"],
        "challenge_id": grade["challenge"]["id"],
        "submission_digest": grade["submission"]["digest"],
        "challenge_digest": grade["challenge"]["digest"],
        "grader_version": _version(provenance["grader_version"], added=added),
        "seed": provenance["seed"],
        **{name if name != "value" else "score": score[name] for name in ("value", "low", "high", "max", "final")},
        "recommendation": grade["recommendation"],
        "points": objective["points"],
        "max_points": objective["max_points"],
    }


def _judgement(grade: Mapping[str, Any], criterion: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run": grade["provenance"]["run"],
        "criterion": kept_text(criterion["id"]),
        **{name: criterion[name] for name in ("source", "level", "suggestion", "max_level", "accepted")},
        "model": kept_text(criterion["details"].get("model")),
        "reason": kept_text(criterion["reason"]),
        "rationale": kept_text(criterion["rationale"]),
        "evidence": kept_text(_json(criterion["evidence"])),
    }
