{{ config(meta={"description": "There is a row in audit for every email that the stages count as sent."}) }}

select day, sent, count(audit.record_id) as audited
from {{ ref("funnel_daily") }}
left join {{ ref("audit") }} as audit using (day)
where sent is not null
group by day, sent
having sent <> count(audit.record_id)
