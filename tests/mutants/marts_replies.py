"""What a reply cost: which messages are replies, and to which send."""

from tests.mutants.mutant import Mutant

RECOUNT = "tests/test_marts.py::test_the_funnel_is_what_an_independent_count_of_the_lake_gives"
LATE = "tests/test_marts.py::test_a_late_reply_counts_on_the_day_of_its_send"

MUTANTS = (
    Mutant(
        "an automatic reply is a reply",
        "resources/inbox/replies.py",
        'FROM_PEOPLE = ("unsubscribe", "other")',
        'FROM_PEOPLE = ("unsubscribe", "other", "auto_reply")',
        RECOUNT,
    ),
    Mutant(
        "a mail system's words are a reply",
        "resources/inbox/replies.py",
        "if from_mail_system(mail):",
        "if False:",
        RECOUNT,
    ),
    Mutant(
        "an unsubscription that was obeyed is no reply",
        "resources/inbox/ingest.py",
        'told.decision == "suppress" else None',
        "False else None",
        RECOUNT,
    ),
    Mutant(
        "replies are counted for the days built alone",
        "dbt_project/models/marts/unit_economics.sql",
        "where reply.campaign = coalesce(funnel.campaign, reply.campaign)",
        "where {{ is_to_build('day') }}",
        LATE,
    ),
    Mutant(
        "another workforce's replies make ours cheaper",
        "dbt_project/models/marts/unit_economics.sql",
        "where reply.campaign = coalesce(funnel.campaign, reply.campaign)",
        "",
        LATE,
    ),
    Mutant(
        "no reply costs nothing",
        "dbt_project/macros/lake.sql",
        "({{ part }}) / nullif({{ whole }}, 0)",
        "coalesce(({{ part }}) / nullif({{ whole }}, 0), 0)",
        RECOUNT,
    ),
)
