"""`workforce docs`: what is expected of the records, and how the last partitions did, as web pages."""

import os
import webbrowser
from typing import Annotated

import typer

from workforce_assets.cli.console import OUT, fail, input_errors


def docs(
    workforce: Annotated[str, typer.Argument(help="which workforce")] = "outbound",
    partitions: Annotated[int, typer.Option(min=1, help="how many partitions of each asset")] = 3,
    show: Annotated[bool, typer.Option("--open", help="open the first page in a browser")] = False,
) -> None:
    """Build Great Expectations' Data Docs into the home. They hold counts, and no value of any record."""
    from checks.suites.data_docs import build_data_docs
    from workforce_assets.documented import documented
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen = find_workforce(workforce)
    found = documented(settings.lake, chosen, partitions)
    if not found:
        fail(f"{settings.home.root} holds no record yet; hand one in with `workforce run`")
    first = build_data_docs(settings.home.root / "data_docs", found)
    OUT.print(str(first))
    if show:
        webbrowser.open(first.as_uri())
