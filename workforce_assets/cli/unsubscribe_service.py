"""`workforce unsubscribe-service`: the web service behind the one-click link."""

import os
from typing import Annotated

import typer

from workforce_assets.cli.console import fail, input_errors


def unsubscribe_service(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    host: Annotated[str, typer.Option(help="put a TLS-terminating proxy in front of it")] = "127.0.0.1",
) -> None:
    """Serve unsubscribe links until stopped. Needs WORKFORCE_UNSUBSCRIBE_SECRET; logs no request."""
    import uvicorn

    from workforce_assets.incoming import unsubscribe_links
    from workforce_assets.settings import Settings
    from workforce_assets.unsubscribe_app import unsubscribe_app

    settings = Settings.from_environment(os.environ)
    with input_errors():
        links = unsubscribe_links(settings)
        if links is None:
            fail("WORKFORCE_UNSUBSCRIBE_SECRET is not set; make one with `openssl rand -hex 32`")
            return
        app = unsubscribe_app(settings, links)
    # A link in an access log is a link that somebody else can use.
    uvicorn.run(app, host=host, port=port, access_log=False, server_header=False)
