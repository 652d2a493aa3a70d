"""Reading text, settings and the shared token."""

import pytest
from fastapi import HTTPException

from shared.auth import require_service_token
from shared.config import load_settings
from shared.text import plain, shouting, words


def test_words_are_lower_case_and_keep_their_hyphens() -> None:
    assert words("It's a well-known fact, isn't it?") == ["it's", "a", "well-known", "fact", "isn't", "it"]


@pytest.mark.parametrize(("text", "expected"), [("Spâm", "spam"), ("5p4m", "spam"), ("spaaaam", "spam")])
def test_plain_looks_through_disguises(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_shouting_is_the_share_of_capitals_in_longer_texts() -> None:
    assert shouting("OK") == 0.0
    assert shouting("LOUD and quiet") == pytest.approx(1 / 3)


def test_settings_have_defaults() -> None:
    assert load_settings({}).log_level == "INFO"


def test_production_needs_a_token_of_its_own() -> None:
    with pytest.raises(ValueError, match="SERVICE_TOKEN must be set"):
        load_settings({"ENVIRONMENT": "production"})


def test_an_unknown_log_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOG_LEVEL must be one of"):
        load_settings({"LOG_LEVEL": "loud"})


def test_the_shared_token_opens_the_service(auth_headers: dict[str, str]) -> None:
    assert require_service_token(auth_headers["X-Service-Token"]) is None


def test_any_other_token_is_refused() -> None:
    with pytest.raises(HTTPException) as refused:
        require_service_token("guess")
    assert refused.value.status_code == 401
