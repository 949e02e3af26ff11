"""Sending: the ledger's groups, the relay, the message, the rates, and what settles the unknown."""

from tests.mutants.mutant import Mutant

LEDGER = "resources/store/ledger.py"
ROWS = "resources/store/ledger_rows.py"
SESSION = "resources/mail/smtp_session.py"
SMTP = "resources/mail/smtp.py"
MESSAGE = "resources/mail/message.py"
EPOCH = "resources/store/send_epoch.py"
RATES = "resources/store/send_rates.py"
RECONCILING = "resources/store/reconciling.py"

MUTANTS = (
    Mutant(
        "an intent that a killed run left is claimed again",
        LEDGER,
        "        case _:\n            return Pending(entry)",
        "        case _:\n            return None",
        "tests/test_campaign.py::test_random_kills_leave_no_duplicate_and_nothing_unaccounted",
    ),
    Mutant(
        "messages go out before their intents are written",
        "resources/mail/groups.py",
        "        entries, granted = self._ledger.turn(list(outcomes.values()), requests)",
        "        self.mailer.deliver_all([self._sends[n].build() for n in numbers])\n"
        "        entries, granted = self._ledger.turn(list(outcomes.values()), requests)",
        "tests/test_send_epoch.py::test_a_store_that_is_locked_sends_nothing",
    ),
    Mutant(
        "a group forgets what it has claimed itself",
        LEDGER,
        "        self._entries[intent.key.digest] = made\n",
        "",
        "tests/test_sender.py::test_two_leads_with_one_contact_get_one_message",
    ),
    Mutant(
        "the cap does not see the group",
        "resources/store/send_checks.py",
        "before = len(passed) if one_day else",
        "before = 0 if one_day else",
        "tests/test_sender.py::test_the_daily_cap_holds_the_rest",
    ),
    Mutant(
        "a connection lost after the dot is taken for not sent",
        SESSION,
        'return Unknown(f"relay {self._relay}: {_says(error)}, after the final dot")',
        'return Deferred(f"relay {self._relay}: {_says(error)}, after the final dot")',
        "tests/test_smtp.py::test_unknown_is_listed_and_never_sent_again",
    ),
    Mutant(
        "the dot is written with the message",
        SESSION,
        'replace(b"\\r\\n.", b"\\r\\n..")[2:])',
        'replace(b"\\r\\n.", b"\\r\\n..")[2:])\n            return Unknown("after the final dot")',
        "tests/test_smtp.py::test_what_each_answer_makes_of_a_send",
    ),
    Mutant(
        "dots are not doubled",
        SESSION,
        'replace(b"\\r\\n.", b"\\r\\n..")',
        'replace(b"", b"")',
        "tests/test_smtp.py::test_a_line_that_begins_with_a_dot_stays_as_it_is",
    ),
    Mutant(
        "a bare line feed is let through",
        SMTP,
        'rb"\\r(?!\\n)|(?<!\\r)\\n|\\x00"',
        'rb"\\x00"',
        "tests/test_smtp.py::test_a_bare_line_end_never_reaches_a_relay",
    ),
    Mutant(
        "what is not one address goes to RCPT",
        SMTP,
        "if not address or any(",
        "if False and any(",
        "tests/test_smtp.py::test_what_is_not_one_address_never_reaches_rcpt",
    ),
    Mutant(
        "a connection that is refused takes its message along",
        SMTP,
        "waiting.appendleft(number)",
        "answers[number] = closed",
        "tests/test_smtp.py::test_a_relay_that_takes_few_connections_gets_every_message_over_those",
    ),
    Mutant(
        "bounces go to the sender, whatever is set",
        SMTP,
        "if self._bounces is not None:",
        "if False:",
        "tests/test_smtp.py::test_the_return_path_names_the_send_and_the_message_does_not_change",
    ),
    Mutant(
        "a temporary refusal is tried for ever",
        LEDGER,
        "if entry.refusals >= REFUSALS:",
        "if False:",
        "tests/test_smtp.py::test_a_temporary_refusal_is_tried_once_more_and_a_permanent_one_never",
    ),
    Mutant(
        "a permanent refusal is temporary",
        SESSION,
        "if 500 <= code < 600:\n            return Failed(why)",
        "if 500 <= code < 600:\n            return Deferred(why)",
        "tests/test_smtp.py::test_what_each_answer_makes_of_a_send",
    ),
    Mutant(
        "an older store goes on sending",
        EPOCH,
        "        if count < seen:",
        "        if False:",
        "tests/test_send_epoch.py::test_an_older_copy_of_the_store_sends_nothing_until_it_is_reconciled",
    ),
    Mutant(
        "the count is not kept beside the store",
        LEDGER,
        "            self._epoch.raise_to(written)",
        "            pass",
        "tests/test_send_epoch.py::test_the_count_is_written_after_the_commit_and_before_the_wire",
    ),
    Mutant(
        "the window forgets what was let through",
        RATES,
        "self._connection.execute(insert(send_slots), rows)",
        "pass",
        "tests/test_send_rates.py::test_eight_at_once_keep_one_limit",
    ),
    Mutant(
        "the limit of a domain is not asked",
        RATES,
        "self._wait(domain, self._limits.per_minute_per_domain),",
        "0.0,",
        "tests/test_send_rates.py::test_no_minute_holds_more_than_the_limits",
    ),
    Mutant(
        "headers are not read back",
        MESSAGE,
        "    _compare(content, planned, plan, sender, signed=signer is not None)\n",
        "",
        "tests/test_message.py::test_any_sender_name_is_a_name_and_nothing_else",
    ),
    Mutant(
        "a longer link is made a link of its allowed beginning",
        "resources/mail/html.py",
        'return re.compile(f"{_BEFORE}(?:{any_of}){_AFTER}")',
        "return re.compile(any_of)",
        "tests/test_message.py::test_the_html_says_the_same_and_links_only_what_the_campaign_allows",
    ),
    Mutant(
        "the HTML holds what the text holds",
        "resources/mail/html.py",
        "    escaped = escape(line)",
        "    escaped = line",
        "tests/test_message.py::test_the_html_says_the_same_and_links_only_what_the_campaign_allows",
    ),
    Mutant(
        "one click is offered without a signature",
        MESSAGE,
        "        if one_click:",
        "        if True:",
        "tests/test_dkim.py::test_one_click_is_offered_only_with_an_https_url_and_a_signature",
    ),
    Mutant(
        "List-Unsubscribe-Post is not signed",
        "resources/mail/dkim_signing.py",
        '"list-unsubscribe-post", ',
        "",
        "tests/test_dkim.py::test_whatever_is_changed_or_added_breaks_it",
    ),
    Mutant(
        "headers are signed as often as they stand there",
        "resources/mail/dkim_signing.py",
        "range(present.count(name) + 1)",
        "range(present.count(name))",
        "tests/test_dkim.py::test_whatever_is_changed_or_added_breaks_it",
    ),
    Mutant(
        "a real relay needs no evidence",
        "workforce_assets/mailers.py",
        "    if reasons:",
        "    if False:",
        "tests/test_mailer_choice.py::test_a_real_relay_is_refused_while_a_pin_lacks_evidence",
    ),
    Mutant(
        "a real relay takes any clock",
        "workforce_assets/mailers.py",
        "    if own_clock:",
        "    if False:",
        "tests/test_mailer_choice.py::test_a_real_relay_is_refused_a_clock_of_its_own",
    ),
    Mutant(
        "a Message-ID in the log is a message sent",
        "resources/mail/traces.py",
        "        if status and found and status[1] in _MEANS:\n            traces[found] = _MEANS[status[1]]",
        '        if found:\n            traces[found] = _MEANS[status[1]] if status else "sent"',
        "tests/test_reconcile.py::test_a_relays_log_settles_what_it_tells_of",
    ),
    Mutant(
        "no trace means not sent",
        RECONCILING,
        'if complete_by is not None and entry.state == "unknown":',
        'if entry.state == "unknown":',
        "tests/test_reconcile.py::test_a_relays_log_settles_what_it_tells_of",
    ),
    Mutant(
        "what others remember is not kept",
        RECONCILING,
        "                connection.execute(insert(ledger), rows)",
        "                pass",
        "tests/test_send_epoch.py::test_an_older_copy_of_the_store_sends_nothing_until_it_is_reconciled",
    ),
    Mutant(
        "STARTTLS is taken where it is offered",
        SESSION,
        '"starttls": True, "tls"',
        '"starttls": None, "tls"',
        "tests/test_smtp_tls.py::test_nothing_is_downgraded",
    ),
    Mutant(
        "any certificate will do",
        SESSION,
        'validate_certs=relay.security != "opportunistic"',
        "validate_certs=False",
        "tests/test_smtp_tls.py::test_a_relay_that_proves_nothing_gets_neither",
    ),
    Mutant(
        "closing time is open",
        "resources/business_hours.py",
        "self.opens <= local.time() < self.closes",
        "self.opens <= local.time() <= self.closes",
        "tests/test_every_zone.py::test_nothing_is_sent_outside_business_hours_in_any_zone",
    ),
    Mutant(
        "the recipient's clock has one offset the whole year",
        "resources/business_hours.py",
        "local = at.astimezone(place.zone)",
        "local = at + (at.replace(month=1, day=1).astimezone(place.zone).utcoffset() or timedelta())",
        "tests/test_every_zone.py::test_nothing_is_sent_outside_business_hours_in_any_zone",
    ),
    Mutant(
        "what was sent is claimed again by its own record",
        LEDGER,
        '        case "sent":\n            return AlreadySent(entry)',
        '        case "sent":\n            return None',
        "tests/test_ledger.py::test_what_each_state_means_for_a_new_claim",
    ),
)
