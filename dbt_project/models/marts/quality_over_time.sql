{% set counts = ["records", "held", "graded", "passed", "judged"] %}

with days as (

    select
        specialist,
        day,
        {% for column in counts %}sum({{ column }})::bigint as {{ column }},{% endfor %}
        sum(cost_usd) as cost_usd
    from {{ ref("specialist_scorecards") }}
    group by specialist, day

),

weeks as (

    select
        *,
        {% for column in counts %}(sum({{ column }}) over week)::bigint as {{ column }}_of_week,{% endfor %}
        sum(cost_usd) over week as cost_usd_of_week
    from days
    window week as (
        partition by specialist order by day range between interval 6 days preceding and current row
    )

)

select
    specialist,
    day,
    records,
    {% for over in ["", "_of_week"] %}
    {{ share("passed" ~ over, "graded" ~ over) }} as pass_rate{{ over }},
    lower_bound(passed{{ over }}, graded{{ over }}) as pass_rate{{ over }}_at_least,
    {{ share("held" ~ over, "records" ~ over) }} as hold_rate{{ over }},
    {{ share("judged" ~ over, "records" ~ over) }} as judgement_share{{ over }},
    {{ share("cost_usd" ~ over, "records" ~ over) }} as usd_per_record{{ over }}{% if not loop.last %},{% endif %}
    {% endfor %}
from weeks
