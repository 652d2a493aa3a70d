"""Parameters that choose among words: these are their natural values, and any other one stands for a wrong one."""

import ast
import inspect

import pytest

from orchestrator.testgen.python.explorer.choices import choices_of
from orchestrator.testgen.python.explorer.fitting import suggested, unfitting
from orchestrator.testgen.python.explorer.plainer import plainer_literals
from orchestrator.testgen.python.explorer.subjects import Parameter

SIGNER = """
class Signer:
    def __init__(self, key: str, mode: str | None = None):
        if mode is None:
            mode = "plain"
        self.key = key
        self.mode: str = mode

    def derived(self) -> str:
        if self.mode == "plain":
            return self.key
        elif self.mode in ("upper", "loud"):
            return self.key.upper()
        raise ValueError(f"no such mode: {self.mode}")
"""
OTHERS = """
def by_word(text):
    if text == "a" or text == "an":
        return ""
    return text.title()

def by_one(text):
    return 1 if text == "one" else 0

def by_number(count):
    return "none" if count == 0 or count == 1 else "some"

def renamed(text):
    word = text
    return word if text in ("a", "b") else ""
"""


def test_the_words_with_which_a_class_compares_what_it_keeps_are_its_choices() -> None:
    [owner] = ast.parse(SIGNER).body
    assert choices_of(owner.body[0], owner, "mode") == ("plain", "upper", "loud")
    assert choices_of(owner.body[0], owner, "key") == ()


@pytest.mark.parametrize("node", ast.parse(OTHERS).body, ids=lambda each: each.name)
def test_what_is_used_in_another_way_or_compared_once_chooses_nothing(node: ast.FunctionDef) -> None:
    assert choices_of(node, node, node.args.args[0].arg) == ()


def test_a_text_that_is_no_choice_is_odd_unless_it_says_so() -> None:
    place = inspect.Parameter.POSITIONAL_OR_KEYWORD
    mode = Parameter("mode", place, False, "plain", {"str": 6}, choices=("upper", "loud"))
    odd = {text: unfitting((text,), (mode,)) for text in ("'upper'", "'plain'", "'unknown'", "None", "'Abc'")}
    assert odd == {"'upper'": 0, "'plain'": 0, "'unknown'": 0, "None": 0, "'Abc'": 1}
    assert [suggested(each, mode) for each in odd] == ["'upper'", "'plain'", "'unknown'", "None", "'unknown'"]


def test_bytes_have_plainer_forms_as_texts_have() -> None:
    found = list(plainer_literals(r"b'hello worldhell\xffo world.ZaUeQA'"))
    assert "b'hello worldhello world.ZaUeQA'" in found
    assert all(ast.literal_eval(each).isascii() for each in found)


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        (r"io.StringIO('user@example.comlne1\nline2\n')", r"io.StringIO('one\ntwo\n')"),
        ("['ada@example.comada']", "['hello world']"),
        ("'hello'", ""),
    ],
)
def test_whole_texts_are_tried_in_place_of_what_grew_in_the_search(expression: str, plain: str) -> None:
    found = [each for each in plainer_literals(expression) if "hello world" in each or "one" in each]
    assert found[:1] == ([plain] if plain else [])


def test_a_mode_that_is_refused_is_called_unknown(workbench) -> None:
    workbench.write("signer.py", SIGNER)
    made = workbench.generate("signer.py", budget=20)
    given = {
        keyword.value.value
        for node in ast.walk(ast.parse(made.text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Signer"
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Constant)
    }
    assert given <= {"plain", "upper", "loud", "unknown", "invalid"}
    assert {"upper", "loud"} & given and {"unknown", "invalid"} & given
