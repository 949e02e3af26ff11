"""Money: list prices of the table that ships with the locked litellm, unknown is an error."""

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.gateway.opening import GatewaySettings, hosted_gateway
from resources.gateway.prices import Counts, PriceError, price_of

HAIKU = price_of("anthropic/claude-haiku-4-5")
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("counts", "usd"),
    [
        (Counts(MILLION, 0), 1.0),
        (Counts(0, MILLION), 5.0),
        (Counts(MILLION, 0, cached=MILLION), 0.1),
        (Counts(MILLION, 0, cache_write=MILLION), 1.25),
        (Counts(MILLION, 0, cached=500_000, cache_write=250_000), 0.05 + 0.3125 + 0.25),
        (Counts(0, MILLION, reasoning=400_000), 5.0),
    ],
)
def test_each_kind_of_token_has_its_own_price(counts: Counts, usd: float) -> None:
    """Anthropic's price page for Claude Haiku 4.5; thinking is output; a batch is half."""
    assert HAIKU.usage(counts).usd == pytest.approx(usd)
    assert HAIKU.usage(counts, batch=True).usd == pytest.approx(usd / 2)


def test_a_long_input_has_its_own_price() -> None:
    """Above 100,000 tokens all of a Haiku 5.5 call costs five times as much."""
    price = price_of("anthropic/claude-haiku-5-5")
    assert price.usage(Counts(100_000, 0)).usd == pytest.approx(0.01)
    assert price.usage(Counts(100_001, 0)).usd == pytest.approx(0.0500005)
    assert price.usage(Counts(100_001, 0), batch=True).usd == pytest.approx(0.0500005 / 2)


def test_a_price_says_where_it_is_from() -> None:
    said = HAIKU.usage(Counts(1, 1), batch=True).price
    assert said is not None and said.startswith("litellm 1.") and "batch, in 5e-07" in said


@example(bound=1000, out=0, share=1.0, kinds=(0.0, 1.0), model="anthropic/claude-haiku-4-5")
@given(
    bound=st.integers(1, 300_000),
    out=st.integers(0, 5000),
    share=st.floats(0, 1),
    kinds=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    model=st.sampled_from(
        ["anthropic/claude-haiku-5-5", "openai/gpt-5.4-mini", "gemini/gemini-3.5-flash-lite"]
    ),
)
def test_no_call_within_the_bound_costs_more_than_the_worst_case(
    bound: int, out: int, share: float, kinds: tuple[float, float], model: str
) -> None:
    """Whatever part of it is cached, written or thought."""
    tokens = int(bound * share)
    cached = int(tokens * kinds[0])
    counts = Counts(tokens, out, cached, int((tokens - cached) * kinds[1]), int(out * kinds[0]))
    price = price_of(model)
    assert price.usage(counts).usd <= price.worst_case(bound, out) * (1 + 1e-9)


@pytest.mark.parametrize(
    "model", ["openai/no-such-model", "claude-haiku-99", "", "twelvelabs.pegasus-1-2-v1:0"]
)
def test_an_unknown_price_is_an_error(model: str) -> None:
    with pytest.raises(PriceError, match="no price for it"):
        price_of(model)


@pytest.mark.parametrize(
    "model",
    [
        "gigachat/GigaChat-2-Max",
        "kimi-k2-thinking-251104",
        "gemini/gemma-4-31b-it",
        "command-a-plus-05-2026",
        "ollama/gpt-oss:120b-cloud",
    ],
)
def test_a_hosted_model_that_is_listed_at_nothing_has_no_price(model: str) -> None:
    """It is not known, or free for a quota or a preview; taken as free, no cap would hold."""
    with pytest.raises(PriceError, match="lists it at 0 USD/token"):
        hosted_gateway(model, GatewaySettings(), None)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["ollama/llama3.1", "lemonade/gpt-oss-20b-mxfp4-GGUF"])
def test_a_model_on_ones_own_machine_is_free(model: str) -> None:
    assert price_of(model).worst_case(MILLION, MILLION) == 0


def test_prices_and_the_gateway_open_without_importing_litellm_or_an_sdk() -> None:
    """Importing litellm takes 2.7 s and 174 MB, and it is not needed to know a price."""
    code = (
        "import sys; from resources.gateway.opening import hosted_gateway, GatewaySettings; "
        "hosted_gateway('anthropic/claude-haiku-4-5', GatewaySettings(), None); "
        "hosted_gateway('openai/gpt-5.4-mini', GatewaySettings(), None); "
        "assert not {'litellm', 'anthropic', 'openai', 'aiohttp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
