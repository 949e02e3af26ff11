"""The unsubscribe service of an installation: Starlette's app over its own operations store."""

from datetime import UTC, datetime

from starlette.applications import Starlette

from resources.store.engine import open_engine
from resources.store.migrate import migrate
from resources.unsubscribe.service import service
from resources.unsubscribe.tokens import UnsubscribeLinks
from workforce_assets.settings import Settings


def unsubscribe_app(settings: Settings, links: UnsubscribeLinks) -> Starlette:
    """Raises StoreVersionError if the operations store is newer than this code."""
    engine = open_engine(settings.operations_url)
    migrate(engine)
    return service(engine, links, lambda: datetime.now(UTC))
