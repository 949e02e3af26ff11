{{ config(meta={"description": "Every row of every stage, leads included, is done, held, skipped or rejected."}) }}

select asset, day, records, done, held, skipped, rejected
from {{ ref("stage_days") }}
where records <> done + held + skipped + rejected
