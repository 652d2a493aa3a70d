"""Random edits of random TOML documents: right, or refused with a reason."""

import copy
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.edits.patch import is_untouched_outside
from orchestrator.edits.result import Refusal
from orchestrator.edits.toml.editor import TomlEditor
from orchestrator.edits.toml.model import load_model
from orchestrator.edits.verify import first_difference

keys = st.sampled_from(["a", "b", "tool", "x.y", "with space", "é", "1"])
texts = st.one_of(
    st.sampled_from(["", "'", '"', "# x", "a\nb", "\\", "📦"]), st.text(st.characters(categories=["L", "P"]))
)
scalars = st.one_of(st.booleans(), st.integers(-(2**31), 2**31), st.sampled_from([0.5, -1.25]), texts)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(keys, values, min_size=1, max_size=4),
    st.lists(st.integers(0, 5), max_size=3),
    keys,
    values,
    st.data(),
)
def test_an_edit_is_right_or_refused(
    document: Any, picks: list[int], key: str, value: Any, data: st.DataObject
) -> None:
    text = "# a comment\n" + tomlkit.dumps(document)
    if '\n"""' not in text and '"""' not in text and data.draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    wanted = copy.deepcopy(document)
    path: list[Any] = []
    holder = here = wanted
    for pick in picks:
        if not isinstance(here, dict | list) or not here:
            break
        step = list(here)[pick % len(here)] if isinstance(here, dict) else pick % len(here)
        holder, here = here, here[step]
        path.append(step)
    try:
        editor = TomlEditor("x.toml", text)
        if isinstance(here, dict):
            editor.set([*path, key], value)
            here[key] = value
        elif isinstance(here, list):
            editor.append(path, value)
            here.append(value)
        elif data.draw(st.booleans()):
            editor.set(path, value)
            holder[path[-1]] = value
        else:
            editor.delete(path)
            del holder[path[-1]]
        edit = editor.finish()
    except Refusal as refusal:
        assert refusal.reason
        return

    assert first_difference(wanted, load_model(edit.after)) is None
    assert is_untouched_outside(text, edit.after, edit.patches)
    assert "# a comment" in edit.after
    assert edit.after.count("\r\n") in (0, edit.after.count("\n"))
