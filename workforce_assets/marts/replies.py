"""Which sends were answered: the inbox's messages of people, each read once and remembered in the warehouse.

    built.messages   digest of a message, and the ledger's key of the send that it answers (null: none)

A held message may be megabytes, and an answer comes days after its send: so a message is read by the first
build that sees it, and replies are counted again for every day by every build.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import duckdb
from sqlalchemy import Connection

from resources.inbox.decide import MAY_BE_OUT
from resources.inbox.evidence import KeyOfLink
from resources.inbox.replies import FROM_PEOPLE, send_answered
from resources.store.inbox import content_of, digests_of, entries_by_key


def replies(
    warehouse: duckdb.DuckDBPyConnection, store: Connection, key_of_link: KeyOfLink
) -> Iterator[tuple[date, str]]:
    """The day (partition) and the campaign of the send that each reply answers: one pair a reply."""
    warehouse.execute("create table if not exists built.messages (digest varchar, key varchar)")
    known = dict(warehouse.execute("select digest, key from built.messages").fetchall())
    there = digests_of(store, FROM_PEOPLE)
    new = {digest: _key(store, digest, key_of_link) for digest in sorted(there - known.keys())}
    if new:
        warehouse.executemany("insert into built.messages values (?, ?)", list(new.items()))
    answers = Counter(key for digest, key in (known | new).items() if digest in there and key is not None)
    for entry in entries_by_key(store, sorted(answers)):
        if entry.state in MAY_BE_OUT:
            for _ in range(answers[entry.key.digest]):
                yield date.fromisoformat(entry.partition), entry.key.campaign


def _key(store: Connection, digest: str, key_of_link: KeyOfLink) -> str | None:
    entry = send_answered(store, content_of(store, digest) or b"", key_of_link)
    return None if entry is None else entry.key.digest
