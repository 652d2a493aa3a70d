"""A `.env` of this machine: code that cannot be imported without it is explored, and nothing of it is told."""

import os

import pytest

from orchestrator.testgen.python.stand_ins import find_stand_ins

ENV = """\
# how this machine works
export DATABASE_URL=postgresql+asyncpg://me:hunter2@db.internal:5432/mine
JWT_SECRET='of this machine alone'
ALGORITHM=HS256
MINUTES=15  # of a token
MAIL_FROM=me@corp.example
SERVED_AT=orders.corp.example:8443
PATH=/somewhere
EMPTY=
"""
ORDERS = """\
import hashlib
import os

SECRET = os.environ["JWT_SECRET"]
MINUTES = int(os.environ["MINUTES"])


def lasts(tokens: int) -> int:
    if tokens > 3:
        return 3 * MINUTES
    return tokens * MINUTES


def signed(name: str) -> str:
    return hashlib.sha256((SECRET + name).encode()).hexdigest()
"""


def test_what_tells_nothing_of_anybody_stays_and_the_rest_is_made_up_twice(tmp_path) -> None:
    (tmp_path / ".env").write_text(ENV)
    found = find_stand_ins(tmp_path / "nowhere", tmp_path)
    assert found.first == {
        "DATABASE_URL": "postgresql+asyncpg://localhost/orders",
        "JWT_SECRET": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "ALGORITHM": "HS256",
        "MINUTES": "15",
        "MAIL_FROM": "ada@example.com",
        "SERVED_AT": "localhost",
    }
    differ = {name for name, value in found.second.items() if value != found.first[name]}
    assert differ == {"DATABASE_URL", "JWT_SECRET", "MAIL_FROM", "SERVED_AT"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "123456"),
        ("ADMIN_PIN", "4711"),
        ("API_TOKEN", "info"),
        ("TAX_NUMBER", "-12.5"),
        ("SMTP_USER", "jsmith"),
        ("S3_BUCKET", "acme-prod"),
        ("MAILGUN_AUTH", "hunter2"),
        ("SECRET_MINUTES", "hunter2"),
        ("TENANT", "5381"),
        ("db_password", "7649"),
    ],
)
def test_whatever_could_be_of_somebody_is_made_up(tmp_path, name, value) -> None:
    (tmp_path / ".env").write_text(f"{name}={value}\n")
    found = find_stand_ins(tmp_path)
    assert len({value, found.first[name], found.second[name]}) == 3
    numbers = [each for each in (value, found.first[name]) if each.lstrip("-").replace(".", "", 1).isdigit()]
    assert len(numbers) != 1  # code that reads a number gets one


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "warning"),
        ("JWT_ALGORITHM", "RS256"),
        ("TOKEN_ALGORITHM", "HS512"),
        ("DEBUG", "False"),
        ("FLASK_ENV", "development"),
        ("HTTP_PORT", "8080"),
        ("POOL_SIZE", "5"),
        ("MAX_LOAD", "0.75"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "30"),
        ("PASSWORD_MIN_LENGTH", "8"),
    ],
)
def test_what_only_says_how_the_program_works_stays(tmp_path, name, value) -> None:
    (tmp_path / ".env").write_text(f"{name}={value}\n")
    found = find_stand_ins(tmp_path)
    assert (found.first, found.second) == ({name: value}, {name: value})


def test_a_switch_of_a_secret_stands_both_ways(tmp_path) -> None:
    (tmp_path / ".env").write_text("USE_API_KEY=true\n")
    found = find_stand_ins(tmp_path)
    assert (found.first["USE_API_KEY"], found.second["USE_API_KEY"]) == ("true", "false")


def test_what_interpreters_and_tools_need_is_taken_from_no_file(tmp_path) -> None:
    (tmp_path / ".env").write_text("LD_PRELOAD=x\nTERM=x\nIFS=x\nUSER=x\nCOVERAGE_FILE=x\nTITLE=x\n")
    assert list(find_stand_ins(tmp_path).first) == ["TITLE"]


def test_a_module_that_needs_them_gets_tests_that_hold_with_others(workbench) -> None:
    workbench.write("orders.py", ORDERS)
    workbench.write(".env", ENV)
    made = workbench.generate("orders.py", budget=20)
    assert "lasts(" in made.text
    assert "signed" not in made.text
    assert not any(word in made.text for word in ("hunter2", "of this machine alone", "corp", "0a1b2c3d"))
    assert any(note.startswith("what .env sets was made up") and "JWT_SECRET" in note for note in made.notes)
    found = workbench.examine("orders.py", made.text)
    assert (found.is_sound, found.proof.dropped, "JWT_SECRET" in os.environ) == (True, {}, False)
