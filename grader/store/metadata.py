"""What all tables of the store are registered in, so that names of indexes and keys follow one rule."""

from __future__ import annotations

from sqlalchemy import MetaData

NAMES = {"ix": "ix_%(column_0_N_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
metadata = MetaData(naming_convention=NAMES)
