"""How people sign in. Unlike what was graded or said, these rows change: a session is seen again, a link is used.

credentials  what a person proves who they are with: a password, or an account of an identity provider or a proxy
invites      links that let a person set a password, by the digest of their token
sessions     who is signed in, by the digest of the id in the cookie
attempts     failed sign-ins, by the digest of the account or address, to slow down whoever guesses
secrets      what the servers on one store have in common
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from grader.store.metadata import metadata

credentials = Table(
    "credentials",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(300), nullable=False),
    Column("secret", Text, nullable=False),
    Column("at", String(20), nullable=False),
    UniqueConstraint("kind", "name"),
    Index(None, "person"),
)

invites = Table(
    "invites",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("at", String(20), nullable=False),
    Column("ends_at", String(20), nullable=False),
    Column("used_at", String(20), nullable=False),
    Index(None, "person"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("via", String(20), nullable=False),
    Column("at", String(20), nullable=False),
    Column("seen_at", String(20), nullable=False),
    Column("ended_at", String(20), nullable=False),
    Index(None, "person"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("at", String(20), nullable=False),
    Index(None, "digest", "at"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

ACCOUNTS = (credentials, invites, sessions, attempts, secrets)
