"""The command line's table of contents. Dagster takes a second to import, so commands import it inside."""

import typer

from workforce_assets.cli import backfill, eval, migrate, pins, run, status, trace

app = typer.Typer(
    name="workforce",
    help="Bounded specialists that hand records along: enrich, score, draft, send.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (run.run, status.status, trace.trace, backfill.backfill, migrate.migrate):
    app.command()(command)
app.command("eval")(eval.eval_)
app.add_typer(pins.pins, name="pins")
