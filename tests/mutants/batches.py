"""Batches: what is paid twice, forgotten, or never asked for again."""

from tests.mutants.mutant import Mutant

TESTS = "tests/test_batches.py::"
SENDING = "resources/batches/sending.py"
TENDING = "resources/batches/tending.py"
STORE = "resources/store/batches.py"
JUDGING = "specialists/batch_judging.py"

MUTANTS = (
    Mutant(
        "who sends keeps a connection of a loop that is over",
        "workforce_assets/batches.py",
        "_tending(book, provider, datetime.fromtimestamp",
        "_tending(book, AnthropicBatches(), datetime.fromtimestamp",
        f"{TESTS}test_every_flush_of_a_run_is_a_batch[sqlite]",
    ),
    Mutant(
        "whatever stands for a number of tokens is priced",
        "resources/gateway/anthropic_transport.py",
        "isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < _MOST_TOKENS",
        "isinstance(said, str)",
        f"{TESTS}test_an_odd_bill_is_one_records[sqlite-negative]",
    ),
    Mutant(
        "one odd result stops every batch",
        TENDING,
        "        except Exception as error:",
        "        except ProviderFailed as error:",
        f"{TESTS}test_a_result_that_breaks_its_reader_is_one_records[sqlite]",
    ),
    Mutant(
        "older code reads what newer code asked",
        TENDING,
        "if (why := self.unread(batch)) is not None:",
        'if (why := self.unread(batch)) == "":',
        f"{TESTS}test_a_process_of_another_version_reads_nothing[sqlite]",
    ),
    Mutant(
        "what only a new process reads is left to nobody",
        "workforce_assets/batch_sensor.py",
        'if batch.state in ("ended", "void") or batch.id in left]',
        'if batch.state in ("ended", "void")]',
        "tests/test_batch_workforce.py::test_a_sensor_with_older_code_leaves_a_batch_to_a_run",
    ),
    Mutant(
        "a batch of a version that nobody has waits for ever",
        "workforce_assets/cli/batches.py",
        'of_no_version = gone and found.state == "waiting" and unread(found) is not None',
        "of_no_version = False",
        "tests/test_batch_workforce.py::test_a_batch_that_no_version_reads_is_given_up_by_command",
    ),
    Mutant(
        "what is sent while it is looked for is given up",
        STORE,
        "        if tried is not None:\n",
        "        if False:\n",
        f"{TESTS}test_what_is_sent_while_it_is_looked_for_is_not_given_up[sqlite]",
    ),
    Mutant(
        "a batch that was given up and made is forgotten",
        STORE,
        "if found.provider_id != provider_id:",
        "if False:",
        f"{TESTS}test_a_batch_that_was_made_after_all_stops_the_run[sqlite]",
    ),
    Mutant(
        "a batch that was made is not remembered",
        SENDING,
        "self._book.sent(batch_id, seen.provider_id)",
        "pass",
        f"{TESTS}test_a_whole_round[sqlite]",
    ),
    Mutant(
        "what is lost is sent again without a look",
        TENDING,
        "if seen.provider_id in known or seen.requests != batch.requests:",
        "if True:",
        f"{TESTS}test_lost_batches_are_told_apart[sqlite]",
    ),
    Mutant(
        "a create whose answer was lost is made again at once",
        SENDING,
        "return not may_have_it(error) and retries.again(state)",
        "return retries.again(state)",
        f"{TESTS}test_a_create_whose_answer_was_lost[sqlite-lost]",
    ),
    Mutant(
        "a server error proves that no batch was made",
        SENDING,
        'return failure.kind.billed or failure.kind.name == "server error"',
        "return failure.kind.billed",
        f"{TESTS}test_a_create_whose_answer_was_lost[sqlite-500]",
    ),
    Mutant(
        "a lost batch is not looked for",
        TENDING,
        "if await self._is(batch, seen):",
        "if False:",
        f"{TESTS}test_lost_batches_are_told_apart[sqlite]",
    ),
    Mutant(
        "any batch of the same size is ours",
        TENDING,
        'return any(r is not None and r.custom_id.rpartition("-")[0] == batch.id for r in results)',
        "return bool(results)",
        f"{TESTS}test_lost_batches_are_told_apart[sqlite]",
    ),
    Mutant(
        "what cannot be recognised was never made",
        TENDING,
        "if not doubtful:",
        "if True:",
        f"{TESTS}test_what_nobody_can_recognise_is_a_persons[sqlite]",
    ),
    Mutant(
        "a batch has ended although results are missing",
        STORE,
        "            if _open(connection, batch_id):\n                return False\n",
        "",
        f"{TESTS}test_results_that_do_not_all_arrive[sqlite]",
    ),
    Mutant(
        "nothing is reserved before a batch leaves",
        STORE,
        "nanodollars(ask.worst_usd), caps)",
        "0, caps)",
        f"{TESTS}test_over_budget_is_held_as_in_calls[sqlite]",
    ),
    Mutant(
        "what expired stays reserved",
        "specialists/batch_reading.py",
        'expired before it was answered", 0.0)',
        'expired before it was answered", None)',
        f"{TESTS}test_every_end_of_a_request[sqlite]",
    ),
    Mutant(
        "a batch is booked at the price of calls",
        "specialists/batch_reading.py",
        "usage(said.counts, batch=True)",
        "usage(said.counts, batch=False)",
        f"{TESTS}test_a_batch_costs_half[sqlite]",
    ),
    Mutant(
        "an answer out of a batch is not checked against the schema",
        "specialists/batch_reading.py",
        "wrong = misfit(blueprint, reply.output)",
        "wrong = None",
        f"{TESTS}test_every_end_of_a_request[sqlite]",
    ),
    Mutant(
        "what fails is asked again for ever",
        JUDGING,
        "if not self._at.follows or last.attempt < attempts(last):",
        "if True:",
        f"{TESTS}test_every_end_of_a_request[sqlite]",
    ),
    Mutant(
        "two runs at once ask twice",
        STORE,
        '        if request.fate == "open"\n    }',
        '        if request.fate == "open" and False\n    }',
        f"{TESTS}test_two_runs_at_once_ask_once[sqlite]",
    ),
    Mutant(
        "a specialist of two stages may ask in batches",
        "workforce_assets/manager.py",
        "and len(stages) > 1:",
        "and len(stages) > 2:",
        "tests/test_batch_workforce.py::test_two_stages_of_one_specialist_cannot_ask_in_batches",
    ),
    Mutant(
        "a specialist with tool turns may be batched",
        "specialists/specialist.py",
        "if loaded.card.limits.turns > 1 or loaded.toolbox.on_request():",
        "if False:",
        f"{TESTS}test_a_card_that_cannot_be_batched_is_refused",
    ),
)
