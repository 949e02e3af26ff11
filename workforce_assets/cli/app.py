"""The command line's table of contents. Dagster takes a second to import, so commands import it inside."""

import typer

from workforce_assets.cli import (
    backfill,
    batches,
    docs,
    estimate,
    eval,
    html_report,
    inbox,
    ledger,
    migrate,
    pins,
    replay,
    run,
    stale,
    status,
    suppressions,
    trace,
    tune,
    unsubscribe_service,
)

app = typer.Typer(
    name="workforce",
    help="Bounded specialists that hand records along: enrich, score, draft, send.\n\n"
    "All state is in one folder, the home, which WORKFORCE_HOME names (default: ./.workforce).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command(epilog="e.g. workforce run outbound --leads leads.csv --directory directory.yaml")(run.run)
for command in (
    status.status,
    trace.trace,
    backfill.backfill,
    estimate.estimate,
    replay.replay,
    tune.tune,
    stale.stale,
    html_report.report,
    docs.docs,
    migrate.migrate,
):
    app.command()(command)

app.command()(suppressions.suppress)
app.command()(unsubscribe_service.unsubscribe_service)
app.add_typer(batches.app, name="batches")
app.add_typer(inbox.app, name="inbox")
app.add_typer(suppressions.app, name="suppressions")
app.add_typer(ledger.app, name="ledger")
app.command("eval")(eval.eval_)
app.add_typer(pins.pins, name="pins")
