"""Messages a second to a local SMTP server: the Sender's way, and bare loops over as many connections.

`python -m benchmarks.sending [--sends 4000]` prints one JSON line. The way under test claims each send in the
ledger, builds its message (plain text and HTML), delivers it and records what became of it. The bare loops
keep no record: `prebuilt` sends the very same messages, made beforehand; `built` makes each by the standard
library, as a script would.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from statistics import median

import aiosmtplib

from resources.mail.relay import parse_relay
from resources.mail.sending import send_all
from resources.mail.smtp import CONNECTIONS, SmtpMailer
from resources.mail.wire_log import WireLog
from tests.campaign import AT, BODY, SENDER, Job, new_job
from tests.smtp_server import Running, smtp_server


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sends", type=int, default=4000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    rates: dict[str, list[float]] = {"sender": [], "bare_prebuilt": [], "bare_built": []}
    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as folder, smtp_server(Path(folder) / "mailbox") as server:
            job = new_job(Path(folder), server, given.sends)
            ready = [send.build().content for send in job.sends(job.ledger())]
            rates["bare_prebuilt"].append(_rate(job, partial(_bare, job, server, ready.__getitem__)))
            rates["bare_built"].append(_rate(job, partial(_bare, job, server, _built)))
            rates["sender"].append(_rate(job, partial(_ours, job, Path(folder) / "wire")))
    medians = {name: median(found) for name, found in rates.items()}
    sys.stdout.write(
        json.dumps(
            {
                "benchmark": "sending",
                "unit": "messages/s",
                "sends": given.sends,
                "connections": CONNECTIONS,
                "cores": os.cpu_count(),
                **{name: round(value) for name, value in medians.items()},
                "ratio_to_prebuilt": round(medians["sender"] / medians["bare_prebuilt"], 2),
                "ratio_to_built": round(medians["sender"] / medians["bare_built"], 2),
            }
        )
        + "\n"
    )


def _rate(job: Job, send: Callable[[], None]) -> float:
    started = time.perf_counter()
    send()
    return len(job.contacts) / (time.perf_counter() - started)


def _ours(job: Job, wire: Path) -> None:
    ledger = job.ledger()
    send_all(ledger, SmtpMailer(parse_relay(job.url), log=WireLog(wire)), job.sends(ledger))


def _bare(job: Job, server: Running, message: Callable[[int], bytes]) -> None:
    waiting = list(enumerate(job.contacts))

    async def work() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port) as smtp:
            while waiting:
                number, contact = waiting.pop()
                await smtp.sendmail(SENDER.email, [contact], message(number))

    async def all_of_them() -> None:
        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    asyncio.run(all_of_them())


def _built(number: int) -> bytes:
    """A message as a script would make it: plain text and HTML, and an unsubscribe header."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{SENDER.name} <{SENDER.email}>"
    message["To"] = f"to.{number}@x.example"
    message["Subject"] = f"For lead {number}"
    message["Date"] = format_datetime(AT)
    message["Message-ID"] = f"<{number}@vendor.example>"
    message["List-Unsubscribe"] = f"<mailto:{SENDER.email}?subject=unsubscribe>"
    message.set_content(BODY)
    message.add_alternative(f"<p>{BODY}</p>", subtype="html")
    return message.as_bytes()


if __name__ == "__main__":
    main()
