"""pip-audit in the place of `safety check`: on the same requirements, installed ahead of it."""

import pytest

from orchestrator.edits.workflows.safety import checks_safety, with_pip_audit


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("safety check -r a.txt --json", "pip install pip-audit\npip-audit -r a.txt"),
        ("pip install safety==2.3\nsafety check --file a.txt", "pip install pip-audit\npip-audit -r a.txt"),
        ("cd x\n  safety check \\\n    -r y\nls\n", "cd x\n  pip install pip-audit\n  pip-audit -r y\nls\n"),
        ("python -m safety check", "python -m pip install pip-audit\npython -m pip_audit"),
        ("poetry run safety check", "poetry run pip install pip-audit\npoetry run pip-audit"),
        ("uv run safety check", "uv pip install pip-audit\nuv run pip-audit"),
        ("uvx safety check && ls", "uvx pip-audit && ls"),
        ("safety scan", "safety scan"),
    ],
)
def test_safety_becomes_pip_audit(script: str, expected: str) -> None:
    assert with_pip_audit(script) == expected
    assert with_pip_audit(expected) == expected
    assert not checks_safety(expected)
