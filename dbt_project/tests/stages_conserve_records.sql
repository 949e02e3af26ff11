{{ config(meta={"description": "A stage has one row for every row that its upstream has done."}) }}

-- A stage that has not run has no row here. A day that is being run anew right now may fail once.
select stage.asset, stage.day, stage.records, upstream.asset as upstream, upstream.done
from {{ ref("stage_days") }} as stage
left join {{ ref("stage_days") }} as upstream
    on upstream.day = stage.day and upstream.position = stage.position - 1
where stage.position > 1 and stage.records is distinct from upstream.done
