"""The `workforce` command: thin. Each command reads its options, calls one module, and prints."""

import sys

from workforce_assets.cli.app import app


def main() -> None:
    """Entry point of the console script."""
    sys.exit(app())
