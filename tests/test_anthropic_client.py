"""What Anthropic is asked with: the key, token and headers that its own SDK would send."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import anthropic
import pytest

from resources.gateway.answers import Answered
from resources.gateway.failures import ProviderDown
from tests.gateway_kit import HAIKU, ask_once, at_provider
from tests.provider import Provider, running

# Of one call: its length, and what the SDK tells of its own retries and time limit, which are not used.
OF_ONE_CALL = {"content-length", "x-stainless-retry-count", "x-stainless-timeout", "x-stainless-read-timeout"}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Provider]:
    with running() as one:
        at_provider(monkeypatch, one)
        monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
        yield one


def headers_of_ours(provider: Provider) -> dict[str, str]:
    assert isinstance(ask_once(HAIKU), Answered)
    return lower(provider.calls[-1].headers)


def headers_of_the_sdk(provider: Provider) -> dict[str, str]:
    async def ask() -> None:
        async with anthropic.AsyncAnthropic(http_client=anthropic.DefaultAioHttpClient()) as client:
            await client.messages.create(
                model="claude-haiku-4-5", max_tokens=10, messages=[{"role": "user", "content": "Hello"}]
            )

    asyncio.run(ask())
    return lower(provider.calls[-1].headers)


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items() if name.lower() not in OF_ONE_CALL}


def test_our_requests_carry_what_the_sdks_own_carry(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Team: revops")
    ours = headers_of_ours(provider)
    assert ours == headers_of_the_sdk(provider)
    assert ours["x-team"] == "revops" and "not-a-key" in f"{ours}"


def test_a_bearer_token_is_sent_where_there_is_no_key(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "of-the-gateway-in-between")
    assert headers_of_ours(provider)["authorization"] == "Bearer of-the-gateway-in-between"


def test_the_token_of_a_profile_is_sent_where_there_is_no_key(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    profile(tmp_path, "of-the-profile")
    ours = headers_of_ours(provider)
    assert ours == headers_of_the_sdk(provider)
    assert ours["authorization"] == "Bearer of-the-profile"


def profile(folder: Path, token: str) -> None:
    """A profile as `ant login` or a sidecar leaves it."""
    for kind, says in (
        ("configs", {"authentication": {"type": "user_oauth"}}),
        ("credentials", {"access_token": token}),
    ):
        (folder / kind).mkdir(exist_ok=True)
        file = folder / kind / "default.json"
        file.write_text(json.dumps(says), encoding="utf-8")
        file.chmod(0o600)


def test_without_a_key_the_run_stops_before_anything_is_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.delenv("ANTHROPIC_CONFIG_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ProviderDown, match="set ANTHROPIC_API_KEY"):
        ask_once(HAIKU)
    assert provider.calls == []


def test_a_profile_that_cannot_be_read_stops_the_run_and_says_why(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    profile(tmp_path, "token")
    (tmp_path / "credentials" / "default.json").unlink()
    with pytest.raises(ProviderDown, match="Credentials file not found"):
        ask_once(HAIKU)
    assert provider.calls == []
