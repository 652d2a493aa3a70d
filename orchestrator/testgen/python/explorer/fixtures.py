"""The project's own pytest fixtures: which there are, and what they give."""

import os
from collections.abc import Iterable
from types import ModuleType
from typing import Any

_STAND_IN = '''@pytest.fixture(name="{name}", {scope}autouse=True)
def without_{name}():
    """Stand in for the fixture `{name}` of conftest.py: these tests need nothing of what it sets up."""
'''
_SIMPLE = (str, int, float, bool, bytes, dict, list, tuple, set, frozenset)


def is_conftest(plugin: object) -> bool:
    """Say whether a plug-in that pytest registered is a conftest file."""
    return isinstance(plugin, ModuleType) and (getattr(plugin, "__file__", None) or "").endswith("conftest.py")


def project_fixtures(request: Any, conftests: Iterable[ModuleType]) -> dict[str, Any]:
    """Return the values of fixtures that conftest files define and whose values are plain data.

    What they set in the environment is not there while exploring: no test has it that does not ask for them.
    """
    found = {}
    before = dict(os.environ)
    for name in sorted({name for module in conftests for name, value in vars(module).items() if _is_fixture(value)}):
        was = dict(os.environ)
        try:
            value = request.getfixturevalue(name)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: S112 - a fixture that needs a database is simply not used
            continue
        if isinstance(value, _SIMPLE) and dict(os.environ) == was:
            found[name] = value
    after = dict(os.environ)
    if after != before:
        _have(before)
        request.addfinalizer(lambda: _have(after))  # so that each can take its own back
    return found


def _have(variables: dict[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)


def is_for_every_test(definition: Any, request: Any) -> bool:
    """Say whether a conftest file has a fixture set up for tests that do not name it."""
    info = getattr(request._pyfuncitem, "_fixtureinfo", None)
    file = definition.func.__code__.co_filename if hasattr(definition.func, "__code__") else ""
    return file.endswith("conftest.py") and definition.argname in getattr(info, "initialnames", ())


def nothing() -> None:
    """Set nothing up."""


def stand_in(definition: Any) -> str:
    """Return the source of a fixture that is there in place of the project's, and does nothing."""
    scope = f'scope="{definition.scope}", ' if definition.scope != "function" else ""
    return _STAND_IN.format(name=definition.argname, scope=scope)


def _is_fixture(value: object) -> bool:
    # The first since pytest 8.4, the second before it.
    return type(value).__name__ == "FixtureFunctionDefinition" or hasattr(value, "_pytestfixturefunction")
