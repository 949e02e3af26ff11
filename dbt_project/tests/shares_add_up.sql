{{ config(meta={"description": "Somebody decided, or nobody: the deciders' shares have a closed denominator."}) }}

select day
from {{ ref("funnel_daily") }}
where abs(rule_share + local_share + model_share + human_share + nobody_share - 1) > 1e-9
