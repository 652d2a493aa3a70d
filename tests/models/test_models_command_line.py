"""Commands are shown as a person would type them."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.models.command_line import typed


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["npm", "test"], "npm test"),
        (["sh", "-c", "npm test"], "sh -c 'npm test'"),
        (["python", "-c", "print('x')"], """python -c "print('x')" """.strip()),
        (["sh", "-c", "echo '$HOME'"], """sh -c 'echo '"'"'$HOME'"'"''"""),
        (["echo", "it's on!"], """echo 'it'"'"'s on!'"""),
        ([""], "''"),
    ],
)
def test_a_command_is_quoted_where_a_shell_needs_it(words: list[str], line: str) -> None:
    assert typed(words) == line


@given(st.lists(st.text(alphabet=st.sampled_from("ab '\"$`\\!\n*#"), max_size=6)))
def test_a_shell_reads_the_same_words(words: list[str]) -> None:
    assert shlex.split(typed(words)) == words
