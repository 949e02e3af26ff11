"""The operations store's version: bring it up to this code's, or say clearly why it cannot be used."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from resources.errors import OneLineError
from resources.store.engine import deciding, reading

_MIGRATIONS = Path(__file__).parent / "migrations"


class StoreVersionError(OneLineError):
    """The operations store and this code do not fit together. One line, with what to do."""


def migrate(engine: Engine) -> None:
    """Bring the store up to this code's version; safe to call at once from many processes.

    Raises StoreVersionError if the store is newer than the code.
    """
    file = _sqlite_file(engine)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    with deciding(engine, "migrations") as connection:
        _refuse_newer(MigrationContext.configure(connection).get_current_revision(), engine)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_version(engine: Engine) -> None:
    """Raises StoreVersionError unless the store is exactly at this code's version."""
    current = _current(engine)
    _refuse_newer(current, engine)
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if current != head:
        raise StoreVersionError(
            f"{_where(engine)}: the operations store is at version {current or 'none'}, "
            f"this code needs {head}; run `workforce migrate`"
        )


def exists(engine: Engine) -> bool:
    """Whether there is an operations store at all; asking creates nothing."""
    return _current(engine) is not None


def _current(engine: Engine) -> str | None:
    file = _sqlite_file(engine)
    if file is not None and not file.exists():  # connecting would create it
        return None
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _sqlite_file(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(engine.url.database)


def _refuse_newer(current: str | None, engine: Engine) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise StoreVersionError(
            f"{_where(engine)}: the operations store is at version {current}, which is newer than this code; "
            "upgrade workforce"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix().replace("%", "%%"))
    return config


def _where(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
