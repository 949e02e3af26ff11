"""When a stage follows from the one before it, without a person: automation conditions and freshness.

A stage follows for one partition at a time, and only where every blocking check upstream has passed for that
very partition: a day that is wrong stops, the days around it go on. A changed version is no reason: it marks
a partition stale (`workforce stale`), and a person decides what that is worth. A stage that touches the world
runs by itself only for a partition that it has never made; again, only where somebody starts it.
"""

from datetime import timedelta
from typing import Any

import dagster as dg

from specialists.specialist import Blueprint

# A workforce that runs daily is late after a day and a quarter, and something is wrong after two.
LATE, WRONG = timedelta(hours=30), timedelta(hours=48)


def touches_the_world(specialist: Blueprint) -> bool:
    """Whether one of its tools acts."""
    return any(mark.acts for _, mark, _ in specialist.toolbox.marks())


def follows(specialist: Blueprint) -> dg.AutomationCondition[Any]:
    """Upstream is new, is there, and passed; nothing of it is being made."""
    condition = dg.AutomationCondition
    ready = (
        condition.all_deps_blocking_checks_passed()
        & ~condition.any_deps_missing()
        & ~condition.any_deps_in_progress()
        & ~condition.in_progress()
    )
    news = (condition.newly_missing() | condition.any_deps_updated()).since_last_handled()
    if touches_the_world(specialist):
        return (condition.missing() & news & ready).with_label("new partition, upstream passed its checks")
    return (news & ready).with_label("upstream is new and passed its checks")


def automation_sensor(assets: dg.AssetSelection, name: str) -> dg.SensorDefinition:
    """Off until a person switches it on: what follows by itself ends in mail."""
    return dg.AutomationConditionSensorDefinition(
        f"{name}_follows",
        target=assets,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs a stage when the one before it is new and has passed its blocking checks.",
    )


def freshness() -> dg.FreshnessPolicy:
    """What Dagster's UI shows of each asset, whichever partition was made last."""
    return dg.FreshnessPolicy.time_window(fail_window=WRONG, warn_window=LATE)
