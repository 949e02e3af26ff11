{# The schema `build` is filled before dbt starts (workforce_assets/marts/inputs.py) and is gone after the build. It
   is no source: in the asset graph it would stand for a thing of its own, and it is what the records say. #}


{# Condition: this day is one that the build is for. Written as constants, so that DuckDB opens only those days'
   files (5 of 150 for one day of thirty). #}
{% macro is_to_build(day) %}
  {% if not execute %}{{ return("true") }}{% endif %}
  {% set days = run_query("select day from build.days").columns[0].values() %}
  {% if days | length == 0 %}{{ return("false") }}{% endif %}
  {{ return(day ~ " in (date '" ~ days | join("', date '") ~ "')") }}
{% endmacro %}


{# What a mart that is built day by day runs before it adds the days of this build: a day that now has no row
   must not keep its old ones. #}
{% macro forget_days_to_build() %}
  {% if is_incremental() %}
    delete from {{ this }} where day in (select day from build.days)
  {% else %}
    select 1
  {% endif %}
{% endmacro %}
