"""What came back, and unsubscribing."""

from tests.mutants.mutant import Mutant

DECIDE = "resources/inbox/decide.py"
DECISIONS = "tests/test_inbox_decisions.py"
UNSUBSCRIBE = "tests/test_unsubscribe.py"
CLASSES = "tests/test_inbox_classes.py"

MUTANTS = (
    Mutant(
        "a bounce suppresses whom it names",
        DECIDE,
        'return Decision("suppress", report.why, suppress=(contact, "bounced"))',
        'return Decision("suppress", report.why, suppress=(min(report.contacts), "bounced"))',
        f"{DECISIONS}::test_a_bounce_suppresses_no_address_that_it_claims",
    ),
    Mutant(
        "a bounce may come from anybody",
        DECIDE,
        'if not from_mail_system(mail) and found.kind != "complaint":',
        "if False:",
        f"{DECISIONS}::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "anybody unsubscribes anybody",
        DECIDE,
        "if from_contacts(mail) == {contact}:",
        "if True:",
        f"{DECISIONS}::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "what never left comes back",
        DECIDE,
        "if entry.state in MAY_BE_OUT]",
        "if entry.state]",
        f"{DECISIONS}::test_what_never_left_cannot_come_back",
    ),
    Mutant(
        "a Message-ID counts by its key alone",
        "resources/store/inbox.py",
        "or_(ledger.c.message_id.in_(message_ids[:_CHUNK]), ",
        "or_(ledger.c.key.in_([i[1:65] for i in message_ids[:_CHUNK]]), ",
        f"{DECISIONS}::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "one of two contacts will do",
        DECIDE,
        "if len(contacts) > 1:",
        "if False:",
        f"{DECISIONS}::test_a_message_about_two_contacts_is_held",
    ),
    Mutant(
        "soft bounces count for ever",
        "resources/store/inbox.py",
        "inbox_messages.c.at > at - timedelta(days=days)",
        "inbox_messages.c.at > at - timedelta(days=100 * days)",
        f"{DECISIONS}::test_soft_bounces_count_within_their_days",
    ),
    Mutant(
        "a message is handled as often as it is read",
        "resources/inbox/ingest.py",
        "        if before is not None:\n            return _told_before",
        "        if before is None and False:\n            return _told_before",
        f"{DECISIONS}::test_every_message_is_handled_once_and_accounted_for",
    ),
    Mutant(
        "a suppression is forgotten under another spelling",
        "resources/contact_key.py",
        'untagged = local.partition("+")[0] or local',
        "untagged = local",
        f"{DECISIONS}::test_a_suppression_outlives_the_contact",
    ),
    Mutant(
        "forged tokens unsubscribe",
        "resources/unsubscribe/tokens.py",
        "content: object = self._serializer.loads(token)",
        "content: object = self._serializer.loads_unsafe(token)[1]",
        f"{UNSUBSCRIBE}::test_forged_and_retired_tokens_are_refused",
    ),
    Mutant(
        "looking at the page unsubscribes",
        "resources/unsubscribe/service.py",
        "        return _page(_ASK, 200, _BUTTON)",
        '        unsubscribe(engine, links.read(request.path_params["token"]), now())\n'
        "        return _page(_ASK, 200, _BUTTON)",
        f"{UNSUBSCRIBE}::test_a_get_changes_nothing_and_shows_a_button_that_works",
    ),
    Mutant(
        "only what the ledger knows can be unsubscribed",
        "resources/store/suppressions.py",
        "named = {contact_digest(contact): contact for contact in contacts} | {",
        "named = {",
        f"{UNSUBSCRIBE}::test_a_send_that_the_ledger_has_lost_is_unsubscribed_by_digest",
    ),
    Mutant(
        "sending does not look at suppressions",
        "resources/store/ledger.py",
        "(not_suppressed, under_cap(daily_cap))",
        "(under_cap(daily_cap),)",
        f"{UNSUBSCRIBE}::test_races_between_unsubscribing_and_sending",
    ),
    Mutant(
        "addresses stand in the store's log",
        "resources/store/engine.py",
        "create_engine(parsed, hide_parameters=True)",
        "create_engine(parsed)",
        f"{UNSUBSCRIBE}::test_no_address_and_no_token_is_logged",
    ),
    Mutant(
        "quoted words unsubscribe",
        "resources/inbox/unsubscribes.py",
        "own = new_text(mail.text)",
        'own = mail.text.replace(">", "")',
        f"{CLASSES}::test_anything_else_is_free_text",
    ),
    Mutant(
        "hidden text is read",
        "resources/inbox/html_text.py",
        "if self._hidden or tag in _NO_TEXT or _hides(attrs):",
        "if self._hidden or tag in _NO_TEXT:",
        f"{CLASSES}::test_hidden_text_of_html_is_not_read",
    ),
    Mutant(
        "every 5.x.x is hard",
        "resources/inbox/hardness.py",
        "    if found is not None:\n        return found.hardness",
        '    if code:\n        return "hard", code\n    if found is not None:\n        return found.hardness',
        f"{CLASSES}::test_hard_and_soft_follow_the_words_and_the_code",
    ),
    Mutant(
        "a broken rule stops the inbox",
        "resources/inbox/classify.py",
        "except Exception as error:  # no message",
        "except ZeroDivisionError as error:  # no message",
        f"{CLASSES}::test_a_rule_that_breaks_stops_no_other_message",
    ),
)
