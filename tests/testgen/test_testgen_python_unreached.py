"""Where no call of the search went is gone to after all: calls that pass by are varied, as for mutants that survive."""

import ast
import random
import re

import pytest

from orchestrator.testgen.python.explorer.drawing_apart import drawing_apart
from orchestrator.testgen.python.explorer.evolve import splice
from orchestrator.testgen.python.explorer.instrumenting import instrument
from orchestrator.testgen.python.explorer.probes import Recorder
from orchestrator.testgen.python.explorer.unreached import last_passed

SOURCE = """\
def load(text):
    try:
        value = int(text)
    except ValueError:
        return None
    if value > 100:
        return 100
    return value

def other(text):
    return text
"""
LONG = "\n".join("    Nothing more is to be said of it." for _ in range(300))
MARKED = f'''
def opened(text: str) -> str:
    """Return the first letter.

{LONG}
    """
    return text[:1]


def marked(text: str) -> str:
    """Return a text, with a mark where one of its words stands in it twice."""
    words = text.split()
    if len(words) != len(set(words)):
        return f"twice: {{text}}"
    return text
'''


@pytest.mark.parametrize(
    ("lines", "passed", "places"),
    [
        ({5}, {2, 3, 6, 8}, {3}),  # what the exception leads to: past what may raise it
        ({7}, {2, 3, 6, 8}, {6}),
        ({6, 7}, {2, 3, 6, 8}, {6}),
        ({11}, {2, 3, 6, 8}, set()),  # nobody enters that function
    ],
)
def test_the_way_to_a_line_leads_past_the_last_one_before_it_that_is_passed(lines, passed, places) -> None:
    assert last_passed(SOURCE, lines, passed) == places


def test_a_branch_that_the_search_left_out_is_looked_for_and_tested(workbench) -> None:
    workbench.write("marked.py", MARKED)
    made = workbench.generate("marked.py", budget=30)
    assert (made.statements.reached, made.branches.reached) == (made.statements.total, made.branches.total)
    assert "twice: " in made.text


def test_bytes_that_the_code_looks_for_are_given_as_texts_are(workbench) -> None:
    source = (
        "def kind_of(data: bytes) -> str:\n"
        "    if data.startswith(b'%PDF-'):\n        return 'a document'\n"
        "    return 'a script' if data.startswith(b'#!/bin/') else 'unknown'\n"
    )
    workbench.write("kinds.py", source)
    made = workbench.generate("kinds.py", budget=20)
    assert "a document" in made.text and "a script" in made.text


def test_where_a_pattern_replaces_something_a_text_that_it_matches_is_tried() -> None:
    tree = ast.parse('import re\nsigns = re.compile("&[a-z]+;")\nsigns.sub("", text)\nsigns.subn("", string=text)\n')
    instrument(tree)
    recorder = Recorder(is_on=True)
    recorder.install()
    exec(compile(tree, "signs", "exec"), {"text": "hello"})
    [(_, pattern, text)] = recorder.seen
    [(_, changed), *_] = splice(["'hello'"], [(1, pattern, text)], random.Random(1))
    assert re.fullmatch(r"'&[a-z]+;'", changed)


def test_what_a_further_hunt_draws_changes_nothing_of_what_is_drawn_later() -> None:
    with_it, without = random.Random(1), random.Random(1)
    with drawing_apart(with_it):
        assert with_it.random() != with_it.random()
    assert with_it.random() == without.random()
