"""Which partitions `workforce docs` shows, with their suites."""

from checks.suites.data_docs import Documented
from checks.suites.declared import stage_suite
from checks.suites.leads import leads_suite
from resources.lake import Lake
from specialists.specialist import blueprint
from workforce_assets.manager import Workforce


def documented(lake: Lake, workforce: Workforce, partitions: int) -> list[Documented]:
    """The last `partitions` of each asset of a workforce."""
    suites = [
        leads_suite(workforce.intake),
        *(stage_suite(line.asset, blueprint(line.by)) for line in workforce.stages),
    ]
    return [
        Documented(suite, day, lake.file(suite.asset, day), lake.before(suite.asset, day))
        for suite in suites
        for day in lake.partitions(suite.asset)[-partitions:]
    ]
