"""Alembic's entry point. Migrations run on the connection that `migrate` hands over."""

from alembic import context

from resources.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
context.run_migrations()
