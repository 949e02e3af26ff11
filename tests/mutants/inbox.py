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
        "a Message-ID has no secret in it",
        "resources/store/entries.py",
        'hmac.new(secret.encode(), self.digest.encode("ascii"), hashlib.sha256)',
        'hmac.new(b"none", self.digest.encode("ascii"), hashlib.sha256)',
        f"{DECISIONS}::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "a computed key is as good as the Message-ID",
        "resources/store/inbox.py",
        'or entry.message_id[1:].rpartition("@")[0] in names',
        "or entry.key.digest in [name[:64] for name in names]",
        f"{DECISIONS}::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "a return path with a computed key is as good as ours",
        "resources/store/inbox.py",
        "or token_of(entry.message_id) in tokens",
        "or any(entry.key.digest.startswith(token[:20]) for token in tokens)",
        "tests/test_inbox_decisions.py::test_what_proves_nothing_suppresses_nobody",
    ),
    Mutant(
        "the address that a bounce came to proves nothing",
        "resources/inbox/evidence.py",
        "        for value in mail.headers(name):\n            yield from tokens_in(value)\n",
        "        pass\n",
        "tests/test_inbox_decisions.py::test_what_proves_a_send_suppresses_its_recipient",
    ),
    Mutant(
        "a held message is in nobody's way",
        "resources/store/send_checks.py",
        "(not_suppressed, not_opted_out, not_awaited)",
        "(not_suppressed, not_opted_out)",
        "tests/test_inbox_holds.py::test_a_held_message_holds_its_contact_until_a_person_has_settled_it",
    ),
    Mutant(
        "whoever is named in a forged bounce is held",
        DECIDE,
        'if mail is not None and found.kind not in ("bounce_hard", "bounce_soft"):',
        "if mail is not None:",
        "tests/test_inbox_holds.py::test_a_forged_bounce_holds_nobody",
    ),
    Mutant(
        "the record's own consent is all that counts",
        "resources/store/send_checks.py",
        "(not_suppressed, not_opted_out, not_awaited)",
        "(not_suppressed, not_awaited)",
        "tests/test_inbox_holds.py::test_the_last_word_of_the_consent_ledger_counts",
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
        "resources/store/send_checks.py",
        "(not_suppressed, not_opted_out, not_awaited)",
        "(not_awaited,)",
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
    Mutant(
        "any mailbox gets the password",
        "resources/inbox/imap.py",
        "ssl_context=trusted, ",
        "",
        "tests/test_inbox_imap.py::test_the_password_goes_to_the_mailbox_that_proves_itself_alone",
    ),
    Mutant(
        "reading a mailbox marks it read",
        "resources/inbox/imap.py",
        "(BODY.PEEK[])",
        "(BODY[])",
        "tests/test_inbox_imap.py::test_every_message_is_read_as_it_is_and_nothing_is_changed",
    ),
)
