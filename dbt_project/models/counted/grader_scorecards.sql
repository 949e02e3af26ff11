with verdicts as (

    select specialist, day, specialist_version, unnest(verdicts) as verdict
    from {{ ref("stg_outcomes") }}
    where {{ is_to_build("day") }}

),

counts as (

    select
        specialist,
        day,
        specialist_version,
        verdict.grader as grader,
        count(*) as outputs,
        count(*) filter (verdict.passed) as passed
    from verdicts
    group by all

)

select
    *,
    {{ share("passed", "outputs") }} as pass_rate,
    lower_bound(passed, outputs) as pass_rate_at_least,
    upper_bound(passed, outputs) as pass_rate_at_most
from counts
