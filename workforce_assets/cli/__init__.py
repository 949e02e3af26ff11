"""The `workforce` command: thin. Each command reads its options, calls one module, and prints."""

import sys

from workforce_assets.cli.app import app
from workforce_assets.cli.console import ERR, EXIT_BAD_INPUT, hush_previews


def main() -> None:
    """Entry point of the console script."""
    hush_previews()
    if any(word.partition("=")[0] == "--home" for word in sys.argv[1:]):
        ERR.print(
            "[bold red]error:[/] there is no --home; the home is the folder that WORKFORCE_HOME names "
            "(default: ./.workforce): WORKFORCE_HOME=FOLDER workforce ..."
        )
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(app())
