select
    specialist,
    day,
    specialist_version,
    coalesce(decided_by, 'nobody') as decided_by,
    decider,
    count(*) as records,
    {% for disposition in ["done", "held", "skipped", "rejected"] %}
    count(*) filter (disposition = '{{ disposition }}') as {{ disposition }},
    {% endfor %}
    -- An output without verdicts was not graded; held for want of a decision, it has none.
    count(*) filter (len(verdicts) > 0) as graded,
    count(*) filter (len(verdicts) > 0 and list_bool_and(verdicts.list_transform(lambda v : v.passed))) as passed,
    sum(tokens_in)::bigint as tokens_in,
    sum(tokens_out)::bigint as tokens_out,
    sum(cost_usd) as cost_usd
from {{ ref("stg_outcomes") }}
where {{ is_to_build("day") }}
group by all
