"""A secret of this installation's own, made when it is first asked for and kept in the operations store.

It lives where the ledger lives: every process on one store has the same, and it comes back with the store.
"""

import secrets as randomness

from sqlalchemy import Engine, select

from resources.store.engine import insert_or_ignore, reading, writing
from resources.store.tables import secrets


def own_secret(engine: Engine, name: str) -> str:
    """64 hex digits, the same for ever; of many that ask first at once, all get the one that was kept."""
    query = select(secrets.c.value).where(secrets.c.name == name)
    with reading(engine) as connection:
        found = connection.execute(query).scalar_one_or_none()
    if found is not None:
        return str(found)
    with writing(engine) as connection:
        made = {"name": name, "value": randomness.token_hex(32)}
        connection.execute(insert_or_ignore(engine, secrets), made)
        return str(connection.execute(query).scalar_one())
