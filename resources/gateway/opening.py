"""A pinned hosted model becomes a gateway: its transport, its limits, how long it may be waited for."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resources.errors import OneLineError
from resources.gateway.clock import Clock, SystemClock
from resources.gateway.flow import Flow, ProviderLimit
from resources.gateway.gate import Gate
from resources.gateway.hosted import HostedGateway
from resources.gateway.models import Model, model_of
from resources.gateway.transport import Transport

# The limit two processes share, by provider and requests a minute.
LimitOf = Callable[[str, int], ProviderLimit]


class SettingError(OneLineError):
    """An environment variable that cannot be used. One line, with what to do."""


@dataclass(frozen=True)
class GatewaySettings:
    """`in_flight` calls at most at a time in one run; `patience_seconds` is how long an outage may last.

    `requests_per_minute` holds over all runs that share the operations store; None: no such limit.
    """

    in_flight: int = 64
    patience_seconds: float = 900.0
    requests_per_minute: int | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "GatewaySettings":
        """WORKFORCE_IN_FLIGHT, WORKFORCE_PROVIDER_RPM, WORKFORCE_PATIENCE_SECONDS. Raises SettingError."""
        rpm = _positive(environ, "WORKFORCE_PROVIDER_RPM")
        return cls(
            _positive(environ, "WORKFORCE_IN_FLIGHT") or cls.in_flight,
            float(_positive(environ, "WORKFORCE_PATIENCE_SECONDS") or cls.patience_seconds),
            rpm,
        )


def hosted_gateway(
    candidate: str,
    settings: GatewaySettings,
    limit_of: LimitOf,
    *,
    clock: Clock | None = None,
    rng: random.Random | None = None,
) -> HostedGateway:
    """Raises PriceError or ModelError, before anything is asked or paid."""
    model = model_of(candidate)
    clock = clock or SystemClock()
    limit = None
    if settings.requests_per_minute is not None:
        limit = limit_of(model.provider, settings.requests_per_minute)
    flow = Flow(clock, Gate(clock, settings.patience_seconds), settings.in_flight, limit)
    return HostedGateway(model, _transport(model, settings.in_flight), flow, clock, rng or random.Random())


def _transport(model: Model, connections: int) -> Transport:
    """The SDK that is quickest for the provider. Neither is imported before something is asked."""
    if model.anthropic:
        from resources.gateway.anthropic_transport import AnthropicTransport

        return AnthropicTransport(model, connections)
    from resources.gateway.litellm_transport import LitellmTransport

    return LitellmTransport(model)


def _positive(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name)
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{name}: {text!r} is no whole number above 0; set one, or unset it")
    return int(text)
