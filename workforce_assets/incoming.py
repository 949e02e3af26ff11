"""The inbox of an installation: its store, its links and its settings put together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from resources.errors import OneLineError
from resources.inbox.evidence import KeyOfLink
from resources.inbox.ingest import Inbox, Told
from resources.inbox.sources import read_messages
from resources.store.engine import open_engine
from resources.store.migrate import check_version, exists, migrate
from resources.unsubscribe.tokens import UnsubscribeLinks, WeakSecret
from workforce_assets.settings import Settings


def unsubscribe_links(settings: Settings) -> UnsubscribeLinks | None:
    """None where no secret is set. Raises OneLineError on one that is too weak."""
    if settings.unsubscribe_secret is None:
        return None
    try:
        return UnsubscribeLinks.from_setting(settings.unsubscribe_url or "", settings.unsubscribe_secret)
    except WeakSecret as error:
        raise OneLineError(str(error)) from None


def ingest(settings: Settings, source: str, at: datetime) -> Iterator[Told]:
    """Raises InputError on a bad source, StoreVersionError on a store of another version."""
    with _inbox(settings, make=True) as inbox:
        yield from inbox.ingest(read_messages(source, settings.imap_password, inbox.knows), at)


def preview(settings: Settings, source: str, at: datetime) -> Iterator[Told]:
    """The same, changing nothing; where there is no operations store, nothing can be proven."""
    with _inbox(settings, make=False) as inbox:
        yield from inbox.preview(read_messages(source, settings.imap_password, lambda _: False), at)


@contextmanager
def _inbox(settings: Settings, *, make: bool) -> Iterator[Inbox]:
    links, engine = unsubscribe_links(settings), open_engine(settings.operations_url)
    key_of_link: KeyOfLink = links.key_of if links is not None else lambda _: None
    try:
        if make:
            migrate(engine)
        if exists(engine):
            check_version(engine)
            yield Inbox(engine, key_of_link)
        else:
            yield Inbox(None, key_of_link)
    finally:
        engine.dispose()
