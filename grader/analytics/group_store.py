"""What candidates said about themselves, in a database of its own under another key.

Who somebody is stands in it as a keyed digest of their name or id, and the key is in a file of its own: neither the
database nor the store of grades alone says of anybody which group they belong to. It is read for sums only (`of`), by
nobody who rates, and no page or export has it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, delete, insert, select

from grader.errors import UsageError, visible
from grader.store import people
from grader.store.engine import connect, reading, writing
from grader.store.store import kept_text

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from grader.analytics.groups import Groups

_BYTES = 32
_metadata = MetaData()
_said = Table(
    "said",
    _metadata,
    Column("person", String(64), primary_key=True),
    Column("dimension", String(100), primary_key=True),
    Column("answer", String(500), nullable=False),
)


class GroupStore:
    """The database at a URL, and its key. Made where there is none. Raises UsageError for a key that others can read,
    or that is none, and InfrastructureError where the database does not answer."""

    def __init__(self, url: str, key: Path) -> None:
        self._key = _key(key)
        self.engine: Engine = connect(url)
        with writing(self.engine) as connection:
            _metadata.create_all(connection)
        if self.engine.dialect.name == "sqlite" and self.engine.url.database:
            os.chmod(self.engine.url.database, 0o600)

    def close(self) -> None:
        self.engine.dispose()

    def keep(self, groups: Groups) -> int:
        """Keeps what people said, in place of what they said before; of how many."""
        rows = [{"person": self._person(who), "dimension": kept_text(dimension), "answer": kept_text(answer)}
                for who, said in groups.items() for dimension, answer in said.items()]  # fmt: skip
        with writing(self.engine) as connection:
            for row in rows:
                same = (_said.c.person == row["person"]) & (_said.c.dimension == row["dimension"])
                connection.execute(delete(_said).where(same))
            if rows:
                connection.execute(insert(_said), rows)
        return len(groups)

    def forget(self, who: str) -> bool:
        """Removes what somebody said; whether there was anything."""
        with writing(self.engine) as connection:
            return connection.execute(delete(_said).where(_said.c.person == self._person(who))).rowcount > 0

    def of(self, candidates: Iterable[str]) -> Groups:
        """For adding up: what those of `candidates` said who said anything."""
        known: dict[str, dict[str, str]] = {}
        with reading(self.engine) as connection:
            for row in connection.execute(select(_said)):
                known.setdefault(row.person, {})[row.dimension] = row.answer
        found: dict[str, Mapping[str, str]] = {}
        for who in dict.fromkeys(candidates):
            if said := known.get(self._person(who)):
                found[who] = said
        return found

    def _person(self, who: str) -> str:
        plain = people.key(who) or who
        return hmac.new(self._key, plain.encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()


def _key(path: Path) -> bytes:
    """The key in the file; made where there is none. Raises UsageError."""
    shown = visible(str(path))
    if not path.exists():
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(_BYTES))
    if path.stat().st_mode & 0o077:
        raise UsageError(f"{shown}: others can read this key.", fix=f"chmod 600 {shown}")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, OSError):
        key = b""
    if len(key) != _BYTES:
        raise UsageError(f"{shown}: no key of {_BYTES} bytes in hexadecimal; name a new file to make one.")
    return key
