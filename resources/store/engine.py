"""The operations store's engine and its three kinds of transaction, the same on SQLite and PostgreSQL."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

_BUSY_MILLISECONDS = 30_000
_WRITES = "store_writes"


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...` (psycopg 3). Nothing is connected yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        postgresql_url = parsed.set(drivername="postgresql+psycopg")
        # Whatever the database's default is: in `deciding`, what was committed while it waited must be seen.
        return create_engine(
            postgresql_url, pool_pre_ping=True, hide_parameters=True, isolation_level="READ COMMITTED"
        )
    engine = create_engine(parsed, hide_parameters=True)  # addresses belong into no log and no error's text
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view; nothing may be written."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """All of it is durable when the block ends, or none of it is."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def deciding(engine: Engine, subject: str) -> Iterator[Connection]:
    """A write whose reads stay true until its commit: no other `deciding` on `subject` runs meanwhile."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite has one writer at a time as it is
            connection.execute(select(func.pg_advisory_xact_lock(_lock_number(subject))))
        yield connection


def insert_or_ignore(engine: Engine, table: Table) -> Insert:
    """An insert that leaves a row that is already there as it was."""
    return _inserting(engine.dialect.name, table)


@cache
def _inserting(dialect: str, table: Table) -> Insert:
    """Built once: SQLAlchemy also finds what it compiled of it sooner."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _lock_number(subject: str) -> int:
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], "big", signed=True)


def _set_up_sqlite(connection: Any, _: object) -> None:
    # The driver's own implicit transactions would begin too late; ours begin in _begin_sqlite.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


# The first connections to a new file change its mode at once, and SQLite does not ask the busy handler then
# (sqlite.org/wal.html): of four first migrations at once, one failed with "database is locked" in CI.
@retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(_BUSY_MILLISECONDS / 1000),
    wait=wait_random(0.01, 0.05),
    reraise=True,
)
def _use_wal(connection: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns writer half-way fails at once when another has written.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
