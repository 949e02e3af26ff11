with qualified as (

    -- Scored, and let into drafting by the manager.
    select day, sum(records)::bigint as qualified
    from {{ ref("decisions") }}
    where specialist = '{{ specialist("drafted_emails") }}' and decided_by <> 'rule:routing'
    group by day

)

select
    day,
    campaign,
    campaign_step,
    leads,
    coalesce(qualified, 0) as qualified,
    coalesce(sent, 0) as sent,
    cost_usd,
    {{ share("cost_usd", "leads") }} as usd_per_lead,
    {{ share("cost_usd", "qualified") }} as usd_per_qualified_lead,
    {{ share("cost_usd", "sent") }} as usd_per_sent_email
from {{ ref("funnel_daily") }}
left join qualified using (day)
