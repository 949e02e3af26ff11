"""The sample, end to end: five days of 200 leads, then what a person would look at.

The decision clock is fixed (15:00 UTC of each partition's day), so the result never depends on the weekday.
Everything lands in WORKFORCE_HOME (default ./.workforce); mail goes to the local outbox there.
"""

import os
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

from rich.console import Console

from workforce_assets.cli.app import app
from workforce_assets.cli.console import hush_previews, shown
from workforce_assets.cli.progress import progress_bars
from workforce_assets.cli.report import print_report
from workforce_assets.inputs import hand_in
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.runner import runner
from workforce_assets.settings import Settings
from workforce_assets.warehouse import connect

SAMPLE = Path(__file__).parent
OUT = Console(soft_wrap=True, highlight=False)


def main() -> int:
    hush_previews()
    settings = Settings.from_environment(os.environ)
    prepare(settings)
    blocked, notices = False, list[str]()
    with progress_bars(quiet=False) as bars, runner(settings, OUTBOUND, bars) as at_work:
        for leads in sorted((SAMPLE / "leads").glob("*.csv")):
            day = date.fromisoformat(leads.stem)
            hand_in(
                settings.home,
                OUTBOUND,
                day,
                leads,
                None,
                None,
                [SAMPLE / "directory.yaml", SAMPLE / "chamber.yaml"],
                SAMPLE / "campaign.yaml",
                notice=notices.append,
            )
            at = datetime.combine(day, time(15), UTC)
            report = at_work.run(day.isoformat(), at)
            print_report(report)
            blocked |= report.blocked
        errors = at_work.refresh_marts()
    for error in errors:
        OUT.print(error)
    OUT.rule("workforce status")
    app(["status"], standalone_mode=False)
    OUT.rule("where the two directories disagree")
    _print_disagreements(settings, dict.fromkeys(notices))
    record = _a_sent_record(settings)
    if record:
        OUT.rule(f"workforce trace {record}")
        app(["trace", record], standalone_mode=False)
    OUT.rule("open next")
    OUT.print(
        "  make dev                       the Dagster UI on this home: http://127.0.0.1:3000/asset-groups"
    )
    OUT.print(f"  {settings.home.outbox / 'new'}: the mails, as a mail program would hold them")
    OUT.print("  workforce trace RECORD_ID      any other record, from lead to send")
    OUT.print(
        "  specialists/writer/            one specialist: card, prompt, rules, tools, graders, cases, pin"
    )
    return int(blocked or bool(errors))


def _print_disagreements(settings: Settings, notices: Iterable[str]) -> None:
    """How often each field was settled or left empty, with one lead's words; then what loading told."""
    with connect(settings.lake) as connection:
        found = connection.execute(
            """
            with told as (
                select unnest(flags) as flag, disagreements
                from read_parquet(?) where disposition = 'done' and match_status = 'matched'
            )
            select flag, count(*) as leads,
                   min([said for said in disagreements if starts_with(said, split_part(flag, ':', 2))][1])
            from told
            where split_part(flag, ':', 1) in ('conflict', 'unresolved', 'reassigned')
            group by flag order by leads desc, flag
            """,
            [str(settings.lake.root / "enriched_leads" / "*.parquet")],
        ).fetchall()
    for flag, leads, said in found:
        OUT.print(f"  {leads:4} {flag:22} {shown(said)}")
    for notice in notices:
        OUT.print(f"  {shown(notice)}")


def _a_sent_record(settings: Settings) -> str | None:
    with connect(settings.lake) as connection:
        found = connection.execute(
            "select record_id from read_parquet(?) where disposition = 'done'"
            " order by decided_by, record_id limit 1",
            [str(settings.lake.root / "sent_emails" / "*.parquet")],
        ).fetchone()
    return str(found[0]) if found else None


if __name__ == "__main__":
    sys.exit(main())
