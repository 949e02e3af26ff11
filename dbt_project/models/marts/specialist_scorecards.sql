with counts as (

    select
        specialist,
        specialist_version,
        day,
        {% for column in ["records", "done", "held", "skipped", "graded", "passed", "tokens_in", "tokens_out"] %}
        sum({{ column }})::bigint as {{ column }},
        {% endfor %}
        sum(records) filter (decider in ('local', 'model', 'human'))::bigint as judged,
        sum(cost_usd) as cost_usd
    from {{ ref("decisions") }}
    where specialist <> 'intake'
    group by all

)

select
    * replace (coalesce(judged, 0) as judged),
    {{ share("passed", "graded") }} as pass_rate,
    lower_bound(passed, graded) as pass_rate_at_least,
    upper_bound(passed, graded) as pass_rate_at_most,
    {{ share("held", "records") }} as hold_rate,
    {{ share("coalesce(judged, 0)", "records") }} as judgement_share,
    {{ share("cost_usd", "records") }} as usd_per_record
from counts
