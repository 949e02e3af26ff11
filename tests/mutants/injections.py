"""A fully obedient model: what stands between it and the world."""

from tests.mutants.mutant import Mutant

TESTS = "tests/test_injections.py::"

MUTANTS = (
    Mutant(
        "a draft may hold any link",
        "specialists/writer/graders.py",
        'if found := wording.link(_without_placeholders(text, "it")):',
        'if (found := wording.link(_without_placeholders(text, "it"))) and False:',
        f"{TESTS}test_no_link_leaves_but_the_campaign_s",
    ),
    Mutant(
        "saying no is saying yes",
        "resources/lead_rows.py",
        '"n", "f", "0"), "opted_out"),',
        '"n", "f", "0"), "opted_in"),',
        f"{TESTS}test_nobody_is_written_to_who_may_not_be",
    ),
    Mutant(
        "every READ tool is offered",
        "specialists/tools.py",
        "if mark.on_request and mark.fills}",
        "if mark.fills and not mark.rules_only}",
        f"{TESTS}test_no_tool_is_offered_or_answered_but_the_card_s",
    ),
    Mutant(
        "a tool answers whatever it is asked",
        "specialists/tool_loop.py",
        "if call.name in self._on_request and call.arguments == {}:",
        "if call.name in self._on_request:",
        f"{TESTS}test_no_tool_is_offered_or_answered_but_the_card_s",
    ),
    Mutant(
        "judgement sees the recipient",
        "specialists/sender/schema.py",
        "    recipient: Recipient = rules_only(...)",
        "    recipient: Recipient",
        f"{TESTS}test_the_model_never_sees_how_to_reach_anybody",
    ),
)
