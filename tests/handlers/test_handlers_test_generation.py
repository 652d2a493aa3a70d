"""`type: test_generation` on small modules; whatever explores takes seconds and stands here once."""

import sys

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.handlers.test_generation import TestGeneration
from orchestrator.models.status import OutcomeKind

SHOP = """\
def total(price, count=1):
    if count < 0:
        raise ValueError("count is negative")
    return price * count
"""
TASK = {"target": "shop.py", "budget": 0.3}
TESTS = "tests/test_shop.py"


@pytest.fixture
def handler():
    return TestGeneration()


@pytest.fixture
def shop(bench):
    """Give the repository a module, and an interpreter that has pytest."""
    bench.write("shop.py", SHOP)
    bench.write(".venv/bin/python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (bench.root / ".venv/bin/python").chmod(0o755)
    return bench


def test_a_dry_run_reads_only_and_says_what_it_would_explore(shop, handler):
    shop.write("shop.py", "raise SystemExit\n\n\ndef total():\n    pass\n")
    outcome = shop.run(handler, TASK, dry_run=True)
    assert (outcome.kind, outcome.summary) == (OutcomeKind.UNCHANGED, "would explore 1 module, 0.3 s each")
    assert "shop.py: 1 functions" in outcome.detail
    assert not (shop.root / "tests").exists()


def test_targets_are_the_modules_and_their_test_files(shop, handler):
    shop.write("extra/more.py", "")
    params = handler.params_model.model_validate({"target": "."})
    targets = handler.targets(params, str(shop.root))
    assert targets.reads == ("extra/more.py", "shop.py")
    assert targets.writes == ("extra/tests/test_more.py", TESTS)


def test_a_target_without_module_is_told_before_the_run(shop, handler):
    params = handler.params_model.model_validate({"target": "nothing.py"})
    [problem] = handler.check(params, shop.scene())
    assert problem.message == "`target` names no Python module"


def test_a_module_that_is_hidden_by_a_package_is_not_explored_in_its_stead(shop, handler):
    shop.write("shop/__init__.py", SHOP)
    with pytest.raises(TaskFailed, match=r"^shop.py is not what `import shop` gives: that is .*/shop/__init__.py$"):
        shop.run(handler, TASK)


def test_a_module_that_cannot_be_imported_is_told(shop, handler):
    shop.write("shop.py", "import nothing_like_it\n")
    with pytest.raises(TaskFailed, match=r"^shop.py cannot be imported: ModuleNotFoundError: .*nothing_like_it"):
        shop.run(handler, TASK)
