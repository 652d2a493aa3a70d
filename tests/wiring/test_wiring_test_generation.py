"""The params of `type: test_generation`, and the command that does the same by hand."""

import json
import re
import shutil
import sys

import pytest
from interpreter import put_interpreter
from wiring_registry import wires
from wiring_world import Make, Repository, tasks

SHOP = """\
def total(price, count=1):
    if count < 0:
        raise ValueError("count is negative")
    return price * count
"""
API = """\
from fastapi import FastAPI

app = FastAPI()


def double(number: int) -> int:
    return number * 2


@app.get("/double/{number}")
def show(number: int) -> dict:
    return {"double": double(number)}
"""
VALUE = "value:handler:test_generation."


def shop(make: Make, source: str = SHOP, **params) -> Repository:
    """Make a repository with a module and the task of writing tests for it; this interpreter runs them."""
    work = {"id": "1.1", "name": "x", "type": "test_generation", "target": "shop.py", "budget": 120, **params}
    repository = make(tasks(work), **{"shop.py": source})
    put_interpreter(repository.root)
    return repository


def module(repository: Repository):
    """Return what the task's outputs say about its only module."""
    return repository.record()["tasks"][0]["outputs"]["modules"][0]


@wires(
    "handler:test_generation.target",
    "handler:test_generation.estimated_cases",
    f"{VALUE}test_type=all",
)
def test_a_module_gets_tests_that_pin_it_and_the_outputs_say_what_they_are_worth(make: Make) -> None:
    repository = shop(make, estimated_cases=40)
    ran = repository.run()
    assert (ran.code, ran.states) == (0, {"1.1": "changed"})
    text = repository.read("tests/test_shop.py")
    assert 'with pytest.raises(ValueError, match=r"^count is negative$"):' in text
    assert module(repository)["coverage"] == {"statements": 100.0, "branches": 100.0}
    assert "40 cases were estimated" in ran.attempts("1.1")[0]["summary"]


@wires("handler:test_generation.budget", "flag:tests --budget", "twin:tests ORCHESTRATE_BUDGET")
def test_a_module_gets_no_more_time_than_its_budget(make: Make) -> None:
    repository = shop(make, "import time\n\ntime.sleep(600)\n", budget=0.1)
    told = "shop.py: its tests were not proven within {} s"
    assert repository.run().attempts("1.1")[0]["summary"] == told.format("0.1")
    by_flag = repository.orchestrate("tests", "generate", "shop.py", "--budget", "0.2")
    by_twin = repository.orchestrate("tests", "generate", "shop.py", env={"ORCHESTRATE_BUDGET": "0.3"})
    assert [told.format("0.2") in by_flag.err, told.format("0.3") in by_twin.err] == [True, True]


@wires("handler:test_generation.test_file", "handler:test_generation.language", f"{VALUE}language=python")
def test_the_place_of_the_tests_and_the_language_can_be_given(make: Make) -> None:
    repository = shop(make, test_file="checks/test_prices.py", language="python", target="*.py")
    assert repository.run().code == 0
    assert "from shop import total" in repository.read("checks/test_prices.py")


@wires("handler:test_generation.min_gain")
def test_a_test_has_to_add_what_is_asked_for(make: Make) -> None:
    ran = shop(make, min_gain=500, estimated_cases=40).run()
    attempt = ran.attempts("1.1")[0]
    told = r"no test held: (.*, )?\d+ adds less than `min_gain` asks for; 40 cases were estimated"
    assert ran.code == 1
    assert re.fullmatch(told, attempt["summary"])


@wires("handler:test_generation.overwrite")
def test_a_file_of_a_person_is_written_over_only_when_that_is_asked_for(make: Make) -> None:
    for overwrite, state in ((False, "unchanged"), (True, "changed")):
        repository = shop(make, overwrite=overwrite)
        repository.write("tests/test_shop.py", "def test_mine():\n    assert True\n")
        assert repository.run().states == {"1.1": state}
        assert ("test_mine" in repository.read("tests/test_shop.py")) is not overwrite


PROGRAM = """\
import os
print("from shop import total")
print("def test_of_the_program():")
print("    assert total(7, 6) == 42")
print("def test_hollow():")
print("    assert total is not None")
print("def test_wrong():")
print("    assert total(1) == 2")
print("# for", os.environ["ORCHESTRATE_MODULE"], os.environ["ORCHESTRATE_TARGET"], os.environ["ORCHESTRATE_TEST_FILE"])
"""


@wires("handler:test_generation.command", f"{VALUE}proposers=command")
def test_a_program_proposes_tests_that_go_through_the_same_filters(make: Make) -> None:
    repository = shop(make, proposers=["command"], command=[sys.executable, "propose.py"])
    repository.write("propose.py", PROGRAM)
    assert repository.run().code == 0, repository.record()["tasks"]
    text = repository.read("tests/test_shop.py")
    assert text.count("def test_") == text.count("def test_of_the_program()") == 1
    assert module(repository)["dropped"] == {"does not pass": 1, "asserts nothing about the subject": 1}
    assert [each["code"] for each in shop(make, proposers=["command"]).problems()] == ["E309"]


DOCUMENTED = '''\
def triple(number):
    """Return three times a number.

    >>> triple(14)
    42
    """
    if number == 99:
        return -1
    return number * 3
'''


@wires("handler:test_generation.proposers", f"{VALUE}proposers=builtin", f"{VALUE}proposers=doctest")
@pytest.mark.parametrize(("proposer", "example", "found"), [("builtin", False, True), ("doctest", True, False)])
def test_calls_of_docstrings_are_one_proposer_and_the_explorer_another(
    make: Make, proposer: str, example: bool, found: bool
) -> None:
    repository = shop(make, DOCUMENTED, proposers=[proposer])
    assert repository.run().code == 0, repository.record()["tasks"]
    text = repository.read("tests/test_shop.py")
    assert ("14" in text, "99" in text) == (example, found)


TEXTS = """\
def clean(text):
    return " ".join(text.split())
"""


@pytest.mark.slow
@wires(f"{VALUE}proposers=hypothesis", f"{VALUE}test_type=property")
def test_properties_that_hold_become_hypothesis_tests(make: Make) -> None:
    repository = shop(make, TEXTS, test_type="property", budget=60)
    assert repository.run().code == 0, repository.record()["tasks"]
    text = repository.read("tests/test_shop.py")
    assert "def test_clean_twice_is_clean_once(text):\n    assert clean(clean(text)) == clean(text)\n" in text
    assert text.count("def test_") == text.count("@given(st.text())")


@pytest.mark.slow
@wires("handler:test_generation.test_type", f"{VALUE}test_type=unit", f"{VALUE}test_type=api")
@pytest.mark.parametrize(("test_type", "functions", "routes"), [("unit", True, False), ("api", False, True)])
def test_one_kind_of_test_can_be_asked_for(make: Make, test_type: str, functions: bool, routes: bool) -> None:
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    repository = shop(make, API, test_type=test_type)
    assert repository.run().code == 0, repository.record()["tasks"]
    text = repository.read("tests/test_shop.py")
    assert (bool(re.search(r"assert (show|double)\(", text)), "client.get(" in text) == (functions, routes)


@wires(f"{VALUE}test_type=config")
def test_configuration_is_tested_under_changed_environments(make: Make) -> None:
    repository = shop(make, 'import os\n\nPORT = int(os.environ.get("PORT", "8000"))\n', test_type="config")
    assert repository.run().code == 0, repository.record()["tasks"]
    assert 'monkeypatch.setenv("PORT", "8080")' in repository.read("tests/test_shop.py")


@wires(
    "flag:tests --test-type",
    "twin:tests ORCHESTRATE_TEST_TYPE",
    *(f"choice:tests --test-type={each}" for each in ("all", "unit", "config", "api", "property")),
)
def test_the_command_generates_the_type_that_is_asked_for(make: Make) -> None:
    text = 'import os\n\nPORT = int(os.environ.get("PORT", "8000"))\n\n\ndef double(n: int) -> int:\n    return 2 * n\n'
    repository = shop(make, text)
    wanted = {"all": (True, True), "unit": (False, True), "config": (True, False), "api": (False, False)}
    for name, (has_settings, has_calls) in {**wanted, "property": (False, False)}.items():
        told = repository.orchestrate("tests", "generate", "shop.py", "--test-type", name, "--budget", "60")
        assert ("setenv" in told.out, "assert double(" in told.out) == (has_settings, has_calls), (name, told.err)
    env = {"ORCHESTRATE_TEST_TYPE": "unit", "ORCHESTRATE_BUDGET": "60"}
    by_twin = repository.orchestrate("tests", "generate", "shop.py", env=env)
    assert ("monkeypatch.setenv" in by_twin.out, "double(" in by_twin.out) == (False, True)
    other = repository.orchestrate("tests", "verify", "shop.py", "--test-type", "unit")
    assert "--test-type belongs to `generate`" in other.err


@wires("choice:tests --test-type=integration", "choice:tests --test-type=e2e")
@pytest.mark.parametrize("name", ["integration", "e2e"])
def test_the_command_names_the_type_that_a_language_has_not(make: Make, name: str) -> None:
    refused = shop(make, "PORT = 1\n").orchestrate("tests", "generate", "shop.py", "--test-type", name)
    assert f"no generator for {name} tests in python is installed" in refused.err


@wires(
    f"{VALUE}language=typescript",
    f"{VALUE}language=javascript",
    f"{VALUE}test_type=integration",
)
@pytest.mark.parametrize(
    ("params", "missing"),
    [
        ({"target": "a.ts", "test_type": "property"}, "no generator for property tests in typescript is installed"),
        (
            {"language": "javascript", "test_type": "property"},
            "no generator for property tests in javascript is installed",
        ),
        ({"test_type": "integration"}, "no generator for integration tests in python is installed"),
        ({"test_type": "e2e"}, "no generator for e2e tests in python is installed"),
    ],
)
def test_what_no_generator_can_do_is_told_and_nothing_is_started(make: Make, params, missing: str) -> None:
    repository = shop(make, **params)
    assert [(each["code"], each["message"]) for each in repository.problems()] == [("W510", missing)]
    answer = repository.orchestrate("run", "--all", "--ui", "none")
    assert (answer.code, f"{missing}: 1.1" in answer.err, repository.has(".orchestrate/ledger.db")) == (12, True, False)


def test_the_modules_of_a_folder_of_typescript_can_be_tested_together(make: Make) -> None:
    repository = shop(make, target="src/api", language="typescript", test_type="integration")
    for name in ("index", "routes"):
        repository.write(f"src/api/{name}.ts", "export const one = 1;\n")
    assert repository.problems() == []
    ran = repository.orchestrate("run", "--all", "--dry-run", "--json")
    assert "src/api: 0 functions, 0 classes, 2 other exports -> src/api/__tests__/integration.test.ts" in ran.out


@wires(f"{VALUE}test_type=e2e")
@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_end_to_end_tests_are_of_the_running_application_and_need_playwright(make: Make) -> None:
    work = {"id": "1.1", "name": "x", "type": "test_generation", "target": "e2e/", "test_type": "e2e"}
    whole = tasks({**work, "test_file": "e2e/sign-up.spec.ts"})
    attempt = make(whole, **{"package.json": "{}"}).run().attempts("1.1")[0]
    missing = "end-to-end tests are Playwright specs, and @playwright/test is not installed in the project"
    assert (attempt["kind"], attempt["summary"]) == ("failed", missing)
    [problem] = make(tasks({**work, "language": "typescript"})).problems()
    assert problem["message"] == "`target` gets end-to-end tests, and `test_file` names no spec"


@wires(
    "argument:tests action",
    "argument:tests target",
    "choice:tests action=generate",
    "flag:tests --json",
    "flag:tests --write",
    "flag:tests --force",
    "flag:tests --test-file",
    "flag:tests --project",
    "twin:tests ORCHESTRATE_PROJECT",
)
def test_by_hand_tests_are_printed_or_written(make: Make) -> None:
    repository = shop(make)
    printed = repository.orchestrate("tests", "generate", "shop.py")
    assert (printed.code, "from shop import total" in printed.out) == (0, True), printed.err
    assert not repository.has("tests/test_shop.py")
    repository.write("t/test_it.py", "mine\n")
    words = ("tests", "generate", "shop.py", "--write", "--test-file", "t/test_it.py", "--json")
    refused = repository.orchestrate(*words, "--project", str(repository.root))
    assert (refused.code, repository.read("t/test_it.py")) == (2, "mine\n")
    written = repository.orchestrate(*words, "--force", env={"ORCHESTRATE_PROJECT": str(repository.root)})
    assert (written.code, repository.read("t/test_it.py")) == (0, printed.out)
    assert json.loads(written.out)["test_file"] == "t/test_it.py"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("src/a.go", "error: no generator for .go files\n  hint: there are: Python, TypeScript/JavaScript\n"),
        ("nothere.py", "error: there is no file nothere.py\n"),
        ("nothere.ts", "error: there is no file nothere.ts\n"),
        ("bad.py", "error: bad.py cannot be imported: SyntaxError: invalid syntax (bad.py, line 1)\n"),
    ],
)
def test_by_hand_a_target_that_nothing_can_be_done_with_is_told_in_a_line(make: Make, target: str, told: str) -> None:
    repository = shop(make)
    repository.write("src/a.go", "package main\n")
    repository.write("bad.py", "def f(:\n")
    answer = repository.orchestrate("tests", "generate", target)
    # what names nothing is a slip of the fingers; a module that cannot be imported is a failure
    assert (answer.code, answer.err[: len(told)]) == (1 if target == "bad.py" else 2, told)


@wires("choice:tests action=verify", "choice:tests action=report")
def test_by_hand_tests_of_a_person_go_through_the_same_filters(make: Make) -> None:
    repository = shop(make)
    good, hollow = "assert total(2, 3) == 6", "total(2, 3)\n    assert True"
    source = "from shop import total\n\n\ndef test_good():\n    {}\n\n\ndef test_hollow():\n    {}\n"
    repository.write("tests/test_shop.py", source.format(good, hollow))
    verified = repository.orchestrate("tests", "verify", "shop.py")
    assert (verified.code, "fails test_hollow: asserts nothing about the subject" in verified.out) == (1, True)
    reported = repository.orchestrate("tests", "report", "shop.py")
    assert (reported.code, "lines that no test reaches: 3" in reported.out) == (0, True), reported.text
    assert "`orchestrate measure` counts what importing runs as well" in reported.out
