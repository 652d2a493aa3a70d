"""Settings and headers that every test of the services may use."""

import pytest

SERVICE_TOKEN = "test-service-token"


@pytest.fixture(autouse=True)
def service_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test the same settings, whatever the shell has set."""
    monkeypatch.setenv("SERVICE_TOKEN", SERVICE_TOKEN)
    monkeypatch.setenv("ENVIRONMENT", "test")


@pytest.fixture
def auth_headers() -> dict[str, str]:
    """Return the headers with which the backend calls a service."""
    return {"X-Service-Token": SERVICE_TOKEN}
