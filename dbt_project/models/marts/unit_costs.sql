with costs as (

    select
        day,
        specialist,
        decider,
        sum(records)::bigint as records,
        sum(tokens_in)::bigint as tokens_in,
        sum(tokens_out)::bigint as tokens_out,
        sum(cost_usd) as cost_usd
    from {{ ref("decisions") }}
    where specialist <> 'intake'
    group by all

)

select
    day,
    units.campaign,
    units.campaign_step,
    costs.* exclude (day),
    {{ share("costs.cost_usd", "records") }} as usd_per_record,
    {% for unit, name in [
        ("leads", "lead"), ("qualified", "qualified_lead"), ("sent", "sent_email"), ("replies", "reply")
    ] %}
    {{ share("costs.cost_usd", "units." ~ unit) }} as usd_per_{{ name }}{% if not loop.last %},{% endif %}
    {% endfor %}
from costs
inner join {{ ref("unit_economics") }} as units using (day)
