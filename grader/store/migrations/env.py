"""What Alembic runs to change the schema; the connection comes from grader/store/schema.py, with its transaction."""

from alembic import context

import grader.store.tables  # noqa: F401 - registers the tables
from grader.store.metadata import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
