from collections.abc import Callable
from itertools import pairwise

import pytest

from orchestrator.edits.result import EditCode, Refusal
from orchestrator.edits.verify import first_difference
from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.emit import Noted
from orchestrator.edits.yaml.model import load_model

Operation = Callable[[YamlEditor], object]
NINE = ",".join(["*{0}"] * 9)
BOMB = "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *(f"{b}: &{b} [{NINE.format(a)}]" for a, b in pairwise("abcdefgh"))])


def edited(text: str, operation: Operation) -> str:
    """Carry an operation out, prove the result and return it."""
    editor = YamlEditor("a.yml", text)
    operation(editor)
    edit = editor.finish()
    assert edit.after == editor.text
    assert first_difference(edit.intended, load_model(edit.after)) is None
    return edit.after


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        pytest.param(
            "a:\n  b: 1\n  # about b\n\n# about c\nc: 2\n",
            lambda e: e.set(("a", "x"), 3),
            "a:\n  b: 1\n  x: 3\n  # about b\n\n# about c\nc: 2\n",
            id="comments in its own column follow the entry they stand above",
        ),
        pytest.param(
            "a:\n  b: |\n    x\n     \nc: 2\n",
            lambda e: e.delete(("c",), with_comments=True),
            "a:\n  b: |\n    x\n     \n",
            id="and it stays when what follows goes",
        ),
        pytest.param(
            "a:\n  b: |\n    x\n     \n\nc: 2\n",
            lambda e: e.set(("a", "z"), 3),
            "a:\n  b: |\n    x\n     \n  z: 3\n\nc: 2\n",
            id="a line of more spaces than its block belongs to it",
        ),
        pytest.param(
            "a:\n  b:\n    - 1\n    # - 2\n\n# about c\nc: 2\n",
            lambda e: e.set(("a", "x"), 3),
            "a:\n  b:\n    - 1\n    # - 2\n  x: 3\n\n# about c\nc: 2\n",
            id="deeper comments belong to the block above them",
        ),
        pytest.param(
            "run: |\n  echo\n  fi",
            lambda e: e.set(("x",), 1),
            "run: |-\n  echo\n  fi\nx: 1",
            id="a block at the end of a file without a newline keeps its value",
        ),
        pytest.param(
            "on:\n  push:\n  pull_request:\n",
            lambda e: e.set(("on", "push", "branches"), ["main"]),
            "on:\n  push:\n    branches: [main]\n  pull_request:\n",
            id="an empty value gets a block of its own",
        ),
        pytest.param(
            "on: push # always\njobs: {}\n",
            lambda e: e.set(("on",), {"push": {"branches": ["main"]}}),
            "on: # always\n  push:\n    branches: [main]\njobs: {}\n",
            id="a text becomes a mapping and the comment stays on its line",
        ),
        pytest.param(
            "s:\n  - if: x\n    run: y\n",
            lambda e: e.delete(("s", 0, "if")),
            "s:\n  - run: y\n",
            id="the key behind the first one is pulled up to the dash",
        ),
        pytest.param(
            "s:\n  - if: x\n    # why\n    run: y\n",
            lambda e: e.delete(("s", 0, "if")),
            "s:\n  -\n    # why\n    run: y\n",
            id="a comment in between leaves a bare dash",
        ),
        pytest.param(
            "a:\n  b: 1\nc: 2\n", lambda e: e.delete(("a", "b")), "a: {}\nc: 2\n", id="the last key leaves {}"
        ),
        pytest.param("a:\n  - 1\n", lambda e: e.delete(("a", 0)), "a: []\n", id="the last item leaves []"),
        pytest.param(
            "a: {b: 1, c: 2}\n", lambda e: e.delete(("a", "b")), "a: {c: 2}\n", id="a flow mapping stays in flow"
        ),
        pytest.param(
            "a: [\n  x,\n  y,\n]\n",
            lambda e: e.append(("a",), "z"),
            "a: [\n  x,\n  y,\n  z,\n]\n",
            id="a list with commas",
        ),
        pytest.param("a: [ x ]\n", lambda e: e.append(("a",), "b,c"), "a: [ x, 'b,c' ]\n", id="flow texts are quoted"),
        pytest.param(
            'a: "x"\n', lambda e: e.set(("a",), 'say "hi"'), 'a: "say \\"hi\\""\n', id="double quotes are kept"
        ),
        pytest.param(
            "s:\n- a\n- b\n", lambda e: e.insert_item(("s",), 1, "c"), "s:\n- a\n- c\n- b\n", id="list offset 0"
        ),
        pytest.param(
            "a:\n    b:\n        c: 1\n",
            lambda e: e.set(("a", "d"), {"e": {"f": 1}}),
            "a:\n    b:\n        c: 1\n    d:\n        e:\n            f: 1\n",
            id="indentation of four",
        ),
        pytest.param(
            "s:\n  - a: 1\n    b: 2\n\n  - a: 3\n    b: 4\n",
            lambda e: e.append(("s",), {"a": 5, "b": 6}),
            "s:\n  - a: 1\n    b: 2\n\n  - a: 3\n    b: 4\n\n  - a: 5\n    b: 6\n",
            id="blank lines between items",
        ),
        pytest.param(
            "s:\n  - a: 1\n    b: 2\n\n  # second\n  - a: 3\n    b: 4\n\n  - a: 5\n    b: 6\n",
            lambda e: e.delete(("s", 1), with_comments=True),
            "s:\n  - a: 1\n    b: 2\n\n  - a: 5\n    b: 6\n",
            id="an item goes with its comment and one blank line",
        ),
        pytest.param(
            "u: a/b@v1 # v1.2\n",
            lambda e: e.replace_scalar(("u",), Noted("a/b@c", "v2")),
            "u: a/b@c # v2\n",
            id="a version comment is replaced",
        ),
        pytest.param(
            "u: a/b@v1 # why we need it\n",
            lambda e: e.replace_scalar(("u",), Noted("a/b@c", "v2")),
            "u: a/b@c # v2 # why we need it\n",
            id="any other comment stays",
        ),
        pytest.param(
            "a: 1\nb: 2\n", lambda e: e.rename(("a",), "yes"), "'yes': 1\nb: 2\n", id="a key is renamed in place"
        ),
        pytest.param(
            "r: |\n  a\n  b # x\n  c\n",
            lambda e: e.set(("r",), "a\nB # x\nc\n"),
            "r: |\n  a\n  B # x\n  c\n",
            id="one line of a block of text",
        ),
        pytest.param(
            "---\na: 1\n...\n", lambda e: e.set(("b",), 2), "---\na: 1\nb: 2\n...\n", id="markers of a document"
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_edit_changes_these_lines_and_no_other(before: str, operation: Operation, after: str, end: str) -> None:
    assert edited(before.replace("\n", end), operation) == after.replace("\n", end)


@pytest.mark.parametrize(
    ("text", "operation", "code"),
    [
        ("a: &x {b: 1}\nc: *x\n", lambda e: e.set(("a", "b"), 2), EditCode.ALIAS),
        ("a: &x {b: 1}\nc: *x\n", lambda e: e.set(("c", "b"), 2), EditCode.ALIAS),
        ("a: &x {b: 1}\nc: *x\n", lambda e: e.delete(("a",)), EditCode.ALIAS),
        ("? a\n: 1\n", lambda e: e.set(("b",), 2), EditCode.PRECONDITION),
        ("a:\n  # keep me\n  - 1\n", lambda e: e.set(("a",), "x"), EditCode.PRECONDITION),
        ("a: 1\n", lambda e: e.node("b"), EditCode.NOT_FOUND),
        ("a: 1\nb: 2\n", lambda e: e.rename(("a",), "b"), EditCode.CONFLICT),
        ("a: 1\n", lambda e: e.set(("a", "b"), 2), EditCode.CONFLICT),
    ],
)
def test_what_cannot_be_done_for_sure_is_refused(text: str, operation: Operation, code: EditCode) -> None:
    editor = YamlEditor("a.yml", text)
    with pytest.raises(Refusal) as caught:
        operation(editor)
    assert caught.value.code is code
    assert not editor.is_changed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\n---\nb: 2\n", EditCode.MULTIDOC),
        ("a: 1\na: 2\n", EditCode.DUP_KEY),
        ("", EditCode.PRECONDITION),
        ("a: [\n", EditCode.PARSE),
        ("a: 1\rb: 2\r", EditCode.PARSE),
        ("[a, b]: 1\n", EditCode.PARSE),
        ("a: !!python/object:os.x {}\n", EditCode.PARSE),
        ("[" * 200 + "]" * 200, EditCode.PARSE),
        (BOMB, EditCode.PARSE),
    ],
)
def test_a_file_that_cannot_be_read_for_sure_is_refused(text: str, code: EditCode) -> None:
    with pytest.raises(Refusal) as caught:
        YamlEditor("a.yml", text)
    assert caught.value.code is code


def test_scalars_mean_what_yaml_1_2_says() -> None:
    text = "on: yes\nv: 2_17\nn: 012\nh: 0x1F\no: 0o17\nt: 3:25\nf: 1e3\nb: true\nz: ~\nd: 2024-01-01\n"
    assert load_model(text) == {
        "on": "yes", "v": "2_17", "n": 12, "h": 31, "o": 15, "t": "3:25", "f": 1000.0, "b": True, "z": None,
        "d": "2024-01-01",
    }  # fmt: skip


def test_blanks_behind_a_value_do_not_become_part_of_the_text_in_its_place() -> None:
    assert edited("s:\n  - a:\n      b: 1  \n", lambda e: e.set(("s", 0), "x\ny")) == "s:\n  - |-\n    x\n    y\n"
    assert edited("a:\n  b: 1  \nc: 2\n", lambda e: e.set(("a",), "x\ny\n")) == "a: |\n  x\n  y\nc: 2\n"


def test_a_block_that_ends_the_file_keeps_its_value_when_it_moves() -> None:
    editor = YamlEditor("x.yml", "a:\n  - one\n  - |\n    two\n    three")
    editor.move_item(("a",), 1, 0)
    edit = editor.finish()
    assert edit.after == "a:\n  - |-\n    two\n    three\n  - one"
    assert load_model(edit.after) == edit.intended == {"a": ["two\nthree", "one"]}


def test_the_only_item_of_a_list_below_a_comment_leaves_brackets_that_can_be_read() -> None:
    editor = YamlEditor("x.yml", "a:\n# why\n- one\nb: 1\n")
    editor.delete(("a", 0))
    edit = editor.finish()
    assert edit.after == "a:\n# why\n  []\nb: 1\n"
    assert load_model(edit.after) == edit.intended == {"a": [], "b": 1}


def test_operations_at_once_read_the_text_once_and_come_out_as_one_after_another() -> None:
    text = "a:\n- run: one\n\n- run: |\n    two\n  env:\n    X: x\n"

    def together(editor: YamlEditor) -> None:
        with editor.at_once():
            editor.set(("a", 0, "run"), "three")
            editor.set(("a", 1, "run"), "four\nfive\n")
        with editor.at_once():
            editor.set(("a", 0, "env"), {"Y": "y"})
            editor.set(("a", 1, "env", "Y"), "y")

    def in_turn(editor: YamlEditor) -> None:
        editor.set(("a", 0, "run"), "three")
        editor.set(("a", 1, "run"), "four\nfive\n")
        editor.set(("a", 0, "env"), {"Y": "y"})
        editor.set(("a", 1, "env", "Y"), "y")

    assert edited(text, together) == edited(text, in_turn)


def test_operations_at_once_that_meet_are_refused() -> None:
    editor = YamlEditor("a.yml", "a: {b: 1}\n")
    with pytest.raises(Refusal) as raised, editor.at_once():
        editor.set(("a", "b"), 2)
        editor.set(("a",), 3)
    assert raised.value.code is EditCode.VERIFY


def test_an_item_of_a_list_that_begins_behind_a_dash_is_not_moved() -> None:
    editor = YamlEditor("a.yml", "a:\n- - 1\n  - - 2\n    - {}\n")
    with pytest.raises(Refusal) as raised:
        editor.move_item(("a", 0, 1), 1, 0)
    assert raised.value.code is EditCode.PRECONDITION


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_items_put_in_together_are_as_if_put_in_one_by_one(eol: str, end: str, index: int) -> None:
    text = f"a:\n  - name: x\n    run: make\n\n  # of y\n  - name: y\n    run: |\n      one\n      two{end}".replace(
        "\n", eol
    )
    values = [{"name": "p", "run": "a\nb\n"}, {"name": "q", "run": "c"}, {"name": "p", "run": "a\nb\n"}]
    together, alone = YamlEditor("x.yml", text), YamlEditor("x.yml", text)

    together.insert_items(("a",), index, values)
    for offset, value in enumerate(values):
        alone.insert_item(("a",), index + offset, value)

    assert together.model == alone.model == load_model(together.finish().after)
    assert together.finish().after == alone.finish().after
    flow = YamlEditor("x.yml", "a: [1]\n")
    flow.insert_items(("a",), 1, [2, 3])
    assert flow.finish().after == "a: [1, 2, 3]\n"


def test_operations_inside_of_others_at_once_are_made_with_them() -> None:
    editor = YamlEditor("x.yml", "a:\n  b: 1\nc:\n  d: 2\n")
    with editor.at_once():
        editor.set(("a", "b"), 3)
        editor.set(("c",), {"d": 4, "e": 5})
        assert editor.text == editor.before
    assert editor.finish().after == "a:\n  b: 3\nc:\n  d: 4\n  e: 5\n"
    assert editor.model == {"a": {"b": 3}, "c": {"d": 4, "e": 5}}


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("header", ["|", "|-", "| # said"])
def test_the_last_block_of_a_file_without_a_final_newline_is_replaced(eol: str, header: str) -> None:
    text = f"a: {header}\n  one\n  two".replace("\n", eol)
    editor = YamlEditor("x.yml", text)
    editor.set(("a",), "three\nfour")
    assert editor.finish().after == f"a: {header}\n  three\n  four".replace("\n", eol)
    assert load_model(editor.finish().after) == {"a": "three\nfour"}
