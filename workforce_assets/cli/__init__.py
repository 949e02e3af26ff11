"""The `workforce` command: thin. Each command reads its options, calls one module, and prints."""

import sys

from workforce_assets.cli.app import app
from workforce_assets.cli.console import hush_previews


def main() -> None:
    """Entry point of the console script."""
    hush_previews()
    sys.exit(app())
