"""A hosted model's server, as OpenAI and Anthropic speak, with a log of every call and faults on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """`text` is what the model says; `stop` the wire's own word for why it ended; `refusal` is OpenAI's."""

    text: str = '{"label": "no_objection"}'
    status: int = 200
    stop: str | None = None
    refusal: str | None = None
    delay: float = 0.0


@dataclass
class MockProvider:
    """`calls` is the oracle: path and decoded body of every request that arrived."""

    url: str
    reply: Reply = field(default_factory=Reply)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def mock_provider() -> Iterator[MockProvider]:
    """A server on a free loopback port, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = MockProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        provider: MockProvider = self.server.provider  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        provider.calls.append((self.path, body))
        reply = provider.reply
        if reply.delay:
            provider.released.wait(reply.delay)
        anthropic = self.path.endswith("/messages")
        content = _error() if reply.status != 200 else (_anthropic if anthropic else _openai)(reply, body)
        raw = json.dumps(content).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Silent: `calls` is the log."""


def _error() -> dict[str, Any]:
    return {"type": "error", "error": {"type": "api_error", "message": "overloaded", "code": None}}


def _openai(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": None if reply.refusal else reply.text,
        "refusal": reply.refusal,
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": reply.stop or "stop", "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def _anthropic(reply: Reply, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": reply.stop or "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 10},
    }
