"""The fixture that gives tests the data that modules hold after their import."""

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.testgen.python.candidates import Candidate

FIXTURE = "fresh_data"


def asking_for_fresh_data(groups: Sequence[list[Candidate]]) -> list[list[Candidate]] | None:
    """Return the tests so that those that change data ask for the fixture; None when most do, so that all get it."""
    changing = [any(each.changes for each in group) for group in groups]
    is_foreign = any(each.source for group in groups for each in group)  # what it changes nobody has seen
    if is_foreign or 2 * sum(changing) > len(groups):
        return None
    return [
        [replace(each, fixtures=(*each.fixtures, FIXTURE)) for each in group] if is_changing else group
        for group, is_changing in zip(groups, changing, strict=True)
    ]


def write_fresh_data(chosen: Sequence[Candidate], names: dict[str, str], *, for_all: bool) -> list[str]:
    """Return the fixture's source, nothing when no test changes data; `names` gets the imports that it needs."""
    changes = sorted({change for each in chosen for change in each.changes})
    if not changes:
        return []
    modules = {module: _alias(module, names) for module, _ in changes}
    lines = [
        "@pytest.fixture(autouse=True)" if for_all else "@pytest.fixture",
        f"def {FIXTURE}(monkeypatch):",
        '    """Let no test see what another put into the modules\' data."""',
    ]
    places: dict[str, list[str]] = {}
    for module, name in changes:
        places.setdefault(name, []).append(modules[module])
    for name, owners in places.items():
        copied = f"copy.deepcopy({owners[0]}.{name})"
        if len(owners) > 1:
            lines.append(f"    {name.strip('_').lower()} = {copied}")
            copied = name.strip("_").lower()
        lines += [f'    monkeypatch.setattr({owner}, "{name}", {copied})' for owner in owners]
    return ["\n".join(lines) + "\n"]


def _alias(module: str, names: dict[str, str]) -> str:
    """Return how a test writes a module; `:` stands before what its package has under another meaning."""
    if ":" in module:
        names["importlib"] = "import importlib"
        return f"importlib.import_module({module.replace(':', '.')!r})"
    package, _, last = module.rpartition(".")
    statement = f"from {package} import {last}" if package else f"import {last}"
    alias = last if names.get(last, statement) == statement else f"{last}_module"
    if alias != last:
        statement = f"{statement} as {alias}"
    names[alias] = statement
    return alias
