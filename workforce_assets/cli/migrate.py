"""`workforce migrate`: make a home ready for this version of the code."""

import os

from workforce_assets.cli.console import OUT, input_errors


def migrate() -> None:
    """Create the home, or bring Dagster's storage and the operations store up to this version."""
    from workforce_assets.prepare import prepare
    from workforce_assets.settings import Settings

    settings = Settings.from_environment(os.environ)
    with input_errors():
        prepare(settings)
    OUT.print(f"{settings.home.root} is ready")
