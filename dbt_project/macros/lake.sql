{# The assets a record passes through, in order. #}
{% macro stages() %}
  {{ return(["leads", "enriched_leads", "scored_leads", "drafted_emails", "sent_emails"]) }}
{% endmacro %}


{# Who makes each of them. #}
{% macro specialist(asset) %}
  {% set makers = {"enriched_leads": "enricher", "scored_leads": "scorer", "drafted_emails": "writer", "sent_emails": "sender"} %}
  {{ return(makers.get(asset, "intake")) }}
{% endmacro %}


{# The partition day that a lake file's name carries. #}
{% macro day_of(path) %}regexp_extract({{ path }}, '(\d{4}-\d{2}-\d{2})\.parquet$', 1)::date{% endmacro %}


{# Whether an asset has any partition yet: read_parquet raises on a pattern that matches nothing. #}
{% macro has_partitions(files) %}
  {% if not execute %}{{ return(true) }}{% endif %}
  {{ return(run_query("select file from glob(" ~ files ~ ") limit 1").rows | length > 0) }}
{% endmacro %}


{# Share of one count in another; null where there is nothing to take a share of. #}
{% macro share(part, whole) %}({{ part }}) / nullif({{ whole }}, 0){% endmacro %}
