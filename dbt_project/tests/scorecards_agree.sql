{{ config(meta={"description": "The scorecards have every record of every stage, once."}) }}

with scored as (
    select day, sum(records) as records from {{ ref("specialist_scorecards") }} group by day
)

select day, scored.records, staged.records as expected
from scored
full join (
    select day, sum(records) as records from {{ ref("stage_days") }} where asset <> 'leads' group by day
) as staged using (day)
where coalesce(scored.records, 0) <> coalesce(staged.records, 0)
