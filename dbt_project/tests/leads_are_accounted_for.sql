{{ config(meta={"description": "Once all stages have run, every lead of the day is sent, held, skipped or rejected."}) }}

select day, leads, sent, held_total, skipped_total, rejected
from {{ ref("funnel_daily") }}
where sent is not null and leads <> sent + held_total + skipped_total + rejected
