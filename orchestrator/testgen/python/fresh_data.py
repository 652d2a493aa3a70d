"""The fixture that gives every test the data that modules hold after their import."""

from collections.abc import Sequence

from orchestrator.testgen.python.candidates import Candidate


def write_fresh_data(chosen: Sequence[Candidate], names: dict[str, str]) -> list[str]:
    """Return the fixture's source, nothing when no test changes data; `names` gets the imports that it needs."""
    changes = sorted({change for each in chosen for change in each.changes})
    if not changes:
        return []
    modules = {module: _alias(module, names) for module, _ in changes}
    lines = [
        "@pytest.fixture(autouse=True)",
        "def fresh_data(monkeypatch):",
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
    package, _, last = module.rpartition(".")
    statement = f"from {package} import {last}" if package else f"import {last}"
    alias = last if names.get(last, statement) == statement else f"{last}_module"
    if alias != last:
        statement = f"{statement} as {alias}"
    names[alias] = statement
    return alias
