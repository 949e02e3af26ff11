"""What a workforce has spent of its budget, as `workforce status` shows it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from resources.store.engine import open_engine
from resources.store.migrate import StoreVersionError, check_version
from resources.store.spending import spent_by_day
from workforce_assets.cli.console import OUT, compact_table
from workforce_assets.manager import ManagerCard, Workforce
from workforce_assets.settings import Settings

DAYS = 7


@dataclass(frozen=True)
class SpentDay:
    """US dollars spent and reserved on one UTC day, by specialist."""

    day: str
    by_specialist: dict[str, float]

    @property
    def usd(self) -> float:
        return round(sum(self.by_specialist.values()), 9)


def spent_days(settings: Settings, workforce: Workforce) -> list[SpentDay]:
    """Newest first; empty where nothing was spent, or where the store is not at this code's version."""
    engine = open_engine(settings.operations_url)
    try:
        return _read(engine, workforce)
    except StoreVersionError:
        return []
    finally:
        engine.dispose()


def _read(engine: Engine, workforce: Workforce) -> list[SpentDay]:
    check_version(engine)
    return [SpentDay(day, spent) for day, spent in spent_by_day(engine, workforce.name).items()]


def spent_as_json(card: ManagerCard, days: list[SpentDay]) -> dict[str, Any]:
    return {
        **card.caps(None).as_json(),
        "spent": {day.day: {"usd": day.usd, "by_specialist": day.by_specialist} for day in days},
    }


def print_spent(card: ManagerCard, days: list[SpentDay]) -> None:
    """The last days on which money was spent, each beside its cap; nothing where none was."""
    if not days:
        return
    table = compact_table("spent or reserved, USD of the day's cap", "day", "all", "by specialist")
    for day in days[:DAYS]:
        of = ", ".join(
            _of(usd, card.budget_usd_per_day_of.get(name), name) for name, usd in day.by_specialist.items()
        )
        table.add_row(day.day, _of(day.usd, card.budget_usd_per_day), of)
    OUT.print(table)


def _of(usd: float, cap: float | None, name: str = "") -> str:
    return f"{name} {usd:.4f}".strip() + (f" / {cap:.2f}" if cap is not None else "")
