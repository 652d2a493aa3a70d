"""Only the backend may call the services: they share a token."""

import hmac
from typing import Annotated

from fastapi import Header, HTTPException

from shared.config import load_settings


def require_service_token(x_service_token: Annotated[str, Header()] = "") -> None:
    """Refuse a request without the shared token."""
    expected = load_settings().service_token
    if not hmac.compare_digest(x_service_token.encode(), expected.encode()):
        raise HTTPException(status_code=401, detail="the service token is not valid")
