{{ config(meta={"description": "The money of the units is the money of the funnel."}) }}

select funnel.day, funnel.cost_usd, sum(unit.cost_usd) as of_units
from {{ ref("funnel_daily") }} as funnel
left join {{ ref("unit_costs") }} as unit using (day)
group by funnel.day, funnel.cost_usd
having abs(coalesce(sum(unit.cost_usd), 0) - funnel.cost_usd) > 1e-6
