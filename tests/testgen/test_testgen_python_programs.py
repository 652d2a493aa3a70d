"""Programs are run with the words that they declare; what an import makes is told by the texts of its calls."""

import pytest

PROGRAM = """\
import argparse
import sys

import click

_PLURALS = {}


def remember(one: str, many: str) -> None:
    _PLURALS[one.lower()] = many


remember("cow", "kine")
remember("child", "children")


def plural(word: str) -> str:
    return _PLURALS.get(word, word + "s")


def add(arguments):
    return arguments.left + arguments.right


def main():
    parser = argparse.ArgumentParser()
    inner = parser.add_subparsers(required=True)
    adding = inner.add_parser("add")
    adding.add_argument("left", type=int)
    adding.add_argument("right", type=int)
    adding.set_defaults(run=add)
    arguments = parser.parse_args()
    print("sum:", arguments.run(arguments))
    return 0


@click.command()
@click.argument("name")
@click.option("--times", type=int, default=1)
@click.option("--tone", type=click.Choice(["calm", "loud"]), default="calm")
def greet(name: str, times: int, tone: str) -> None:
    for _ in range(times):
        click.echo(name.upper() if tone == "loud" else name)
"""


@pytest.fixture(scope="module")
def made(workbench):
    workbench.write("program.py", PROGRAM)
    return workbench.generate("program.py", budget=120)


@pytest.mark.parametrize(
    "line",
    [
        '"kine"',
        'run_with(main, ["add", "',
        'out == "sum: ',
        "pytest.raises(SystemExit) as end:",
        "CliRunner().invoke(greet, [",
        '"--tone", "loud"',
        "assert result.exit_code == 0",
    ],
)
def test_a_program_gets_tests_of_its_words(made, line):
    assert line in made.text


def test_all_of_a_program_is_reached(made):
    assert made.statements.percent == 100
