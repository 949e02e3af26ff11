"""`workforce report`: the marts as one HTML file."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from workforce_assets.cli.console import OUT, input_errors


def report(
    workforce: Annotated[str, typer.Argument(help="which workforce")] = "outbound",
    days: Annotated[int, typer.Option(min=1, help="how many days back from the newest")] = 90,
    out: Annotated[Path | None, typer.Option(help="file to write; default: report.html in the home")] = None,
) -> None:
    """Judgement share, cost, holds and pass rates over time, in one file that needs no network."""
    from workforce_assets.report.figures import read_figures
    from workforce_assets.report.page import page
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen = find_workforce(workforce)
        figures = read_figures(settings.home.warehouse, days)
    path = out or settings.home.root / "report.html"
    path.write_text(page(chosen, figures, datetime.now(UTC)), "utf-8")
    OUT.print(str(path))
