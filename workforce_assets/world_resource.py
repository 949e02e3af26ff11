"""Dagster's handle on the home: opens partitions, and reports progress."""

import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field
from sqlalchemy import Engine
from upath import UPath

from resources.home import Home
from resources.lake import Lake
from resources.store.engine import open_engine
from resources.store.migrate import check_version
from workforce_assets.live import Live
from workforce_assets.settings import Settings
from workforce_assets.world import World

# Whichever comes first: rules decide thousands of rows a second, hosted models tens.
LOG_EVERY_ROWS, LOG_EVERY_SECONDS = 10_000, 30.0


class WorldResource(dg.ConfigurableResource[Any]):
    """The home of a workforce, as one run sees it."""

    home_folder: str = Field(description="WORKFORCE_HOME: cohorts, lake, operations store, outbox")
    operations_url: str = Field(description="SQLAlchemy URL of the operations store")
    lake_root: str = Field(description="a folder, or s3://...")
    mailer: str = Field(description="a relay's URL, or `outbox`: the local Maildir")

    @property
    def home(self) -> Home:
        return Home(Path(self.home_folder))

    def lake(self) -> Lake:
        return Lake(UPath(self.lake_root))

    def open(self, partition: date, *, own_clock: bool = False) -> World:
        """`own_clock`: the run was given the instant it decides by.

        Raises StoreVersionError if the operations store is not at this code's version.
        """
        engine = _engine(self.operations_url)
        return World(self.home, self.lake(), engine, partition, self.mailer, own_clock)


class LogProgress:
    """Progress as step logs: a line for every 10,000 rows, and after every half minute. The latter is an
    observation of the asset too, whose numbers its page shows while the step runs (an event costs 34 ms).
    """

    def watcher(self, context: dg.AssetExecutionContext, asset: str, live: Live) -> Callable[[int], None]:
        told = time.monotonic()

        def tell(rows: int) -> None:
            nonlocal told
            late = time.monotonic() - told >= LOG_EVERY_SECONDS
            if late or rows % LOG_EVERY_ROWS == 0:
                told = time.monotonic()
                context.log.info(f"{asset} {context.partition_key}: {live.words()} so far")
            if late:
                seen = dg.AssetObservation(
                    asset, "under way", partition=context.partition_key, metadata=live.metadata()
                )
                context.log_event(seen)

        return tell


def world_resource(settings: Settings) -> WorldResource:
    return WorldResource(
        home_folder=str(settings.home.root),
        operations_url=settings.operations_url,
        lake_root=settings.lake_root,
        mailer=settings.mailer,
    )


@cache
def _engine(url: str) -> Engine:
    engine = open_engine(url)
    check_version(engine)
    return engine
