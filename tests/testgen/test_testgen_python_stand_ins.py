"""A `.env` of this machine: code that cannot be imported without it is explored, and nothing of it is told."""

import os

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
