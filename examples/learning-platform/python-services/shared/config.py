"""What the environment says to every service."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Settings:
    """The settings of a service."""

    environment: str
    service_token: str
    log_level: str


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise ValueError when they would leave a service open or silent."""
    environment = environ.get("ENVIRONMENT", "development")
    token = environ.get("SERVICE_TOKEN", "local-service-token")
    level = environ.get("LOG_LEVEL", "INFO").upper()
    if environment == "production" and token == "local-service-token":
        raise ValueError("SERVICE_TOKEN must be set in production")
    if level not in LEVELS:
        raise ValueError(f"LOG_LEVEL must be one of {', '.join(LEVELS)}, not {level}")
    return Settings(environment=environment, service_token=token, log_level=level)
