with outcomes as (

    select * from {{ ref("stg_outcomes") }} where {{ is_to_build("day") }}

),

sent as (

    select day, record_id, message_id, sent_at, run_id
    from outcomes
    where asset = 'sent_emails' and disposition = 'done'

),

-- What every stage said of the records that were sent.
ways as (

    select
        day,
        record_id,
        max(consent) as consent,
        max(template) as template,
        {% for asset in stages() if asset != "leads" %}
        max(decided_by) filter (asset = '{{ asset }}') as {{ asset }}_decided_by,
        max(specialist_version) filter (asset = '{{ asset }}') as {{ asset }}_version,
        {% endfor %}
        list_sort(list_distinct(list(substr(decided_by, 7)) filter (decided_by like 'model:%'))) as models,
        sum(len(verdicts))::bigint as verdicts,
        list_sort(flatten(list(verdicts.list_filter(lambda v : not v.passed).list_transform(lambda v : v.grader))))
            as failed_graders,
        sum(tokens_in)::bigint as tokens_in,
        sum(tokens_out)::bigint as tokens_out,
        sum(cost_usd) as cost_usd
    from outcomes
    semi join sent using (day, record_id)
    group by day, record_id

)

select
    sent.day,
    sent.record_id,
    cohorts.campaign,
    cohorts.campaign_step,
    ways.consent,
    sends.draft_digest,
    ways.* exclude (day, record_id, consent),
    sent.message_id,
    sent.sent_at,
    sends.state as ledger_state,
    sent.run_id
from sent
inner join ways using (day, record_id)
left join build.cohorts as cohorts using (day)
left join build.sends as sends using (day, record_id)
