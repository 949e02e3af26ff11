"""An SMTP server in a process of its own, with a mailbox of its own and faults on order: the oracle.

`python -m tests.smtp_server MAILBOX [MOST]` prints its port; it takes MOST connections at a time. Every
message it accepts becomes one JSON line in the file MAILBOX, before it answers. The recipient's local part
orders a fault, by its first word (see FAULTS).
A line on standard input such as {"pid": 4711, "step": "dot", "after": 3, "delay": 0.002} makes it kill that
process, with SIGKILL, when that step was reached so many times; it answers with a line when it has done so.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

FAULTS = {
    "later": "RCPT is answered 450, each time",
    "never": "RCPT is answered 550",
    "datalater": "the message is answered 451",
    "datanever": "the message is answered 554",
    "dropdata": "the connection is lost at DATA",
    "droptext": "the connection is lost while the message is being written",
    "dropdot": "the message is accepted, and the connection lost instead of an answer",
    "late": "the message is accepted, and the answer comes after LATE seconds",
    "odd": "the message is accepted, and answered with a code that SMTP does not know",
}
LATE = 4.0


class Killer:
    """Kills a process when a step was reached often enough."""

    def __init__(self) -> None:
        self.order: dict[str, Any] | None = None
        self.seen: Counter[str] = Counter()

    def reached(self, step: str) -> None:
        self.seen[step] += 1
        order = self.order
        if order is None or order["step"] != step:
            return
        order["after"] -= 1
        if order["after"] == 0:
            asyncio.get_running_loop().call_later(order.get("delay", 0), self._kill, order)

    def _kill(self, order: dict[str, Any]) -> None:
        with suppress(ProcessLookupError):
            os.kill(order["pid"], signal.SIGKILL)
        self.order = None
        say({"killed": order["pid"]})


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Handler:
    def __init__(self, mailbox: Path, killer: Killer) -> None:
        self.file, self.killer = mailbox.open("a", buffering=1, encoding="ascii"), killer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        fault = fault_of(address)
        if fault == "later":
            return "450 4.2.1 the mailbox is busy"
        if fault == "never":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.killer.reached("dot")
        fault = fault_of(envelope.rcpt_tos[0])
        if fault == "datalater":
            return "451 4.3.0 try again"
        if fault == "datanever":
            return "554 5.6.0 not this one"
        content = envelope.content.decode("latin-1")
        kept = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": content}
        self.file.write(json.dumps(kept) + "\n")
        self.killer.reached("reply")
        if fault == "dropdot":
            server.transport.abort()
        if fault == "late":
            await asyncio.sleep(LATE)
        return "999 what" if fault == "odd" else "250 OK"


class Refusing(asyncio.Protocol):
    """Too many are connected already."""

    def connection_made(self, transport: Any) -> None:
        transport.write(b"421 4.7.0 too many connections\r\n")
        transport.close()


class Server(SMTP):
    killer: Killer
    connected = 0

    def connection_made(self, transport: Any) -> None:
        self.killer.reached("connect")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        Server.connected -= 1
        super().connection_lost(error)

    async def smtp_MAIL(self, arg: str) -> None:
        self.killer.reached("MAIL")
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:
        self.killer.reached("DATA")
        fault = fault_of(self.envelope.rcpt_tos[0]) if self.envelope.rcpt_tos else None
        if fault == "dropdata":
            self.transport.abort()
        elif fault == "droptext":
            await self.push("354 go on")
            self.transport.pause_reading()
            await asyncio.sleep(0.2)
            self.transport.abort()
        else:
            await super().smtp_DATA(arg)


def fault_of(address: str) -> str | None:
    word = address.partition("@")[0].partition(".")[0]
    return word if word in FAULTS else None


async def serve(mailbox: Path, most: int) -> None:
    killer = Killer()
    handler = Handler(mailbox, killer)
    loop = asyncio.get_running_loop()

    def protocol() -> asyncio.Protocol:
        if Server.connected >= most:
            return Refusing()
        Server.connected += 1  # many are accepted before the first of them is told so
        made = Server.__new__(Server)
        made.killer = killer
        made.__init__(handler, enable_SMTPUTF8=True, loop=loop, data_size_limit=50_000_000)  # type: ignore[misc]
        return made

    listener = await loop.create_server(protocol, "127.0.0.1", 0, family=socket.AF_INET)
    threading.Thread(target=_listen, args=(killer,), daemon=True).start()
    say({"port": listener.sockets[0].getsockname()[1]})
    await listener.serve_forever()


def _listen(killer: Killer) -> None:
    """Orders from whoever started the server; it ends with him."""
    for line in sys.stdin:
        killer.order = json.loads(line)
        say({"ordered": killer.order})
    os._exit(0)


class Running:
    """A running server: its port, its mailbox, and orders to kill."""

    def __init__(self, process: "subprocess.Popen[str]", mailbox: Path) -> None:
        self._process, self.mailbox = process, mailbox
        self.port: int = self._answer()["port"]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def messages(self) -> list[dict[str, Any]]:
        """Everything that was accepted, in order: `from`, `to` (a list) and `content`."""
        return [json.loads(line) for line in self.mailbox.read_text("ascii").splitlines()]

    def message_ids(self) -> Counter[str]:
        return Counter(
            line.removeprefix("Message-ID: ")
            for message in self.messages()
            for line in message["content"].partition("\r\n\r\n")[0].split("\r\n")
            if line.startswith("Message-ID: ")
        )

    def kill(self, pid: int, step: str, after: int = 1, delay: float = 0.0) -> None:
        """Order to kill a process at a step."""
        assert self._process.stdin is not None
        order = {"pid": pid, "step": step, "after": after, "delay": delay}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        while "ordered" not in self._answer():
            pass

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the SMTP server ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def smtp_server(mailbox: Path, most: int = 1000) -> Iterator[Running]:
    """A server for as long as the block lasts. `most`: connections at a time; further ones get a 421."""
    mailbox.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.smtp_server", str(mailbox), str(most)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    try:
        yield Running(process, mailbox)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
