"""The project's own pytest fixtures: which there are, and what they give."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

_SIMPLE = (str, int, float, bool, bytes, dict, list, tuple, set, frozenset)


def is_conftest(plugin: object) -> bool:
    """Say whether a plug-in that pytest registered is a conftest file."""
    return isinstance(plugin, ModuleType) and (getattr(plugin, "__file__", None) or "").endswith("conftest.py")


def project_fixtures(request: Any, conftests: Iterable[ModuleType]) -> dict[str, Any]:
    """Return the values of fixtures that conftest files define and whose values are plain data."""
    found = {}
    for name in sorted({name for module in conftests for name, value in vars(module).items() if _is_fixture(value)}):
        try:
            value = request.getfixturevalue(name)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: S112 - a fixture that needs a database is simply not used
            continue
        if isinstance(value, _SIMPLE):
            found[name] = value
    return found


def _is_fixture(value: object) -> bool:
    # The first since pytest 8.4, the second before it.
    return type(value).__name__ == "FixtureFunctionDefinition" or hasattr(value, "_pytestfixturefunction")
