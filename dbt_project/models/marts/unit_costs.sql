select
    day,
    campaign,
    campaign_step,
    specialist,
    decider,
    sum(records)::bigint as records,
    sum(decisions.tokens_in)::bigint as tokens_in,
    sum(decisions.tokens_out)::bigint as tokens_out,
    sum(decisions.cost_usd) as cost_usd,
    {{ share("sum(decisions.cost_usd)", "sum(records)") }} as usd_per_record
from {{ ref("decisions") }} as decisions
inner join {{ ref("funnel_daily") }} using (day)
where specialist <> 'intake'
group by all
