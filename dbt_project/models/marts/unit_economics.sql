with qualified as (

    -- Scored, and let into drafting by the manager.
    select day, sum(records)::bigint as qualified
    from {{ ref("decisions") }}
    where specialist = '{{ specialist("drafted_emails") }}' and decided_by <> 'rule:routing'
    group by day

),

answered as (

    -- By the campaign too: the ledger may hold another workforce's sends of the same day.
    select day, count(*) as replies
    from build.replies as reply
    inner join {{ ref("funnel_daily") }} as funnel using (day)
    where reply.campaign = coalesce(funnel.campaign, reply.campaign)
    group by day

)

select
    day,
    campaign,
    campaign_step,
    leads,
    coalesce(qualified, 0) as qualified,
    coalesce(sent, 0) as sent,
    coalesce(replies, 0) as replies,
    cost_usd,
    {{ share("cost_usd", "leads") }} as usd_per_lead,
    {{ share("cost_usd", "qualified") }} as usd_per_qualified_lead,
    {{ share("cost_usd", "sent") }} as usd_per_sent_email,
    {{ share("cost_usd", "replies") }} as usd_per_reply
from {{ ref("funnel_daily") }}
left join qualified using (day)
left join answered using (day)
