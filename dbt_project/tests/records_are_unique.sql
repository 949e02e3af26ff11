{{ config(meta={"description": "A record has one row per stage and day."}) }}

select asset, day, records, distinct_records
from {{ ref("stage_days") }}
where records <> distinct_records
