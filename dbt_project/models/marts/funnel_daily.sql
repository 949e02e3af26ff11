select
    day,
    any_value(cohorts.campaign) as campaign,
    any_value(cohorts.campaign_step) as campaign_step,
    max(records) filter (asset = 'leads') as leads,
    sum(rejected)::bigint as rejected,
    max(done) filter (asset = 'enriched_leads') as enriched,
    {% for status in ["matched", "ambiguous", "unmatched"] %}
    max({{ status }}) filter (asset = 'enriched_leads') as {{ status }},
    {% endfor %}
    max(done) filter (asset = 'scored_leads') as scored,
    {% for tier in ["a", "b", "c", "d"] %}
    max(tier_{{ tier }}) filter (asset = 'scored_leads') as tier_{{ tier }},
    {% endfor %}
    max(done) filter (asset = 'drafted_emails') as drafted,
    max(done) filter (asset = 'sent_emails') as sent,
    sum(held)::bigint as held_total,
    sum(skipped)::bigint as skipped_total,
    {% for decider in ["rule", "local", "model", "human", "nobody"] %}
    {{ share("sum(by_" ~ decider ~ ") filter (asset <> 'leads')", "sum(records) filter (asset <> 'leads')") }}
        as {{ decider }}_share,
    {% endfor %}
    sum(tokens_in)::bigint as tokens_in,
    sum(tokens_out)::bigint as tokens_out,
    sum(cost_usd) as cost_usd
from {{ ref("stage_days") }}
left join build.cohorts as cohorts using (day)
where day in (select day from {{ ref("stage_days") }} where asset = 'leads')
group by day
