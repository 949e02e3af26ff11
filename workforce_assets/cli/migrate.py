"""`workforce migrate`: make a home ready for this version of the code."""

import os

from workforce_assets.cli.console import OUT, fail


def migrate() -> None:
    """Create the home, or bring Dagster's storage and the operations store up to this version."""
    from resources.store.migrate import StoreVersionError
    from workforce_assets.prepare import prepare
    from workforce_assets.settings import Settings

    settings = Settings.from_environment(os.environ)
    try:
        prepare(settings)
    except StoreVersionError as error:
        fail(str(error))
    OUT.print(f"{settings.home.root} is ready")
