"""The web service behind the unsubscribe link (RFC 8058).

POST unsubscribes, by a mail program (`List-Unsubscribe=One-Click`) or by the page's button: no cookie, no
login, no redirect. GET only shows the page: link scanners open every link in a mail. A token that we did not
sign is refused.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib import resources
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from resources.unsubscribe.tokens import PATH, UnsubscribeLinks
from resources.unsubscribe.unsubscribing import unsubscribe

_BODY_OCTETS = 10_000
_BODIES = (b"List-Unsubscribe=One-Click", b'name="List-Unsubscribe"')
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
}
_REFUSED = (
    "This link is not valid",
    "It may be damaged or too old. Reply to the message with the word unsubscribe.",
)
_FAILED = ("Not done", "Please try again in a minute, or reply to the message with the word unsubscribe.")
_DONE = ("You are unsubscribed", "You will get no more of these messages.")
_ASK = ("Unsubscribe?", "You will get no more messages from this sender.")
_BUTTON = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Unsubscribe</button></form>"
)


def service(engine: Engine, links: UnsubscribeLinks, now: Callable[[], datetime]) -> Starlette:
    """The ASGI app. `now` gives the time a suppression is in force from."""

    async def ask(request: Request) -> Response:
        if links.read(request.path_params["token"]) is None:
            return _page(_REFUSED, 403)
        return _page(_ASK, 200, _BUTTON)

    async def do(request: Request) -> Response:
        who = links.read(request.path_params["token"])
        if who is None:
            return _page(_REFUSED, 403)
        body = await _body(request)
        if body is None or not any(mark in body for mark in _BODIES):
            return PlainTextResponse("the body must be List-Unsubscribe=One-Click\n", 400, _HEADERS)
        try:
            await run_in_threadpool(unsubscribe, engine, who, now())
        except SQLAlchemyError:  # told to the person; a page that says done must mean it
            return _page(_FAILED, 503)
        return _page(_DONE, 200)

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    path = PATH + "{token}"
    endpoints: list[tuple[str, Callable[[Request], Awaitable[Response]], list[str]]] = [
        (path, ask, ["GET"]),
        (path, do, ["POST"]),
        ("/health", health, ["GET"]),
    ]
    return Starlette(routes=[Route(where, what, methods=methods) for where, what, methods in endpoints])


async def _body(request: Request) -> bytes | None:
    """None where it is longer than any such body."""
    read = b""
    async for chunk in request.stream():
        read += chunk
        if len(read) > _BODY_OCTETS:
            return None
    return read


def _page(words: tuple[str, str], status: int, form: str = "") -> Response:
    page = resources.files(__package__).joinpath("page.html").read_text("utf-8")
    values: dict[str, Any] = {"title": words[0], "text": words[1], "form": form}
    for name, value in values.items():
        page = page.replace("{{" + name + "}}", value)
    return HTMLResponse(page, status, _HEADERS)
