"""Random edits of random JSON and JavaScript documents: never wrong, never collateral, refused only with a reason."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from literal_documents import Edit, Habit, carry_out, documents, edits, habits, path_of, written

from orchestrator.edits.javascript.editor import JsEditor
from orchestrator.edits.javascript.model import load_model as load_js
from orchestrator.edits.jsonc.editor import JsonEditor
from orchestrator.edits.jsonc.model import load_model as load_json
from orchestrator.edits.patch import apply, invert, is_untouched_outside
from orchestrator.edits.result import FileEdit
from orchestrator.edits.verify import first_difference

FRAMES = ["module.exports = %;", "export default %", "const é = '📦';\nconst config = %;\nmodule.exports = config;\n"]


def check_bytes(text: str, edit: FileEdit, habit: Habit) -> None:
    after = edit.after
    assert is_untouched_outside(text, after, edit.patches)
    assert apply(after, invert(edit.patches)) == text
    if "\n" in text.strip():
        assert (habit.end == "\r\n") == ("\r\n" in after) or "\n" not in after
        assert habit.end == "\n" or after.count("\n") == after.count("\r\n")


@settings(max_examples=60, deadline=None)
@given(documents, habits, st.lists(edits, min_size=1, max_size=3))
def test_json_means_what_was_intended_and_keeps_the_rest(document: Any, habit: Habit, steps: list[Edit]) -> None:
    text = written(document, habit, is_json=True) + habit.end
    editor = JsonEditor("x.json", text)

    wanted, is_adding = document, True
    for step in steps:
        there = path_of(step, wanted)[1]
        is_adding &= step.what in ("append", "insert") or (
            step.what == "add" and not (isinstance(there, dict) and step.key in there)
        )
        wanted = carry_out(step, editor, wanted)
    edit = editor.finish()

    assert first_difference(wanted, load_json(edit.after)) is None
    assert first_difference(edit.intended, load_json(edit.after)) is None
    check_bytes(text, edit, habit)
    if not habit.comments and not habit.trailing:
        assert json.loads(edit.after) == wanted
    if is_adding:  # what replaces a list takes the comments in it along
        assert edit.after.count("//") >= text.count("//")


@settings(max_examples=60, deadline=None)
@given(documents, habits, st.lists(edits, min_size=1, max_size=3), st.sampled_from(FRAMES))
def test_javascript_means_what_was_intended_and_keeps_the_rest(
    document: Any, habit: Habit, steps: list[Edit], frame: str
) -> None:
    text = frame.replace("\n", habit.end).replace("%", written(document, habit, is_json=False))
    editor = JsEditor("x.js", text)

    wanted = document
    for step in steps:
        wanted = carry_out(step, editor, wanted)
    edit = editor.finish()

    assert first_difference(edit.intended, load_js(edit.after)) is None
    assert first_difference(wanted, JsEditor("x.js", edit.after).get()) is None
    check_bytes(text, edit, habit)


@settings(max_examples=40, deadline=None)
@given(documents, habits, edits)
def test_a_second_run_changes_nothing(document: Any, habit: Habit, step: Edit) -> None:
    text = written(document, habit, is_json=False)
    editor = JsEditor("x.js", f"export default {text}")
    if step.what not in ("set", "add"):
        return
    wanted = carry_out(step, editor, document)

    again = JsEditor("x.js", editor.text)
    assert not again.set([], wanted)
    assert again.text == editor.text
