"""Where expressions stand in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import TaskFailed
from orchestrator.templating.dynamic import environment_names, holds_expression, is_dynamic, read_environment, split


def test_an_expression_is_cut_out_of_the_text_around_it():
    assert [tuple(piece) for piece in split("a {{ x }} b")] == [("a ", None), ("{{ x }}", "x"), (" b", None)]


def test_braces_and_quotes_inside_an_expression_do_not_end_it():
    assert split("""{{ {'a': {'}}': 1}} }}""")[0].expression == "{'a': {'}}': 1}}"
    assert split(r"""{{ 'it\'s }}' }}""")[0].expression == r"'it\'s }}'"


@pytest.mark.parametrize(
    "text", ["${{ secrets.TOKEN }}", "a ${{ x }} b", "${{ '}' }}", "{% if %}", "{# no #}", "${#a[@]}"]
)
def test_what_belongs_to_others_is_plain_text(text):
    assert not is_dynamic(text)
    assert "".join(piece.text for piece in split(text)) == text


def test_ours_and_githubs_may_stand_side_by_side():
    expressions = [piece.expression for piece in split("${{ github.ref }} {{ ours }} ${{ x }}")]
    assert expressions == [None, "ours", None]


def test_braces_that_are_never_closed_are_an_error():
    with pytest.raises(TaskFailed, match="not closed") as caught:
        split("a {{ b")
    assert "'{{'" in (caught.value.hint or "")


def test_expressions_are_found_anywhere_below_a_value():
    assert holds_expression({"a": [1, {"b": "{{ x }}"}]})
    assert not holds_expression({"{{ key }}": ["${{ x }}", 3, None]})


@given(st.text(alphabet="ab{}$ '\"[]()%#\\"))
def test_the_pieces_of_a_text_make_up_the_text(text):
    try:
        pieces = split(text)
    except TaskFailed:
        return
    assert "".join(piece.text for piece in pieces) == text
    assert is_dynamic(text) == any(piece.expression is not None for piece in pieces)


def test_a_notification_target_reads_the_environment():
    text = "https://${{ env.HOST }}/${{env.PATH_PART}}"
    assert environment_names(text) == ("HOST", "PATH_PART")
    assert read_environment(text, {"HOST": "h", "PATH_PART": "${{ env.HOST }}"}) == "https://h/${{ env.HOST }}"


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(TaskFailed, match="the environment has no HOOK"):
        read_environment("${{ env.HOOK }}", {})
