"""Generated tests do not depend on the variables of the environment of whoever runs them."""

import importlib
import os
import subprocess

import pytest
from interpreter import INTERPRETER

from orchestrator.testgen.filters import ENVIRONMENT
from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.explorer.clean_fixtures import cleaned_by
from orchestrator.testgen.python.shielding import shield
from orchestrator.testgen.python.variables import Variables

OF_SOMEBODY = {"DATABASE_URL": "postgresql://else/other", "POOL_SIZE": "77", "QUIET": "yes", "PAGE_SIZE": "3"}
OF_SOMEBODY |= {"SHOP_LIMIT": "7", "SHOP_TITLE": "other", "GREETING": "servus"}


def passes_elsewhere(workbench, name, text):
    """Say whether tests pass where somebody has set all variables that the projects of this file read."""
    workbench.write(name, text)
    ran = [INTERPRETER, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
    env = {**os.environ, **OF_SOMEBODY}
    done = subprocess.run(ran, cwd=workbench.root, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stdout
    return True


READ_WHEN_CALLED = """\
import os

KNOWN = ("DATABASE_URL", "POOL_SIZE")


def database_url() -> str:
    return os.environ.get("DATABASE_URL", "postgresql://localhost/app")


def options() -> dict[str, str]:
    return {name: os.environ[name] for name in KNOWN if name in os.environ}


def is_quiet(level: int) -> bool:
    return level > 3 or os.getenv("QUIET") == "yes"
"""


def test_what_a_function_reads_is_taken_out_of_the_environment(workbench):
    workbench.write("options.py", READ_WHEN_CALLED)
    made = workbench.generate("options.py", budget=20)
    assert (
        "@pytest.fixture(autouse=True)\n"
        "def own_environment(monkeypatch):\n"
        '    """Take out of the environment what whoever runs these tests may have set."""\n'
        '    for name in ("DATABASE_URL", "POOL_SIZE", "QUIET"):\n'
        "        monkeypatch.delenv(name, raising=False)\n"
    ) in made.text, made.text
    assert 'database_url() == "postgresql://localhost/app"' in made.text
    assert not made.dropped[ENVIRONMENT]
    assert passes_elsewhere(workbench, "tests/test_options.py", made.text)


def test_one_variable_has_a_line_of_its_own(workbench):
    workbench.write(
        "greeting.py",
        "import os\n\n\ndef greeting(name: str) -> str:\n"
        '    return os.environ.get("GREETING", "hello") + ", " + name.title()\n',
    )
    made = workbench.generate("greeting.py", budget=20)
    assert '    monkeypatch.delenv("GREETING", raising=False)\n' in made.text, made.text
    assert passes_elsewhere(workbench, "tests/test_greeting.py", made.text)


READ_AT_IMPORT = 'import os\n\nPAGE_SIZE = int(os.environ.get("PAGE_SIZE", 20))\n'
PAGES = "\n\ndef offset(page: int) -> int:\n    return 0 if page <= 1 else (page - 1) * PAGE_SIZE\n"


@pytest.mark.parametrize("name", ["pages", "shelves"])
def test_what_is_read_at_import_is_read_anew_for_tests_that_depend_on_it(workbench, name):
    if name == "shelves":  # another module reads it
        workbench.write("limits.py", READ_AT_IMPORT)
        workbench.write("shelves.py", "from limits import PAGE_SIZE\n" + PAGES)
    else:
        workbench.write("pages.py", READ_AT_IMPORT + PAGES)
    made = workbench.generate(f"{name}.py", budget=20, parts=("unit",))
    assert '    monkeypatch.delenv("PAGE_SIZE", raising=False)\n' in made.text, made.text
    assert '@pytest.mark.usefixtures("loaded_anew")\n' in made.text
    assert made.statements.percent == 100.0
    assert passes_elsewhere(workbench, f"tests/test_{name}.py", made.text)


def test_what_still_depends_on_it_is_dropped_and_counted(workbench):
    workbench.write("farther.py", READ_AT_IMPORT)
    workbench.write(
        "between.py", "import farther\n\n\ndef size() -> int:\n    return SIZE\n\n\nSIZE = farther.PAGE_SIZE\n"
    )
    source = "from between import size\n\n\ndef room(n: int) -> int:\n    return n * 2 if n > 40 else size() + n\n"
    workbench.write("far.py", source)
    made = workbench.generate("far.py", budget=20)
    assert made.dropped[ENVIRONMENT] > 0, made.text
    assert "room(" in made.text
    assert passes_elsewhere(workbench, "tests/test_far.py", made.text)


SETTINGS = """\
from pydantic_settings import BaseSettings, SettingsConfigDict


class Shop(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="shop_")
    limit: int = 5
    title: str = "corner shop"


def is_full(count: int) -> bool:
    return count >= Shop().limit
"""


def test_settings_of_pydantic_name_their_variables(workbench):
    workbench.write("shop_settings.py", SETTINGS)
    made = workbench.generate("shop_settings.py", budget=20, parts=("unit",))
    assert 'for name in ("SHOP_LIMIT", "SHOP_TITLE"):\n' in made.text, made.text
    assert passes_elsewhere(workbench, "tests/test_shop_settings.py", made.text)


REFUSING = """\
import os

LEVEL = os.environ.get("SHOP_TITLE", "low")
if LEVEL not in ("low", "high"):
    raise ValueError(LEVEL)
ROOM = int(os.environ.get("PAGE_SIZE", 20))


def rest(n: int) -> int:
    return ROOM - n if n < 9 else n
"""


def test_values_that_a_module_refuses_hide_no_number_that_it_takes(workbench):
    workbench.write("refusing.py", REFUSING)
    made = workbench.generate("refusing.py", budget=20, parts=("unit",))
    assert '@pytest.mark.usefixtures("loaded_anew")\n' in made.text, made.text


def test_in_a_file_with_tests_of_somebody_else_only_ours_lose_variables():
    variables = Variables(names=("LIMIT", "SIZE"), kept=frozenset(["SIZE"]))
    chosen = [
        Candidate(number=number, subject="f", kind="unit", line=1, lines=lines, call="f()", variables=("LIMIT", "SIZE"))
        for number, lines in enumerate([("assert f() == 1",), ('monkeypatch.setenv("LIMIT", "3")', "assert f() == 3")])
    ]
    marked, made = shield(chosen, variables, frozenset(), with_mark=True)
    assert [each.fixtures for each in marked] == [("own_environment",), ()]
    [source] = made.sources
    assert source.startswith("@pytest.fixture\ndef own_environment(monkeypatch):\n")
    assert source.endswith('    monkeypatch.delenv("LIMIT", raising=False)\n')


def test_many_variables_have_a_line_each():
    names = [f"THE_{number}_LONG_VARIABLE" for number in range(4)]
    [source] = Variables(names=tuple(names)).shield(names, with_mark=False, anew=False).sources
    rows = "".join(f'        "{each}",\n' for each in names)
    assert f"    for name in (\n{rows}    ):\n        monkeypatch.delenv(name, raising=False)\n" in source


CLEANING = """\
import pytest


@pytest.fixture{options}
def clean_environment(monkeypatch):
    for name in ("DATABASE_URL", "POOL_SIZE", "QUIET"):
        monkeypatch.delenv(name, raising=False)
"""


@pytest.mark.parametrize("options", ["", "(autouse=True)"])
def test_a_fixture_of_the_project_that_does_so_is_used(workbench, options):
    name = "always" if options else "asked"
    workbench.write(f"{name}.py", READ_WHEN_CALLED)
    workbench.write("tests/conftest.py", CLEANING.format(options=options))
    made = workbench.generate(f"{name}.py", budget=20)
    assert passes_elsewhere(workbench, f"tests/test_{name}.py", made.text)
    (workbench.root / "tests/conftest.py").unlink()
    assert made.tests
    assert "delenv" not in made.text
    is_asked = 'pytestmark = pytest.mark.usefixtures("clean_environment")\n' in made.text
    assert is_asked == (not options), made.text


SETTING = """\
import pytest


@pytest.fixture
def somewhere(monkeypatch):
    \"\"\"QUIET\"\"\"
    monkeypatch.setenv("DATABASE_URL", "postgresql://there/app")
    monkeypatch.setenv("POOL_SIZE", "5")
    monkeypatch.setenv("QUIET", "yes")
"""


def test_a_fixture_of_the_project_that_sets_variables_takes_none_out(workbench):
    workbench.write("set_there.py", READ_WHEN_CALLED)
    workbench.write("tests/conftest.py", SETTING)
    made = workbench.generate("set_there.py", budget=20)
    assert 'database_url() == "postgresql://localhost/app"' in made.text, made
    assert "somewhere" not in made.text
    assert passes_elsewhere(workbench, "tests/test_set_there.py", made.text)
    (workbench.root / "tests/conftest.py").unlink()


CONFTEST = """\
import pytest

NAMES = ("A", "B")


@pytest.fixture
def without(monkeypatch):
    \"\"\"Take out what is there.\"\"\"
    monkeypatch.delenv("C", raising=False)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name in ["D", "E"]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("F")
    monkeypatch.setenv("F", "1")


@pytest.fixture
def other(monkeypatch):
    monkeypatch.setenv("G", "1")


@pytest.fixture(autouse=True)
def always(monkeypatch):
    \"\"\"For each.\"\"\"
    monkeypatch.setenv("H", "value")
    monkeypatch.delenv("I")
"""


def test_of_the_fixtures_of_a_project_only_those_clean_that_take_variables_out(tmp_path, monkeypatch):
    (tmp_path / "conftest_of_some.py").write_text(CONFTEST)
    monkeypatch.syspath_prepend(str(tmp_path))
    always, asked = cleaned_by([importlib.import_module("conftest_of_some")])
    assert (sorted(always), {name: sorted(each) for name, each in asked.items()}) == (
        ["H", "I"],
        {"without": ["A", "B", "C", "D", "E"]},
    )


def test_what_reads_the_environment_of_tools_or_none_has_no_such_fixture(workbench):
    workbench.write(
        "plain.py", "import os\n\n\ndef places(n: int) -> int:\n    return n + len(os.environ.get('PATH', ''))\n"
    )
    workbench.write("total.py", "def total(n: int) -> int:\n    return n * 3 if n > 2 else 0\n")
    assert "own_environment" not in workbench.generate("plain.py", budget=15).text
    made = workbench.generate("total.py", budget=15)
    assert made.tests
    assert "own_environment" not in made.text
