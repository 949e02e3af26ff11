"""Make a home ready: its folders, Dagster's storage, and the operations store at this code's version."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import dagster as dg
from filelock import FileLock

from resources.store.engine import open_engine
from resources.store.migrate import migrate
from workforce_assets.settings import Settings

DAGSTER_YAML = """\
telemetry:
  enabled: false
# No sign-up window over the first page a person sees.
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 2
"""


def prepare(settings: Settings) -> None:
    """Create or upgrade a home. Safe to repeat, and to start twice at once.

    Dagster's first concurrent runs on a fresh SQLite home failed 4 times of 4 without this (measured).
    """
    home = settings.home
    home.root.mkdir(parents=True, exist_ok=True)
    with FileLock(home.root / "prepare.lock"):
        home.dagster_home.mkdir(exist_ok=True)
        config = home.dagster_home / "dagster.yaml"
        if not config.exists():
            config.write_text(DAGSTER_YAML, "utf-8")
        for folder in (home.cohorts, home.lake):
            folder.mkdir(exist_ok=True)
        _upgrade_dagster(settings)
        migrate(open_engine(settings.operations_url))


def _upgrade_dagster(settings: Settings) -> None:
    """Bring Dagster's storage up to the installed version, once: it takes a second to find nothing to do."""
    done_for = settings.home.dagster_home / "upgraded_to"
    if done_for.exists() and done_for.read_text("utf-8") == dg.__version__:
        return
    # Dagster prints its progress; standard output belongs to the command that prepares.
    with instance_of(settings) as instance, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        instance.upgrade()
    done_for.write_text(dg.__version__, "utf-8")


def is_prepared(settings: Settings) -> bool:
    return (settings.home.dagster_home / "dagster.yaml").exists()


def instance_of(settings: Settings) -> dg.DagsterInstance:
    """The Dagster instance of a home, whatever DAGSTER_HOME says."""
    return dg.DagsterInstance.from_config(str(settings.home.dagster_home))
