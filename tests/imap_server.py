"""An IMAP mailbox (RFC 3501): login, EXAMINE, UID SEARCH and UID FETCH. It keeps what it was asked."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

USER, PASSWORD = "sales", "correct horse"


class Mailbox(socketserver.ThreadingTCPServer):
    """`messages` by UID. A message that is set to None is expunged between SEARCH and FETCH."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.context = context
        self.validity = 7
        self.messages: dict[int, bytes | None] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        scheme = "imap" if self.context is None else "imaps"
        return f"{scheme}://{USER}@127.0.0.1:{self.server_address[1]}/INBOX"


class Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def setup(self) -> None:
        if self.server.context is not None:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode("ascii").strip().partition(" ")
            self.server.asked.append(command)
            words = command.split(" ")
            name = " ".join(words[:2] if words[0] == "UID" else words[:1]).upper()
            answer = getattr(self, f"_{name.lower().replace(' ', '_')}", None)
            self._say(f"{tag} {'BAD unknown' if answer is None else answer(command)} so")
            if name == "LOGOUT":
                return

    def _say(self, line: str, octets: bytes = b"") -> None:
        self.wfile.write(line.encode("ascii") + octets + b"\r\n")

    def _capability(self, _: str) -> str:
        self._say("* CAPABILITY IMAP4rev1")
        return "OK"

    def _login(self, command: str) -> str:
        return "OK" if command == f'LOGIN {USER} "{PASSWORD}"' else "NO wrong user or password"

    def _examine(self, command: str) -> str:
        if command != 'EXAMINE "INBOX"':
            return "NO no such folder"
        self._say(f"* {len(self.server.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self.server.validity}] it is")
        return "OK [READ-ONLY]"

    def _uid_search(self, _: str) -> str:
        self._say(" ".join(["* SEARCH", *map(str, self.server.messages)]))
        return "OK"

    def _uid_fetch(self, command: str) -> str:
        uid = int(command.split(" ")[2])
        content = self.server.messages.get(uid)
        if content is not None:
            self._say(f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n", content + b")")
        return "OK"

    def _logout(self, _: str) -> str:
        self._say("* BYE")
        return "OK"


@contextmanager
def imap_server(context: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """A mailbox for as long as the block lasts; with `context`, under TLS from the first byte."""
    with Mailbox(context) as mailbox:
        mailbox.handle_error = lambda request, address: None  # type: ignore[method-assign]
        thread = threading.Thread(target=mailbox.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            with suppress(OSError):
                mailbox.shutdown()
