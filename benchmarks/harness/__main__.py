"""One general harness and the workforce on the same records: tokens, money, failures.

    python -m benchmarks.harness [--records N] [--faulty-records N] [--faults SHARE] [--json]

Prints a table, or with --json one JSON object. No network and no key: requests are built by the real code and
counted, and faults are met over HTTP against the project's own mock provider (tests/provider).
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.harness.accounting import account
from benchmarks.harness.answer_key import answer_key
from benchmarks.harness.faults import measure
from benchmarks.harness.report import as_json, show
from benchmarks.harness.sample import days

# More than the sample holds: all of it.
_ALL = 10**9


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=_ALL, help="leads counted; default: the whole sample")
    parser.add_argument("--faulty-records", type=int, default=100, help="leads run over HTTP; 0: none")
    parser.add_argument("--faults", type=float, default=0.10, help="share of calls (0..1) that go wrong")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    chosen = parser.parse_args()
    say = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="workforce-harness-") as name:
        folder = Path(name)
        accounts = account(folder / "accounts", chosen.records, lambda what: say.print(f"[dim]{what}[/dim]"))
        failures = None
        if chosen.faulty_records:
            key = answer_key(days(folder / "key", chosen.faulty_records))
            failures = measure(
                folder / "faults",
                chosen.faulty_records,
                chosen.faults,
                key,
                lambda what: say.print(f"[dim]{what}[/dim]"),
            )
    if chosen.json:
        sys.stdout.write(json.dumps(as_json(accounts, failures, chosen.faults)) + "\n")
    else:
        show(Console(width=132, highlight=False), accounts, failures, chosen.faults)


if __name__ == "__main__":
    main()
