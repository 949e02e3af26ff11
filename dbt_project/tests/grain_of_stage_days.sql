{{ config(meta={"description": "One row per asset and day."}) }}

select asset, day
from {{ ref("stage_days") }}
group by asset, day
having count(*) > 1
