with partitions as (

    -- From the files, not from their rows: a day without records is a partition too.
    {% for asset in stages() %}
    {% if not loop.first %}union all{% endif %}
    select {{ loop.index }} as position, '{{ asset }}' as asset, {{ day_of("file") }} as day
    from glob({{ source("lake", asset) }})
    {% endfor %}

),

counts as (

    select
        asset,
        day,
        count(*) as records,
        count(distinct record_id) as distinct_records,
        {% for disposition in ["done", "held", "skipped", "rejected"] %}
        count(*) filter (disposition = '{{ disposition }}') as {{ disposition }},
        {% endfor %}
        {% for decider in ["rule", "local", "model", "human", "nobody"] %}
        count(*) filter (decider = '{{ decider }}') as by_{{ decider }},
        {% endfor %}
        {% for status in ["matched", "ambiguous", "unmatched"] %}
        count(*) filter (disposition = 'done' and match_status = '{{ status }}') as {{ status }},
        {% endfor %}
        {% for tier in ["A", "B", "C", "D"] %}
        count(*) filter (disposition = 'done' and tier = '{{ tier }}') as tier_{{ tier | lower }},
        {% endfor %}
        sum(tokens_in)::bigint as tokens_in,
        sum(tokens_out)::bigint as tokens_out,
        sum(cost_usd) as cost_usd
    from {{ ref("stg_outcomes") }}
    where {{ is_to_build("day") }}
    group by asset, day

)

select
    partitions.position,
    asset,
    day,
    coalesce(columns(counts.* exclude (asset, day)), 0)
from partitions
left join counts using (asset, day)
where {{ is_to_build("day") }}
