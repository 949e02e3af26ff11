"""Homes for tests: a real one, run over part of the shipped sample."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.outbound import SAMPLE_DAY, Outbound

# A machine that stalls for 200 ms has found no counterexample; time is measured in `benchmarks/`.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.fixture
def outbound(tmp_path: Path) -> Outbound:
    """A fresh home that has not run yet."""
    return Outbound(tmp_path / "home")


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Outbound:
    """One home in which the sample's first day has run once. Tests that use it only look."""
    home = Outbound(tmp_path_factory.mktemp("ran") / "home")
    home.hand_in()
    home.run()
    return home


@pytest.fixture
def day() -> date:
    return SAMPLE_DAY


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 3, 2, 12, tzinfo=UTC)
