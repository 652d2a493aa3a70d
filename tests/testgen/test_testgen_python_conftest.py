"""Projects whose conftest.py sets up for every test what cannot be had while tests are explored and proven."""

import subprocess

import pytest
from interpreter import INTERPRETER

from orchestrator.errors import TaskFailed

CONFTEST = """\
import socket

import pytest


@pytest.fixture(scope="session", autouse=True)
def db():
    with socket.create_connection(("127.0.0.1", 5432)) as connection:
        yield connection


@pytest.fixture(autouse=True)
def tidy(db):
    yield
    db.close()
"""
MODULE = "def fee(total: int) -> int:\n    return 0 if total > 100 else 5\n"


def test_a_database_that_every_test_is_given_is_stood_in_for(workbench) -> None:
    workbench.write("shop.py", MODULE)
    workbench.write("tests/conftest.py", CONFTEST)
    made = workbench.generate("shop.py", budget=20)
    assert (
        '@pytest.fixture(name="db", scope="session", autouse=True)\n'
        "def without_db():\n"
        '    """Stand in for the fixture `db` of conftest.py: these tests need nothing of what it sets up."""\n'
    ) in made.text
    assert '@pytest.fixture(name="tidy", autouse=True)\n' in made.text
    workbench.write("tests/test_shop.py", made.text)
    ran = [INTERPRETER, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_shop.py"]
    done = subprocess.run(ran, cwd=workbench.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_variables_that_the_conftest_cannot_do_without_are_named(workbench) -> None:
    workbench.write("cart.py", MODULE)
    workbench.write("tests/conftest.py", 'import os\n\nKEY = os.environ["SHOP_KEY"]\n')
    with pytest.raises(TaskFailed) as refused:
        workbench.generate("cart.py", budget=20)
    assert refused.value.hint == (
        "give it SHOP_KEY by `env:` of the task or of `settings`: it sees no .env and little of your shell"
    )


def test_what_the_conftest_raises_is_told_with_its_place(workbench) -> None:
    workbench.write("bill.py", MODULE)
    raises = "def read(name):\n    raise FileNotFoundError(f'Config file {name} not found')\n\n\nread('app.yaml')\n"
    workbench.write("tests/conftest.py", raises)
    with pytest.raises(TaskFailed) as refused:
        workbench.generate("bill.py", budget=20)
    assert refused.value.message == (
        "bill.py could not be explored: tests/conftest.py:2: FileNotFoundError: Config file app.yaml not found"
    )
