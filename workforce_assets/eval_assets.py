"""Scorecards as assets: one a specialist, partitioned by candidate, materialised from the UI."""

from datetime import UTC, datetime

import dagster as dg

from evals.held_out_cases import has_held_out
from evals.measuring import measure
from evals.scorecard_rows import RULES
from specialists.specialist import Blueprint, blueprint
from workforce_assets.manager import Workforce


def eval_assets(workforces: tuple[Workforce, ...]) -> list[dg.AssetsDefinition]:
    """`<specialist>_scorecard` for every specialist with held-out cases."""
    names = dict.fromkeys(line.by for workforce in workforces for line in workforce.stages)
    return [_scorecard_asset(blueprint(name)) for name in names if has_held_out(name)]


def _scorecard_asset(specialist: Blueprint) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"{specialist.name}_scorecard",
        partitions_def=dg.StaticPartitionsDefinition([RULES, *specialist.card.candidates]),
        group_name="evals",
        kinds={"python"},
        owners=[specialist.card.owner],
        tags={"specialist": specialist.name},
        description=f"{specialist.name} on its held-out cases; rows: `evals/scorecards/{specialist.name}/`.",
        config_schema={
            "usd": dg.Field(float, default_value=1.0, description="most that a hosted candidate may cost")
        },
        io_manager_key="nothing",
        resource_defs={"nothing": dg.mem_io_manager},
    )
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        candidate, today = context.partition_key, datetime.now(UTC).date()
        part = measure(specialist, [candidate], today, usd=context.op_execution_context.op_config["usd"])[
            candidate
        ]
        metadata: dict[str, dg.MetadataValue] = {
            "verdict": dg.MetadataValue.text(part.verdict),
            "cases": dg.MetadataValue.int(part.cases),
            "left_to_a_person": dg.MetadataValue.int(part.abstained),
            "errors": dg.MetadataValue.int(part.errored),
            "usd_per_record": dg.MetadataValue.float(part.usd_per_record),
        }
        for name, found in part.criteria.items():
            metadata[f"at_least/{name}"] = dg.MetadataValue.float(found.lower_bound)
        return dg.MaterializeResult(metadata=metadata)

    return asset
