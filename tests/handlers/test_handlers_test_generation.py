"""`type: test_generation` on small modules; whatever explores takes seconds and stands here once."""

import re

import pytest
from interpreter import put_interpreter

from orchestrator.errors import TaskFailed
from orchestrator.handlers.test_generation import TestGeneration
from orchestrator.handlers.test_generation_adopting import MARK
from orchestrator.models.status import OutcomeKind
from orchestrator.testgen.python import emission as python
from orchestrator.testgen.typescript import emission as typescript

SHOP = """\
def total(price, count=1):
    if count < 0:
        raise ValueError("count is negative")
    return price * count
"""
TASK = {"target": "shop.py", "budget": 120}
TESTS = "tests/test_shop.py"


@pytest.fixture
def handler():
    return TestGeneration()


def plant(bench):
    """Give the repository a module, and an interpreter that has pytest."""
    bench.write("shop.py", SHOP)
    put_interpreter(bench.root)
    return bench


@pytest.fixture
def shop(bench):
    return plant(bench)


def test_a_dry_run_reads_only_and_says_what_it_would_explore(shop, handler):
    shop.write("shop.py", "raise SystemExit\n\n\ndef total():\n    pass\n")
    outcome = shop.run(handler, TASK, dry_run=True)
    assert (outcome.kind, outcome.summary) == (OutcomeKind.SKIPPED, "dry run: would explore 1 module, 120 s each")
    assert "shop.py: 1 functions" in outcome.detail
    assert not (shop.root / "tests").exists()


def test_targets_are_the_modules_and_their_test_files(shop, handler):
    shop.write("extra/more.py", "")
    params = handler.params_model.model_validate({"target": "."})
    targets = handler.targets(params, str(shop.root))
    assert targets.reads == ("extra/more.py", "shop.py")
    assert targets.writes == ("extra/tests/test_more.py", TESTS)


@pytest.mark.parametrize("target", ["web", "web/**/*", "web/lib"])
def test_a_folder_has_the_language_of_most_of_its_modules(shop, handler, target):
    for path in ("web/lib/cart.ts", "web/lib/price.ts", "web/tool.py", "web/node_modules/far/a.py"):
        shop.write(path, "")
    shop.write("web/node_modules/far/b.py", "")
    params = handler.params_model.model_validate({"target": target})
    assert handler.targets(params, str(shop.root)).reads == ("web/lib/cart.ts", "web/lib/price.ts")


def test_a_target_without_module_is_told_before_the_run(shop, handler):
    shop.write("empty/notes.txt", "")
    for target, message in (
        ("nothing.py", "`target`: there is no file nothing.py"),
        ("empty", "`target` names no Python module"),
        ("main.go", "`target`: no generator for .go files"),
    ):
        params = handler.params_model.model_validate({"target": target})
        [problem] = handler.check(params, shop.scene())
        assert problem.message == message
    assert problem.hint == "there are: Python, TypeScript/JavaScript"


def test_a_module_that_is_hidden_by_a_package_is_not_explored_in_its_stead(shop, handler):
    shop.write("shop/__init__.py", SHOP)
    with pytest.raises(TaskFailed, match=r"^shop.py is not what `import shop` gives: that is .*/shop/__init__.py$"):
        shop.run(handler, TASK)


def test_a_module_that_cannot_be_imported_is_told(shop, handler):
    shop.write("shop.py", "import nothing_like_it\n")
    with pytest.raises(TaskFailed, match=r"^shop.py cannot be imported: ModuleNotFoundError: .*nothing_like_it"):
        shop.run(handler, TASK)


@pytest.fixture(scope="module")
def first_time(bench_type, tmp_path_factory):
    """Generate once, for all tests that go on from there: the outcome and the text."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "project/templates").mkdir(parents=True)
    first = bench_type(folder / "project")
    plant(first)
    outcome = first.run(TestGeneration(), TASK)
    first.close()
    return outcome, first.read(TESTS)


@pytest.fixture
def outcome(shop, first_time):
    """Bring the repository to where the first run left it."""
    shop.write(TESTS, first_time[1])
    return first_time[0]


def again(shop, handler, outcome, **params):
    """Run the task once more; it remembers what it did."""
    values = {"project": {"name": "demo"}, "previous": outcome.outputs}
    return shop.run(handler, {**TASK, **params}, values=values)


def test_a_second_run_writes_the_same_bytes(shop, handler, outcome):
    text = shop.read(TESTS)
    second = again(shop, handler, outcome)
    assert (outcome.kind, second.kind, shop.read(TESTS)) == (OutcomeKind.CHANGED, OutcomeKind.UNCHANGED, text)


def test_a_test_that_a_person_edited_stays_and_the_rest_follows_the_code(shop, handler, outcome):
    edited = shop.read(TESTS).replace("    with pytest", "    # the shop takes nothing back\n    with pytest")
    shop.write(TESTS, edited)
    shop.write("shop.py", SHOP.replace("price * count", "price * count + 1"))
    second = again(shop, handler, outcome)
    text = shop.read(TESTS)
    assert "# the shop takes nothing back" in text
    assert text.count('match=r"^count is negative$"') == 1
    assert text != edited
    assert second.outputs["modules"][0]["kept"] == ["test_total_raises_value_error_because_count_is_negative"]


def test_a_test_that_a_person_removed_does_not_come_back(shop, handler, outcome):
    text = shop.read(TESTS)
    shop.write(TESTS, re.sub(r"def test_total_raises.*?(\n\n\n|\Z)", "", text, flags=re.DOTALL))
    second = again(shop, handler, outcome)
    assert "raises" not in shop.read(TESTS)
    assert again(shop, handler, second, overwrite=True).kind is OutcomeKind.CHANGED
    assert "raises" in shop.read(TESTS)


def test_a_file_that_a_person_removed_does_not_come_back(shop, handler, outcome):
    (shop.root / TESTS).unlink()
    second = again(shop, handler, outcome)
    assert second.summary == f"kept {TESTS}: it was removed since this task wrote it"
    assert not (shop.root / TESTS).exists()


def test_a_file_that_was_generated_by_hand_becomes_the_task_s_own(shop, handler, outcome):
    text = shop.read(TESTS)
    first = shop.run(handler, TASK)
    assert (first.kind, shop.read(TESTS), "kept" in first.summary) == (OutcomeKind.UNCHANGED, text, False)
    assert first.outputs["files"] == outcome.outputs["files"]
    shop.write("shop.py", SHOP.replace("price * count", "price * count + 1"))
    assert again(shop, handler, first).kind is OutcomeKind.CHANGED
    assert shop.read(TESTS) != text


@pytest.mark.nightly
def test_what_a_person_did_to_a_file_that_was_generated_by_hand_stays(shop, handler, outcome):
    shop.write(TESTS, shop.read(TESTS).replace("    with pytest", "    # the shop takes nothing back\n    with pytest"))
    first = shop.run(handler, TASK)
    assert "# the shop takes nothing back" in shop.read(TESTS)
    assert first.outputs["modules"][0]["kept"] == ["test_total_raises_value_error_because_count_is_negative"]


def test_a_file_that_somebody_else_wrote_is_left_alone_and_told(shop, handler):
    shop.write(TESTS, "def test_nothing():\n    pass\n")
    outcome = shop.run(handler, TASK)
    assert (outcome.kind, outcome.summary) == (
        OutcomeKind.UNCHANGED,
        f"kept {TESTS}: not adopted, it was written by somebody else; `overwrite: true` replaces it",
    )
    assert shop.read(TESTS) == "def test_nothing():\n    pass\n"


@pytest.mark.parametrize("provenance", [python.PROVENANCE, typescript.PROVENANCE])
def test_every_generated_file_says_so(provenance):
    assert provenance.encode().startswith(MARK)


def test_what_tests_elsewhere_do_needs_no_generated_test(shop, handler):
    shop.write(
        "checks/test_prices.py",
        "import pytest\nfrom shop import total\n\n\ndef test_back():\n"
        "    with pytest.raises(ValueError, match='^count is negative$'):\n        total(1, -1)\n",
    )
    outcome = shop.run(handler, TASK)
    assert "raises" not in shop.read(TESTS)
    assert outcome.outputs["modules"][0]["before"]["coverage"] == {"statements": 66.7, "branches": 50.0}
    assert "statements 66.7 -> 100 %" in outcome.summary


def test_one_module_that_cannot_be_explored_does_not_stop_the_others(shop, handler):
    shop.write("broken.py", "import nothing_like_it\n")
    outcome = shop.run(handler, {**TASK, "target": "*.py"})
    assert outcome.kind is OutcomeKind.CHANGED
    assert "broken.py cannot be imported: ModuleNotFoundError" in outcome.detail
    assert outcome.outputs["modules"][0]["problem"].startswith("broken.py cannot be imported")
