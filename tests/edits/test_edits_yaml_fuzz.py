"""Random edits of made documents: the text after always means what was intended, or the edit is refused."""

import random

import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orchestrator.edits.patch import apply, invert, is_untouched_outside
from orchestrator.edits.result import Refusal
from orchestrator.edits.verify import first_difference
from orchestrator.edits.yaml.editor import YamlEditor
from orchestrator.edits.yaml.model import load_model
from orchestrator.edits.yaml.scalars import resolve, write_scalar

NASTY = [
    "yes", "1.10", "012", "null", "a: b", "# x", "*star", "${{ x.y }}", "two\nlines\n", "no end\nof line", "", " lead",
    "trail ", "- dash", "~", "3:25", "1_000", "'", '"', "a, b", "[x]", "é✓", "tab\there", "a #b", "on", ":", "a:", "!t",
    "|", "? k", "<<", "\x07", " first\nsecond\n", "x\n\n", True, False, None, 0, -1, 3.5, [], {}, ["a", "b"],
    {"k": "v"}, {"deep": {"list": [{"a": "b\nc\n"}, "x"]}}, [{"name": "s", "run": "a\nb\n"}],
]  # fmt: skip
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), TEXTS, st.sampled_from(NASTY)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcdef"), inner, max_size=3)),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["name", "on", "jobs", "a b", "x"]), VALUES, min_size=1, max_size=4)


def paths(model: object, at: tuple = ()) -> list[tuple]:
    found = [at] if at else []
    items = model.items() if isinstance(model, dict) else enumerate(model) if isinstance(model, list) else ()
    for key, value in items:
        found += paths(value, (*at, key))
    return found


def operate(editor: YamlEditor, chance: random.Random) -> None:
    path = chance.choice(paths(editor.model) or [("new",)])
    here = editor.get(*path)
    kind = chance.choice(["set", "delete", "add", "insert", "rename"])
    if kind == "delete":
        editor.delete(path, with_comments=chance.random() < 0.5)
    elif kind == "add" and isinstance(here, dict):
        editor.set((*path, chance.choice(["new", "on", "yes", "a b"])), chance.choice(NASTY))
    elif kind == "insert" and isinstance(here, list):
        editor.insert_item(path, chance.randint(0, len(here)), chance.choice(NASTY))
    elif kind == "rename" and isinstance(path[-1], str):
        editor.rename(path, "renamed")
    else:
        editor.set(path, chance.choice(NASTY))


@settings(max_examples=250, deadline=None)
@given(
    DOCUMENTS,
    st.sampled_from([None, False, True]),
    st.sampled_from([2, 4]),
    st.booleans(),
    st.booleans(),
    st.integers(),
)
def test_random_edits_mean_what_was_intended(
    document: dict, flow: bool | None, indent: int, is_crlf: bool, has_end: bool, seed: int
) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, indent=indent, allow_unicode=True, sort_keys=False)
    text = text if has_end else text.rstrip("\n")
    text = text.replace("\n", "\r\n") if is_crlf else text
    chance = random.Random(seed)
    try:
        editor = YamlEditor("a.yml", text)
    except Refusal:
        assume(False)
        return
    for _ in range(chance.choice([1, 1, 2, 4])):
        try:
            operate(editor, chance)
        except Refusal:
            break
    edit = editor.finish()
    assert first_difference(edit.intended, load_model(edit.after)) is None
    assert is_untouched_outside(text, edit.after, edit.patches)
    assert apply(edit.after, invert(edit.patches)) == text


@example("0?", True)
@given(st.one_of(TEXTS, st.sampled_from([value for value in NASTY if isinstance(value, str)])), st.booleans())
def test_a_written_scalar_is_read_as_the_same_text_by_yaml_1_1_and_1_2(text: str, in_flow: bool) -> None:
    written = write_scalar(text, in_flow=in_flow)
    whole = f"[{written}]" if in_flow else f"k: {written}"
    for read in (load_model, yaml.safe_load):
        found = read(whole)
        assert (found[0] if in_flow else found["k"]) == text


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False)))
def test_a_written_value_resolves_to_itself(value: object) -> None:
    assert resolve(write_scalar(value)) == value
