{# Columns that one asset alone has. The others' copies of them travelled from there. #}
{% set own = {"enriched_leads": ["match_status"], "scored_leads": ["tier"]} %}

with outcomes as (

    -- Names and types, for assets that have no partition yet.
    select
        null::varchar as asset,
        null::date as day,
        null::varchar as record_id,
        null::varchar as disposition,
        null::varchar as reason,
        null::varchar as decided_by,
        null::varchar as match_status,
        null::varchar as tier,
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
        {{ day_of("filename") }} as day,
        record_id,
        disposition,
        reason,
        decided_by,
        {% for column in own.get(asset, []) %}{{ column }},{% endfor %}
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
