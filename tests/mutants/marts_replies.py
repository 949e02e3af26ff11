"""What a reply cost: which messages are replies, and to which send."""

from tests.mutants.mutant import Mutant

REPLIES = "resources/inbox/replies.py"
TESTS = "tests/test_replies.py"

MUTANTS = (
    Mutant(
        "an automatic reply is a reply",
        REPLIES,
        'FROM_PEOPLE = ("unsubscribe", "other")',
        'FROM_PEOPLE = ("unsubscribe", "other", "auto_reply")',
        f"{TESTS}::test_what_no_person_answered_is_none",
    ),
    Mutant(
        "a mail system's words are a reply",
        REPLIES,
        "if from_mail_system(mail):",
        "if False:",
        f"{TESTS}::test_what_no_person_answered_is_none",
    ),
    Mutant(
        "an unsubscription that was obeyed is no reply",
        "resources/inbox/ingest.py",
        'told.decision == "suppress" else None',
        "False else None",
        f"{TESTS}::test_what_a_person_answered_is_a_reply",
    ),
    Mutant(
        "two answers to one send are one",
        "workforce_assets/marts/replies.py",
        "range(answers[entry.key.digest])",
        "range(1)",
        f"{TESTS}::test_each_answer_counts_once_for_its_own_send",
    ),
    Mutant(
        "replies are counted for the days built alone",
        "dbt_project/models/marts/unit_economics.sql",
        "where reply.campaign = coalesce(funnel.campaign, reply.campaign)",
        "where {{ is_to_build('day') }}",
        "tests/test_marts.py::test_a_late_reply_counts_on_the_day_of_its_send",
    ),
)
