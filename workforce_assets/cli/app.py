"""The command line's table of contents. Dagster takes a second to import, so commands import it inside."""

import typer

from workforce_assets.cli import backfill, docs, html_report, migrate, run, stale, status, trace

app = typer.Typer(
    name="workforce",
    help="Bounded specialists that hand records along: enrich, score, draft, send.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    run.run,
    status.status,
    trace.trace,
    backfill.backfill,
    stale.stale,
    html_report.report,
    docs.docs,
    migrate.migrate,
):
    app.command()(command)
