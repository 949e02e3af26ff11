{# A mart has one row for each of what it says its rows are. #}
{% test grain(model, of) %}
    select {{ of | join(", ") }} from {{ model }} group by all having count(*) > 1
{% endtest %}
