{# Columns that one asset alone has. The others' copies of them travelled from there. #}
{% set own = {
    "leads": ["consent"],
    "enriched_leads": ["match_status"],
    "scored_leads": ["tier"],
    "drafted_emails": ["template"],
    "sent_emails": ["message_id", "sent_at"],
} %}

with outcomes as (

    -- Names and types, for assets that have no partition yet.
    select
        null::varchar as asset,
        null::varchar as specialist,
        null::date as day,
        null::varchar as record_id,
        null::varchar as disposition,
        null::varchar as reason,
        null::varchar as decided_by,
        null::struct(grader varchar, passed boolean, reason varchar)[] as verdicts,
        null::varchar as consent,
        null::varchar as match_status,
        null::varchar as tier,
        null::varchar as template,
        null::varchar as message_id,
        null::timestamptz as sent_at,
        null::bigint as tokens_in,
        null::bigint as tokens_out,
        null::double as cost_usd,
        null::varchar as specialist_version,
        null::varchar as run_id
    where false

    {% for asset in stages() %}
    {% set files = source("lake", asset) %}
    {% if has_partitions(files) %}
    union all by name

    select
        '{{ asset }}' as asset,
        '{{ specialist(asset) }}' as specialist,
        {{ day_of("filename") }} as day,
        record_id,
        disposition,
        reason,
        decided_by,
        verdicts,
        {% for column in own[asset] %}{{ column }},{% endfor %}
        tokens_in,
        tokens_out,
        cost_usd,
        specialist_version,
        run_id
    from read_parquet({{ files }}, filename = true, union_by_name = true)
    {% endif %}
    {% endfor %}

)

select
    *,
    case
        when decided_by is null then 'nobody'
        when decided_by like 'model:local/%' then 'local'
        else split_part(decided_by, ':', 1)
    end as decider
from outcomes
